"""Pictures enlarged for a network whose layers need more pixels than they have."""

from __future__ import annotations

from torch import Tensor, nn


class Enlarged(nn.Module):
    """`net`, which gets pictures (n, c, s, s) with s below `least` px enlarged to it, bilinearly."""

    def __init__(self, net: nn.Module, least: int) -> None:
        super().__init__()
        self.net, self.least = net, least

    def forward(self, pictures: Tensor) -> Tensor:
        if int(pictures.shape[-1]) < self.least:
            pictures = nn.functional.interpolate(
                pictures, (self.least, self.least), mode="bilinear", align_corners=False
            )
        made: Tensor = self.net(pictures)
        return made
