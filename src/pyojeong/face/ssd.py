"""The two BlazeFace networks: a picture in, raw detections out.

Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs". The
short-range network (128 px) sees faces that fill much of its input, the full-range one (192 px)
also smaller ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.anchors import anchor_centres
from pyojeong.face.network import Network
from pyojeong.face.suppression import weighted_suppression
from pyojeong.face.types import Image

Floats = NDArray[np.float32]
Found = tuple[Floats, Floats, Floats]
"""Boxes (n, 4) xyxy px, scores (n,), keypoints (n, 6, 2) px."""


@dataclass(frozen=True, slots=True)
class View:
    """A square of the picture, in px; it may reach over the edges, which read as black."""

    x: float
    y: float
    side: float

    @classmethod
    def whole(cls, image: Image) -> View:
        """The smallest square around the whole picture, centred."""
        height, width = image.shape[:2]
        side = max(height, width)
        return cls((width - side) / 2, (height - side) / 2, side)


class Ssd:
    """One of the networks. size: side of its input. grids: see `anchor_centres`."""

    def __init__(self, asset: str, size: int, grids: tuple[tuple[int, int], ...]) -> None:
        self.size = size
        self._network = Network(asset)
        self._anchors = anchor_centres(size, grids)

    def look(self, image: Image, view: View, threshold: float) -> Found:
        """Faces in one view, best first, each once; boxes are not clipped."""
        raw, logits = self._network.run(cut(image, view, self.size)[None] * 2 - 1)
        scores: Floats = 1 / (1 + np.exp(-np.clip(logits.ravel(), -80, 80)))
        rows = np.flatnonzero(scores >= threshold)
        boxes, keypoints = decode(raw[0, rows], self._anchors[rows], self.size)
        origin = np.array([view.x, view.y], np.float32)
        boxes = boxes * np.float32(view.side) + np.tile(origin, 2)
        keypoints = keypoints * np.float32(view.side) + origin
        return weighted_suppression(boxes, scores[rows], keypoints)


def short_range() -> Ssd:
    return Ssd("blazeface_short", 128, ((8, 2), (16, 6)))


def full_range() -> Ssd:
    return Ssd("blazeface_full", 192, ((4, 1),))


def decode(raw: Floats, anchors: Floats, size: int) -> tuple[Floats, Floats]:
    """Boxes (n, 4) xyxy and keypoints (n, 6, 2) in units of the input's side, from (n, 16) raw
    values in px of the input: centre, width and height, six points, all from the anchor."""
    pairs = raw.reshape(-1, 8, 2) / np.float32(size)
    centres, half = pairs[:, 0] + anchors, pairs[:, 1] / 2
    boxes = np.concatenate([centres - half, centres + half], axis=1)
    return boxes, pairs[:, 2:] + anchors[:, None]


def cut(image: Image, view: View, size: int) -> Floats:
    """(size, size, 3) float32 in [0, 1]: the view, resized with area sampling when it shrinks."""
    height, width = image.shape[:2]
    x0, y0 = max(round(view.x), 0), max(round(view.y), 0)
    x1, y1 = (min(round(v + view.side), n) for v, n in ((view.x, width), (view.y, height)))
    out = np.zeros((size, size, 3), np.float32)
    if x1 <= x0 or y1 <= y0:
        return out
    scale = size / view.side
    left, right = _span(x0 - view.x, x1 - view.x, scale, size)
    top, bottom = _span(y0 - view.y, y1 - view.y, scale, size)
    shrinks = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    part = cv2.resize(image[y0:y1, x0:x1], (right - left, bottom - top), interpolation=shrinks)
    out[top:bottom, left:right] = part
    return out / np.float32(255)


def _span(low: float, high: float, scale: float, size: int) -> tuple[int, int]:
    start = min(max(round(low * scale), 0), size - 1)
    return start, min(max(round(high * scale), start + 1), size)
