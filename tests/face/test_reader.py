"""Boxes, meshes and emotions in one call."""

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS, EmotionScores
from pyojeong.face.reader import FaceReader
from pyojeong.face.types import FaceMesh, Faces


class Detector:
    def __init__(self, boxes):
        self.boxes = np.array(boxes, np.float32).reshape(-1, 4)

    def detect(self, image):
        n = len(self.boxes)
        return Faces(
            self.boxes, np.linspace(0.9, 0.8, n, dtype=np.float32), np.zeros((n, 6, 2), "f")
        )


class Mesher:
    """Fits every face but those whose left edge is at 0."""

    def mesh(self, image, faces):
        return [
            None if box[0] == 0 else FaceMesh(np.full((478, 3), box[0], "f"), 1.0)
            for box in faces.boxes
        ]


class Classifier:
    """Reads the emotion whose index is the mesh's left edge."""

    def classify(self, image, meshes):
        rows = np.eye(len(EMOTIONS))[[int(mesh.points[0, 0]) for mesh in meshes]]
        return [EmotionScores(tuple(row), "fake") for row in rows]


IMAGE = np.zeros((50, 50, 3), np.uint8)


def read(boxes):
    return FaceReader(Detector(boxes), Mesher(), Classifier()).read(IMAGE)


def test_largest_first_each_with_its_own_scores():
    faces = read([[2, 0, 10, 8], [0, 0, 9, 9], [4, 0, 44, 40]])
    assert [face.area for face in faces] == [1600, 81, 64]
    assert [face.scores and face.scores.emotion for face in faces] == [
        EMOTIONS[4],
        None,
        EMOTIONS[2],
    ]
    assert faces[1].mesh is None
    assert [face.score for face in faces] == pytest.approx([0.8, 0.85, 0.9])


def test_no_faces():
    assert read([]) == []


def test_the_default_backends_read_the_portrait(portrait):
    (face,) = FaceReader().read(portrait)
    assert face.mesh is not None
    assert face.scores is not None
    x0, y0, x1, y1 = face.box
    assert 160 < x0 < 185
    assert 265 < x1 < 285
    assert 60 < y0 < 90
    assert 165 < y1 < 190
