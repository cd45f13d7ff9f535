"""The expression network: a small residual net with channel attention and two heads.

He et al. 2016 (residual blocks), Hu et al. 2018 (squeeze and excitation). The two heads read
the same features against two label sets: FER2013's seven classes and FER+'s eight.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """Two 3 × 3 convolutions with channel attention around a shortcut."""

    def __init__(self, given: int, made: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(given, made, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(made)
        self.second = nn.Conv2d(made, made, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(made)
        self.squeeze = nn.Conv2d(made, made // 8, 1)
        self.excite = nn.Conv2d(made // 8, made, 1)
        self.shortcut = nn.Sequential()
        if stride != 1 or given != made:
            self.shortcut = nn.Sequential(
                nn.Conv2d(given, made, 1, stride, bias=False), nn.BatchNorm2d(made)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.first_norm(self.first(x)))
        y = self.second_norm(self.second(y))
        gate = self.excite(torch.relu(self.squeeze(y.mean((2, 3), keepdim=True))))
        return torch.relu(y * torch.sigmoid(gate) + self.shortcut(x))


class ExpressionNet(nn.Module):
    """Gray faces (n, 1, s, s) in 0-255 → logits for FER (n, 7) and FER+ (n, 8).

    Each picture is brought to zero mean and unit deviation first, so exposure does not matter.
    """

    def __init__(
        self, stem: int, widths: Sequence[int], blocks: int, dropout: float, classes: Sequence[int]
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            nn.Conv2d(1, stem, 3, 1, 1, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(),
        ]
        given = stem
        for made in widths:
            for depth in range(blocks):
                layers.append(Block(given, made, 2 if depth == 0 else 1))
                given = made
        self.body = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleList(nn.Linear(given, n) for n in classes)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        centred = pictures - pictures.mean((1, 2, 3), keepdim=True)
        spread = centred.square().mean((1, 2, 3), keepdim=True).sqrt()
        x = self.body(centred / (spread + 8.0))
        x = self.dropout(x.mean((2, 3)))
        return self.heads[0](x), self.heads[1](x)
