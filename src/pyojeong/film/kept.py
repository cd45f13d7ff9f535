"""A reading kept in files, NPZ and JSON, and read again: reports can be made anew without the film."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from pyojeong.errors import BadInput
from pyojeong.film.types import Character, FilmReading, Line, Shot, Sightings
from pyojeong.media.files import Note, atomic_path

_PLAIN = ("title", "duration", "width", "height", "step", "emotions", "dropped", "notes")
_TABLE, _ARRAYS = "reading.json", "reading.npz"


def keep_reading(folder: Path, reading: FilmReading) -> None:
    """Write `reading.json` and `reading.npz`. Raises OutputFailed."""
    table: dict[str, Any] = {name: getattr(reading, name) for name in _PLAIN}
    table["shots"] = [asdict(shot) for shot in reading.shots]
    table["characters"] = [asdict(character) for character in reading.characters]
    table["lines"] = [_plain(line) for line in reading.lines]
    arrays = {f.name: getattr(reading.sightings, f.name) for f in fields(Sightings)}
    rows = sorted(reading.thumbs)
    pictures = [reading.thumbs[row] for row in rows]
    with atomic_path(folder / _ARRAYS) as part, part.open("wb") as stream:
        np.savez_compressed(
            stream,
            sampled=reading.frames,
            sampled_times=reading.times,
            thumb_rows=np.array(rows, np.int64),
            thumb_ends=np.cumsum([len(picture) for picture in pictures], dtype=np.int64),
            thumbs=np.frombuffer(b"".join(pictures), np.uint8),
            **arrays,
        )
    with atomic_path(folder / _TABLE) as part:
        part.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", "utf-8")


def kept_reading(folder: Path) -> FilmReading:
    """What `keep_reading` wrote. Raises BadInput."""
    try:
        table = json.loads((folder / _TABLE).read_text("utf-8"))
        with (folder / _ARRAYS).open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return _read(table, {name: arrays[name] for name in arrays.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise _damaged(folder, error) from error
    except (zipfile.BadZipFile, zlib.error, RecursionError) as error:
        raise _damaged(folder, error) from error


def _read(table: dict[str, Any], arrays: dict[str, Any]) -> FilmReading:
    plain = {name: table[name] for name in _PLAIN}
    plain["emotions"] = tuple(table["emotions"])
    plain["notes"] = tuple(Note(*note) for note in table["notes"])
    ends = [0, *arrays["thumb_ends"].tolist()]
    packed = arrays["thumbs"].tobytes()
    thumbs = {
        int(row): packed[ends[at] : ends[at + 1]] for at, row in enumerate(arrays["thumb_rows"])
    }
    return FilmReading(
        **plain,
        frames=arrays["sampled"],
        times=arrays["sampled_times"],
        shots=tuple(Shot(**shot) for shot in table["shots"]),
        characters=tuple(Character(**character) for character in table["characters"]),
        sightings=Sightings(**{f.name: arrays[f.name] for f in fields(Sightings)}),
        lines=tuple(_line(line) for line in table["lines"]),
        thumbs=thumbs,
    )


def _plain(line: Line) -> dict[str, Any]:
    """Of numbers and texts only. float32 values become doubles and come back the same."""
    table = {f.name: getattr(line, f.name) for f in fields(Line)}
    table["scores"] = line.scores.tolist()
    table["fused"] = None if line.fused is None else line.fused.tolist()
    return table


def _line(table: dict[str, Any]) -> Line:
    scores = {
        name: None if table[name] is None else np.array(table[name], np.float32)
        for name in ("scores", "fused")
    }
    return Line(**{**table, **scores})


def _damaged(folder: Path, error: Exception) -> BadInput:
    return BadInput(
        f"{folder} holds no whole reading of a film ({error}).",
        f"{folder}에 온전한 영상 판독 결과가 없습니다({error}).",
    )
