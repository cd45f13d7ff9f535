"""The face mesh: 468 points and two irises, from MediaPipe's attention mesh.

Grishchenko et al. 2020, "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time". One
network looks at a 192 px crop and gives 468 points, and looks again at lips and eyes.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadSettings
from pyojeong.face.at_once import at_once
from pyojeong.face.roi import Roi, crop, roi_from_detection, roi_from_points
from pyojeong.face.topology import (
    LEFT_EYE,
    LEFT_EYE_OPENING,
    LEFT_IRIS,
    LIPS,
    RIGHT_EYE,
    RIGHT_EYE_OPENING,
    RIGHT_IRIS,
)
from pyojeong.face.types import FaceMesh, Faces, Image
from pyojeong.network import Network

SIZE = 192

LOOKS = 3
"""A second look halves the jitter that an inexact square causes (about 1 % of the eye distance),
a third one takes another third off it."""


class FaceMeshNet:
    """Fits the 478-point mesh. threshold: the least probability that the crop shows a face."""

    def __init__(self, threshold: float = 0.5) -> None:
        if not 0 <= threshold <= 1:
            raise BadSettings(
                f"threshold must lie in [0, 1], got {threshold}.",
                f"threshold는 0과 1 사이여야 합니다: {threshold}.",
            )
        self.threshold = threshold
        self._network = Network("facemesh_attention")

    def mesh(self, image: Image, faces: Faces) -> list[FaceMesh | None]:
        """One entry per face; None where the network sees no face in the crop."""
        rois = map(roi_from_detection, faces.boxes, faces.keypoints)
        return at_once(partial(self.fit, image), rois)

    def fit(self, image: Image, roi: Roi) -> FaceMesh | None:
        """The mesh in a square of the picture.

        The network is steadiest in the square that its own mesh asks for: it looks again there
        until the square stays, at most `LOOKS` times.
        """
        found = self.look(image, roi)
        for _ in range(LOOKS - 1):
            own = roi_from_points(found.points)
            if found.score < self.threshold or not own.differs(roi):
                break
            found, roi = self.look(image, own), own
        return found if found.score >= self.threshold else None

    def look(self, image: Image, roi: Roi) -> FaceMesh:
        """What the network sees in one square, whatever its score."""
        outputs = self._network.run(crop(image, roi, SIZE)[None])
        score = float(1 / (1 + np.exp(-outputs[6].item())))
        return FaceMesh(_into_picture(assemble(outputs), roi), score)


def assemble(outputs: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """(478, 3) px of the crop from the network's outputs: mesh, lips, right and left eye, right
    and left iris (in this order, each flat).

    The second look gives x and y only: lips and eyes keep the mesh's depth, an iris gets the
    mean depth of its eye's opening (as MediaPipe's landmark refinement does).
    """
    mesh, lips, right_eye, left_eye, right_iris, left_iris = (o.ravel() for o in outputs[:6])
    points = np.empty((478, 3), np.float32)
    points[:468] = mesh.reshape(468, 3)
    for rows, values in ((LIPS, lips), (RIGHT_EYE, right_eye), (LEFT_EYE, left_eye)):
        points[list(rows), :2] = values.reshape(-1, 2)
    for iris, opening, values in (
        (RIGHT_IRIS, RIGHT_EYE_OPENING, right_iris),
        (LEFT_IRIS, LEFT_EYE_OPENING, left_iris),
    ):
        points[list(iris), :2] = values.reshape(5, 2)
        points[list(iris), 2] = points[list(opening), 2].mean()
    return points


def _into_picture(points: NDArray[np.float32], roi: Roi) -> NDArray[np.float32]:
    matrix = roi.matrix(SIZE)
    xy = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    depth = points[:, 2:] * (roi.side / SIZE)
    return np.concatenate([xy, depth], axis=1).astype(np.float32)
