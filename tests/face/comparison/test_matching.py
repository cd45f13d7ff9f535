"""Boxes that mean the same face."""

import numpy as np
import pytest

from pyojeong.face.comparison.matching import SAME, matched, same_faces
from pyojeong.face.suppression import overlaps


def boxes(*rows):
    return np.array(rows, np.float32).reshape(-1, 4)


A, NEAR_A, B, FAR = (0, 0, 10, 10), (2, 0, 12, 10), (30, 0, 40, 10), (70, 70, 90, 90)


def test_pairs():
    assert matched(boxes(A, B), boxes(FAR, B, NEAR_A)) == [(1, 1), (0, 2)]
    assert matched(boxes(), boxes(A)) == matched(boxes(A), boxes()) == []


def test_the_limit():
    """Shifted by s of 10 px the overlap is (10 - s) / (10 + s)."""
    assert matched(boxes(A), boxes((4.2, 0, 14.2, 10)))
    assert not matched(boxes(A), boxes((4.4, 0, 14.4, 10)))


def test_each_box_once_the_closest_first():
    assert matched(boxes(A, NEAR_A), boxes((3, 0, 13, 10))) == [(1, 0)]


def test_table():
    table = same_faces([boxes(A, B), boxes(FAR, NEAR_A), boxes(A)])
    assert sorted(table.tolist()) == [[-1, 0, -1], [0, 1, 0], [1, -1, -1]]
    assert same_faces([boxes(), boxes()]).shape == (0, 2)


def test_a_chain_does_not_put_two_boxes_of_one_detector_together():
    first = boxes(A, (6, 0, 16, 10))
    table = same_faces([first, boxes((3, 0, 13, 10))])
    assert sorted(map(tuple, table.tolist())) in ([(0, -1), (1, 0)], [(0, 0), (1, -1)])


@pytest.mark.parametrize("seed", range(8))
def test_every_box_is_in_one_line_and_two_detectors_agree_with_pairs(seed):
    random = np.random.default_rng(seed)
    found = []
    for _ in range(2 + seed % 3):
        corner = random.uniform(0, 60, (random.integers(0, 12), 2))
        found.append(np.concatenate([corner, corner + 20], axis=1).astype(np.float32))
    table = same_faces(found)
    for detector, each in enumerate(found):
        rows = table[:, detector]
        assert sorted(rows[rows >= 0].tolist()) == list(range(len(each)))
    assert ((table >= 0).sum(1) >= 1).all()
    if len(found) == 2:
        both = table[(table >= 0).all(1)]
        assert sorted(map(tuple, both.tolist())) == sorted(matched(*found))
        for a, b in both:
            assert overlaps(found[0][a], found[1])[0][b] >= SAME
