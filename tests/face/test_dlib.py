"""The adapter of dlib, with results that dlib might give."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from pyojeong.errors import InferenceFailed, MissingExtra
from pyojeong.face.keypoints import from_boxes
from pyojeong.registry import load


class Rectangle:
    """As dlib.rectangle: its right and bottom edges are pixels inside it."""

    def __init__(self, *edges):
        self.edges = edges

    def left(self):
        return self.edges[0]

    def top(self):
        return self.edges[1]

    def right(self):
        return self.edges[2]

    def bottom(self):
        return self.edges[3]


class Detector:
    def __init__(self):
        self.calls = []
        self.found = ([], [], [])

    def run(self, image, doubled, least):
        self.calls.append((image.shape, doubled, least))
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def fake(monkeypatch):
    detector = Detector()
    library = SimpleNamespace(get_frontal_face_detector=lambda: detector)
    monkeypatch.setitem(sys.modules, "dlib", library)
    return detector


def test_result(fake):
    fake.found = ([Rectangle(10, 20, 109, 119), Rectangle(-9, 0, 40, 49)], [0.5, 2.0], [0, 3])
    faces = load("FaceDetector", "dlib").detect(np.zeros((480, 640, 3), np.uint8))
    assert fake.calls == [((480, 640, 3), 1, 0.3)]
    np.testing.assert_allclose(faces.boxes, [[0, 0, 41, 50], [10, 20, 110, 120]])
    np.testing.assert_allclose(faces.scores, [1 / (1 + np.exp(-4)), 1 / (1 + np.exp(-1))], 1e-6)
    np.testing.assert_allclose(faces.keypoints[1], from_boxes(faces.boxes[1:])[0])


def test_large_pictures_are_shrunk_and_not_doubled(fake):
    fake.found = ([Rectangle(0, 0, 99, 99)], [1.0], [0])
    faces = load("FaceDetector", "dlib", least=0.1).detect(np.zeros((2560, 1000, 3), np.uint8))
    assert fake.calls == [((1280, 500, 3), 0, 0.1)]
    np.testing.assert_allclose(faces.boxes, [[0, 0, 200, 200]])


def test_tiny_pictures_are_not_passed_on(fake):
    assert len(load("FaceDetector", "dlib").detect(np.zeros((7, 2000, 3), np.uint8))) == 0
    assert not fake.calls


@pytest.mark.parametrize("error", [RuntimeError("boom"), MemoryError("too much")])
def test_what_dlib_throws_is_translated(fake, error):
    fake.found = error
    with pytest.raises(InferenceFailed, match=str(error)) as caught:
        load("FaceDetector", "dlib").detect(np.zeros((80, 80, 3), np.uint8))
    assert "실패" in caught.value.ko


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "dlib", None)
    with pytest.raises(MissingExtra, match=r'pip install "pyojeong\[dlib\]"'):
        load("FaceDetector", "dlib")
