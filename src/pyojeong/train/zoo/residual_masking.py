"""The Residual Masking Network for expressions (Pham, Vu & Tran 2020, ICPR).

A ResNet-34 trunk. After each of its four stages a small U-shaped network looks at the stage's
features and makes a mask, a softmax over channels at every place; the features are multiplied by
one plus the mask. The earlier the stage, the deeper its masking network. Written from the paper
and its published layer widths, which add up to 137.8 M parameters; the paper says 142.9 M.
"""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import Tensor, nn

from pyojeong.vision import vision

STAGES = ((64, 4), (128, 3), (256, 2), (512, 1))
"""Channels of each stage of the trunk and depth of its masking network."""


class Masking(nn.Module):
    """Features (n, c, h, w) → a mask of their shape that sums to 1 over the channels.

    Each step down doubles the channels and, but for the first, halves the size; each step up takes
    the level's own features beside the enlarged ones. An odd size is enlarged to that of its level.
    """

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        widths = [channels * 2**level for level in range(depth + 1)]
        self.down = nn.ModuleList(_block(a, b) for a, b in itertools.pairwise(widths))
        back = list(reversed(widths[1:]))
        self.enlarge = nn.ModuleList(_enlarge(a, b) for a, b in itertools.pairwise(back))
        self.up = nn.ModuleList(_block(2 * b, b) for b in back[1:])
        self.last = _block(widths[1], channels)
        self.pool = nn.MaxPool2d(2, ceil_mode=True)

    def forward(self, x: Tensor) -> Tensor:
        levels: list[Tensor] = []
        for step in self.down:
            x = step(self.pool(levels[-1]) if levels else x)
            levels.append(x)
        for enlarge, step, level in zip(self.enlarge, self.up, levels[-2::-1], strict=True):
            x = enlarge(x)[..., : level.shape[2], : level.shape[3]]
            x = step(torch.cat([x, level], 1))
        return torch.softmax(self.last(x), 1)


class ResidualMasking(nn.Module):
    """Pictures (n, 3, s, s) → what `fc` makes of 512 features. `trunk`: a ResNet-34."""

    def __init__(self, trunk: Any) -> None:
        super().__init__()
        self.stem = nn.Sequential(trunk.conv1, trunk.bn1, trunk.relu, trunk.maxpool)
        self.stages = nn.ModuleList([trunk.layer1, trunk.layer2, trunk.layer3, trunk.layer4])
        self.masks = nn.ModuleList(Masking(channels, depth) for channels, depth in STAGES)
        self.width = STAGES[-1][0]
        self.fc: nn.Module = nn.Identity()

    def forward(self, pictures: Tensor) -> Tensor:
        x = self.stem(pictures)
        for stage, mask in zip(self.stages, self.masks, strict=True):
            x = stage(x)
            x = x * (1 + mask(x))
        made: Tensor = self.fc(x.mean((2, 3)))
        return made


def _block(given: int, made: int) -> nn.Module:
    """A residual block that begins as its shortcut (Goyal et al. 2017)."""
    shortcut = nn.Sequential(nn.Conv2d(given, made, 1, bias=False), nn.BatchNorm2d(made))
    block: nn.Module = vision("models.resnet").BasicBlock(given, made, downsample=shortcut)
    nn.init.zeros_(block.bn2.weight)  # type: ignore[arg-type, union-attr]
    return block


def _enlarge(given: int, made: int) -> nn.Module:
    return nn.Sequential(nn.ConvTranspose2d(given, made, 2, 2), nn.BatchNorm2d(made), nn.ReLU())
