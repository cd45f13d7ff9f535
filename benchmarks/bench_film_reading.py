"""A cartoon the shipped networks never saw, read whole: who, how long, what they feel, how fast.

    python benchmarks/bench_film_reading.py [--seconds 60] [--seed 5] [--workers 2] [--strangers]

Who is right: each sighting's character against the truth of the figure it overlaps most.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from report import write_report

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.film import make_film, strangers
from pyojeong.data.cartoon.style import CAST
from pyojeong.data.cartoon.truth import Truth
from pyojeong.face.suppression import overlaps
from pyojeong.film.assignment import assigned
from pyojeong.film.executor import Here, LocalProcesses
from pyojeong.film.plan import Choices
from pyojeong.film.run import read_film
from pyojeong.film.types import FilmReading


def compared(reading: FilmReading, truth: Truth) -> dict[str, float]:
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
    seen = np.bincount(rows.character, minlength=len(table)) * reading.step
    times = truth.screen_time()
    off = [abs(seen[a] / times[b] - 1) for a, b in pairs if times[b]]
    sampled = int(np.isin(truth.frame, reading.frames).sum())
    return {
        "sightings": len(rows),
        "found": round(table.sum() / sampled, 4),
        "identity": round(sum(table[pair] for pair in pairs) / table.sum(), 4),
        "screen_time_off_most": round(max(off), 4),
        "emotion_of_sure": round(right / max(sure, 1), 4),
        "unsure": round(float(rows.unsure.mean()), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--strangers", action="store_true")
    options = parser.parse_args()
    cast = strangers(5, options.seed) if options.strangers else CAST
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "cartoon.mp4"
        truth = make_film(film, seed=options.seed, seconds=options.seconds, cast=cast)
        choices = Choices(
            characters=asset_path("cartoon_characters_v1"),
            classifier=asset_path("cartoon_emotions_v1"),
        )
        executor = Here() if options.workers == 1 else LocalProcesses(options.workers)
        before, begun = os.times(), time.perf_counter()
        reading = read_film(film, Path(folder) / "r", choices, executor=executor)
        wall, after = time.perf_counter() - begun, os.times()
    used = sum(after[:4]) - sum(before[:4])
    largest = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    found = compared(reading, truth) | {
        "film_s": round(reading.duration, 1),
        "workers": options.workers,
        "wall_s": round(wall, 1),
        "processor_s": round(used, 1),
        "times_real_time_on_2_free_cores": round(2 * reading.duration / used, 2),
        "largest_process_gb": round(largest / 1e6, 3),
    }
    rows = [[name.replace("_", " "), str(value)] for name, value in found.items()]
    who = "strangers" if options.strangers else "the cast"
    write_report(
        "film_reading" + ("_strangers" if options.strangers else ""),
        __doc__ or "",
        {f"{who}, seed {options.seed}": (["what", "value"], rows)},
    )


if __name__ == "__main__":
    main()
