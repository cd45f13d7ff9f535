"""Foreign detections turned into house faces."""

import numpy as np

from pyojeong.face.keypoints import TEMPLATE, as_faces, from_boxes, from_five, moved, shrunk


def test_template_is_symmetric_and_in_order():
    right, left = TEMPLATE[[0, 4]], TEMPLATE[[1, 5]]
    np.testing.assert_allclose(right[:, 0] + left[:, 0], 1)
    np.testing.assert_allclose(right[:, 1], left[:, 1])
    assert np.all(np.diff(TEMPLATE[[4, 0, 2, 1, 5], 0]) > 0)


def test_from_boxes_scales_and_moves_with_the_box():
    boxes = np.array([[0, 0, 100, 200], [10, 20, 20, 30]], np.float32)
    points = from_boxes(boxes)
    np.testing.assert_allclose(points[0], TEMPLATE * [100, 200])
    np.testing.assert_allclose(points[1], TEMPLATE * 10 + [10, 20])
    assert from_boxes(boxes[:0]).shape == (0, 6, 2)


def five(nose=(50.0, 60.0)):
    return np.array([[(30, 40), (70, 40), nose, (38, 80), (62, 80)]], np.float32)


def test_from_five_frontal():
    right, left, nose, mouth, right_ear, left_ear = from_five(five())[0]
    np.testing.assert_allclose((right, left, nose, mouth), [(30, 40), (70, 40), (50, 60), (50, 80)])
    assert right_ear[0] < 30
    assert left_ear[0] > 70
    assert right_ear[1] == left_ear[1] > 40
    np.testing.assert_allclose((right_ear + left_ear) / 2, [50, right_ear[1]])


def test_ears_follow_a_turned_head():
    """The nose goes to one side, the ears to the other."""
    frontal, turned = from_five(five())[0], from_five(five(nose=(42, 60)))[0]
    assert np.all(turned[4:, 0] > frontal[4:, 0])


def test_from_five_turns_with_the_face():
    angle = np.radians(35)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    upright = from_five(five())[0]
    np.testing.assert_allclose(from_five(five() @ turn.T)[0], upright @ turn.T, atol=1e-3)


def test_from_five_of_one_point_is_finite():
    assert np.isfinite(from_five(np.zeros((2, 5, 2), np.float32))).all()


def test_moved():
    box = np.array([[10, 20, 30, 60]], np.float32)
    np.testing.assert_allclose(moved(box, 0.5, (0.5, 1)), [[15, 40, 25, 80]])


def test_as_faces_clips_sorts_and_drops():
    image = np.zeros((50, 100, 3), np.uint8)
    boxes = np.array(
        [[-5, -5, 20, 20], [90, 40, 140, 90], [200, 0, 220, 20], [0, 0, np.nan, 5]], np.float32
    )
    scores = np.array([0.2, 1.5, 0.9, 0.9], np.float32)
    faces = as_faces(boxes, scores, from_boxes(boxes), image)
    np.testing.assert_allclose(faces.boxes, [[90, 40, 100, 50], [0, 0, 20, 20]])
    np.testing.assert_allclose(faces.scores, [1, 0.2])


def test_equal_scores_have_one_order():
    image = np.zeros((50, 100, 3), np.uint8)
    boxes = np.array([[0, 0, 9, 9], [50, 0, 59, 9], [20, 0, 29, 9]], np.float32)
    scores = np.full(3, 0.5, np.float32)
    first = as_faces(boxes, scores, from_boxes(boxes), image)
    turned = as_faces(boxes[::-1], scores, from_boxes(boxes[::-1]), image)
    np.testing.assert_array_equal(first.boxes, turned.boxes)


def test_shrunk():
    small, factor = shrunk(np.zeros((5120, 20, 3), np.uint8))
    assert small.shape == (1280, 5, 3)
    assert factor == 0.25
    image = np.zeros((10, 20, 3), np.uint8)
    same, factor = shrunk(image[:, ::-1])
    assert (same.shape, factor, same.flags.c_contiguous) == (image.shape, 1.0, True)
    assert shrunk(np.zeros((1, 9000, 3), np.uint8))[0].shape == (1, 1280, 3)
