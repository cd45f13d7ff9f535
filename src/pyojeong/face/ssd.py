"""The two BlazeFace networks: a picture in, raw detections out.

Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs". The
short-range network (128 px) sees faces that fill much of its input, the full-range one (192 px)
also smaller ones; the latter is fully convolutional, so one run can see a picture of any size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.anchors import anchor_centres
from pyojeong.face.roi import Roi, crop
from pyojeong.face.suppression import weighted_suppression
from pyojeong.face.types import Image
from pyojeong.network import Network

Floats = NDArray[np.float32]
Found = tuple[Floats, Floats, Floats]
"""Boxes (n, 4) xyxy px, scores (n,), keypoints (n, 6, 2) px."""

WHOLE = 32
"""The full-range network's largest stride: sides of its inputs are multiples of it, px."""


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


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of the picture, in whole px, inside it."""

    x: int
    y: int
    width: int
    height: int


class Ssd:
    """One of the networks. size: side of the input it was trained on. grids: see
    `anchor_centres`."""

    def __init__(self, asset: str, size: int, grids: tuple[tuple[int, int], ...]) -> None:
        self.size = size
        self._network = Network(asset)
        self._grids = grids

    def look(self, image: Image, view: View, threshold: float) -> Found:
        """Faces in one view, best first, each once, in px of the picture; boxes not clipped."""
        found = self._run(cut(image, view, self.size), threshold)
        return _placed(found, view.side / self.size, view.x, view.y)

    def look_at(self, image: Image, part: Part, threshold: float) -> Found:
        """The same in a part of the picture as large as it is. Only the full-range network reads
        inputs of any size."""
        pixels = image[part.y : part.y + part.height, part.x : part.x + part.width]
        shape = [-(-side // WHOLE) * WHOLE for side in pixels.shape[:2]]
        shown = np.zeros((*shape, 3), np.float32)
        shown[: part.height, : part.width] = pixels
        return _placed(self._run(shown / np.float32(255), threshold), 1, part.x, part.y)

    def look_close(self, image: Image, roi: Roi, threshold: float, flip: bool = False) -> Found:
        """The same in a turned square, beyond the picture's edge mirrored. flip: the network sees
        the mirror image. Boxes are upright squares all the same."""
        pixels = crop(image, roi, self.size, cv2.BORDER_REFLECT)
        shown = np.ascontiguousarray(pixels[:, ::-1]) if flip else pixels
        boxes, scores, keypoints = self._run(shown, threshold)
        if flip:
            boxes, keypoints = _unflipped(boxes, keypoints, self.size)
        matrix = roi.matrix(self.size)
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
        half = (boxes[:, 2:] - boxes[:, :2]) * (roi.side / self.size / 2)
        placed = np.concatenate([middles - half, middles + half], axis=1).astype(np.float32)
        points = keypoints @ matrix[:, :2].T + matrix[:, 2]
        return placed, scores, points.astype(np.float32)

    def _run(self, pixels: Floats, threshold: float) -> Found:
        """Faces in an input in [0, 1], in its px."""
        raw, logits = self._network.run(pixels[None] * 2 - 1)
        scores = np.asarray(1 / (1 + np.exp(-np.clip(logits.ravel(), -80, 80))), np.float32)
        rows = np.flatnonzero(scores >= threshold)
        anchors = anchor_centres(*pixels.shape[:2], self._grids)
        boxes, keypoints = decode(raw[0, rows], anchors[rows])
        return weighted_suppression(boxes, scores[rows], keypoints)


def _placed(found: Found, scale: float, x: float, y: float) -> Found:
    """What was found in an input, enlarged and moved to where it lies in the picture."""
    boxes, scores, keypoints = found
    origin = np.array([x, y], np.float32)
    return (
        boxes * np.float32(scale) + np.tile(origin, 2),
        scores,
        keypoints * np.float32(scale) + origin,
    )


def short_range() -> Ssd:
    return Ssd("blazeface_short", 128, ((8, 2), (16, 6)))


def full_range() -> Ssd:
    return Ssd("blazeface_full", 192, ((4, 1),))


def decode(raw: Floats, anchors: Floats) -> tuple[Floats, Floats]:
    """Boxes (n, 4) xyxy and keypoints (n, 6, 2) in px of the input, from (n, 16) raw values in
    the same: centre, width and height, six points, all from the anchor (n, 2)."""
    pairs = raw.reshape(-1, 8, 2)
    centres, half = pairs[:, 0] + anchors, pairs[:, 1] / 2
    boxes = np.concatenate([centres - half, centres + half], axis=1)
    return boxes, pairs[:, 2:] + anchors[:, None]


def _unflipped(boxes: Floats, keypoints: Floats, size: int) -> tuple[Floats, Floats]:
    turned = boxes[:, [2, 1, 0, 3]]
    turned[:, [0, 2]] = size - turned[:, [0, 2]]
    swapped = keypoints[:, [1, 0, 2, 3, 5, 4]]
    swapped[:, :, 0] = size - swapped[:, :, 0]
    return turned, swapped


def cut(image: Image, view: View, size: int) -> Floats:
    """(size, size, 3) float32 in [0, 1]: the view, shrunk by area or enlarged linearly; black
    beyond the picture."""
    height, width = image.shape[:2]
    x0, x1, left, right = _span(view.x, view.side, width, size)
    y0, y1, top, bottom = _span(view.y, view.side, height, size)
    method = cv2.INTER_AREA if view.side > size else cv2.INTER_LINEAR
    part = cv2.resize(image[y0:y1, x0:x1], (right - left, bottom - top), interpolation=method)
    whole = np.zeros((size, size, 3), np.float32)
    whole[top:bottom, left:right] = part
    return whole / np.float32(255)


def _span(start: float, side: float, length: int, size: int) -> tuple[int, int, int, int]:
    """First and last px of the picture that a view shows along one axis, and where they land in
    the input. At least one px, even of a view that misses the picture."""
    low = min(max(round(start), 0), length - 1)
    high = max(min(round(start + side), length), low + 1)
    left = min(max(round((low - start) * size / side), 0), size - 1)
    right = max(min(round((high - start) * size / side), size), left + 1)
    return low, high, left, right
