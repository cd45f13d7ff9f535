"""Merging of detections: hand-made cases and properties on random ones."""

import numpy as np
import pytest

from pyojeong.face.suppression import distinct, overlaps, weighted_suppression


def detections(boxes, scores):
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    keypoints = np.repeat(boxes[:, None, :2], 6, axis=1)
    return boxes, np.array(scores, np.float32), keypoints


@pytest.fixture(params=range(5))
def crowd(request):
    rng = np.random.default_rng(request.param)
    corners = rng.uniform(0, 100, (60, 2))
    sizes = rng.uniform(5, 40, (60, 2))
    return detections(np.hstack([corners, corners + sizes]), rng.uniform(0.1, 1, 60))


def test_overlap_by_hand():
    box = np.array([0, 0, 10, 10], np.float32)
    others = np.array([[5, 0, 15, 10], [2, 2, 4, 4], [20, 20, 30, 30], [10, 0, 20, 10]], np.float32)
    union, inside = overlaps(box, others)
    np.testing.assert_allclose(union, [50 / 150, 4 / 100, 0, 0], atol=1e-6)
    np.testing.assert_allclose(inside, [0.5, 1, 0, 0], atol=1e-6)


def test_overlap_of_empty_boxes_is_no_number_trouble():
    union, inside = overlaps(np.zeros(4, np.float32), np.zeros((2, 4), np.float32))
    assert np.isfinite(union).all()
    assert np.isfinite(inside).all()


def test_weighted_mean_by_hand():
    boxes, scores, keypoints = weighted_suppression(
        *detections([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]], [0.6, 0.3, 0.9])
    )
    np.testing.assert_allclose(boxes, [[50, 50, 60, 60], [1 / 3, 0, 10 + 1 / 3, 10]], atol=1e-5)
    np.testing.assert_allclose(scores, [0.9, 0.6])
    np.testing.assert_allclose(keypoints[1, 0], [1 / 3, 0], atol=1e-6)


def test_half_a_face_does_not_count_beside_the_whole():
    boxes, scores, _ = distinct(*detections([[0, 0, 40, 40], [0, 0, 12, 40]], [0.8, 0.9]))
    assert len(boxes) == 1
    assert scores[0] == pytest.approx(0.9)


def test_neighbours_stay_two():
    boxes, _, _ = distinct(*detections([[0, 0, 40, 40], [35, 0, 75, 40]], [0.8, 0.9]))
    assert len(boxes) == 2


@pytest.mark.parametrize("merge", [weighted_suppression, distinct])
def test_nothing_stays_nothing(merge):
    boxes, scores, keypoints = merge(*detections([], []))
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)
    assert keypoints.shape == (0, 6, 2)


@pytest.mark.parametrize("merge", [weighted_suppression, distinct])
def test_best_first_and_order_of_input_does_not_matter(merge, crowd):
    boxes, scores, _ = merge(*crowd)
    assert np.all(np.diff(scores) <= 0)
    assert scores[0] == crowd[1].max()
    shuffled = np.random.default_rng(1).permutation(len(crowd[1]))
    again, _, _ = merge(*(column[shuffled] for column in crowd))
    np.testing.assert_allclose(boxes, again, atol=1e-3)


def test_distinct_ones_do_not_overlap_and_every_other_does(crowd):
    boxes, _, _ = distinct(*crowd)
    for i, box in enumerate(boxes):
        union, inside = overlaps(box, np.delete(boxes, i, axis=0))
        assert union.max() <= 0.3
        assert inside.max() <= 0.6
    for box in crowd[0]:
        union, inside = overlaps(box, boxes)
        assert union.max() > 0.3 or inside.max() > 0.6


def test_distinct_twice_is_once(crowd):
    once = distinct(*crowd)
    twice = distinct(*once)
    np.testing.assert_array_equal(once[0], twice[0])


def test_input_is_not_changed(crowd):
    before = [column.copy() for column in crowd]
    weighted_suppression(*crowd)
    distinct(*crowd)
    for column, kept in zip(crowd, before, strict=True):
        np.testing.assert_array_equal(column, kept)
