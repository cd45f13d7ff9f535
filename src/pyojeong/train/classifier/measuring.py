"""How right and how sure a trained classifier is, and what a picture costs."""

from __future__ import annotations

import time
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pyojeong.train.calibration import calibration_error, likelihood_loss, softmax

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


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
