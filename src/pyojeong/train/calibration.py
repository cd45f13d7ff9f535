"""Probabilities from logits, how sure they are, and the temperature that makes them honest.

Temperature: Guo et al. 2017, "On calibration of modern neural networks", arXiv:1706.04599.
Expected calibration error over 15 equal bins of confidence: Naeini et al. 2015.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Numbers = NDArray[np.int64]
BINS = 15
_COOLEST, _HOTTEST = 0.05, 20.0


def softmax(logits: Floats, temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities (n, k) of logits (n, k)."""
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(1, keepdims=True))
    made: NDArray[np.float64] = powers / powers.sum(1, keepdims=True)
    return made


def likelihood_loss(logits: Floats, labels: Numbers, temperature: float = 1.0) -> float:
    """Mean negative log-likelihood of the labels (n,), in nats."""
    right = softmax(logits, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(right, 1e-12)).mean())


def find_temperature(logits: Floats, labels: Numbers) -> float:
    """The temperature, 0.05 to 20, under which the labels (n,) are most likely.

    One further picture of unknown class is assumed, so that a few pictures that are all right do
    not make the classifier sure of everything (as Platt 1999 does with his targets). The loss has
    one minimum, so a golden-section search over the logarithm finds it.
    """
    count, classes = logits.shape
    targets = np.full((count, classes), 1 / (classes * (count + 1)))
    targets[np.arange(count), labels] += count / (count + 1)

    def loss(logarithm: float) -> float:
        likely = np.log(np.maximum(softmax(logits, math.exp(logarithm)), 1e-300))
        return float(-(targets * likely).sum())

    low, high = math.log(_COOLEST), math.log(_HOTTEST)
    ratio = (math.sqrt(5) - 1) / 2
    while high - low > 1e-5:
        first, second = high - ratio * (high - low), low + ratio * (high - low)
        if loss(first) <= loss(second):
            high = second
        else:
            low = first
    return math.exp((low + high) / 2)


def calibration_error(probabilities: NDArray[np.floating], labels: Numbers) -> float:
    """Expected calibration error in 0-1: how far confidence lies from the share that is right."""
    return reliability(probabilities, labels)[3]


def reliability(
    probabilities: NDArray[np.floating], labels: Numbers
) -> tuple[Numbers, NDArray[np.float64], NDArray[np.float64], float]:
    """Per bin of confidence: rows (b,), mean confidence (b,), share right (b,), NaN in empty bins;
    and the expected calibration error, 0-1.
    """
    sure = probabilities.max(1)
    right = (probabilities.argmax(1) == labels).astype(np.float64)
    at = np.minimum((sure * BINS).astype(int), BINS - 1)
    rows = np.bincount(at, minlength=BINS).astype(np.int64)
    some = np.where(rows > 0, rows, np.nan)
    confidence = np.bincount(at, sure, BINS) / some
    share = np.bincount(at, right, BINS) / some
    error = float(np.nansum(np.abs(confidence - share) * rows) / max(1, len(labels)))
    return rows, confidence, share, error
