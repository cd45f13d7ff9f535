"""Faces and meshes, and the three capabilities that make and read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EmotionScores

Image = NDArray[np.uint8]
"""RGB uint8 (H, W, 3)."""


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces found in one picture, best first, one row each.

    boxes: (n, 4) float32, xyxy in px, clipped to the picture. scores: (n,) float32 in [0, 1].
    keypoints: (n, 6, 2) float32, px: right eye, left eye, nose tip, mouth centre, right ear,
    left ear (the person's own sides).
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    keypoints: NDArray[np.float32]

    def __post_init__(self) -> None:
        n = len(self.scores)
        shapes = (self.boxes.shape, self.scores.shape, self.keypoints.shape)
        if shapes != ((n, 4), (n,), (n, 6, 2)):
            raise ValueError(f"boxes, scores and keypoints do not agree: {shapes}")

    @classmethod
    def empty(cls) -> Faces:
        f = np.float32
        return cls(np.zeros((0, 4), f), np.zeros(0, f), np.zeros((0, 6, 2), f))

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, rows: slice | Sequence[int] | NDArray[np.intp]) -> Faces:
        return Faces(self.boxes[rows], self.scores[rows], self.keypoints[rows])


@dataclass(frozen=True, slots=True, eq=False)
class FaceMesh:
    """The mesh of one face.

    points: (478, 3) float32 in px of the picture (pixel centres at whole numbers, as in OpenCV's
    warps): x, y, and depth z on the scale of x (smaller is nearer the camera). 0-467 is the
    MediaPipe face mesh; 468-472 the right iris (centre, then its right, top, left, bottom in the
    picture), 473-477 the left iris.
    score: probability in [0, 1] that a face is there.
    """

    points: NDArray[np.float32]
    score: float

    def __post_init__(self) -> None:
        if self.points.shape != (478, 3):
            raise ValueError(f"expected (478, 3) points, got {self.points.shape}")

    @property
    def box(self) -> NDArray[np.float32]:
        """(4,) float32, xyxy, px: the extent of the 468 face points."""
        xy = self.points[:468, :2]
        return np.concatenate([xy.min(0), xy.max(0)]).astype(np.float32)


class FaceDetector(Protocol):
    """Finds the faces of a picture."""

    def detect(self, image: Image) -> Faces:
        """Faces of an RGB picture, best first; an empty result where there are none."""
        ...


class FaceMesher(Protocol):
    """Fits the mesh to faces already found."""

    def mesh(self, image: Image, faces: Faces) -> list[FaceMesh | None]:
        """One entry per face; None where no mesh could be fitted."""
        ...


class ExpressionClassifier(Protocol):
    """Reads the emotion that faces show."""

    def classify(self, image: Image, meshes: Sequence[FaceMesh]) -> list[EmotionScores]:
        """One result per mesh."""
        ...
