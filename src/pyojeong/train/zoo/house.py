"""The house's own small networks: the body of the shipped reader with one head."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pyojeong.train.expression_net import ExpressionNet

SIZES = {
    "pyojeong-tiny": (16, (32, 64, 128), 1),
    "pyojeong-small": (32, (48, 96, 192), 2),
    "pyojeong-large": (48, (96, 192, 384), 3),
}
"""Name → channels of the stem, channels of the stages, blocks of each."""

_LUMA = (0.299, 0.587, 0.114)


class HouseNet(nn.Module):
    """Pictures (n, 3, s, s), brought to gray and to their own contrast inside → what `fc` makes of
    the features."""

    luma: Tensor

    def __init__(self, name: str) -> None:
        super().__init__()
        stem, widths, blocks = SIZES[name]
        self.body = ExpressionNet(stem, widths, blocks, 0.0, ()).body
        self.width = widths[-1]
        self.fc: nn.Module = nn.Identity()
        self.register_buffer("luma", torch.tensor(_LUMA).reshape(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor) -> Tensor:
        gray = (pictures * self.luma).sum(1, keepdim=True)
        centred = gray - gray.mean((1, 2, 3), keepdim=True)
        spread = centred.square().mean((1, 2, 3), keepdim=True).sqrt()
        made: Tensor = self.fc(self.body(centred / (spread + 8 / 255)).mean((2, 3)))
        return made
