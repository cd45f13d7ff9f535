"""What the shipped start is worth: `pyojeong train characters` on a made-up user's set.

    OMP_NUM_THREADS=1 python benchmarks/bench_characters_training.py FOLDER [--only NAME ...]

110 drawn pictures to learn from and 30 to measure on, 640 x 360 seen at 320 px: five strangers of
parts that the shipped network's training never drew, in places that it never saw, each a class.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from report import write_report

from pyojeong.data.cartoon import pictures as scenes
from pyojeong.data.cartoon.style import stranger
from pyojeong.data.instances.types import InstanceSet, Outline, OutlinedPicture
from pyojeong.media.image import Picture, write_image
from pyojeong.train.characters.config import Config
from pyojeong.train.characters.run import run

NAMES = ("nari", "dolmen", "kkebi", "sori", "maru")
WIDTH, HEIGHT = 640, 360
RUNS = {
    "shipped start, 10 epochs": {"train.epochs": 10},
    "shipped start, 40 epochs": {"train.epochs": 40},
    "from scratch, 40 epochs": {"train.epochs": 40, "net.start": ""},
    "from scratch, 100 epochs": {"train.epochs": 100, "net.start": ""},
}


def outlined(folder: Path) -> InstanceSet:
    """The set, its pictures written to the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    cast = [replace(stranger(500 + k, "test"), name=name) for k, name in enumerate(NAMES)]
    with patch.multiple(scenes, CAST=tuple(cast), LABELS=NAMES):
        return InstanceSet("strangers", NAMES, tuple(_pictures(folder)))


def _pictures(folder: Path) -> Iterator[OutlinedPicture]:
    for split, count, seed in (("train", 110, 99), ("val", 30, 100)):
        for k in range(count):
            rng = np.random.default_rng((seed, k))
            made = scenes.make_picture(rng, "test", (WIDTH, HEIGHT), 0.0)
            file = folder / f"{split}{k:03d}.png"
            write_image(file, Picture(made.image))
            outlines = tuple(
                Outline(int(one), (), _runs(mask))
                for mask, one in zip(made.masks, made.classes, strict=True)
            )
            yield OutlinedPicture(file, file.name, WIDTH, HEIGHT, outlines, split)


def _runs(mask: np.ndarray) -> np.ndarray:
    flat = np.concatenate([[False], mask.T.ravel()])
    ends = np.flatnonzero(np.diff(flat))
    return np.diff(np.concatenate([[0], ends, [mask.size]])).astype(np.int64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", choices=RUNS, default=list(RUNS))
    given = parser.parse_args()
    found, rows = outlined(given.folder / "set"), []
    for name in given.only:
        config = Config().with_values({"net.side": 320, "train.patience": 0, **RUNS[name]})
        out = given.folder / name.replace(", ", "-").replace(" ", "-")
        run(config, out, found=found)
        made = json.loads((out / "result.json").read_text("utf-8"))
        numbers = [f"{made[key]:.3f}" for key in ("map", "map50", "f1")]
        rows.append([name, *numbers, f"{made['seconds']:.0f}"])
    heads = ["", "mask mAP50-95", "mask mAP50", "mean F1", "s of learning"]
    write_report(
        "characters_training",
        f"{__doc__}\n30 pictures, the best epoch chosen on them.",
        {"Learned": (heads, rows)},
    )


if __name__ == "__main__":
    main()
