"""The loss, the optimisers and the schedules of the bench, each a few lines of torch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import lr_scheduler

from pyojeong.train.classifier.config import Loss, Optimizer, Schedule


def class_weights(targets: NDArray[np.float32], kind: str) -> Tensor:
    """Weight per class (k,): ones, or "balanced" by the inverse of its share, 1 on average over
    the pictures. A class without pictures weighs nothing."""
    if kind == "none":
        return torch.ones(targets.shape[1])
    mass = targets.sum(0, dtype=np.float64)
    present = mass > 0
    weights = np.where(present, mass.sum() / (present.sum() * np.where(present, mass, 1)), 0)
    return torch.tensor(weights, dtype=torch.float32)


def soft_loss(
    logits: Tensor, targets: Tensor, counted: Tensor, loss: Loss, weights: Tensor
) -> Tensor:
    """Mean cross-entropy (scalar) of logits (n, k) to target probabilities (n, k).

    A row weighs what its target's classes weigh; rows that are not counted weigh nothing.
    """
    heavy = (targets * weights).sum(1) * counted
    if loss.smoothing:
        targets = targets * (1 - loss.smoothing) + loss.smoothing / targets.shape[1]
    rows = -(targets * functional.log_softmax(logits.float(), 1)).sum(1)
    return (rows * heavy).sum() / heavy.sum().clamp(min=1e-9)


def make_optimizer(settings: Optimizer, net: nn.Module) -> torch.optim.Optimizer:
    """Over what is trained of the net; biases and norms are not decayed."""
    learned = [p for p in net.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in learned if p.ndim >= 2], "weight_decay": settings.decay},
        {"params": [p for p in learned if p.ndim < 2], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if settings.name == "sgd":
        return torch.optim.SGD(groups, lr=settings.rate, momentum=settings.momentum)
    kind = torch.optim.AdamW if settings.name == "adamw" else torch.optim.Adam
    return kind(groups, lr=settings.rate, betas=(settings.momentum, 0.999))


def make_schedule(settings: Schedule, optimizer: torch.optim.Optimizer, epochs: int) -> Any:
    """A schedule that is stepped once after each epoch, `plateau` with the validation loss."""
    if settings.name == "plateau":
        return lr_scheduler.ReduceLROnPlateau(
            optimizer, factor=settings.gamma, patience=settings.patience
        )
    if settings.name == "step":
        return lr_scheduler.StepLR(optimizer, settings.step, settings.gamma)
    if settings.name == "multistep":
        return lr_scheduler.MultiStepLR(optimizer, list(settings.milestones), settings.gamma)
    if settings.name == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    if settings.name == "restarts":
        return lr_scheduler.CosineAnnealingWarmRestarts(optimizer, settings.t0, settings.tmult)
    return lr_scheduler.ConstantLR(optimizer, factor=1.0, total_iters=0)


def normalise(pictures: Tensor, mean: Tensor, std: Tensor, gray: bool) -> Tensor:
    """Pictures (n, s, s, 3) uint8 RGB → (n, 3, s, s) float32 as the network wants them.

    gray: all three channels hold the brightness (ITU-R BT.601).
    """
    x = pictures.permute(0, 3, 1, 2).float() / 255
    if gray:
        x = (x * x.new_tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1, keepdim=True)
    return (x - mean[:, None, None]) / std[:, None, None]


def best_epoch(history: Sequence[dict[str, Any]]) -> int:
    """Index of the best epoch: most right on the validation split, then the least loss."""
    return min(range(len(history)), key=lambda n: _worse(history[n]))


def _worse(line: dict[str, Any]) -> tuple[float, float]:
    return (-line["val_accuracy"], line["val_loss"])


def stalled(history: Sequence[dict[str, Any]], patience: int) -> bool:
    """Whether the validation loss has not fallen for `patience` epochs (0: never)."""
    if not patience or not history:
        return False
    losses = [line["val_loss"] for line in history]
    return len(losses) - 1 - losses.index(min(losses)) >= patience


def freeze_norms(modules: Iterable[nn.Module]) -> None:
    """Batch norms that are not trained keep the statistics they came with."""
    for module in modules:
        own = list(module.parameters(recurse=False))
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and own:
            module.train(any(p.requires_grad for p in own))
