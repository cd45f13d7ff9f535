"""A rough mask → a soft one that follows hair: closed-form matting without a matrix.

Levin et al. 2008, "A closed-form solution to natural image matting": alpha is locally a linear
function of colour. He et al. 2010, "Fast matting using large kernel matting Laplacian matrices":
the product with the matting Laplacian is a handful of box filters. It is solved by conjugate
gradients from coarse to fine; He & Sun 2015, "Fast guided filter", carries the result to the full
size in tiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.background.types import Alpha, Image

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_TILE = 512
# How strongly the rough mask draws where nothing is known for sure: near its edge, and farther
# inside, where it is right (outside it misses hair). _EDGE: how near, in long sides.
_PULL, _PULL_INSIDE, _EDGE = 0.0015, 0.03, 0.018
_NOISE = 2e-5  # variance of colour that counts as none; colours in [0, 1]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Trimap. subject, background: bool (H, W); the rest is to be found."""

    subject: Mask
    background: Mask

    @property
    def open(self) -> Mask:
        return ~(self.subject | self.background)


def known_parts(rough: Floats, boxes: Floats) -> Known:
    """What is surely subject or background: everything farther from the rough mask's edge than
    hair reaches, which is farther around heads. boxes: faces (n, 4) xyxy px."""
    height, width = rough.shape
    sizes = [max(x1 - x0, y1 - y0) for x0, y0, x1, y1 in boxes.tolist()]
    solid = float((rough > 0.5).sum()) ** 0.5
    usual = max(sizes, default=solid / 4)
    reach = np.full((height, width), max(2.0, 0.04 * usual), np.float32)
    for (x0, y0, x1, y1), size in zip(boxes.tolist(), sizes, strict=True):
        centre = round((x0 + x1) / 2), round((y0 + y1) / 2 - 0.25 * size)
        axes = max(1, round(0.95 * size)), max(1, round(1.1 * size))
        head = np.zeros((height, width), np.float32)
        cv2.ellipse(head, centre, axes, 0, 0, 360, 0.16 * size, -1)
        reach = np.maximum(reach, head)
    reach = np.asarray(cv2.blur(reach, (max(3, round(0.3 * usual)),) * 2), np.float32)
    reach = np.where((rough > 0.15) & (rough < 0.85), 2.5 * reach, reach)
    # A doubtful region is not half transparent: it is one or the other, but for its edge.
    inner = cv2.distanceTransform((rough > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    outer = cv2.distanceTransform((rough <= 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    # The network errs outward less than inward: hair stands out of its masks.
    return Known(inner > 0.5 * reach, outer > reach)


class _Laplacian:
    """The matting Laplacian of a picture, divided by the size of its windows."""

    def __init__(self, image: Floats, radius: int) -> None:
        self._planes = [np.ascontiguousarray(image[:, :, i]) for i in range(3)]
        self._window = (2 * radius + 1,) * 2
        self._means = [self._box(plane) for plane in self._planes]
        spread = []
        for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
            product = self._box(self._planes[i] * self._planes[j])
            noise = np.float32(_NOISE if i == j else 0)
            spread.append(product - self._means[i] * self._means[j] + noise)
        self._inverse = _inverse(spread)

    def _box(self, values: Floats) -> Floats:
        blurred = cv2.blur(values, self._window, borderType=cv2.BORDER_REFLECT_101)
        return np.asarray(blurred, np.float32)

    def lines(self, alpha: Floats) -> list[Floats]:
        """Alpha over colour as a line: three slopes and an offset, (H, W) each, averaged over
        the windows."""
        middle = self._box(alpha)
        together = [
            self._box(plane * alpha) - mean * middle
            for plane, mean in zip(self._planes, self._means, strict=True)
        ]
        slopes = [_dot(row, together) for row in self._inverse]
        return [self._box(v) for v in (*slopes, middle - _dot(slopes, self._means))]

    def times(self, alpha: Floats) -> Floats:
        *slopes, offset = self.lines(alpha)
        return np.asarray(alpha - _dot(slopes, self._planes) - offset, np.float32)


def _dot(a: list[Floats], b: list[Floats]) -> Floats:
    return np.asarray(a[0] * b[0] + a[1] * b[1] + a[2] * b[2], np.float32)


def _inverse(upper: list[Floats]) -> list[list[Floats]]:
    """Rows of the inverse of symmetric 3x3 matrices, whose upper halves are given row by row."""
    a, b, c, d, e, f = upper
    parts = d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b
    whole = 1 / np.maximum(a * parts[0] + b * parts[1] + c * parts[2], np.float32(1e-20))
    p, q, r, s, t, u = (np.asarray(part * whole, np.float32) for part in parts)
    return [[p, q, r], [q, s, t], [r, t, u]]


def soft_mask(image: Image, rough: Floats, known: Known) -> Floats:
    """Alpha (H, W), 0-1, exact where it is known. image: RGB uint8 (H, W, 3)."""
    height, width = rough.shape
    alpha = rough
    for shrink, rounds, radius in ((4, 40, 2), (2, 24, 2), (1, 12, 1)):
        size = max(1, width // shrink), max(1, height // shrink)
        if shrink > 1 and min(size) < 32:
            continue
        colours = as_floats(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        there = Known(_shrunk(known.subject, size), _shrunk(known.background, size))
        first = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_LINEAR), np.float32)
        wanted = np.asarray(cv2.resize(rough, size, interpolation=cv2.INTER_AREA), np.float32)
        sure = cv2.erode((wanted > 0.95).astype(np.uint8), _square(_EDGE * max(size)))
        pull = np.where(sure > 0, _PULL_INSIDE, _PULL).astype(np.float32)
        alpha = _solve(_Laplacian(colours, radius), (first, wanted, pull), there, rounds)
    return np.clip(alpha, 0, 1)


def _square(reach: float) -> NDArray[np.uint8]:
    return np.ones((2 * round(reach) + 1,) * 2, np.uint8)


def _shrunk(mask: Mask, size: tuple[int, int]) -> Mask:
    small = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small > 0.99, np.bool_)


def _solve(
    laplacian: _Laplacian, given: tuple[Floats, Floats, Floats], known: Known, rounds: int
) -> Floats:
    """Conjugate gradients over the open pixels; the known ones stay what they are.

    given: alpha to start from, alpha to stay near, and how near.
    """
    start, wanted, pull = given
    free = known.open.astype(np.float32)
    alpha = np.where(known.subject, 1, np.where(known.background, 0, start)).astype(np.float32)
    rest = np.asarray(free * (pull * (wanted - alpha) - laplacian.times(alpha)), np.float32)
    step, size = rest.copy(), float(np.vdot(rest, rest))
    for _ in range(rounds):
        if size < 1e-9:
            break
        moved = free * (laplacian.times(step) + pull * step)
        along = float(np.vdot(step, moved))
        if along <= 0:
            break
        alpha += size / along * step
        rest -= size / along * moved
        size, before = float(np.vdot(rest, rest)), size
        step = np.asarray(rest + size / before * step, np.float32)
    return alpha


def full_size(image: Image, small: Image, soft: Floats, known: Known) -> Alpha:
    """The soft mask of the shrunk picture, (h, w), brought to the full picture, (H, W) uint8."""
    height, width = image.shape[:2]
    if soft.shape == (height, width):
        return np.rint(stretched(soft) * 255).astype(np.uint8)
    lines = _Laplacian(as_floats(small), 2).lines(soft)
    fields = np.dstack([*lines, known.subject, known.background]).astype(np.float32)
    solid = known.subject.astype(np.uint8) * np.uint8(255)
    out = np.asarray(cv2.resize(solid, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    for area, part in tiles(fields, height, width, known.open):
        colours = as_floats(image[area])
        alpha = np.einsum("hwi,hwi->hw", colours, part[:, :, :3]) + part[:, :, 3]
        alpha = np.where(part[:, :, 4] > 0.5, 1, np.where(part[:, :, 5] > 0.5, 0, alpha))
        out[area] = np.rint(stretched(alpha) * 255).astype(np.uint8)
    return out


def as_floats(values: NDArray[Any]) -> Floats:
    """0-255 → 0-1."""
    return np.asarray(values, np.float32) / np.float32(255)


def stretched(alpha: Floats) -> Floats:
    """Without the faint veil that a least-squares answer leaves at both ends."""
    return np.asarray(np.clip((alpha - 0.06) / 0.9, 0, 1), np.float32)


def tiles(
    fields: Floats, height: int, width: int, wanted: Mask
) -> Iterator[tuple[tuple[slice, slice], Floats]]:
    """(area, fields enlarged for it), tile by tile of the full size: pixel centres stay in place.

    fields: float32 (h, w, n). wanted: bool (h, w); tiles without any of it are left out.
    """
    high, wide = fields.shape[:2]
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            area = slice(top, min(height, top + _TILE)), slice(left, min(width, left + _TILE))
            ys, xs = _centres(area[0], high / height), _centres(area[1], wide / width)
            low, near = max(0, int(ys[0]) - 2), max(0, int(xs[0]) - 2)
            inside = slice(low, int(ys[-1]) + 4), slice(near, int(xs[-1]) + 4)
            if wanted[inside].any():
                yield area, _enlarged(fields[inside], ys - low, xs - near)


def _centres(pixels: slice, scale: float) -> Floats:
    centres = (np.arange(pixels.start, pixels.stop) + 0.5) * scale - 0.5
    return np.asarray(centres, np.float32)


def _enlarged(fields: Floats, ys: Floats, xs: Floats) -> Floats:
    """Fields at every (y, x)."""
    shape = len(ys), len(xs)
    at_x = np.broadcast_to(xs[None], shape).copy()
    at_y = np.broadcast_to(ys[:, None], shape).copy()
    # OpenCV takes four channels at a time, and drops an axis of length 1.
    pieces = [
        cv2.remap(
            np.ascontiguousarray(fields[:, :, i : i + 4]),
            at_x,
            at_y,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ).reshape(*shape, -1)
        for i in range(0, fields.shape[2], 4)
    ]
    return np.asarray(np.concatenate(pieces, 2), np.float32)
