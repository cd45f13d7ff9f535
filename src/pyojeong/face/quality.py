"""How well a face can be seen, and why its expression should not be trusted where it cannot.

Everything is measured on the mesh and on a 48 px crop like the classifier's, so that a face
enlarged from few pixels is not called sharp. The limits are where, on faces degraded step by step,
about one reading in three is no longer what it was on the clean picture
(experiments/face-quality). A hand, hair or a patterned cloth over part of a face is mostly not
noticed: only plain covers, which leave an eye or the mouth without structure.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EmotionScores, Unsure
from pyojeong.face.align import LEFT_EYE, RIGHT_EYE, crop_matrix, gray_crop
from pyojeong.face.angles import head_angles
from pyojeong.face.types import FaceMesh, Image

CROP = 48
"""Side of the crop, px."""

BLURRED = 0.68
"""Sharpness below which a face is blurred."""

USUAL = 0.549, 0.625
"""Fine detail relative to coarse from left to right and from top to bottom, in clear faces (median
of 141)."""

FEW_PIXELS = 8.0
"""Distance between the eyes, px, below which a face is small."""

AWAY, DOWN, UP = 40.0, -25.0, 40.0
"""Yaw to either side and pitch, degrees, beyond which a face is turned too far."""

COVERED, CUT, NO_FACE = 0.25, 0.35, 0.5
"""A face is occluded with less structure, more of it outside the picture or less mesh score."""

FLAT = 0.35
"""Probability that some emotion must reach."""

FEATURES = (
    ((33, 133, 159, 145), 5, 4, 1.25),
    ((263, 362, 386, 374), 5, 4, 1.25),
    ((61, 291, 0, 17), 8, 5, 1.10),
)
"""The eyes and the mouth: mesh points around each, half width and height of the patch in px of
the crop, and the structure it has in clear faces (median of 141)."""


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """How well one face can be seen.

    sharpness: detail about one px wide in the crop, relative to detail twice as wide; 1 in clear
    faces, 0.5 in badly blurred ones. eyes_px: distance between the eyes in px of the picture,
    with depth, so that a turned face is not called small. yaw, pitch, roll: degrees (`Angles`).
    structure: of the plainest of eyes and mouth, 1 in clear faces, near 0 under a plain cover.
    outside: share of the mesh beyond the picture's edge. mesh_score: the mesher's probability
    that a face is there.
    """

    sharpness: float
    eyes_px: float
    yaw: float
    pitch: float
    roll: float
    structure: float
    outside: float
    mesh_score: float

    @property
    def doubt(self) -> Unsure | None:
        """Why no expression should be read: the first of size, cover, blur and pose."""
        if self.eyes_px < FEW_PIXELS:
            return Unsure.SMALL
        if self.outside > CUT or self.mesh_score < NO_FACE:
            return Unsure.OCCLUDED
        if self.sharpness < BLURRED:
            return Unsure.BLUR
        if abs(self.yaw) > AWAY or not DOWN <= self.pitch <= UP:
            return Unsure.POSE
        return Unsure.OCCLUDED if self.structure < COVERED else None

    def as_dict(self) -> dict[str, float]:
        """For JSON (docs/json.md)."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def measure(image: Image, mesh: FaceMesh) -> FaceQuality:
    """Quality of one face of an RGB picture (H, W, 3) uint8."""
    matrix = crop_matrix(mesh.points, CROP)
    crop = gray_crop(image, matrix, CROP).astype(np.float32)
    placed = mesh.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    right, left = mesh.points[list(RIGHT_EYE)].mean(0), mesh.points[list(LEFT_EYE)].mean(0)
    return FaceQuality(
        sharpness(crop),
        float(np.linalg.norm(left - right)),
        *head_angles(mesh.points),
        structure(crop, placed),
        _outside(image, mesh),
        mesh.score,
    )


def doubted(scores: EmotionScores, quality: FaceQuality | None) -> EmotionScores:
    """The scores with the reason not to rely on them, if there is one; one they have stays."""
    doubt = quality.doubt if quality else None
    if doubt is None and scores.confidence < FLAT:
        doubt = Unsure.FLAT
    return replace(scores, unsure=doubt) if doubt and not scores.unsure else scores


def sharpness(crop: NDArray[np.float32]) -> float:
    """Spread of detail near one px against that near two px (differences of Gaussians along one
    axis), relative to clear faces; of the worse axis, so that motion blur counts. The rim, where
    edge pixels may continue, is left out. 0 for a plain crop; contrast and light cancel."""
    smooth = np.asarray(cv2.GaussianBlur(crop, (0, 0), 0.5), np.float32)
    return min(_sharp(smooth) / USUAL[0], _sharp(smooth.T) / USUAL[1])


def _sharp(crop: NDArray[np.float32]) -> float:
    """Fine detail relative to coarse, from left to right."""
    crop = np.ascontiguousarray(crop)
    bands = [cv2.sepFilter2D(crop, -1, _kernel(s), np.ones(1, np.float32)) for s in (0.8, 1.6, 3.2)]
    inner = slice(CROP // 8, -(CROP // 8))
    fine, coarse = (float((bands[k] - bands[k + 1])[inner, inner].std()) for k in (0, 1))
    return fine / (coarse + 0.5)


def _kernel(sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.getGaussianKernel(int(6 * sigma) | 1, sigma), np.float32)


def structure(crop: NDArray[np.float32], placed: NDArray[np.float32]) -> float:
    """How much light varies from top to bottom in the plainest of eyes and mouth, relative to the
    crop's contrast and to clear faces. placed: (468 or more, 2) mesh points in px of the crop."""
    smooth = cv2.GaussianBlur(crop, (0, 0), 0.8)
    contrast = float(crop.std()) + 5
    found = []
    for points, half_width, half_height, usual in FEATURES:
        x, y = np.clip(placed[list(points)].mean(0), 0, CROP - 1)
        columns = slice(max(int(x) - half_width, 0), int(x) + half_width + 1)
        rows = slice(max(int(y) - half_height, 0), int(y) + half_height + 1)
        patch = smooth[rows, columns]
        found.append(float(np.median(patch.max(0) - patch.min(0))) / usual)
    return min(found) / contrast


def _outside(image: Image, mesh: FaceMesh) -> float:
    height, width = image.shape[:2]
    x, y = mesh.points[:468, 0], mesh.points[:468, 1]
    return float(np.mean((x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5)))
