"""How sure a measured number is, and whether two of them differ.

McNemar 1947 in its exact form, Satterthwaite 1946 (two sources of chance), Efron 1979 (bootstrap).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Interval = tuple[float, float]
Z95 = 1.959963984540054
DRAWS = 2000


def confusion(labels: Numbers, read: Numbers, classes: int) -> Numbers:
    """(k, k) counts, true class by row."""
    counted = np.bincount(labels * classes + read, minlength=classes * classes)
    return np.asarray(counted.reshape(classes, classes), np.int64)


def f1_scores(table: Numbers) -> Floats:
    """F1 (..., k) of confusions (..., k, k); NaN where a class neither occurs nor is read."""
    both = np.diagonal(table, axis1=-2, axis2=-1).astype(np.float64)
    either = table.sum(-1) + table.sum(-2)
    made = np.full(both.shape, np.nan)
    np.divide(2 * both, either, out=made, where=either > 0)
    return made


def macro(scores: Floats) -> Floats:
    """Mean over the last axis of what is not NaN, 0 where nothing is left."""
    known = np.isfinite(scores)
    counted = np.maximum(known.sum(-1), 1)
    made: Floats = np.where(known, scores, 0).sum(-1) / counted
    return made


def bootstrap_f1(table: Numbers, draws: int = DRAWS, seed: int = 0) -> tuple[Interval, Floats]:
    """95 % percentile intervals of the macro F1, and (k, 2) of each class's F1.

    Drawing rows with replacement changes only the counts of the confusion, which are multinomial.
    """
    total = int(table.sum())
    if not total:
        return (0.0, 1.0), np.tile((0.0, 1.0), (len(table), 1))
    chance = np.random.default_rng(seed)
    drawn = chance.multinomial(total, table.ravel() / total, draws)
    scores = f1_scores(drawn.reshape(draws, *table.shape))
    low, high = np.quantile(macro(scores), (0.025, 0.975))
    each = np.quantile(np.nan_to_num(scores), (0.025, 0.975), axis=0).T
    return (float(low), float(high)), each


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Exact two-sided p that two classifiers, right (n,) on the same rows, are equally good."""
    only_first = int((first & ~second).sum())
    only_second = int((~first & second).sum())
    total, few = only_first + only_second, min(only_first, only_second)
    if not total:
        return 1.0
    logs = [
        math.lgamma(total + 1) - math.lgamma(i + 1) - math.lgamma(total - i + 1)
        for i in range(few + 1)
    ]
    return min(1.0, 2 * math.fsum(math.exp(v - total * math.log(2)) for v in logs))


@dataclass(frozen=True, slots=True)
class Difference:
    """mean: of paired differences. error: its standard error. freedom: of Student's t, infinite
    where the chance of training is not in it, because nothing was trained more than once.
    """

    mean: float
    error: float
    freedom: float

    @property
    def of_settings(self) -> bool:
        """Whether it holds for the settings, and not just for the models that were trained."""
        return math.isfinite(self.freedom)

    @property
    def p(self) -> float:
        """Two-sided p that it is nought."""
        if not self.error:
            return float(self.mean == 0)
        from scipy.special import ndtr, stdtr

        far = -abs(self.mean) / self.error
        return float(2 * (stdtr(self.freedom, far) if self.of_settings else ndtr(far)))

    @property
    def interval(self) -> Interval:
        """95 %."""
        from scipy.special import stdtrit

        half = self.error * (float(stdtrit(self.freedom, 0.975)) if self.of_settings else Z95)
        return self.mean - half, self.mean + half


def difference(first: Floats, second: Floats, groups: Sequence[int] = ()) -> Difference:
    """Of the accuracies of (s, n) and (t, n): whether right, for every training, on the same rows.

    Two chances are in it: which pictures were drawn, the variance of the rows' mean differences
    over n; and what training came to, the variance of accuracy over seeds, pooled, times
    1/s + 1/t. The degrees of freedom are Satterthwaite's (1946). groups: of each pair of trainings
    the settings that both have; only seeds of one group are compared for the second variance.
    """
    rows = first.mean(0) - second.mean(0)
    count = len(rows)
    if count < 2:
        return Difference(float(rows.mean()), 0.5, math.inf)
    of_rows = float(rows.var(ddof=1)) / count
    squares, free = 0.0, 0
    for side in (first.mean(1), second.mean(1)):
        named = np.asarray(groups if len(groups) else [0] * len(side))
        for group in np.unique(named):
            own = side[named == group]
            squares += float(((own - own.mean()) ** 2).sum())
            free += len(own) - 1
    if not free:
        return Difference(float(rows.mean()), math.sqrt(of_rows), math.inf)
    of_seeds = squares / free * (1 / len(first) + 1 / len(second))
    total = of_rows + of_seeds
    weights = of_rows**2 / (count - 1) + of_seeds**2 / free
    freedom = total**2 / weights if weights else float(free)
    return Difference(float(rows.mean()), math.sqrt(total), freedom)


def compare(first: Floats, second: Floats) -> float:
    """p that two are equally good. (s, n) each: whether right, for every seed, on the same rows.

    One seed each: McNemar's exact test, which is about these two trained models alone. Several:
    the t-test of `difference`, which is about their settings.
    """
    if len(first) == len(second) == 1:
        return mcnemar(first[0] > 0.5, second[0] > 0.5)
    return difference(first, second).p


def precision_recall(scores: Floats, truth: NDArray[np.bool_]) -> tuple[Floats, Floats, float]:
    """Precision and recall at every threshold, from high to low, and the average precision."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    last = np.r_[np.flatnonzero(np.diff(scores[order])), len(scores) - 1]
    precision = hits[last] / (last + 1)
    recall = hits[last] / max(1, int(truth.sum()))
    average = float((np.diff(np.r_[0.0, recall]) * precision).sum())
    return precision, recall, average


def by_confidence(
    probabilities: Floats, labels: Numbers, thresholds: Floats
) -> tuple[Floats, Floats, Floats]:
    """Precision, recall and F1, (t, k) each, where a class is read only if it is the likeliest and
    at least as likely as the threshold. Precision is 1 where nothing is read.
    """
    read, sure = probabilities.argmax(1), probabilities.max(1)
    counted = np.arange(probabilities.shape[1])
    taken = sure[None, :] >= thresholds[:, None]
    reads = (read[:, None] == counted).astype(np.float64)
    hits = reads * (labels == read)[:, None]
    found, claimed = taken @ hits, taken @ reads
    there = (labels[:, None] == counted).sum(0)
    precision = np.divide(found, claimed, out=np.ones_like(found), where=claimed > 0)
    recall = found / np.maximum(there, 1)
    total = claimed + there
    return precision, recall, 2 * found / np.maximum(total, 1)
