"""How right and how sure a trained classifier is, and what a picture costs.

Temperature: Guo et al. 2017, "On calibration of modern neural networks", arXiv:1706.04599.
Expected calibration error over 15 equal bins of confidence: Naeini et al. 2015.
"""

from __future__ import annotations

import math
import time
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Floats = NDArray[np.float32]
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


def calibration_error(probabilities: NDArray[np.float64], labels: Numbers) -> float:
    """Expected calibration error in 0-1: how far confidence lies from the share that is right."""
    sure = probabilities.max(1)
    right = probabilities.argmax(1) == labels
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(float((sure - right)[bins == b].sum())) for b in range(BINS)]
    return sum(gaps) / len(labels)


def macro_f1(read: Numbers, labels: Numbers, classes: int) -> float:
    """Mean F1 over the classes that occur among the labels or the readings."""
    scores = []
    for k in range(classes):
        both = int(((read == k) & (labels == k)).sum())
        either = int((read == k).sum() + (labels == k).sum())
        if either:
            scores.append(2 * both / either)
    return float(np.mean(scores))


def measures(logits: Floats, labels: Numbers, temperature: float) -> dict[str, float]:
    """accuracy, macro_f1; nll and ece with the temperature; ece_before without it."""
    read = logits.argmax(1)
    return {
        "accuracy": float((read == labels).mean()),
        "macro_f1": macro_f1(read, labels, logits.shape[1]),
        "nll": likelihood_loss(logits, labels, temperature),
        "ece": calibration_error(softmax(logits, temperature), labels),
        "ece_before": calibration_error(softmax(logits), labels),
    }


def count_flops(net: nn.Module, side: int) -> int:
    """Floating-point operations for one picture of `side` px; a multiply-add counts two."""
    from torch.utils.flop_counter import FlopCounterMode

    device = next(net.parameters()).device
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, 3, side, side, device=device))
    return int(counter.get_total_flops())


def count_parameters(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def time_network(net: nn.Module, side: int, times: int = 7) -> float:
    """Milliseconds for one picture in torch on the network's device: median after a warm-up."""
    device = next(net.parameters()).device
    picture = torch.zeros(1, 3, side, side, device=device)
    took = []
    with torch.inference_mode():
        for _ in range(times + 2):
            began = time.perf_counter()
            float(net(picture).sum())
            took.append(time.perf_counter() - began)
    return 1000 * median(took[2:])
