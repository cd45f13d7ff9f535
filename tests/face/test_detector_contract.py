"""What every face detector keeps, whatever its method."""

import numpy as np
import pytest

from pyojeong.face.suppression import overlaps
from pyojeong.registry import backends, load

NAMES = [b.name for b in backends() if b.capability == "FaceDetector"]


@pytest.fixture(scope="module", params=NAMES)
def detector(request):
    return load("FaceDetector", request.param)


def check(faces, image):
    height, width = image.shape[:2]
    n = len(faces)
    assert faces.boxes.shape == (n, 4)
    assert faces.keypoints.shape == (n, 6, 2)
    assert faces.boxes.dtype == faces.scores.dtype == faces.keypoints.dtype == np.float32
    assert np.all((faces.scores >= 0) & (faces.scores <= 1))
    assert np.all(np.diff(faces.scores) <= 0)
    assert np.all(faces.boxes >= 0)
    assert np.all(faces.boxes <= [width, height, width, height])
    assert np.all(faces.boxes[:, 2:] > faces.boxes[:, :2])
    assert np.isfinite(faces.keypoints).all()


SHAPES = [(1, 1), (1, 300), (64, 64), (7, 2000), (2000, 5), (90, 700), (480, 641)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fill", ["black", "white", "noise", "ramp"])
def test_no_face_is_an_empty_result(detector, shape, fill):
    height, width = shape
    ramp = np.add.outer(np.arange(height), np.arange(width)) % 256
    gray = {
        "black": np.zeros(shape),
        "white": np.full(shape, 255),
        "noise": np.random.default_rng(0).integers(0, 256, shape),
        "ramp": ramp,
    }[fill]
    image = np.repeat(gray.astype(np.uint8)[:, :, None], 3, axis=2)
    faces = detector.detect(image)
    check(faces, image)
    assert len(faces) == 0


def test_one_face_is_found_where_it_is(detector, portrait):
    faces = detector.detect(portrait)
    check(faces, portrait)
    assert len(faces) == 1
    truth = np.array([173, 72, 275, 178], np.float32)
    assert overlaps(truth, faces.boxes)[0][0] > 0.6
    right_eye, left_eye, nose, mouth, right_ear, left_ear = faces.keypoints[0]
    assert right_ear[0] < right_eye[0] < nose[0] < left_eye[0] < left_ear[0]
    assert right_eye[1] < nose[1] < mouth[1]


def test_same_picture_same_faces(detector, portrait):
    first, second = detector.detect(portrait), detector.detect(portrait)
    np.testing.assert_array_equal(first.boxes, second.boxes)
    np.testing.assert_array_equal(first.scores, second.scores)
    np.testing.assert_array_equal(first.keypoints, second.keypoints)


def test_input_is_not_changed(detector, portrait):
    image = portrait.copy()
    detector.detect(image)
    np.testing.assert_array_equal(image, portrait)


def test_gray_is_as_good_as_colour(detector, portrait):
    gray = np.repeat(portrait.mean(2, keepdims=True).astype(np.uint8), 3, axis=2)
    colour, plain = detector.detect(portrait), detector.detect(gray)
    assert len(plain) == 1
    assert overlaps(colour.boxes[0], plain.boxes)[0][0] > 0.8


def test_strided_views_are_welcome(detector, portrait):
    """A mirrored view has a negative stride; a BGR picture turned by slicing too."""
    mirrored = detector.detect(portrait[:, ::-1])
    check(mirrored, portrait)
    assert len(mirrored) == 1
    box = detector.detect(portrait).boxes[0]
    turned = np.array([512 - box[2], box[1], 512 - box[0], box[3]])
    assert overlaps(turned, mirrored.boxes)[0][0] > 0.8


@pytest.mark.parametrize("columns", [160, 300])
def test_non_square(detector, portrait, columns):
    image = portrait[:, 224 - columns // 2 : 224 + columns // 2]
    faces = detector.detect(image)
    check(faces, image)
    assert len(faces) == 1
