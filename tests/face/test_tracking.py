"""Faces followed through films made from the portrait."""

import cv2
import numpy as np
import pytest

from pyojeong.errors import BadSettings
from pyojeong.face.blazeface import BlazeFace
from pyojeong.face.facemesh import FaceMeshNet
from pyojeong.face.roi import roi_from_detection, roi_from_points
from pyojeong.face.tracking import FaceTracker, faces_of


class CountingDetector:
    """The true detector, counting its calls."""

    def __init__(self):
        self.calls = 0
        self._detector = BlazeFace()

    def detect(self, image):
        self.calls += 1
        return self._detector.detect(image)


@pytest.fixture
def detector():
    return CountingDetector()


@pytest.fixture(scope="module")
def mesher():
    return FaceMeshNet()


def frame(portrait, step):
    """A camera that pans, zooms and rolls; with the matrix it used."""
    scale = 1 + 0.03 * step
    matrix = cv2.getRotationMatrix2D((224, 125), 2.0 * step, scale)
    matrix[:, 2] += [24 - 5 * step, 60 + 3 * step]
    return cv2.warpAffine(portrait, matrix, (400, 400), borderMode=cv2.BORDER_REPLICATE), matrix


def test_a_moving_face_keeps_its_number_and_needs_one_detection(portrait, detector, mesher):
    tracker = FaceTracker(detector, mesher)
    (still,) = mesher.mesh(portrait, BlazeFace().detect(portrait))
    for step in range(12):
        image, matrix = frame(portrait, step)
        (face,) = tracker.track(image)
        assert face.number == 1
        expected = still.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        apart = np.linalg.norm(face.mesh.points[:, :2] - expected, axis=1).mean()
        assert apart < 0.03 * np.ptp(expected[:468, 0])
    assert detector.calls == 1


def test_a_lost_face_is_searched_at_once_and_comes_back_with_a_new_number(
    portrait, detector, mesher
):
    tracker = FaceTracker(detector, mesher, patience=3)
    empty = np.zeros_like(portrait)
    assert [f.number for f in tracker.track(portrait)] == [1]
    assert tracker.track(empty) == []
    assert detector.calls == 2
    assert tracker.track(empty) == []
    assert detector.calls == 2
    for _ in range(3):
        faces = tracker.track(portrait)
    assert [f.number for f in faces] == [2]


def test_after_a_cut_the_new_face_is_found_in_the_same_frame(portrait, detector, mesher):
    tracker = FaceTracker(detector, mesher)
    tracker.track(portrait)
    other = np.roll(portrait, 240, axis=1)
    faces = tracker.track(other)
    assert len(faces) == 1
    assert faces[0].mesh.box[0] > 380
    assert faces[0].number == 2


def test_two_faces_stay_apart_and_the_size_of_frames_may_change(portrait, mesher):
    tracker = FaceTracker(BlazeFace(), mesher, most=2)
    pair = np.concatenate([portrait[:300, 80:370], portrait[:300, 80:370]], axis=1)
    first = tracker.track(pair)
    assert sorted(f.number for f in first) == [1, 2]
    second = tracker.track(np.pad(pair, ((0, 40), (0, 10), (0, 0))))
    for before, after in zip(first, second, strict=True):
        assert after.number == before.number
        assert np.abs(after.mesh.box - before.mesh.box).max() < 8


def test_most_is_the_limit(portrait, mesher):
    pair = np.concatenate([portrait[:300, 80:370], portrait[:300, 80:370]], axis=1)
    assert len(FaceTracker(BlazeFace(), mesher, most=1).track(pair)) == 1


def test_a_mesh_asks_for_the_same_square_as_a_detection_of_it(portrait, mesher):
    (mesh,) = mesher.mesh(portrait, BlazeFace().detect(portrait))
    faces = faces_of([mesh])
    again = roi_from_detection(faces.boxes[0], faces.keypoints[0])
    assert again == roi_from_points(mesh.points)


@pytest.mark.parametrize("options", [{"most": 0}, {"patience": 0}])
def test_options_are_checked(options, mesher):
    with pytest.raises(BadSettings):
        FaceTracker(BlazeFace(), mesher, **options)
