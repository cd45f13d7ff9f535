"""The turned square of the picture that a face network looks at.

Follows MediaPipe's own rules (Kartynnik et al. 2019, "Real-time Facial Surface Geometry from
Monocular Video on Mobile GPUs", and the face_landmark graphs): a box around the detection or the
previous mesh, made square on its long side, enlarged by half, turned so that the eyes lie level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.types import Image

ENLARGE = 1.5
EYE_CORNERS = (33, 263)
"""Mesh points whose line is level in the crop: outer corners of the right and the left eye."""


@dataclass(frozen=True, slots=True)
class Roi:
    """A square: centre and side in px, angle in radians (clockwise in the picture)."""

    x: float
    y: float
    side: float
    angle: float

    def matrix(self, size: int) -> NDArray[np.float64]:
        """(2, 3) affine map from px of a size × size crop to px of the picture.

        Edges go to edges: px 0 of the crop is the square's own edge, as MediaPipe has it.
        """
        scale = self.side / size
        c, s = scale * math.cos(self.angle), scale * math.sin(self.angle)
        half = size / 2
        return np.array(
            [[c, -s, self.x - c * half + s * half], [s, c, self.y - s * half - c * half]]
        )

    def differs(self, other: Roi) -> bool:
        """Whether the squares are apart by more than 2 % of the side, 3 % in size or 2 degrees."""
        apart = math.hypot(self.x - other.x, self.y - other.y) / self.side
        turn = abs(math.remainder(self.angle - other.angle, 2 * math.pi))
        return apart > 0.02 or abs(self.side / other.side - 1) > 0.03 or turn > math.radians(2)


def roi_from_detection(
    box: NDArray[np.float32], keypoints: NDArray[np.float32], enlarge: float = ENLARGE
) -> Roi:
    """box: (4,) xyxy px. keypoints: (6, 2) px, right and left eye first."""
    return _roi(box, keypoints[0], keypoints[1], enlarge)


def roi_from_points(points: NDArray[np.float32]) -> Roi:
    """points: (n >= 468, 3) px: where the next frame should look."""
    xy = points[:468, :2]
    right, left = EYE_CORNERS
    return _roi(np.concatenate([xy.min(0), xy.max(0)]), xy[right], xy[left], ENLARGE)


def _roi(
    box: NDArray[np.float32],
    right: NDArray[np.float32],
    left: NDArray[np.float32],
    enlarge: float,
) -> Roi:
    x0, y0, x1, y1 = (float(v) for v in box)
    dx, dy = (float(v) for v in left - right)
    side = enlarge * max(x1 - x0, y1 - y0, 1.0)
    return Roi((x0 + x1) / 2, (y0 + y1) / 2, side, math.atan2(dy, dx))


def crop(
    image: Image, roi: Roi, size: int, border: int = cv2.BORDER_REPLICATE
) -> NDArray[np.float32]:
    """(size, size, 3) float32 in [0, 1]. border: what lies outside the picture, for OpenCV.

    Large faces are first shrunk by area, so that the crop does not alias.
    """
    shrink = int(roi.side // (2 * size)) + 1
    matrix = roi.matrix(size)
    if shrink > 1:
        image, matrix = _shrunk(image, roi, matrix, shrink)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    pixels = cv2.warpAffine(image, matrix, (size, size), flags=flags, borderMode=border)
    return pixels.astype(np.float32) / np.float32(255)


def _shrunk(
    image: Image, roi: Roi, matrix: NDArray[np.float64], shrink: int
) -> tuple[Image, NDArray[np.float64]]:
    """The part of the picture around the square, smaller by a whole factor."""
    height, width = image.shape[:2]
    reach = roi.side * 0.75
    x0, x1 = (int(np.clip(v, 0, width - 1)) for v in (roi.x - reach, roi.x + reach))
    y0, y1 = (int(np.clip(v, 0, height - 1)) for v in (roi.y - reach, roi.y + reach))
    part = image[y0 : y1 + 1, x0 : x1 + 1]
    rows, columns = (max(1, n // shrink) for n in part.shape[:2])
    part = part[: rows * shrink, : columns * shrink]  # a whole factor has a fast path
    small = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
    ratio = np.array([[columns / part.shape[1]], [rows / part.shape[0]]])
    moved = (matrix - np.array([[0, 0, x0], [0, 0, y0]])) * ratio
    # The centre of small px 0 is not the centre of large px 0.
    moved[:, 2] += (ratio[:, 0] - 1) / 2
    return np.asarray(small, np.uint8), moved
