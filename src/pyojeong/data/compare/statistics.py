"""The numbers of a comparison: distances, their chance, intervals."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS, LEAST_SHARE, Z = 10, 1e-4, 1.959963984540054


def ks(a: Floats, b: Floats) -> tuple[float, float]:
    """Two-sample Kolmogorov-Smirnov distance in [0, 1] and its asymptotic p; NaNs are left out.
    (0, 1) where a side is empty."""
    a, b = np.sort(a[np.isfinite(a)]), np.sort(b[np.isfinite(b)])
    if not len(a) or not len(b):
        return 0.0, 1.0
    every = np.concatenate([a, b])
    below_a = np.searchsorted(a, every, "right") / len(a)
    below_b = np.searchsorted(b, every, "right") / len(b)
    distance = float(np.abs(below_a - below_b).max())
    x = distance * np.sqrt(len(a) * len(b) / (len(a) + len(b)))
    return distance, _kolmogorov(float(x))


def _kolmogorov(x: float) -> float:
    """Chance that the Kolmogorov distribution exceeds x."""
    if x < 0.2:
        return 1.0
    k = np.arange(1, 101)
    return float(np.clip(2 * ((-1.0) ** (k - 1) * np.exp(-2 * (k * x) ** 2)).sum(), 0, 1))


def psi(a: Floats, b: Floats, bins: int = BINS) -> float:
    """Population stability index over quantile bins of A; below 0.1 is usually called stable,
    above 0.25 a large shift. Empty bins count as LEAST_SHARE."""
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if not len(a) or not len(b):
        return 0.0
    edges = np.unique(np.quantile(a, np.linspace(0, 1, bins + 1)[1:-1]))
    return psi_of(_shares(a, edges), _shares(b, edges))


def _shares(values: Floats, edges: Floats) -> Floats:
    counts = np.bincount(np.searchsorted(edges, values, "left"), minlength=len(edges) + 1)
    return np.asarray(counts / len(values), np.float64)


def psi_of(p: Floats, q: Floats) -> float:
    """Of two rows of shares."""
    p, q = np.maximum(p, LEAST_SHARE), np.maximum(q, LEAST_SHARE)
    return float(((q - p) * np.log(q / p)).sum())


def class_distance(
    a: NDArray[np.int64], b: NDArray[np.int64], seed: int = 0, draws: int = 4000
) -> tuple[float, float]:
    """Total variation between two rows of counts, and its p by permutation of the labels."""
    if not a.sum() or not b.sum():
        return 0.0, 1.0
    both = a + b
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(both, int(a.sum()), draws)
    chance = 0.5 * np.abs(drawn / a.sum() - (both - drawn) / b.sum()).sum(axis=1)
    distance = float(0.5 * np.abs(a / a.sum() - b / b.sum()).sum())
    return distance, float((1 + (chance >= distance - 1e-12).sum()) / (1 + draws))


def holm(p: Sequence[float]) -> list[float]:
    """Adjusted p values (Holm 1979), in the order given."""
    order = np.argsort(p, kind="stable")
    scaled = np.asarray(p, np.float64)[order] * np.arange(len(p), 0, -1)
    made = np.empty(len(p))
    made[order] = np.minimum(np.maximum.accumulate(scaled), 1)
    return [float(value) for value in made]


def wilson(right: float, total: int) -> tuple[float, float]:
    """95% interval of a share; (0, 1) of nothing."""
    if not total:
        return 0.0, 1.0
    share, z2 = right / total, Z * Z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z * np.sqrt(share * (1 - share) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def auc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve by ranks, ties counted half."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n, m = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m)) if n and m else 0.5


def lift(failed: NDArray[np.bool_], inside: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """How many times as often it fails inside as outside, 95% interval (log method, half a count
    added) and two-sided p of the same approximation."""
    a, n = failed[inside].sum() + 0.5, inside.sum() + 1.0
    b, m = failed[~inside].sum() + 0.5, (~inside).sum() + 1.0
    ratio = float((a / n) / (b / m))
    error = float(np.sqrt(max(1 / a - 1 / n + 1 / b - 1 / m, 1e-12)))
    low, high = exp(log(ratio) - Z * error), exp(log(ratio) + Z * error)
    return ratio, low, high, erfc(abs(log(ratio)) / error / sqrt(2))
