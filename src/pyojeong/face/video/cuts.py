"""Cuts: frames whose colours and places both change at once."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.types import Image

COLOURS_CHANGE, PIXELS_CHANGE = 0.35, 18.0
"""Share of pixels whose colour bin finds no partner in the frame before, and mean difference of
the pixels of a small copy (0-255). Pans keep the colours, flicker keeps the places."""

_SIZE = 48, 27


class CutFinder:
    """Says of each frame whether a new shot starts with it."""

    def __init__(self) -> None:
        self._small: NDArray[np.float32] | None = None
        self._colours: NDArray[np.float32] | None = None

    def is_cut(self, image: Image) -> bool:
        """Whether the shot changed since the frame before; False for the first frame."""
        small = cv2.resize(image, _SIZE, interpolation=cv2.INTER_AREA)
        bins = (small // 43).reshape(-1, 3).astype(np.int64) @ np.array([36, 6, 1])
        colours = (np.bincount(bins, minlength=216) / len(bins)).astype(np.float32)
        before, before_colours = self._small, self._colours
        self._small, self._colours = small.astype(np.float32), colours
        if before is None or before_colours is None:
            return False
        moved = float(np.abs(self._small - before).mean())
        recoloured = float(np.abs(colours - before_colours).sum()) / 2
        return moved > PIXELS_CHANGE and recoloured > COLOURS_CHANGE
