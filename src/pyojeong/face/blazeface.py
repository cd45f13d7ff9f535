"""Faces of all sizes: BlazeFace on the whole picture and on overlapping tiles."""

from __future__ import annotations

import math

import numpy as np

from pyojeong.errors import BadSettings
from pyojeong.face.ssd import Found, View, full_range, short_range
from pyojeong.face.suppression import weighted_suppression
from pyojeong.face.types import Faces, Image

TILE = 640
"""Smallest side of a tile, px: the full-range network finds faces from about 25 px up in it."""

TILES_ACROSS = 4
"""Most tiles along the long side of the picture: larger pictures get larger tiles."""

OVERLAP = 0.35
"""Share of a tile that its neighbour sees again."""

CANDIDATE = 0.5
"""Score from which the full-range network's faces are looked at again."""


class BlazeFace:
    """The short-range network on the whole picture, the full-range one on tiles.

    threshold: the least score of a face. What the full-range network proposes must be confirmed
    by the short-range one in a close view: alone it finds faces in leaves and bricks.
    """

    def __init__(self, threshold: float = 0.6) -> None:
        if not 0 < threshold < 1:
            raise BadSettings(
                f"threshold must lie between 0 and 1, got {threshold}.",
                f"threshold는 0과 1 사이여야 합니다: {threshold}.",
            )
        self.threshold = threshold
        self._near = short_range()
        self._far = full_range()

    def detect(self, image: Image) -> Faces:
        """Faces of an RGB picture, best first; an empty result where there are none."""
        whole = View.whole(image)
        found = [self._near.look(image, whole, self.threshold)]
        found += [self._far_look(image, view) for view in (whole, *tiles(image))]
        merged = weighted_suppression(*_joined(found), inside=0.6)
        return _clipped(merged, image)

    def _far_look(self, image: Image, view: View) -> Found:
        return self._far.look(image, view, CANDIDATE)


def tiles(image: Image) -> list[View]:
    """Overlapping square views of a picture larger than one tile; none for a smaller one."""
    height, width = image.shape[:2]
    across = TILES_ACROSS - (TILES_ACROSS - 1) * OVERLAP
    side = max(TILE, math.ceil(max(height, width) / across))
    if max(height, width) <= side:
        return []
    return [View(x, y, side) for y in _starts(height, side) for x in _starts(width, side)]


def _starts(length: int, side: int) -> list[int]:
    """Evenly spread starts that cover the length with at least `OVERLAP`."""
    if length <= side:
        return [0]
    count = math.ceil((length - side) / (side * (1 - OVERLAP))) + 1
    return [round(v) for v in np.linspace(0, length - side, count)]


def _joined(found: list[Found]) -> Found:
    boxes, scores, keypoints = (np.concatenate(column) for column in zip(*found, strict=True))
    return boxes, scores, keypoints


def _clipped(found: Found, image: Image) -> Faces:
    boxes, scores, keypoints = found
    height, width = image.shape[:2]
    limits = np.array([width, height, width, height], np.float32)
    boxes = np.clip(boxes, 0, limits)
    seen = (boxes[:, 2] - boxes[:, 0] >= 1) & (boxes[:, 3] - boxes[:, 1] >= 1)
    return Faces(boxes[seen], scores[seen], keypoints[seen])
