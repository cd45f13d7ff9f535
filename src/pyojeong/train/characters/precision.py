"""Mean average precision of cut-out figures, as COCO measures it.

Lin et al. 2014, Microsoft COCO: per class and overlap from .50 to .95, detections by falling score
take the figure they overlap most; precision is read at 101 recalls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OVERLAPS = np.round(np.arange(0.5, 1.0, 0.05), 2)
_RECALLS = np.linspace(0, 1, 101)
_MOST = 100


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """One picture. scores, classes: (n,) of what was found; truth: (m,) classes of what is there;
    overlaps: (n, m) intersection over union of their masks."""

    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    truth: NDArray[np.int64]
    overlaps: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """mean: over classes and overlaps, mAP50-95. at50: mAP50. per_class: (c,) mean over overlaps,
    per_class_at50: at .50, NaN for a class that is nowhere."""

    mean: float
    at50: float
    per_class: NDArray[np.float64]
    per_class_at50: NDArray[np.float64]


def mask_overlaps(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Intersection over union of masks (n, H, W) and (m, H, W): (n, m)."""
    x, y = (m.reshape(len(m), m.shape[1] * m.shape[2]).astype(np.float32) for m in (a, b))
    shared = (x @ y.T).astype(np.float64)
    union = x.sum(1)[:, None] + y.sum(1)[None] - shared
    return np.asarray(shared / np.maximum(union, 1))


def mean_precision(pictures: Sequence[Compared], classes: int) -> Precision:
    """Over all pictures together."""
    table = np.array([_of_class(pictures, c) for c in range(classes)])
    known = ~np.isnan(table[:, 0])
    if not known.any():
        return Precision(float("nan"), float("nan"), table[:, 0], table[:, 0])
    mean, at50 = float(table[known].mean()), float(table[known, 0].mean())
    return Precision(mean, at50, table.mean(1), table[:, 0])


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """The finds of one class in all pictures, best first. scores: (n,). hits: (overlaps, n), whether
    each takes a figure that nobody took before. there: figures of the class."""

    scores: NDArray[np.float32]
    hits: NDArray[np.bool_]
    there: int


def ranked(pictures: Sequence[Compared], one: int) -> Ranked:
    """Finds of a class against its figures, picture by picture, then together."""
    scores: list[NDArray[np.float32]] = [np.zeros(0, np.float32)]
    hits: list[NDArray[np.bool_]] = [np.zeros((len(OVERLAPS), 0), np.bool_)]
    there = 0
    for picture in pictures:
        mine = np.flatnonzero(picture.classes == one)
        mine = mine[np.argsort(-picture.scores[mine], kind="stable")][:_MOST]
        truth = np.flatnonzero(picture.truth == one)
        there += len(truth)
        scores.append(picture.scores[mine])
        hits.append(_hits(picture.overlaps[np.ix_(mine, truth)]))
    joined = np.concatenate(scores)
    order = np.argsort(-joined, kind="stable")
    return Ranked(joined[order], np.concatenate(hits, axis=1)[:, order], there)


def _of_class(pictures: Sequence[Compared], one: int) -> NDArray[np.float64]:
    """Average precision at each of `OVERLAPS`, NaN where the class is nowhere."""
    found = ranked(pictures, one)
    if not found.there:
        return np.full(len(OVERLAPS), np.nan)
    return np.array([_area(row, found.there) for row in found.hits])


def _hits(overlaps: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(overlaps, n): whether each detection, best first, takes a figure nobody took before."""
    made = np.zeros((len(OVERLAPS), len(overlaps)), np.bool_)
    for at, least in enumerate(OVERLAPS):
        free = np.ones(overlaps.shape[1], bool)
        for n, row in enumerate(overlaps):
            left = np.where(free & (row >= min(least, 1 - 1e-10)), row, -1.0)
            if left.size and left.max() >= 0:
                free[left.argmax()] = False
                made[at, n] = True
    return made


def _area(hits: NDArray[np.bool_], there: int) -> float:
    right = np.cumsum(hits)
    precision = right / np.arange(1, len(hits) + 1)
    recall = right / there
    # Precision never falls with recall: the best that is still to come counts.
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, _RECALLS, side="left")
    return float(
        np.where(
            at < len(precision), np.append(precision, 0.0)[np.minimum(at, len(precision))], 0.0
        ).mean()
    )
