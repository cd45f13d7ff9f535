"""Six keypoints for detectors that give fewer, and their boxes turned into `Faces`.

A box without keypoints gets those of an upright, frontal face: where BlazeFace sees them in the
boxes of upright photos, on average, made symmetric. They are good enough for the mesh, which looks
again with the eyes level. Five keypoints (eyes, nose, corners of the mouth: what MTCNN and its
followers give) become six: the mouth's centre lies between its corners, the ears on the line of
the eyes, moved apart by the template's share and to the side where the nose is not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.types import Faces, Image

Floats = NDArray[np.float32]

TEMPLATE = np.array(
    [(0.305, 0.285), (0.695, 0.285), (0.5, 0.54), (0.5, 0.735), (0.09, 0.345), (0.91, 0.345)],
    np.float32,
)
"""Right eye, left eye, nose tip, mouth centre, right ear, left ear, as shares of the box."""

_EAR_OUT, _EAR_DOWN, _EAR_TURN = 1.05, 0.15, 0.9
"""Ears in units of the distance between the eyes: from the middle outwards, down from the line of
the eyes, and how far they go the other way when the nose goes aside."""

LARGEST = 1280
"""Longer side of the picture that the detectors for comparison search, px: what keeps their time
and memory bounded, and where their authors tried them."""


def from_boxes(boxes: Floats) -> Floats:
    """(n, 6, 2) px: the template laid into (n, 4) xyxy boxes."""
    corners, sides = boxes[:, None, :2], (boxes[:, 2:] - boxes[:, :2])[:, None]
    return np.asarray(corners + TEMPLATE * sides, np.float32)


def from_five(five: Floats) -> Floats:
    """(n, 6, 2) px from (n, 5, 2): right eye, left eye, nose, right and left corner of the mouth,
    each the person's own."""
    right, left, nose = five[:, 0], five[:, 1], five[:, 2]
    across, middle = left - right, (left + right) / 2
    down = np.stack([-across[:, 1], across[:, 0]], axis=1)
    length = np.maximum(np.sum(across * across, axis=1), 1e-6)
    aside = np.sum((nose - middle) * across, axis=1) / length
    middle = middle - _EAR_TURN * np.clip(aside, -0.5, 0.5)[:, None] * across + _EAR_DOWN * down
    ears = (middle - _EAR_OUT * across, middle + _EAR_OUT * across)
    mouth = (five[:, 3] + five[:, 4]) / 2
    return np.stack([right, left, nose, mouth, *ears], axis=1).astype(np.float32)


def moved(boxes: Floats, down: float, sides: tuple[float, float]) -> Floats:
    """(n, 4) float32 boxes, each moved down by a share of its height, then its width and height
    scaled about its middle."""
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    middle = middle + half * 2 * np.array([0, down], np.float32)
    half = half * np.array(sides, np.float32)
    return np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)


def as_faces(boxes: Floats, scores: Floats, keypoints: Floats, image: Image) -> Faces:
    """`Faces` best first, clipped to the picture; what lies outside it or is no number is left
    out. Scores are clipped to [0, 1]."""
    height, width = image.shape[:2]
    whole = np.isfinite(boxes).all(1) & np.isfinite(scores) & np.isfinite(keypoints).all((1, 2))
    boxes, scores, keypoints = boxes[whole], scores[whole], keypoints[whole]
    limits = np.array([width, height, width, height], np.float32)
    boxes = np.clip(boxes, 0, limits)
    seen = (boxes[:, 2] - boxes[:, 0] >= 1) & (boxes[:, 3] - boxes[:, 1] >= 1)
    # Equal scores in the order of the boxes: detectors with threads of their own have none.
    keys = (*boxes.T[::-1], -scores)
    order = [row for row in np.lexsort(keys) if seen[row]]
    found = (boxes[order], np.clip(scores[order], 0, 1), keypoints[order])
    return Faces(*(np.asarray(column, np.float32) for column in found))


def shrunk(image: Image, largest: int = LARGEST) -> tuple[Image, float]:
    """A contiguous copy of at most `largest` px on its longer side, and how much smaller it is
    (1.0 and no copy where that is not needed)."""
    height, width = image.shape[:2]
    factor = largest / max(height, width)
    if factor >= 1:
        return np.ascontiguousarray(image), 1.0
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), factor
