"""Where the classifier fails, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.compare.measure import PROPERTIES, Measured
from pyojeong.data.compare.statistics import holm, lift, wilson
from pyojeong.emotion import EMOTIONS
from pyojeong.errors import BadSettings
from pyojeong.text.label_map import map_labels

LEAST, PAIRS, MISTAKES = 8, 8, 12


@dataclass(frozen=True, slots=True)
class Accuracy:
    """right of total, with the Wilson interval."""

    right: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.right / self.total if self.total else float("nan")


@dataclass(frozen=True, slots=True)
class Lift:
    """Pictures of B in the lowest or highest quarter of a property fail `ratio` times as often as
    the others; 95% interval; p adjusted by Holm. limit: the quarter's edge."""

    name: str
    high_side: bool
    limit: float
    ratio: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Failure:
    """a, b: accuracy on each set, None where its labels name no emotions. pairs: (true, read,
    count) of B, most first. lifts: surest first. mistakes: (row of B's set, true, read, confidence),
    most confident first."""

    a: Accuracy | None
    b: Accuracy
    pairs: list[tuple[str, str, int]]
    lifts: list[Lift]
    mistakes: list[tuple[int, str, str, float]]


def failure(a: Measured, b: Measured) -> Failure | None:
    """None where labels of B name no house emotion, or none is known."""
    truth = _truth(b)
    if truth is None or not (truth >= 0).any():
        return None
    first = _truth(a)
    read, known = _read(b), truth >= 0
    wrong = known & (read != truth)
    pairs: dict[tuple[str, str], int] = {}
    for t, r in zip(truth[wrong].tolist(), read[wrong].tolist(), strict=True):
        key = EMOTIONS[t].value, EMOTIONS[r].value
        pairs[key] = pairs.get(key, 0) + 1
    listed = sorted(((*key, n) for key, n in pairs.items()), key=lambda row: -row[2])
    sure = b.probabilities.max(axis=1)
    at = np.flatnonzero(wrong)
    at = at[np.argsort(-sure[at], kind="stable")][:MISTAKES]
    mistakes = [
        (int(b.rows[i]), EMOTIONS[truth[i]].value, EMOTIONS[read[i]].value, float(sure[i]))
        for i in at
    ]
    before = None if first is None or not (first >= 0).any() else _accuracy(first, _read(a))
    return Failure(
        before, _accuracy(truth, read), listed[:PAIRS], _lifts(b, known, wrong), mistakes
    )


def _truth(one: Measured) -> NDArray[np.int64] | None:
    """(n,) emotion each label names, -1 where unknown, without reading or split between several."""
    try:
        weights = map_labels(one.dataset.classes).weights
    except BadSettings:
        return None
    best = np.where((weights > 0).sum(axis=1) == 1, weights.argmax(axis=1), -1)
    usable = (one.labels >= 0) & np.isfinite(one.probabilities).all(axis=1)
    return np.where(usable, best[one.labels], -1).astype(np.int64)


def _read(one: Measured) -> NDArray[np.int64]:
    return np.asarray(np.nan_to_num(one.probabilities).argmax(axis=1), np.int64)


def _accuracy(truth: NDArray[np.int64], read: NDArray[np.int64]) -> Accuracy:
    right, total = int(((truth == read) & (truth >= 0)).sum()), int((truth >= 0).sum())
    return Accuracy(right, total, *wilson(right, total))


def _lifts(b: Measured, known: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> list[Lift]:
    rows = []
    for name in PROPERTIES:
        column = b.column(name)
        usable = known & np.isfinite(column)
        if usable.sum() < 2 * LEAST:
            continue
        values, failed = column[usable], wrong[usable]
        for high_side in (False, True):
            limit = float(np.quantile(values, 0.75 if high_side else 0.25))
            inside = values > limit if high_side else values < limit
            if LEAST <= inside.sum() <= len(values) - LEAST:
                rows.append((name, high_side, limit, *lift(failed, inside)))
    adjusted = holm([row[-1] for row in rows])
    made = [Lift(*row[:-1], p) for row, p in zip(rows, adjusted, strict=True)]
    return sorted(made, key=lambda one: (one.p, -one.ratio))
