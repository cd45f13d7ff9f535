"""Smaller copies of one picture, made once for all networks that look at it."""

from __future__ import annotations

import math
import threading

import cv2
import numpy as np

from pyojeong.face.types import Image

LEAST = 192
"""No copy is made whose longer side is smaller, px: the largest input of a network."""


class Copies:
    """A picture and its halves, each made when it is first needed. Safe to share by threads."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self._halves = [image]
        self._lock = threading.Lock()

    def around(self, side: float, size: int) -> tuple[Image, float]:
        """The copy in which `side` px of the picture become one to two times `size`, or the
        picture itself where they are less; and how large the copy is."""
        level = max(0, math.ceil(math.log2(max(side, 1) / (2 * size))))
        image, level = self._half(level)
        return image, 0.5**level

    def scaled(self, factor: float) -> tuple[Image, float]:
        """A copy larger or smaller by the factor, and its true factor along the longer side; the
        picture itself where a smaller copy would be smaller than `LEAST`."""
        height, width = self.image.shape[:2]
        size = max(round(width * factor), 1), max(round(height * factor), 1)
        if max(size) == max(width, height) or (factor < 1 and max(size) <= LEAST):
            return self.image, 1.0
        # Halving has a fast path in OpenCV; shrinking by other factors starts from there.
        near, _ = self._half(max(0, math.floor(-math.log2(factor))))
        method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        copy = np.asarray(cv2.resize(near, size, interpolation=method), np.uint8)
        return copy, max(size) / max(width, height)

    def _half(self, level: int) -> tuple[Image, int]:
        """The picture halved `level` times, or as often as it can be; and how often that was."""
        with self._lock:
            while len(self._halves) <= level and min(self._halves[-1].shape[:2]) > 1:
                self._halves.append(halved(self._halves[-1]))
            level = min(level, len(self._halves) - 1)
            return self._halves[level], level


def halved(image: Image) -> Image:
    """Half the size; a last odd row or column is left out."""
    height, width = image.shape[0] // 2, image.shape[1] // 2
    even = image[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
