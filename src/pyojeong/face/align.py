"""Where the expression classifier looks: an upright square cut around one face mesh.

The square is placed by bones, not by lips: its size comes from the 3D distances between the
outer eye corners and from the eye line to the base of the nose, so that an open mouth or a
turned head does not change the scale, and the eye line is made level. The three constants below
are the median framing of FER2013, measured by running the mesh on its training pictures
(`train/expression_data.py` reads the same function), so photos, paintings and drawings are shown
to the network framed as its training pictures were.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.types import Image

RIGHT_EYE, LEFT_EYE, NOSE_BASE = (33, 133), (263, 362), 2
"""Mesh points: outer and inner corner of the person's right and left eye; the subnasale."""

SIDE = 3.02
"""Side of the square in units of the face scale."""

DOWN = 0.29
"""Centre of the square below the eye line, in units of the face scale."""

_SMALLEST_SCALE = 1e-3


def crop_matrix(points: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """(2, 3) float32 matrix from picture pixels to the pixels of a size × size crop.

    points: (468 or more, 3) mesh points in px. A mesh folded into one point gives a crop of a
    thousandth of a pixel around it rather than an error.
    """
    right, left = points[list(RIGHT_EYE)].mean(0), points[list(LEFT_EYE)].mean(0)
    nose, eyes = points[NOSE_BASE], (right + left) / 2
    bones = np.linalg.norm(left - right) + np.linalg.norm(nose - eyes)
    scale = max(_SMALLEST_SCALE, float(bones) / 2)
    angle = _roll(right, left)
    across = np.array([np.cos(angle), np.sin(angle)])
    down = np.array([-across[1], across[0]])
    # The middle of the outline, not of the eyes: on a turned head the eyes sit near one edge.
    sideways = points[:468, :2] @ across
    centre = across * (sideways.min() + sideways.max()) / 2
    centre = centre + down * (down @ eyes[:2] + DOWN * scale)
    zoom = size / (SIDE * scale)
    turn = np.stack([across, down]) * zoom
    # Pixel centres lie at whole numbers, so the crop's middle is (size - 1) / 2.
    offset = (size - 1) / 2 - turn @ centre
    return np.concatenate([turn, offset[:, None]], axis=1).astype(np.float32)


def _roll(right: NDArray[np.float32], left: NDArray[np.float32]) -> float:
    """Angle of the eye line in radians; 0 where both eyes fall on one point."""
    dx, dy = float(left[0] - right[0]), float(left[1] - right[1])
    return float(np.arctan2(dy, dx))


def gray_crop(image: Image, matrix: NDArray[np.float32], size: int) -> NDArray[np.uint8]:
    """(size, size) gray crop of an RGB picture; the picture's edge pixels continue outside it.

    The gray is ITU-R BT.601 luma, as in the training pictures. A reduction averages over whole
    source pixels first, so that large faces do not alias.
    """
    x0, y0, x1, y1 = _window(image.shape[:2], matrix, size)
    gray = cv2.cvtColor(np.ascontiguousarray(image[y0:y1, x0:x1]), cv2.COLOR_RGB2GRAY)
    matrix = matrix.copy()
    matrix[:, 2] += matrix[:, :2] @ np.array([x0, y0], np.float32)
    zoom = float(np.linalg.norm(matrix[0, :2]))
    shrink = max(1, round(0.5 / zoom)) if zoom < 1 else 1
    if shrink > 1:
        small = (max(1, gray.shape[1] // shrink), max(1, gray.shape[0] // shrink))
        ratio = np.array([gray.shape[1] / small[0], gray.shape[0] / small[1]], np.float32)
        gray = cv2.resize(gray, small, interpolation=cv2.INTER_AREA)
        matrix[:, 2] += matrix[:, :2] @ ((ratio - 1) / 2)
        matrix[:, :2] *= ratio
    crop = cv2.warpAffine(
        gray, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(crop, np.uint8)


def look_of(image: Image, points: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """(side²,) the gray crop around a mesh as a vector of mean 0 and length 1: the product of two
    is their correlation."""
    crop = gray_crop(image, crop_matrix(points, side), side).astype(np.float32).ravel()
    crop -= crop.mean()
    look: NDArray[np.float32] = crop / max(float(np.linalg.norm(crop)), 1e-6)
    return look


def _window(
    shape: tuple[int, ...], matrix: NDArray[np.float32], size: int
) -> tuple[int, int, int, int]:
    """The part of the picture that the crop shows, at least one pixel, as x0, y0, x1, y1."""
    inverse = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]], np.float32)
    seen = corners @ inverse[:, :2].T + inverse[:, 2]
    limit = np.array([shape[1], shape[0]])
    low = np.clip(np.floor(seen.min(0)) - 2, 0, limit - 1).astype(int)
    high = np.clip(np.ceil(seen.max(0)) + 3, low + 1, limit).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
