"""Faces cut out of frames: along the contour, fully fitted, centred on black; or turned upright."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.align import crop_matrix
from pyojeong.face.square import cut_out
from pyojeong.face.types import FaceMesh, Image

MARGIN = 0.04
"""Black around the longer side of the figure, as a share of it."""

LARGEST = 512
"""Longest side of a cut-out, px."""


def masked(image: Image, mask: NDArray[np.bool_]) -> Image:
    """The figure alone, as a square: cut along its mask, its box in the middle, black around it.

    mask: (H, W) of the picture. At the film's own scale, at most `LARGEST` px. An empty mask
    gives one black pixel. What training pictures are cut with (`pyojeong film faces`) is what
    reading cuts with.
    """
    return limited(cut_out(image, mask, MARGIN))


def upright(image: Image, mesh: FaceMesh) -> Image:
    """The square around a face, its eyes level, as the expression classifiers see faces; at about
    the film's own scale, at most `LARGEST` px."""
    scale = float(np.linalg.norm(crop_matrix(mesh.points, 1)[0, :2]))
    side = int(np.clip(round(1 / scale), 8, LARGEST))
    matrix = crop_matrix(mesh.points, side)
    edge = cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(image, matrix, (side, side), borderMode=edge), np.uint8)


def limited(square: Image, largest: int = LARGEST) -> Image:
    """A square picture, shrunk where it is larger."""
    if len(square) <= largest:
        return square
    made = cv2.resize(square, (largest, largest), interpolation=cv2.INTER_AREA)
    return np.asarray(made, np.uint8)


def as_jpeg(image: Image, box: NDArray[np.float32], side: int = 96, margin: float = 0.25) -> bytes:
    """A small square around a box, for people to look at: moved into the picture where it would
    reach out, and as wide as the picture allows."""
    size = np.array([image.shape[1], image.shape[0]])
    reach = min((0.5 + margin) * float((box[2:] - box[:2]).max()), float(size.min()) / 2)
    middle = np.clip((box[:2] + box[2:]) / 2, reach, size - reach)
    low = np.clip(np.rint(middle - reach), 0, size - 1).astype(int)
    high = np.clip(low + max(1, round(2 * reach)), low + 1, size)
    part = image[low[1] : high[1], low[0] : high[0]]
    way = cv2.INTER_AREA if len(part) > side else cv2.INTER_LINEAR
    small = cv2.resize(np.ascontiguousarray(part), (side, side), interpolation=way)
    return bytes(cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])[1])
