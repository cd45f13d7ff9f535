"""How much a picture of a film differs from the one before it, in its places and in its colours."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SIZE = 48, 27


class ChangeMeter:
    """Compares each picture with the one before."""

    def __init__(self) -> None:
        self._small: NDArray[np.uint8] | None = None
        self._colours: NDArray[np.float32] | None = None

    def change(self, image: NDArray[np.uint8]) -> tuple[float, float] | None:
        """(moved, recoloured) since the picture before; None for the first. image: RGB (H, W, 3).

        moved: mean difference of the pixels of a small copy, 0-255. recoloured: share of pixels
        whose colour bin finds no partner in the picture before. Pans keep the colours, flicker
        keeps the places; a cut changes both.
        """
        small = np.asarray(cv2.resize(image, _SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        counts = cv2.calcHist([small], [0, 1, 2], None, [6, 6, 6], [0, 258] * 3)
        colours = np.asarray(counts / (_SIZE[0] * _SIZE[1]), np.float32)
        before, before_colours = self._small, self._colours
        self._small, self._colours = small, colours
        if before is None or before_colours is None:
            return None
        moved = cv2.norm(small, before, cv2.NORM_L1) / small.size
        return float(moved), float(np.abs(colours - before_colours).sum()) / 2
