"""The losses of StarGAN: Wasserstein with gradient penalty, labels, and the way back.

Gulrajani et al. 2017, arXiv:1704.00028; Choi et al. 2018, arXiv:1711.09020, equations 2 to 8.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Score = Callable[[Tensor], tuple[Tensor, Tensor]]


def gradient_penalty(critic: Score, real: Tensor, made: Tensor, share: Tensor) -> Tensor:
    """Mean of (|gradient| - 1)² at points between real and made pictures, (n, 3, s, s) each.

    share: (n, 1, 1, 1) in 0-1, how much of each point is real.
    """
    between = (share * real + (1 - share) * made).detach().requires_grad_(True)
    score = critic(between)[0]
    (slope,) = torch.autograd.grad(score.sum(), between, create_graph=True)
    steep = slope.float().flatten(1).norm(2, dim=1)
    penalty: Tensor = ((steep - 1) ** 2).mean()
    return penalty


def label_loss(logits: Tensor, truth: Tensor, exclusive: bool) -> Tensor:
    """Of logits (n, k) against labels (n, k) of 0 and 1: cross-entropy where exactly one of a row
    is 1, else binary cross-entropy summed over the labels as in the published code."""
    if exclusive:
        return functional.cross_entropy(logits.float(), truth.argmax(1))
    losses = functional.binary_cross_entropy_with_logits(logits.float(), truth, reduction="sum")
    return losses / len(logits)
