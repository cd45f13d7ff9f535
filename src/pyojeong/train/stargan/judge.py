"""A small classifier that learns the labels of the real pictures by itself and judges made ones.

It shares nothing with the critic: other layers, other chance, no made picture is shown to it. Its
last layer before the labels gives the features of the Fréchet distance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pyojeong.train.stargan.domains import Domain, Feeder
from pyojeong.train.stargan.losses import label_loss
from pyojeong.train.stargan.painter import to_input

Floats = NDArray[np.float32]
FEATURES = 96
_BATCH, _RATE, _SEED = 32, 2e-3, 7919
_WIDTHS = (16, 32, 64, FEATURES)


class Judge(nn.Module):
    """Pictures (n, 3, s, s) in -1...1 → logits (n, k). Four convolutions, each halved by pooling,
    batch norm, and the mean over what is left."""

    def __init__(self, labels: int, side: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for width in _WIDTHS:
            layers += [nn.Conv2d(before, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)]
            layers += [nn.ReLU(inplace=True), nn.MaxPool2d(2)]
            before = width
        self.body = nn.Sequential(*layers)
        self.dropout = nn.Dropout(0.2)
        # Where things are matters: a mouth is not a pair of brows.
        self.places = nn.AvgPool2d(max(1, side // 64))
        self.mix = nn.Linear(FEATURES * min(side // 16, 4) ** 2, FEATURES)
        self.head = nn.Linear(FEATURES, labels)

    def features(self, pictures: Tensor) -> Tensor:
        """(n, FEATURES)."""
        seen = self.places(self.body(pictures)).flatten(1)
        mixed: Tensor = torch.relu(self.mix(seen))
        return mixed

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.head(self.dropout(self.features(pictures)))
        return logits


def train_judge(domain: Domain, steps: int, seed: int, device: torch.device) -> Judge:
    """A judge of one set's labels, from its training pictures alone."""
    torch.manual_seed(_SEED + seed)
    judge = Judge(len(domain.labels), domain.train.side).to(device)
    adam = torch.optim.AdamW(judge.parameters(), _RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    feeder = Feeder(domain.train, min(_BATCH, len(domain.train)), (seed, _SEED), 0, 1)
    for step in range(steps):
        pictures, truth = feeder(step)
        logits = judge(to_input(torch.from_numpy(pictures).to(device)))
        loss = label_loss(logits, torch.from_numpy(truth).to(device), domain.exclusive)
        adam.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        schedule.step()
    return judge.eval()


def reads(judge: Judge, pictures: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Logits (n, k) and features (n, FEATURES) of squares uint8 (n, s, s, 3)."""
    device = next(judge.parameters()).device
    logits, seen = [], []
    with torch.inference_mode():
        for start in range(0, len(pictures), 64):
            batch = to_input(torch.from_numpy(pictures[start : start + 64]).to(device))
            features = judge.features(batch)
            seen.append(features.float().cpu().numpy())
            logits.append(judge.head(features).float().cpu().numpy())
    return np.concatenate(logits), np.concatenate(seen)


def frechet_distance(one: Floats, other: Floats) -> float:
    """Between two sets of features (n, d), taken as normal distributions (Heusel et al. 2017)."""
    means = one.mean(0, dtype=np.float64) - other.mean(0, dtype=np.float64)
    first, second = (np.cov(f.astype(np.float64), rowvar=False, bias=True) for f in (one, other))
    root = _root(first)
    # The trace of (first second)^½ is that of the symmetric (root second root)^½.
    crossed = np.sqrt(np.clip(np.linalg.eigvalsh(root @ second @ root), 0, None)).sum()
    distance = means @ means + np.trace(first) + np.trace(second) - 2 * crossed
    return max(0.0, float(distance))


def _root(matrix: NDArray[Any]) -> NDArray[Any]:
    values, vectors = np.linalg.eigh(matrix)
    made: NDArray[Any] = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return made
