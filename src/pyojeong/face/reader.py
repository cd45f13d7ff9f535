"""Picture → faces, each with its box, its mesh and the emotion it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EmotionScores
from pyojeong.face.quality import FaceQuality, doubted, measure
from pyojeong.face.types import (
    ExpressionClassifier,
    FaceDetector,
    FaceMesh,
    FaceMesher,
    Faces,
    Image,
)
from pyojeong.registry import load


@dataclass(frozen=True, slots=True, eq=False)
class ReadFace:
    """One face of a picture.

    box: (4,) float32, xyxy, px, inside the picture: brows to chin, ear to ear. score: the
    detector's, in [0, 1]. mesh: None where no mesh could be fitted. scores: what the face shows;
    None without a mesh. quality: how well it can be seen; None without a mesh.
    """

    box: NDArray[np.float32]
    score: float
    mesh: FaceMesh | None
    scores: EmotionScores | None
    quality: FaceQuality | None = None

    @property
    def area(self) -> float:
        """Of the box, in px²."""
        return float((self.box[2] - self.box[0]) * (self.box[3] - self.box[1]))


class FaceReader:
    """Detector, mesher and classifier in one call; the default backends where none are given."""

    def __init__(
        self,
        detector: FaceDetector | None = None,
        mesher: FaceMesher | None = None,
        classifier: ExpressionClassifier | None = None,
    ) -> None:
        self._detector: FaceDetector = detector or load("FaceDetector")
        self._mesher: FaceMesher = mesher or load("FaceMesher")
        self.classifier: ExpressionClassifier = classifier or load("ExpressionClassifier")

    def read(self, image: Image) -> list[ReadFace]:
        """All faces of an RGB picture (H, W, 3) uint8, the largest first; empty without faces.

        Raises MissingWeights, InferenceFailed.
        """
        found = self._detector.detect(image)
        meshes = self._mesher.mesh(image, found)
        whole = [m for m in meshes if m is not None]
        scores = iter(self.classifier.classify(image, whole))
        faces = [
            ReadFace(box, float(score), mesh, *_judged(image, mesh, scores))
            for box, score, mesh in _rows(found, meshes)
        ]
        return sorted(faces, key=lambda face: -face.area)


def _judged(
    image: Image, mesh: FaceMesh | None, scores: Iterator[EmotionScores]
) -> tuple[EmotionScores | None, FaceQuality | None]:
    """The next scores with their doubt and the quality; nothing without a mesh."""
    if mesh is None:
        return None, None
    quality = measure(image, mesh)
    return doubted(next(scores), quality), quality


def _rows(
    found: Faces, meshes: list[FaceMesh | None]
) -> list[tuple[NDArray[np.float32], float, FaceMesh | None]]:
    return list(zip(found.boxes, found.scores.tolist(), meshes, strict=True))
