"""Cartoons the shipped networks never saw, read whole: who, how long, what they feel, how fast.

    python benchmarks/bench_film_reading.py [--seeds 101 102 8:30] [--seconds 60] [--workers 2]
        [--strangers] [--folder FOLDER]

Who is right: each sighting's character against the truth of the figure it overlaps most. Of screen
time, "by sampling" is what the truth itself loses where it is looked at in the sampled frames only.
A seed may be given a length of its own, in seconds. In FOLDER, films and what was read of them are
kept; a second run tracks anew what the first one read, and reports what that reading cost.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from report import Table, write_report

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.film import make_film, strangers
from pyojeong.data.cartoon.style import CAST
from pyojeong.data.cartoon.truth import Truth
from pyojeong.face.suppression import overlaps
from pyojeong.film.assignment import assigned
from pyojeong.film.executor import Here, LocalProcesses
from pyojeong.film.plan import Choices
from pyojeong.film.run import PEOPLE, read_film
from pyojeong.film.types import FilmReading


@dataclass(frozen=True)
class Result:
    """One film. found: pictures of somebody that were found. identity: share of these with the right
    character. people: (name, true seconds, signed errors of the reading and of sampling alone)."""

    seed: int
    seconds: float
    shots: int
    found: float
    identity: float
    emotion: float
    unsure: float
    people: list[tuple[str, float, float, float]]
    strays: int
    cost: dict[str, float]

    @property
    def worst(self) -> float:
        return max(abs(person[2]) for person in self.people)

    @property
    def worst_by_sampling(self) -> float:
        return max(abs(person[3]) for person in self.people)


def compared(seed: int, reading: FilmReading, truth: Truth, cost: dict[str, float]) -> Result:
    rows = reading.sightings
    table = np.zeros((len(reading.characters), len(truth.names)))
    right = sure = 0
    for row in range(len(rows)):
        true = truth.rows(int(rows.frame[row]))
        shared = overlaps(rows.boxes[row], truth.boxes[true])[0]
        if not len(true) or shared.max() < 0.4:
            continue
        own = true[shared.argmax()]
        table[rows.character[row], truth.character[own]] += 1
        if not rows.unsure[row]:
            sure += 1
            felt = reading.emotions[int(rows.scores[row].argmax())]
            right += felt == truth.emotions[truth.emotion[own]]
    pairs = assigned(1 - table / max(table.sum(), 1), 2.0)
    sampled = int(np.isin(truth.frame, reading.frames).sum())
    return Result(
        seed,
        reading.duration,
        len(reading.shots),
        float(table.sum()) / sampled,
        float(sum(table[pair] for pair in pairs) / table.sum()),
        right / max(sure, 1),
        float(rows.unsure.mean()),
        screen_times(reading, truth, {b: a for a, b in pairs}),
        len(reading.characters) - len(pairs),
        cost,
    )


def screen_times(
    reading: FilmReading, truth: Truth, partner: dict[int, int]
) -> list[tuple[str, float, float, float]]:
    """Of everybody who is seen at all; who was not found is missing altogether."""
    spans, found = reading.spans(), []
    for who, (name, true) in enumerate(zip(truth.names, truth.screen_time(), strict=True)):
        if not true:
            continue
        own = np.flatnonzero(reading.sightings.character == partner.get(who, -1))
        frames: NDArray[np.int64] = truth.frame[truth.character == who]
        at = float(spans[np.isin(reading.frames, frames)].sum())
        found.append((name, float(true), reading.seconds(own) / true - 1, at / true - 1))
    return found


def measured(seed: int, folder: Path, options: argparse.Namespace, seconds: float) -> Result:
    who = "strangers" if options.strangers else "cast"
    film = folder / f"{who}-{seed}.mp4"
    if film.with_suffix(".truth.json").is_file():
        truth = Truth.load(film)
    else:
        cast = strangers(5, seed) if options.strangers else CAST
        truth = make_film(film, seed=seed, seconds=seconds, cast=cast)
    choices = Choices(
        characters=asset_path("cartoon_characters_v1"),
        classifier=asset_path("cartoon_emotions_v1"),
    )
    executor = Here() if options.workers == 1 else LocalProcesses(options.workers)
    cost_file = film.with_suffix(".cost.json")
    # What an earlier run called its people, other tracks need not be.
    (film.with_suffix("") / PEOPLE).unlink(missing_ok=True)
    before, begun = os.times(), time.perf_counter()
    reading = read_film(film, film.with_suffix(""), choices, executor=executor)
    wall, after = time.perf_counter() - begun, os.times()
    if not cost_file.is_file():
        used = sum(after[:4]) - sum(before[:4])
        kilobytes = max(
            resource.getrusage(whose).ru_maxrss
            for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        cost = {"wall_s": wall, "processor_s": used, "largest_gb": kilobytes / 1e6}
        cost_file.write_text(json.dumps(cost), "utf-8")
    return compared(seed, reading, truth, json.loads(cost_file.read_text("utf-8")))


def tables(results: list[Result], who: str, workers: int) -> dict[str, Table]:
    used = sum(r.cost["processor_s"] for r in results)
    total = sum(r.seconds for r in results)
    films = [
        [str(r.seed), f"{r.seconds:.0f}", str(r.shots), _share(r.identity), _share(r.worst),
         _share(r.worst_by_sampling), str(r.strays), _share(r.found), _share(r.emotion),
         _share(r.unsure), f"{r.cost['processor_s']:.1f}", f"{r.cost['wall_s']:.1f}"]
        for r in results
    ]  # fmt: skip
    films.append(
        ["worst", "", "", _share(min(r.identity for r in results)),
         _share(max(r.worst for r in results)), _share(max(r.worst_by_sampling for r in results)),
         str(max(r.strays for r in results)), "", _share(min(r.emotion for r in results)), "", "",
         ""]
    )  # fmt: skip
    people = [
        [str(r.seed), name, f"{true:.2f}", f"{100 * off:+.1f} %", f"{100 * least:+.1f} %"]
        for r in results
        for name, true, off, least in r.people
    ]
    offs = np.array([abs(person[2]) for r in results for person in r.people])
    summary = [
        ["characters, all films together", str(len(offs))],
        ["screen time off, mean", _share(float(offs.mean()))],
        ["characters off by more than 2 %", str(int((offs > 0.02).sum()))],
        ["workers", str(workers)],
        ["processor s per minute of film", f"{60 * used / total:.1f}"],
        ["times real time on 2 free cores", f"{2 * total / used:.2f}"],
        ["largest process, GB", f"{max(r.cost['largest_gb'] for r in results):.3f}"],
    ]
    heads = ["seed", "film s", "shots", "identity", "screen time off most", "by sampling",
             "people too many", "found", "emotion, where sure", "unsure", "processor s", "wall s"]  # fmt: skip
    return {
        who: (heads, films),
        "screen time of each": (["seed", "who", "true s", "read", "by sampling"], people),
        "together": (["what", "value"], summary),
    }


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", nargs="+", default=["101"])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--strangers", action="store_true")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        folder = options.folder or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        results = []
        for text in options.seeds:
            seed, _, length = text.partition(":")
            seconds = float(length or options.seconds)
            results.append(measured(int(seed), folder, options, seconds))
    who = "strangers of one class" if options.strangers else "the cast"
    write_report(
        "film_reading" + ("_strangers" if options.strangers else ""),
        __doc__ or "",
        tables(results, who, options.workers),
    )


if __name__ == "__main__":
    main()
