"""Average precision of masks, against cases worked out by hand."""

import numpy as np
import pytest

from pyojeong.train.characters.precision import OVERLAPS, Compared, mask_overlaps, mean_precision


def one(scores, classes, truth, overlaps):
    shape = (len(scores), len(truth))
    return Compared(
        np.array(scores, np.float32),
        np.array(classes, np.int64),
        np.array(truth, np.int64),
        np.array(overlaps, float).reshape(shape),
    )


def test_perfect_is_one_and_nothing_is_zero():
    perfect = one([0.9, 0.8], [0, 1], [0, 1], [[1, 0], [0, 1]])
    assert mean_precision([perfect], 2).mean == 1
    assert mean_precision([one([], [], [0], [])], 1).mean == 0
    assert mean_precision([one([0.9], [1], [0], [[1]])], 1).mean == 0
    assert np.isnan(mean_precision([one([0.9], [0], [], [])], 1).mean)


def test_every_overlap_has_its_share():
    # Hits at .50, .55, .60, .65 and .70.
    found = mean_precision([one([0.9], [0], [0], [[0.72]])], 1)
    assert found.mean == pytest.approx(0.5)
    assert found.at50 == 1


def test_a_false_find_before_the_true_one_halves_it():
    assert mean_precision([one([0.9, 0.8], [0, 0], [0], [[0.1], [1]])], 1).mean == 0.5
    assert mean_precision([one([0.8, 0.9], [0, 0], [0], [[0.1], [1]])], 1).mean == 1


def test_a_second_find_of_one_figure_is_false():
    twice = one([0.9, 0.8, 0.7], [0, 0, 0], [0, 0], [[1, 0], [0.9, 0], [0, 1]])
    # Precision 1 up to recall .5, then 2/3: 51 and 50 of 101 points.
    assert mean_precision([twice], 1).mean == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_pictures_count_together():
    pair = [one([0.9], [0], [0], [[1]]), one([0.8], [0], [0], [[0]])]
    assert mean_precision(pair, 1).mean == pytest.approx(51 / 101)


def test_absent_classes_do_not_count():
    found = mean_precision([one([0.9, 0.9], [0, 1], [0], [[1], [0]])], 3)
    assert found.mean == 1
    assert np.isnan(found.per_class[1:]).all()


def test_a_greedy_find_takes_the_best_that_is_free():
    both = one([0.9, 0.8], [0, 0], [0, 0], [[0.7, 0.9], [0.6, 0.8]])
    at = mean_precision([both], 1).per_class[0]
    # The first takes the second figure; the other is left with .6, and hits at .50 to .60.
    assert at == pytest.approx((3 * 1 + 6 * 51 / 101) / len(OVERLAPS))


def test_overlaps_of_masks():
    a = np.zeros((2, 4, 4), bool)
    a[0, :2], a[1] = True, True
    assert mask_overlaps(a, a).tolist() == [[1, 0.5], [0.5, 1]]
    assert mask_overlaps(a[:0], a).shape == (0, 2)
