"""The crop that the expression classifier sees."""

import numpy as np
import pytest

from pyojeong.face.align import LEFT_EYE, NOSE_BASE, RIGHT_EYE, crop_matrix, gray_crop


def face(scale=100.0, turn=0.0, at=(300.0, 200.0)):
    """A made-up frontal mesh: an oval outline, eyes a scale apart, the nose a scale below."""
    angles = np.linspace(0, 2 * np.pi, 478, endpoint=False)
    points = np.column_stack([0.9 * np.cos(angles), 0.5 + 1.2 * np.sin(angles), 0 * angles])
    points[list(RIGHT_EYE)] = [[-0.6, 0, 0], [-0.4, 0, 0]]
    points[list(LEFT_EYE)] = [[0.6, 0, 0], [0.4, 0, 0]]
    points[NOSE_BASE] = [0, 1, 0]
    cos, sin = np.cos(turn), np.sin(turn)
    points[:, :2] = points[:, :2] @ np.array([[cos, sin], [-sin, cos]])
    return (points * scale + [*at, 0]).astype(np.float32)


def eyes_in_crop(points, size=48):
    matrix = crop_matrix(points, size)
    both = np.stack([points[list(e)].mean(0)[:2] for e in (RIGHT_EYE, LEFT_EYE)])
    return both @ matrix[:, :2].T + matrix[:, 2]


@pytest.mark.parametrize("turn", [-2.5, -0.4, 0.0, 0.7, 3.1])
@pytest.mark.parametrize("scale", [3.0, 100.0, 4000.0])
def test_eyes_land_on_the_same_level_points(scale, turn):
    right, left = eyes_in_crop(face(scale, turn))
    assert right == pytest.approx(eyes_in_crop(face())[0], abs=0.05)
    assert right[1] == pytest.approx(left[1], abs=0.05)
    assert right[0] < left[0]
    assert (right[0] + left[0]) / 2 == pytest.approx(23.5, abs=0.2)


def test_an_open_mouth_does_not_change_the_size():
    points = face()
    opened = points.copy()
    opened[points[:, 1] > 330, 1] += 60
    size = [np.linalg.norm(crop_matrix(p, 48)[0, :2]) for p in (points, opened)]
    assert size[0] == pytest.approx(size[1])


def test_a_head_turned_in_depth_keeps_its_size():
    points = face()
    cos, sin = np.cos(0.6), np.sin(0.6)
    turned = points.copy()
    turned[:, 0] = 300 + (points[:, 0] - 300) * cos
    turned[:, 2] = (points[:, 0] - 300) * sin
    size = [np.linalg.norm(crop_matrix(p, 48)[0, :2]) for p in (points, turned)]
    assert size[0] == pytest.approx(size[1], rel=1e-3)


def ramp(points, side, size=48):
    """What a picture that brightens evenly to the right and down must look like in the crop."""
    y, x = np.mgrid[:side, :side]
    step = 120 / side
    image = np.repeat((40 + step * x + step / 2 * y)[..., None], 3, axis=2)
    matrix = np.vstack([crop_matrix(points, size), [0, 0, 1]])
    v, u = np.mgrid[:size, :size]
    seen = np.linalg.inv(matrix) @ np.stack([u, v, np.ones_like(u)]).reshape(3, -1)
    inside = ((seen[:2] > 1) & (seen[:2] < side - 2)).all(0).reshape(size, size)
    expected = (40 + step * seen[0] + step / 2 * seen[1]).reshape(size, size)
    return np.rint(image).astype(np.uint8), expected, inside


@pytest.mark.parametrize(("scale", "side"), [(8, 60), (30, 300), (150, 1200), (410, 1700)])
@pytest.mark.parametrize("turn", [0.0, 0.5])
def test_every_pixel_comes_from_where_the_matrix_says(scale, side, turn):
    points = face(scale, turn, at=(side * 0.5, side * 0.4))
    image, expected, inside = ramp(points, side)
    crop = gray_crop(image, crop_matrix(points, 48), 48)
    assert inside.mean() > 0.5
    # Two gray levels: rounding in the picture, in the luma and in the interpolation.
    assert np.abs(crop[inside] - expected[inside]).max() < 2.1


def test_a_large_face_does_not_alias():
    """A checkerboard of single pixels averages to its mean gray."""
    y, x = np.mgrid[:1600, :1600]
    board = np.repeat((((x + y) % 2) * 255).astype(np.uint8)[..., None], 3, axis=2)
    points = face(300, 0.0, at=(800, 700))
    crop = gray_crop(board, crop_matrix(points, 48), 48)
    assert np.abs(crop.astype(int) - 127).max() <= 6


def test_the_edge_continues_outside_the_picture():
    image = np.full((50, 50, 3), 77, np.uint8)
    crop = gray_crop(image, crop_matrix(face(100.0), 48), 48)
    assert set(np.unique(crop)) == {77}
