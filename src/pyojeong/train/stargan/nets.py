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
    """conv-IN-ReLU-conv-IN, added to what came in. wishes: their number where the block hears of
    them itself, as a shift of each channel after its first norm; else 0."""

    def __init__(self, channels: int, wishes: int = 0) -> None:
        super().__init__()
        self.shift = nn.Linear(wishes, channels) if wishes else None
        self.first = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), _norm(channels)
        )
        self.second = nn.Sequential(
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            _norm(channels),
        )

    def forward(self, x: Tensor, wishes: Tensor) -> Tensor:
        seen = self.first(x)
        if self.shift is not None:
            seen = seen + self.shift(wishes)[:, :, None, None]
        changed: Tensor = self.second(seen)
        return x + changed


class Generator(nn.Module):
    """Pictures (n, 3, s, s) in -1...1 and wishes (n, k) → pictures of the same size.

    s: a multiple of 4. The wish is laid beside the picture as k planes of one value each.

    quick: two departures from the paper with which a small network learns in minutes. The residual
    blocks hear the wish themselves (instance norm takes planes of one value out again, except near
    the border, so that it must travel from there), and the last layer gives what is added to the
    picture, not the picture. Values may then lie a little outside -1...1.
    """

    def __init__(self, wishes: int, width: int = 64, blocks: int = 6, quick: bool = False) -> None:
        super().__init__()
        self.quick = quick
        layers: list[nn.Module] = [nn.Conv2d(3 + wishes, width, 7, 1, 3, bias=False)]
        layers += [_norm(width), nn.ReLU(inplace=True)]
        for _ in range(2):
            layers += [nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False)]
            layers += [_norm(2 * width), nn.ReLU(inplace=True)]
            width *= 2
        self.shrink = nn.Sequential(*layers)
        heard = wishes if quick else 0
        self.blocks = nn.ModuleList(Residual(width, heard) for _ in range(blocks))
        layers = []
        for _ in range(2):
            layers += [nn.ConvTranspose2d(width, width // 2, 4, 2, 1, bias=False)]
            layers += [_norm(width // 2), nn.ReLU(inplace=True)]
            width //= 2
        last = nn.Conv2d(width, 3, 7, 1, 3, bias=False)
        if quick:
            with torch.no_grad():
                last.weight.mul_(_FIRST_CHANGE)
        self.grow = nn.Sequential(*layers, last, nn.Tanh())

    def forward(self, pictures: Tensor, wishes: Tensor) -> Tensor:
        planes = wishes[:, :, None, None].expand(-1, -1, *pictures.shape[2:])
        seen = self.shrink(torch.cat([pictures, planes], 1))
        for block in self.blocks:
            seen = block(seen, wishes)
        made: Tensor = self.grow(seen)
        return pictures + 2 * made if self.quick else made


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
