"""How precision, recall and their mean follow from the least score of a find, and who is taken for
whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.train.characters.precision import Compared, ranked

SCORES = np.linspace(0, 1, 1001)
"""Least scores that are tried."""
RECALLS = np.linspace(0, 1, 201)
_OVERLAP = 0.5

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """All at an overlap of .50. precision, recall, f1: (classes, 1001) over `SCORES`; precision is
    NaN where nothing is found. by_recall: (classes, 201) precision over `RECALLS`, 0 beyond the
    highest. Rows of classes that are nowhere are NaN."""

    precision: Values
    recall: Values
    f1: Values
    by_recall: Values

    @property
    def best(self) -> float:
        """The least score with the highest mean F1; the middle one of equals."""
        if np.isnan(self.f1).all():
            return 0.25
        mean = np.nanmean(self.f1, axis=0)
        top = np.flatnonzero(mean >= mean.max() - 1e-12)
        return float(SCORES[top[len(top) // 2]])


def curves(pictures: Sequence[Compared], classes: int) -> Curves:
    """Of all pictures together."""
    rows = [_of_class(pictures, one) for one in range(classes)]
    return Curves(*(np.stack(part) for part in zip(*rows, strict=True)))


def _of_class(pictures: Sequence[Compared], one: int) -> tuple[Values, Values, Values, Values]:
    found = ranked(pictures, one)
    if not found.there:
        nothing = np.full(len(SCORES), np.nan)
        return nothing, nothing, nothing, np.full(len(RECALLS), np.nan)
    right = np.concatenate([[0], np.cumsum(found.hits[0])]).astype(float)
    # How many finds reach each score.
    count = np.searchsorted(-found.scores.astype(float), -SCORES, side="right")
    precision = np.where(count > 0, right[count] / np.maximum(count, 1), np.nan)
    recall = right[count] / found.there
    f1 = 2 * right[count] / (count + found.there)
    return precision, recall, f1, _by_recall(right[1:], found.there)


def _by_recall(right: Values, there: int) -> Values:
    """Precision at a recall: the best that is still to come, as average precision reads it."""
    if not len(right):
        return np.zeros(len(RECALLS))
    precision = right / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(right / there, RECALLS - 1e-12, side="left")
    return np.where(at < len(best), best[np.minimum(at, len(best) - 1)], 0.0)


def confusion(pictures: Sequence[Compared], classes: int, least: float) -> NDArray[np.int64]:
    """(classes + 1, classes + 1): row what was found, column what is there, the last of each the
    background. Finds of at least that score and figures are paired across classes, the largest
    overlaps first, from an overlap of .50 on."""
    table = np.zeros((classes + 1, classes + 1), np.int64)
    for picture in pictures:
        sure = np.flatnonzero(picture.scores >= least)
        pairs = paired(picture.overlaps[sure])
        for find, figure in pairs:
            table[picture.classes[sure[find]], picture.truth[figure]] += 1
        for find in set(range(len(sure))) - {f for f, _ in pairs}:
            table[picture.classes[sure[find]], classes] += 1
        for figure in set(range(len(picture.truth))) - {t for _, t in pairs}:
            table[classes, picture.truth[figure]] += 1
    return table


def paired(overlaps: Values) -> list[tuple[int, int]]:
    """(find, figure) one to one, by falling overlap."""
    left = np.where(overlaps >= _OVERLAP, overlaps, -1.0)
    pairs: list[tuple[int, int]] = []
    while left.size and left.max() >= 0:
        find, figure = (int(n) for n in np.unravel_index(int(left.argmax()), left.shape))
        pairs.append((find, figure))
        left[find], left[:, figure] = -1, -1
    return pairs


def at_score(rows: Values, least: float) -> Values:
    """What rows (classes, 1001) over `SCORES` say at a least score."""
    values: Values = rows[:, int(np.argmin(np.abs(SCORES - least)))]
    return values
