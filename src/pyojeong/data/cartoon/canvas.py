"""A picture to draw on that remembers whose every pixel is."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Colour = tuple[int, int, int]

_BITS = 4
NOBODY = 0


class Canvas:
    """image: RGB uint8 (H, W, 3), drawn on in place. owner: uint8 (H, W), 0 where nobody is, else
    the number given as `who` by the last that covered the pixel, so hidden parts count for nobody.

    Points are (n, 2), px, to a sixteenth; whole numbers are pixel centres. A `who` of None leaves
    the owner as it is, for what lies inside of what is drawn already.
    """

    def __init__(self, image: NDArray[np.uint8]) -> None:
        self.image = np.ascontiguousarray(image)
        self.owner = np.zeros(image.shape[:2], np.uint8)

    def fill(self, points: Points, colour: Colour, who: int | None = None) -> None:
        """A filled polygon."""
        fixed = [_fixed(points)]
        cv2.fillPoly(self.image, fixed, colour, cv2.LINE_AA, _BITS)
        if who is not None:
            cv2.fillPoly(self.owner, fixed, who, cv2.LINE_8, _BITS)

    def line(
        self,
        points: Points,
        colour: Colour,
        width: float,
        who: int | None = None,
        closed: bool = False,
    ) -> None:
        """A line through the points with round ends; width in px."""
        fixed, thick = [_fixed(points)], max(1, round(width))
        cv2.polylines(self.image, fixed, closed, colour, thick, cv2.LINE_AA, _BITS)
        if who is not None:
            cv2.polylines(self.owner, fixed, closed, who, thick, cv2.LINE_8, _BITS)

    def textured(
        self, points: Points, colour: Colour, who: int, texture: Sequence[tuple[Points, Colour]]
    ) -> None:
        """A filled polygon with other polygons on it, cut off at its edge."""
        self.fill(points, colour, who)
        if not texture:
            return
        size = self.image.shape[1::-1]
        low = np.clip(np.floor(points.min(0)).astype(int), 0, size)
        high = np.clip(np.ceil(points.max(0)).astype(int) + 1, 0, size)
        if (high <= low).any():
            return
        part = np.s_[low[1] : high[1], low[0] : high[0]]
        drawn = self.image[part].copy()
        for shape, paint in texture:
            cv2.fillPoly(drawn, [_fixed(shape - low)], paint, cv2.LINE_AA, _BITS)
        inside = np.zeros(drawn.shape[:2], np.uint8)
        cv2.fillPoly(inside, [_fixed(points - low)], 1, cv2.LINE_8, _BITS)
        cv2.copyTo(drawn, inside, self.image[part])


def _fixed(points: Points) -> NDArray[np.int32]:
    # Far outside, OpenCV's fixed point would overflow.
    return np.round(np.clip(points, -8_000, 8_000) * (1 << _BITS)).astype(np.int32)


def blend(a: Colour, b: Colour, share: float) -> Colour:
    """`a` with that share of `b` mixed in."""
    mixed = [round(x + (y - x) * share) for x, y in zip(a, b, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def oval(x: float, y: float, a: float, b: float, power: float = 2.0, count: int = 32) -> Points:
    """A superellipse around (x, y) with half axes a and b; a power of 2 is an ellipse."""
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    c, s = np.cos(angles), np.sin(angles)
    return np.stack(
        [
            x + a * np.sign(c) * np.abs(c) ** (2 / power),
            y + b * np.sign(s) * np.abs(s) ** (2 / power),
        ],
        axis=1,
    )


def curve(
    start: Sequence[float] | Points,
    bend: Sequence[float] | Points,
    end: Sequence[float] | Points,
    count: int = 10,
) -> Points:
    """A quadratic Bézier curve."""
    t = np.linspace(0, 1, count)[:, None]
    a, b, c = np.asarray(start, float), np.asarray(bend, float), np.asarray(end, float)
    return np.asarray((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c)


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """A colour, all three in [0, 1]; the hue goes round."""
    r, g, b = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(255 * r), round(255 * g), round(255 * b)
