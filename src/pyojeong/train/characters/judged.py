"""A trained network judged on the pictures held back: numbers, curves and its worst mistakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.train.characters.curves import Curves, at_score, confusion, curves, paired
from pyojeong.train.characters.gathering import Material
from pyojeong.train.characters.measuring import measure
from pyojeong.train.characters.net import SegNet
from pyojeong.train.characters.precision import Compared, Precision, mean_precision


@dataclass(frozen=True, slots=True, eq=False)
class Mistakes:
    """Of one picture. row: its number. missed, extra: classes of figures not found and of finds that
    are nobody. taken: (truth, find) of figures taken for another class. cost: their number, and half
    of what the masks of the right ones lack."""

    row: int
    missed: tuple[int, ...]
    extra: tuple[int, ...]
    taken: tuple[tuple[int, int], ...]
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """part: "val" or "test". least: the score with the highest mean F1, from which on finds count in
    `matrix`, `mistakes` and `table`."""

    part: str
    precision: Precision
    curves: Curves
    least: float
    matrix: NDArray[np.int64]
    mistakes: tuple[Mistakes, ...]

    @property
    def f1(self) -> float:
        """Mean over the classes at `least`, NaN where no figure is."""
        values = at_score(self.curves.f1, self.least)
        return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")

    def ranks(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Precision and recall of each class at `least`."""
        return (
            at_score(self.curves.precision, self.least),
            at_score(self.curves.recall, self.least),
        )


def judge(net: SegNet, material: Material, side: int) -> Judged:
    """On the test part where there is one, else on val."""
    part, classes = material.measured, len(material.labels)
    pictures = measure(net, material.parts[part], side)
    made = curves(pictures, classes)
    least = made.best
    return Judged(
        part,
        mean_precision(pictures, classes),
        made,
        least,
        confusion(pictures, classes, least),
        tuple(mistakes_of(row, one, least) for row, one in enumerate(pictures)),
    )


def mistakes_of(row: int, one: Compared, least: float) -> Mistakes:
    """What is wrong about one picture, counting finds of at least that score."""
    sure = np.flatnonzero(one.scores >= least)
    overlaps = one.overlaps[sure]
    pairs = paired(overlaps)
    found, there = {f for f, _ in pairs}, {t for _, t in pairs}
    missed = tuple(int(one.truth[t]) for t in range(len(one.truth)) if t not in there)
    extra = tuple(int(one.classes[sure[f]]) for f in range(len(sure)) if f not in found)
    taken, lack = [], 0.0
    for f, t in pairs:
        truth, seen = int(one.truth[t]), int(one.classes[sure[f]])
        if truth != seen:
            taken.append((truth, seen))
        else:
            lack += (1 - float(overlaps[f, t])) / 2
    return Mistakes(row, missed, extra, tuple(taken), len(missed) + len(extra) + len(taken) + lack)
