"""Pictures that are one already cropped face each, as in FER2013: read without looking for faces.

The mesh is fitted as it was for the classifier's training pictures (`train/expression_meshes.py`):
the picture is enlarged and its edge continued, so that the networks see a face in a scene. Where
no mesh is found, the classifier is shown the picture as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EmotionScores
from pyojeong.face.align import DOWN, LEFT_EYE, NOSE_BASE, RIGHT_EYE, SIDE, crop_matrix
from pyojeong.face.quality import doubted, measure
from pyojeong.face.reader import ReadFace
from pyojeong.face.types import (
    ExpressionClassifier,
    FaceDetector,
    FaceMesh,
    FaceMesher,
    Image,
)
from pyojeong.registry import load

ENLARGED = 192
"""Longer side of the picture when the mesh is fitted, px."""

PADS = (0.3, 0.8)
"""Shares of the side by which the edge is continued: the second where the first finds no face."""


LEAST = 0.3
"""Least score of the face: that there is one is known. On the public test of FER2013 the threshold
for photos misses 19 faces in a hundred, this one two."""


FRAMED = (0.65, 1.5)
"""The upright crop's side over the picture's between which the two are framed alike: so lie 98 of a
hundred FER2013 pictures, most muxspace ones, and no head with shoulders. There the two views
together read half a point more of FER2013's public test than the upright crop alone."""


class CroppedReader:
    """Reads each picture as one face; the default backends where none are given."""

    def __init__(
        self,
        detector: FaceDetector | None = None,
        mesher: FaceMesher | None = None,
        classifier: ExpressionClassifier | None = None,
    ) -> None:
        self._detector: FaceDetector = detector or load("FaceDetector", threshold=LEAST)
        self._mesher: FaceMesher = mesher or load("FaceMesher")
        self._classifier: ExpressionClassifier = classifier or load("ExpressionClassifier")

    def read(self, image: Image) -> list[ReadFace]:
        """Exactly one face, whose box is the whole picture, of an RGB picture (H, W, 3) uint8.

        score: the mesh's, 0 where none was found. Raises MissingWeights, InferenceFailed.
        """
        height, width = image.shape[:2]
        mesh = self.fit(image)
        scores = mean(self._classifier.classify(image, self._views(mesh, width, height)))
        box = np.array([0, 0, width, height], np.float32)
        quality = measure(image, mesh) if mesh else None
        return [ReadFace(box, mesh.score if mesh else 0.0, mesh, doubted(scores, quality), quality)]

    def _views(self, mesh: FaceMesh | None, width: int, height: int) -> list[FaceMesh]:
        """What the classifier is shown: the upright crop, and where the picture is framed about as
        the crop would be, the picture as it is, since whoever cut it saw more than the mesh does. A
        classifier that learned from whole pictures is shown those alone."""
        whole = whole_picture(width, height)
        trained = getattr(self._classifier, "whole_pictures", None)
        if mesh is None or trained:
            return [whole]
        side = 1 / np.linalg.norm(crop_matrix(mesh.points, 1)[0, :2])
        alike = FRAMED[0] < side / max(width, height) < FRAMED[1]
        return [mesh, whole] if alike and trained is None else [mesh]

    def fit(self, image: Image) -> FaceMesh | None:
        """The mesh of the face that fills the picture, in its px; None where none is found."""
        height, width = image.shape[:2]
        longest = max(height, width)
        size = (
            max(1, round(width * ENLARGED / longest)),
            max(1, round(height * ENLARGED / longest)),
        )
        way = cv2.INTER_CUBIC if longest < ENLARGED else cv2.INTER_AREA
        large = cv2.resize(np.ascontiguousarray(image), size, interpolation=way)
        ratio = np.array([size[0] / width, size[1] / height], np.float32)
        for share in PADS:
            pad = int(ENLARGED * share)
            wide = cv2.copyMakeBorder(large, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
            picture = np.asarray(wide, np.uint8)
            found = self._mesher.mesh(picture, self._detector.detect(picture)[:1])
            if found and found[0] is not None:
                return FaceMesh(_back(found[0].points, ratio, pad), found[0].score)
        return None


def mean(readings: Sequence[EmotionScores]) -> EmotionScores:
    """The mean of readings of one face by one source, also of what its label sets say."""
    first = readings[0]
    own = zip(*(scores.label_sets for scores in readings), strict=True)
    label_sets = tuple((rows[0][0], _mean([values for _, values in rows])) for rows in own)
    values = _mean([scores.values for scores in readings])
    return replace(first, values=values, label_sets=label_sets)


def _mean(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))


def _back(points: NDArray[np.float32], ratio: NDArray[np.float32], pad: int) -> NDArray[np.float32]:
    """From the enlarged picture to the small one; pixel centres lie at whole numbers, so px 0 of
    the small picture covers `ratio` pixels of the large one."""
    corner = np.append(pad + (ratio - 1) / 2, 0).astype(np.float32)
    scale = np.append(ratio, ratio.mean()).astype(np.float32)
    return ((points - corner) / scale).astype(np.float32)


def whole_picture(width: int, height: int) -> FaceMesh:
    """A stand-in mesh that makes `align.crop_matrix` cut out the whole picture, its score 0.

    The crop is the smallest square around the picture. Only the points that place the crop are
    anywhere particular; the others lie in its middle.
    """
    side = max(width, height)
    scale = side / SIDE
    middle = np.array([(width - 1) / 2, (height - 1) / 2, 0], np.float32)
    eyes = middle - np.array([0, DOWN * scale, 0], np.float32)
    points = np.tile(middle, (478, 1)).astype(np.float32)
    points[list(RIGHT_EYE)] = eyes - np.array([scale / 2, 0, 0], np.float32)
    points[list(LEFT_EYE)] = eyes + np.array([scale / 2, 0, 0], np.float32)
    points[NOSE_BASE] = eyes + np.array([0, scale, 0], np.float32)
    return FaceMesh(points, 0.0)
