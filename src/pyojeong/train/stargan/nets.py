"""Generator and critic of StarGAN: Choi et al. 2018, arXiv:1711.09020, tables 4 and 5.

Instance norms keep no running statistics: the published code turned them on, and its results then
depended on the mode of the network.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_FIRST_CHANGE = 0.1
"""How small the first change is, as a factor on the usual weights."""


def _norm(channels: int) -> nn.Module:
    return nn.InstanceNorm2d(channels, affine=True)


class Residual(nn.Module):
    """conv-IN-ReLU-conv-IN, added to what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            _norm(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            _norm(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = self.body(x)
        return x + changed


class Generator(nn.Module):
    """Pictures (n, 3, s, s) in -1...1 and wishes (n, k) → pictures of the same size.

    s: a multiple of 4. The wish is laid beside the picture as k planes of one value each. change:
    the last layer gives what is added to the picture, not the picture, as in Pumarola et al. 2018
    and others: a departure from the paper that starts from the picture itself and so learns in
    minutes what else takes hours. Values may then lie a little outside -1...1.
    """

    def __init__(self, wishes: int, width: int = 64, blocks: int = 6, change: bool = False) -> None:
        super().__init__()
        self.change = change
        layers: list[nn.Module] = [nn.Conv2d(3 + wishes, width, 7, 1, 3, bias=False)]
        layers += [_norm(width), nn.ReLU(inplace=True)]
        for _ in range(2):
            layers += [nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False)]
            layers += [_norm(2 * width), nn.ReLU(inplace=True)]
            width *= 2
        layers += [Residual(width) for _ in range(blocks)]
        for _ in range(2):
            layers += [nn.ConvTranspose2d(width, width // 2, 4, 2, 1, bias=False)]
            layers += [_norm(width // 2), nn.ReLU(inplace=True)]
            width //= 2
        last = nn.Conv2d(width, 3, 7, 1, 3, bias=False)
        if change:
            with torch.no_grad():
                last.weight.mul_(_FIRST_CHANGE)
        self.body = nn.Sequential(*layers, last, nn.Tanh())

    def forward(self, pictures: Tensor, wishes: Tensor) -> Tensor:
        planes = wishes[:, :, None, None].expand(-1, -1, *pictures.shape[2:])
        made: Tensor = self.body(torch.cat([pictures, planes], 1))
        return pictures + 2 * made if self.change else made


class Critic(nn.Module):
    """Pictures (n, 3, s, s) → realness of patches (n, 1, p, p) and logits of the labels (n, k)."""

    def __init__(self, side: int, labels: int, width: int = 64, layers: int = 0) -> None:
        super().__init__()
        layers = layers or int(math.log2(side)) - 1
        body: list[nn.Module] = []
        before, after = 3, width
        for _ in range(layers):
            body += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.01)]
            before, after = after, 2 * after
        self.body = nn.Sequential(*body)
        self.real = nn.Conv2d(before, 1, 3, 1, 1, bias=False)
        self.labels = nn.Conv2d(before, labels, side >> layers, bias=False)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.body(pictures)
        return self.real(seen), self.labels(seen).flatten(1)
