"""The square a face network looks at."""

import math

import numpy as np
import pytest

from pyojeong.face.roi import Roi, crop, roi_from_detection, roi_from_points


def test_corners_of_the_crop_are_corners_of_the_square():
    matrix = Roi(100, 50, 40, 0).matrix(192)
    np.testing.assert_allclose(matrix @ [0, 0, 1], [80, 30])
    np.testing.assert_allclose(matrix @ [192, 192, 1], [120, 70])
    np.testing.assert_allclose(matrix @ [96, 96, 1], [100, 50])


@pytest.mark.parametrize("angle", [0.4, -2.0, math.pi / 2])
def test_the_crops_x_axis_runs_along_the_angle(angle):
    matrix = Roi(10, 20, 64, angle).matrix(64)
    axis = matrix[:, :2] @ [1, 0]
    np.testing.assert_allclose(axis, [math.cos(angle), math.sin(angle)], atol=1e-12)
    np.testing.assert_allclose(matrix @ [32, 32, 1], [10, 20], atol=1e-9)


def test_a_crop_of_its_own_size_is_the_picture():
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    pixels = crop(image, Roi(40, 30, 32, 0), 32)
    np.testing.assert_allclose(pixels, image[14:46, 24:56] / np.float32(255), atol=1e-6)


def test_beyond_the_picture_its_edge_is_repeated():
    image = np.full((20, 20, 3), 77, np.uint8)
    pixels = crop(image, Roi(0, 0, 60, 0.3), 48)
    np.testing.assert_allclose(pixels, 77 / 255, atol=1e-6)


@pytest.mark.parametrize("angle", [0.0, 0.5])
def test_large_squares_are_shrunk_without_moving(angle):
    """A smooth picture: the crop of a large square must show the ramp where it belongs."""
    y, x = np.mgrid[:1200, :1400].astype(np.float32)
    image = np.stack([x / 1400 * 255, y / 1200 * 255, x * 0], -1).astype(np.uint8)
    roi = Roi(700, 600, 800, angle)
    pixels = crop(image, roi, 100)
    matrix = roi.matrix(100)
    for u, v in ((50, 50), (20, 70), (80, 30)):
        at = matrix @ [u, v, 1]
        expected = [at[0] / 1400, at[1] / 1200]
        np.testing.assert_allclose(pixels[v, u, :2], expected, atol=2 / 255)


def test_detection_rule():
    keypoints = np.zeros((6, 2), np.float32)
    keypoints[0], keypoints[1] = (30, 40), (50, 60)
    roi = roi_from_detection(np.array([20, 20, 60, 100], np.float32), keypoints)
    assert (roi.x, roi.y, roi.side) == (40, 60, 120)
    assert roi.angle == pytest.approx(math.pi / 4)


def test_points_rule_uses_the_outer_eye_corners_of_the_468():
    points = np.zeros((478, 3), np.float32)
    points[33, :2], points[263, :2] = (10, 20), (50, 20)
    points[152, :2] = (30, 80)
    points[470, :2] = (900, 900)
    roi = roi_from_points(points)
    assert roi.angle == 0
    assert (roi.x, roi.y, roi.side) == (25, 40, 120)


def test_a_square_does_not_differ_from_itself():
    roi = Roi(10, 10, 50, 0.1)
    assert not roi.differs(roi)
    assert not roi.differs(Roi(10, 10, 50, 0.1 + 2 * math.pi))
    assert roi.differs(Roi(13, 10, 50, 0.1))
    assert roi.differs(Roi(10, 10, 55, 0.1))
    assert roi.differs(Roi(10, 10, 50, 0.2))
