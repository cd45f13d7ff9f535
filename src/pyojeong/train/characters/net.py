"""A small network that finds figures and cuts them out in one look.

Boxes come from every cell of three grids (anchor-free: Tian et al. 2019, FCOS), masks are sums of
prototypes (Bolya et al. 2019, YOLACT). What goes in and out is laid out as in an exported
YOLOv8-seg, so whoever runs the one runs the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)
PROTOTYPES = 32
PROTOTYPE_STRIDE = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """widths: channels at strides 2, 4, 8, 16 and 32. depths: blocks at the last four. neck:
    channels of the pyramid."""

    widths: tuple[int, ...] = (16, 32, 64, 96, 128)
    depths: tuple[int, ...] = (1, 2, 2, 1)
    neck: int = 64


class Unit(nn.Sequential):
    """Convolution, norm, ReLU."""

    def __init__(self, given: int, made: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(given, made, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(made),
            nn.ReLU(inplace=True),
        )


class Block(nn.Module):
    """Two 3 × 3 convolutions through half the channels, around a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(Unit(width, width // 2), Unit(width // 2, width))

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = x + self.inner(x)
        return made


class SegNet(nn.Module):
    """Pictures (b, 3, h, w) RGB in [0, 1], sides multiples of 32 → raw outputs.

    forward gives the grids at strides 8, 16 and 32, each (b, 4 + classes + 32, h/s, w/s): logs of
    the distances to left, top, right and bottom in strides, class logits, mask coefficients; and
    the prototypes (b, 32, h/4, w/4).
    """

    def __init__(self, classes: int, shape: Shape = Shape()) -> None:
        super().__init__()
        self.classes = classes
        w = shape.widths
        self.stem = Unit(3, w[0], 3, 2)
        self.stages = nn.ModuleList(
            nn.Sequential(Unit(a, b, 3, 2), *(Block(b) for _ in range(n)))
            for a, b, n in zip(w[:-1], w[1:], shape.depths, strict=True)
        )
        neck = shape.neck
        self.context = Unit(2 * w[4], w[4], 1)
        self.lateral = nn.ModuleList(Unit(c, neck, 1) for c in w[2:])
        self.merge = nn.ModuleList(Unit(neck, neck) for _ in range(2))
        self.tower = nn.ModuleList(
            nn.Sequential(Unit(neck, neck), Unit(neck, neck)) for _ in STRIDES
        )
        self.head = nn.ModuleList(nn.Conv2d(neck, 4 + classes + PROTOTYPES, 1) for _ in STRIDES)
        self.fine = Unit(w[1], neck // 2, 1)
        self.coarse = Unit(neck, neck // 2, 1)
        self.proto = nn.Sequential(Unit(neck // 2, neck // 2), nn.Conv2d(neck // 2, PROTOTYPES, 1))
        for head in self.head:
            # Nothing is there, until shown otherwise (Lin et al. 2017, RetinaNet).
            start = torch.zeros(4 + classes + PROTOTYPES)
            start[:4], start[4 : 4 + classes] = 1.0, -5.0
            head.register_parameter("bias", nn.Parameter(start))

    def forward(self, pictures: Tensor) -> tuple[list[Tensor], Tensor]:
        x = self.stem(2 * pictures - 1)
        levels: list[Tensor] = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        fine, p3, p4, p5 = levels
        wide = functional.max_pool2d(functional.max_pool2d(p5, 5, 1, 2), 5, 1, 2)
        p5 = self.context(torch.cat([p5, wide], 1))
        top = self.lateral[2](p5)
        middle = self.merge[1](self.lateral[1](p4) + _twice(top))
        low = self.merge[0](self.lateral[0](p3) + _twice(middle))
        grids = [
            head(tower(level))
            for head, tower, level in zip(self.head, self.tower, (low, middle, top), strict=True)
        ]
        return grids, self.proto(self.fine(fine) + _twice(self.coarse(low)))


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def decode(grids: Sequence[Tensor], classes: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Boxes (b, n, 4) xyxy px, class logits (b, n, classes), coefficients (b, n, 32), and the
    cells' centres with their stride, (n, 3) px."""
    boxes, logits, parts, cells = [], [], [], []
    for grid, stride in zip(grids, STRIDES, strict=True):
        flat = grid.flatten(2).transpose(1, 2).float()
        # Counting by sums keeps the exported file free of a fixed size.
        ones = torch.ones_like(grid[0, 0])
        y = (ones.cumsum(0) - 0.5).flatten() * stride
        x = (ones.cumsum(1) - 0.5).flatten() * stride
        far = flat[..., :4].clamp(-6, 6).exp() * stride
        boxes.append(
            torch.stack([x - far[..., 0], y - far[..., 1], x + far[..., 2], y + far[..., 3]], -1)
        )
        logits.append(flat[..., 4 : 4 + classes])
        parts.append(flat[..., 4 + classes :])
        cells.append(torch.stack([x, y, torch.full_like(x, stride)], 1).float())
    return torch.cat(boxes, 1), torch.cat(logits, 1), torch.cat(parts, 1), torch.cat(cells)


class Exported(nn.Module):
    """The layout of an exported YOLOv8-seg: pictures (1, 3, h, w) → output0 (1, 4 + classes + 32,
    n) with boxes as middle and size in px and classes as probabilities, output1 prototypes."""

    def __init__(self, net: SegNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        grids, proto = self.net(pictures)
        boxes, logits, parts, _ = decode(grids, self.net.classes)
        middle, size = (boxes[..., :2] + boxes[..., 2:]) / 2, boxes[..., 2:] - boxes[..., :2]
        rows = torch.cat([middle, size, logits.sigmoid(), parts], -1)
        return rows.transpose(1, 2), proto
