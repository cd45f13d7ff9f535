"""Square cut-outs of a picture, as trained classifiers see faces."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.types import Image

_FINEST = 4
"""Pictures finer than so many px per px of the square are shrunk before cutting."""


def cut_square(image: Image, centre: NDArray[np.float64], longest: float, side: int) -> Image:
    """The square of `longest` px around `centre` (x, y), as (side, side, 3).

    What lies outside the picture continues its edge.
    """
    # Shrunk first, a long thin picture cannot ask for the memory of its square.
    scale = min(1.0, _FINEST * side / longest)
    if scale < 1:
        image = _resized(image, [max(1, round(n * scale)) for n in image.shape[1::-1]])
    size = max(1, round(longest * scale))
    left, top = (int(v) for v in np.round(centre * scale - size / 2))
    square = image[
        np.ix_(_clamped(top, size, image.shape[0]), _clamped(left, size, image.shape[1]))
    ]
    return square if size == side else _resized(square, [side, side])


def around_box(image: Image, box: NDArray[np.float32], margin: float, side: int) -> Image:
    """The square around a box (xyxy, px), larger by `margin` of its longer side all round."""
    height, width = image.shape[:2]
    inside = np.clip(box.astype(np.float64), 0, [width, height, width, height])
    longest = max(inside[2] - inside[0], inside[3] - inside[1], 1.0) * (1 + 2 * margin)
    return cut_square(image, (inside[:2] + inside[2:]) / 2, longest, side)


def whole_square(image: Image, side: int) -> Image:
    """The smallest square around the whole picture."""
    height, width = image.shape[:2]
    return cut_square(image, np.array([width, height]) / 2, float(max(height, width)), side)


def cut_out(image: Image, mask: NDArray[np.bool_], margin: float) -> Image:
    """A figure alone, as a square: cut along its mask (H, W), its box in the middle, black around
    it, with `margin` of its longer side on every side. An empty mask gives one black pixel."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return np.zeros((1, 1, 3), np.uint8)
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cut = np.where(mask[part][..., None], image[part], np.uint8(0))
    height, width = cut.shape[:2]
    side = max(1, round(max(height, width) * (1 + 2 * margin)))
    square = np.zeros((side, side, 3), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = cut
    return square


def _resized(image: Image, size: Sequence[int]) -> Image:
    way = cv2.INTER_AREA if size[0] < image.shape[1] else cv2.INTER_LINEAR
    made = cv2.resize(np.ascontiguousarray(image), tuple(size), interpolation=way)
    return np.asarray(made, np.uint8)


def _clamped(start: int, size: int, length: int) -> NDArray[np.intp]:
    return np.clip(np.arange(start, start + size), 0, length - 1).astype(np.intp)
