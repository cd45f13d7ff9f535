"""Who says a line of the cartoon, and whether words that contradict a face are found.

    python benchmarks/bench_film_words.py [--films 6] [--seconds 90] [--folder FOLDER]

Films of 640 x 360 px are drawn, subtitles in English and Korean by turns, and read with the shipped
networks of the cartoon and the default text model. Each is judged twice: with the speaker's name
before each subtitle, and without. The threshold `WHOSE` of `words.py` was set by looking at these
films, so its effect (10 of 10) is not measured on others.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from report import write_report

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.film import make_film
from pyojeong.data.cartoon.truth import Truth
from pyojeong.emotion import EMOTIONS
from pyojeong.film.fusion import HOUSE_FUSION, Fusion, HouseNames, fit, weighed
from pyojeong.film.plan import Choices
from pyojeong.film.run import read_film
from pyojeong.film.types import FilmReading, Line
from pyojeong.film.words import find_cues, read_lines
from pyojeong.media.cues import Cue
from pyojeong.text.reader import TextReader

SEED = 501


def watched(folder: Path, seed: int, seconds: float) -> tuple[Path, Truth, FilmReading]:
    """A film, drawn unless it is there, what is true of it, and what was seen."""
    film = folder / f"c{seed}.mp4"
    if film.with_suffix(".truth.npz").is_file():
        truth = Truth.load(film)
    else:
        language = "en" if seed % 2 else "ko"
        truth = make_film(film, seed, seconds, (640, 360), language=language)
    networks = (asset_path("cartoon_characters_v1"), asset_path("cartoon_emotions_v1"))
    choices = Choices(characters=networks[0], classifier=networks[1])
    return film, truth, read_film(film, folder / f"r{seed}", choices)


def named(cues: list[Cue], truth: Truth) -> list[Cue]:
    names = [truth.names[line.character].upper() for line in truth.lines]
    return [
        Cue(cue.start_s, cue.end_s, f"{name}: {cue.text}")
        for cue, name in zip(cues, names, strict=True)
    ]


class Score:
    """Counts over films. rows: (certainty, right, told apart, contrary) of each line."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, bool, bool, bool]] = []
        self.given = 0

    def add(self, lines: tuple[Line, ...], truth: Truth, reading: FilmReading) -> None:
        for line, true in zip(lines, truth.lines, strict=True):
            who = None if line.character is None else reading.characters[line.character].name
            self.given += who is not None
            right = who == truth.names[true.character]
            self.rows.append((line.certainty, right, line.disagrees, true.contrary))

    def row(self, name: str) -> list[str]:
        right = sum(row[1] for row in self.rows)
        told, contrary = sum(row[2] for row in self.rows), sum(row[3] for row in self.rows)
        hits = sum(row[2] and row[3] for row in self.rows)
        return [
            name,
            str(len(self.rows)),
            f"{self.given} ({self.given / len(self.rows):.0%})",
            f"{right} ({right / max(1, self.given):.0%} of those given)",
            f"{hits}/{told} = {hits / max(1, told):.2f}",
            f"{hits}/{contrary} = {hits / max(1, contrary):.2f}",
        ]

    def by_certainty(self) -> list[list[str]]:
        rows = []
        for low, high in ((0.5, 0.6), (0.6, 0.7), (0.7, 0.9)):
            own = [row for row in self.rows if low <= row[0] < high]
            share = np.mean([row[1] for row in own]) if own else float("nan")
            rows.append([f"{low} to {high}", str(len(own)), f"{share:.0%}"])
        return rows


def felt_rows(
    lines: tuple[Line, ...], truth: Truth, reading: FilmReading
) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """(face, words, what was felt) of each line whose speaker shows a face."""
    names, seen = HouseNames(reading.emotions), reading.sightings
    rows = []
    for line, true in zip(lines, truth.lines, strict=True):
        during = (seen.time >= line.start) & (seen.time < line.end) & ~seen.unsure
        scores = seen.scores[during & (seen.character == line.character)]
        frames = truth.frame / truth.fps
        own = (frames >= true.start) & (frames < true.end) & (truth.character == true.character)
        if len(scores) and own.any():
            felt = truth.emotions[int(np.bincount(truth.emotion[own]).argmax())]
            face = names.opened(names.house(scores.mean(0)))
            rows.append((face, line.scores, [e.value for e in EMOTIONS].index(felt)))
    return rows


def fusions(rows: list[tuple[np.ndarray, np.ndarray, int]]) -> list[list[str]]:
    face, words = (np.array([row[n] for row in rows]) for n in (0, 1))
    felt = np.array([row[2] for row in rows])
    half = np.arange(len(felt)) % 2 == 0
    fitted = fit(face[half], words[half], felt[half])

    def right(scores: np.ndarray) -> str:
        return f"{(scores[~half].argmax(1) == felt[~half]).mean():.3f}"

    def told(fusion: Fusion) -> str:
        parts = (fusion.face, fusion.words, fusion.face_temperature, fusion.words_temperature)
        return ", ".join(f"{part:.2f}" for part in parts)

    table = [["face alone", "", right(face)], ["words alone", "", right(words)]]
    for name, fusion in (
        ("the house's", HOUSE_FUSION),
        ("face known to be right in 95 %", weighed(0.95, 0.678)),
        ("fitted on the other half", fitted),
    ):
        table.append([name, told(fusion), right(fusion.pool(face, words))])
    return table


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp())
    reader, scores, rows = TextReader(), {"with names": Score(), "without": Score()}, []
    for seed in range(SEED, SEED + options.films):
        film, truth, reading = watched(folder, seed, options.seconds)
        cues = find_cues(film)
        lines = read_lines(named(cues, truth), reading, reader)
        scores["with names"].add(lines, truth, reading)
        scores["without"].add(read_lines(cues, reading, reader), truth, reading)
        rows += felt_rows(lines, truth, reading)
    heads = ["subtitles", "lines", "given to somebody", "to the right one"]
    tables = {
        "Speakers and contradictions": (
            [*heads, "contradictions: precision", "recall"],
            [score.row(name) for name, score in scores.items()],
        ),
        "Lines without names, by certainty": (
            ["certainty", "lines", "right"],
            scores["without"].by_certainty(),
        ),
        "What was felt, on half of the lines": (
            ["source", "weights of face, words; temperatures", "right"],
            fusions(rows),
        ),
    }
    write_report("film_words", __doc__.split("\n\n", 2)[2], tables)


if __name__ == "__main__":
    main()
