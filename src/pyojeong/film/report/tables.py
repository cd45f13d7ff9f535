"""The numbers of a report as files: CSV, JSON, and Parquet where it can be written."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pyojeong.emotion import EMOTIONS
from pyojeong.face.report.data_files import harmless
from pyojeong.film.analysis import Analysis, Peak
from pyojeong.film.answers import answers
from pyojeong.film.types import FilmReading
from pyojeong.media.files import atomic_path

Rows = list[dict[str, Any]]
Columns = dict[str, str]
"""Name of a column -> "float", "int", "bool" or "text"; any cell but a "bool" may be empty."""


def write_tables(folder: Path, reading: FilmReading, analysis: Analysis) -> list[Path]:
    """sightings, characters, pairs, together, changes, lines and shots as .csv (and .parquet with the extra
    "report"), analysis.json and peaks.json. Raises OutputFailed."""
    tables = {
        "sightings": sighting_rows(reading),
        "characters": character_rows(reading, analysis),
        "pairs": pair_rows(reading, analysis),
        "together": together_rows(reading, analysis),
        "changes": change_rows(reading, analysis),
        "lines": line_rows(reading),
        "shots": shot_rows(reading),
    }
    written = []
    for name, columns in columns_of(reading.emotions).items():
        written.append(_csv(folder / f"{name}.csv", columns, tables[name]))
        written += _parquet(folder / f"{name}.parquet", columns, tables[name])
    table = {
        "film": reading.title,
        "duration_s": reading.duration,
        "sampled_every_s": reading.step,
        "emotions": list(reading.emotions),
        "difference_between_all": {
            "chi_square": analysis.chi_square,
            "degrees_of_freedom": analysis.freedom,
            "cramers_v": analysis.v,
            "p": analysis.p,
        },
        "answers": [said._asdict() for said in answers(analysis, reading.emotions)],
        **{name: tables[name] for name in ("characters", "pairs", "together", "changes", "shots")},
        "notes": [note._asdict() for note in reading.notes],
        "dropped": dict(reading.dropped),
    }
    written.append(_json(folder / "analysis.json", table))
    peaks = [peak_row(reading, peak) for peak in analysis.peaks]
    written.append(_json(folder / "peaks.json", peaks))
    return written


def columns_of(emotions: Sequence[str]) -> dict[str, Columns]:
    """The tables' columns, the same for every film with those emotions, whoever is in it."""
    house = [emotion.value for emotion in EMOTIONS]
    return {
        "sightings": {
            **_kinds("float", "time_s"),
            **_kinds("int", "frame", "shot", "track"),
            **_kinds("text", "character"),
            **_kinds("bool", "unsure"),
            **_kinds("float", "area", "x1", "y1", "x2", "y2", *emotions),
        },
        "characters": {
            **_kinds("text", "character"),
            **_kinds("float", "seconds", "share_of_film"),
            **_kinds("int", "shots", "tracks"),
            **_kinds("float", "unsure", "range", "range_low", "range_high"),
            **_kinds("float", *(f"{e}{end}" for e in emotions for end in ("", "_low", "_high"))),
        },
        "pairs": {
            **_kinds("text", "first", "second"),
            **_kinds("float", "cramers_v", "p_holm"),
            **_kinds("text", "most_different"),
            **_kinds("float", "gap", "seconds_together", "seconds_of_one_feeling"),
        },
        "together": {
            **_kinds("text", "first", "second", "first_shows", "second_shows"),
            **_kinds("float", "seconds"),
        },
        "changes": {**_kinds("text", "character", "from", "to"), **_kinds("int", "times")},
        "lines": {
            **_kinds("float", "start_s", "end_s"),
            **_kinds("text", "character"),
            **_kinds("float", "certainty"),
            **_kinds("bool", "words_against_face"),
            **_kinds("text", "text"),
            **_kinds("float", *(f"{of}_{e}" for of in ("words", "both") for e in house)),
        },
        "shots": {
            **_kinds("int", "shot"),
            **_kinds("float", "start_s", "end_s"),
            **_kinds("int", "first_frame", "last_frame"),
            **_kinds("text", "begins_with", "characters"),
        },
    }


def _kinds(kind: str, *names: str) -> Columns:
    return dict.fromkeys(names, kind)


def sighting_rows(reading: FilmReading) -> Rows:
    """One per character in a sampled frame; a column per emotion holds the smoothed probability."""
    seen = reading.sightings
    rows = []
    for n in range(len(seen)):
        x1, y1, x2, y2 = (round(v, 1) for v in seen.boxes[n].tolist())
        row: dict[str, Any] = {
            "time_s": round(float(seen.time[n]), 3),
            "frame": int(seen.frame[n]),
            "shot": int(seen.shot[n]),
            "track": int(seen.track[n]),
            "character": reading.characters[int(seen.character[n])].name,
            "unsure": bool(seen.unsure[n]),
            "area": round(float(seen.area[n]), 5),
        }
        row |= {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
        rows.append(row | _scores(reading.emotions, seen.scores[n].tolist()))
    return rows


def character_rows(reading: FilmReading, analysis: Analysis) -> Rows:
    """One per character who is seen: time on screen, shares with intervals, range."""
    rows = []
    for person in analysis.people:
        row: dict[str, Any] = {
            "character": person.name,
            "seconds": round(person.seconds, 3),
            "share_of_film": person.share,
            "shots": person.shots,
            "tracks": person.tracks,
            "unsure": person.unsure,
            "range": _known(person.breadth),
            "range_low": _known(person.breadth_interval[0]),
            "range_high": _known(person.breadth_interval[1]),
        }
        for k, emotion in enumerate(reading.emotions):
            row[emotion] = _known(person.shares[k])
            row[f"{emotion}_low"] = _known(person.intervals[k, 0])
            row[f"{emotion}_high"] = _known(person.intervals[k, 1])
        rows.append(row)
    return rows


def pair_rows(reading: FilmReading, analysis: Analysis) -> Rows:
    """One per two characters: how differently they feel, and what they feel side by side."""
    names = [character.name for character in reading.characters]
    return [
        {
            "first": names[pair.first],
            "second": names[pair.second],
            "cramers_v": pair.v,
            "p_holm": pair.p,
            "most_different": reading.emotions[pair.emotion],
            "gap": pair.gap,
            "seconds_together": round(float(pair.together.sum()), 3),
            "seconds_of_one_feeling": round(float(pair.together.trace()), 3),
        }
        for pair in analysis.pairs
    ]


def together_rows(reading: FilmReading, analysis: Analysis) -> Rows:
    """One per two characters and what each shows while both are seen."""
    names = [character.name for character in reading.characters]
    return [
        {
            "first": names[pair.first],
            "second": names[pair.second],
            "first_shows": reading.emotions[a],
            "second_shows": reading.emotions[b],
            "seconds": round(float(pair.together[a, b]), 3),
        }
        for pair in analysis.pairs
        for a, b in np.argwhere(pair.together > 0).tolist()
    ]


def change_rows(reading: FilmReading, analysis: Analysis) -> Rows:
    """How often one emotion of a character followed another."""
    return [
        {"character": person.name, "from": before, "to": after, "times": int(person.changes[a, b])}
        for person in analysis.people
        for a, before in enumerate(reading.emotions)
        for b, after in enumerate(reading.emotions)
        if person.changes[a, b]
    ]


def line_rows(reading: FilmReading) -> Rows:
    """One per subtitle: who says it, what the words tell, what words and face tell together."""
    house = [emotion.value for emotion in EMOTIONS]
    rows = []
    for line in reading.lines:
        who = "" if line.character is None else reading.characters[line.character].name
        row: dict[str, Any] = {
            "start_s": round(line.start, 3),
            "end_s": round(line.end, 3),
            "character": who,
            "certainty": round(line.certainty, 3),
            "words_against_face": line.disagrees,
            "text": line.text,
        }
        row |= {f"words_{k}": v for k, v in _scores(house, line.scores.tolist()).items()}
        both = [math.nan] * len(house) if line.fused is None else line.fused.tolist()
        rows.append(row | {f"both_{k}": v for k, v in _scores(house, both).items()})
    return rows


def shot_rows(reading: FilmReading) -> Rows:
    """One per shot: when, how it begins, who is in it."""
    seen = reading.sightings
    rows = []
    for number, shot in enumerate(reading.shots):
        there = np.unique(seen.character[seen.shot == number]).tolist()
        rows.append(
            {
                "shot": number,
                "start_s": round(shot.start, 3),
                "end_s": round(shot.end, 3),
                "first_frame": shot.first,
                "last_frame": shot.last,
                "begins_with": shot.begins,
                "characters": "; ".join(reading.characters[c].name for c in there),
            }
        )
    return rows


def peak_row(reading: FilmReading, peak: Peak) -> dict[str, Any]:
    """A peak for JSON."""
    seen = reading.sightings
    return {
        "time_s": round(peak.time, 3),
        "frame": int(seen.frame[peak.row]),
        "shot": int(seen.shot[peak.row]),
        "character": reading.characters[peak.character].name,
        "emotion": reading.emotions[peak.emotion],
        "score": round(peak.score, 4),
    }


def _scores(names: Sequence[str], values: Sequence[float]) -> dict[str, float | None]:
    return {name: _known(value) for name, value in zip(names, values, strict=True)}


def _known(value: float) -> float | None:
    return round(float(value), 5) if math.isfinite(value) else None


def _csv(path: Path, columns: Columns, rows: Rows) -> Path:
    with atomic_path(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(columns))
        writer.writeheader()
        writer.writerows({k: harmless(v) for k, v in row.items()} for row in rows)
    return path


def _json(path: Path, table: Any) -> Path:
    with atomic_path(path) as part:
        text = json.dumps(_finite(table), ensure_ascii=False, indent=1, allow_nan=False)
        part.write_text(text + "\n", "utf-8")
    return path


def _finite(value: Any) -> Any:
    """NaN, which JSON has not, as null."""
    if isinstance(value, Mapping):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _parquet(path: Path, columns: Columns, rows: Rows) -> list[Path]:
    """Nothing where the extra is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        return []
    types = {
        "float": pyarrow.float64(),
        "int": pyarrow.int64(),
        "bool": pyarrow.bool_(),
        "text": pyarrow.string(),
    }
    schema = pyarrow.schema([(name, types[kind]) for name, kind in columns.items()])
    with atomic_path(path) as part:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), part)
    return [path]
