"""The cascade of OpenCV: what is its own beside the contract."""

import cv2
import numpy as np
import pytest

from pyojeong.errors import InferenceFailed, MissingWeights
from pyojeong.face import haar
from pyojeong.face.haar import Haar


class Cascade:
    def __init__(self, found):
        self.found = found

    def detectMultiScale2(self, gray, **options):  # noqa: N802 - OpenCV's name
        self.shape = gray.shape
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


def with_result(found):
    detector = Haar()
    detector._cascade = Cascade(found)
    return detector


def test_result():
    detector = with_result((np.array([[100, 200, 50, 50], [10, 20, 40, 40]]), [4, 36]))
    faces = detector.detect(np.zeros((2560, 1280, 3), np.uint8))
    assert detector._cascade.shape == (1280, 640)
    np.testing.assert_allclose(faces.scores, [0.9, 0.5])
    middle = (faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2
    np.testing.assert_allclose(middle, [[60, 87.6], [250, 459.5]], rtol=1e-5)


def test_nothing_found():
    assert len(with_result(((), ())).detect(np.zeros((90, 90, 3), np.uint8))) == 0


def test_what_opencv_throws_is_translated():
    with pytest.raises(InferenceFailed, match="Haar"):
        with_result(cv2.error("boom")).detect(np.zeros((90, 90, 3), np.uint8))


@pytest.mark.parametrize("name", ["no_such_file.xml", "__init__.py"])
def test_an_opencv_without_cascades(monkeypatch, name):
    monkeypatch.setattr(haar, "FILE", name)
    with pytest.raises(MissingWeights, match="opencv-python-headless 4"):
        Haar()


def test_opencv_5(monkeypatch):
    monkeypatch.delattr(cv2, "CascadeClassifier")
    with pytest.raises(MissingWeights):
        Haar()
