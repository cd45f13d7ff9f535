"""Scores smoothed in time, in seconds rather than frames, without delay.

Each log-probability becomes the mean of those around it, weighted exp(-|t - t'| / constant) and
by the time each sample stands for: an exponential filter run forward and backward (zero phase).
Means of log-probabilities are products of evidence; a constant input stays as it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONSTANT_S = 0.35
"""Time constant: expressions that hold for a second keep nine tenths of their height, and single
readings that disagree with both neighbours vanish."""

LEAST = 1e-4
"""Probabilities below this count as this: one zero must not outweigh a second of evidence."""

_LONGEST_S = 0.5
"""Most time one sample may stand for."""


def smoothed_scores(times: Floats, scores: Floats, constant_s: float = CONSTANT_S) -> Floats:
    """(n, k) probabilities from (n,) seconds, rising, and (n, k) probabilities; rows sum to 1."""
    logs = smoothed(times, np.log(np.maximum(scores, LEAST)), constant_s)
    values = np.exp(logs - logs.max(axis=1, keepdims=True))
    result: Floats = values / values.sum(axis=1, keepdims=True)
    return result


def smoothed(times: Floats, values: Floats, constant_s: float = CONSTANT_S) -> Floats:
    """(n, k) values filtered over (n,) rising times, seconds."""
    if len(times) < 2 or constant_s <= 0:
        return np.array(values, np.float64)
    weights = _spans(times)[:, None]
    keep = np.exp(-np.diff(times) / constant_s)
    columns = np.concatenate([values * weights, weights], axis=1)
    both = _decayed(columns, keep) + _decayed(columns[::-1], keep[::-1])[::-1] - columns
    result: Floats = both[:, :-1] / both[:, -1:]
    return result


def _decayed(columns: Floats, keep: Floats) -> Floats:
    sums = np.array(columns, np.float64)
    for at, share in enumerate(keep, start=1):
        sums[at] += share * sums[at - 1]
    return sums


def _spans(times: Floats) -> Floats:
    """Time each sample stands for: half the way to each neighbour, as in the trapezoidal rule."""
    gaps = np.clip(np.diff(times), 1e-6, _LONGEST_S)
    spans = np.zeros(len(times))
    spans[:-1] += gaps / 2
    spans[1:] += gaps / 2
    return spans
