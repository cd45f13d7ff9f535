"""Curves over the least score, the best of them, and confusion, against cases worked out by hand."""

import numpy as np
import pytest

from pyojeong.train.characters.curves import (
    RECALLS,
    SCORES,
    at_score,
    confusion,
    curves,
    paired,
)
from pyojeong.train.characters.judged import mistakes_of
from pyojeong.train.characters.precision import Compared


def one(scores, classes, truth, overlaps):
    return Compared(
        np.array(scores, np.float32),
        np.array(classes, np.int64),
        np.array(truth, np.int64),
        np.array(overlaps, float).reshape(len(scores), len(truth)),
    )


@pytest.fixture
def four():
    """Four finds of one class, the second and the last wrong; three figures, one never found."""
    hits = [[1, 0, 0], [0, 0, 0], [0, 0.6, 0], [0, 0, 0.4]]
    return [one([0.9, 0.7, 0.5, 0.3], [0] * 4, [0] * 3, hits)]


def test_curves_count_finds_that_reach_the_score(four):
    made = curves(four, 1)
    wanted = {  # right, found
        0.95: (0, 0),
        0.8: (1, 1),
        0.6: (1, 2),
        0.4: (2, 3),
        0.1: (2, 4),
    }
    for score, (right, found) in wanted.items():
        precision, recall, f1 = (
            float(at_score(rows, score)[0]) for rows in (made.precision, made.recall, made.f1)
        )
        assert recall == pytest.approx(right / 3)
        assert f1 == pytest.approx(2 * right / (found + 3))
        if found:
            assert precision == pytest.approx(right / found)
        else:
            assert np.isnan(precision)


def test_precision_by_recall_is_the_best_still_to_come(four):
    (row,) = curves(four, 1).by_recall
    at = {round(float(r), 3): float(p) for r, p in zip(RECALLS, row, strict=True)}
    assert at[0.0] == at[0.3] == 1
    assert at[0.4] == at[0.665] == pytest.approx(2 / 3)
    assert at[0.7] == at[1.0] == 0


def test_the_best_score_is_where_mean_f1_is_highest(four):
    made = curves(four, 1)
    # 2 right of 3 found of 3 there, from a score above .3 to .5.
    assert 0.3 < made.best <= 0.5
    assert made.f1.max() == pytest.approx(2 / 3)
    two = curves([*four, one([0.8], [1], [1], [[1]])], 2)
    assert 0.3 < two.best <= 0.5


def test_classes_that_are_nowhere_are_not_known(four):
    made = curves(four, 2)
    assert np.isnan(made.f1[1]).all()
    assert np.isnan(made.by_recall[1]).all()
    assert made.best == curves(four, 1).best
    nothing = curves([one([], [], [], [])], 1)
    assert nothing.best == 0.25


def test_a_class_that_is_never_found_has_no_recall():
    made = curves([one([], [], [0], [])], 1)
    assert (made.recall == 0).all()
    assert np.isnan(made.precision).all()
    assert (made.by_recall == 0).all()
    assert SCORES[0] <= made.best <= SCORES[-1]


def test_confusion_pairs_across_classes():
    # A right one; class 1 taken for 0; a find of 1 that is nobody; a figure of 0 that is missed.
    overlaps = [[0.9, 0, 0], [0, 0.8, 0], [0, 0, 0.3]]
    table = confusion([one([0.9, 0.8, 0.7], [0, 0, 1], [0, 1, 0], overlaps)], 2, 0.5)
    assert table.tolist() == [[1, 1, 0], [0, 0, 1], [1, 0, 0]]
    # Columns but the last add up to the figures that are there.
    assert table.sum(0)[:2].tolist() == [2, 1]


def test_confusion_leaves_out_unsure_finds():
    table = confusion([one([0.4], [0], [0], [[1]])], 1, 0.5)
    assert table.tolist() == [[0, 0], [1, 0]]
    both = confusion([one([0.4], [0], [0], [[1]]), one([0.6], [0], [], [])], 1, 0.5)
    assert both.tolist() == [[0, 1], [1, 0]]


def test_pairs_are_one_to_one_and_the_largest_first():
    assert paired(np.array([[0.6, 0.9], [0.0, 0.8]])) == [(0, 1)]
    assert sorted(paired(np.array([[0.9, 0.8], [0.8, 0.6]]))) == [(0, 0), (1, 1)]
    assert paired(np.array([[0.49]])) == []
    assert paired(np.zeros((0, 3))) == []


def test_mistakes_are_told_apart():
    overlaps = [[0.9, 0, 0], [0, 0.8, 0], [0, 0, 0.3]]
    wrong = mistakes_of(7, one([0.9, 0.8, 0.7], [0, 0, 1], [0, 1, 0], overlaps), 0.5)
    assert (wrong.row, wrong.missed, wrong.extra, wrong.taken) == (7, (0,), (1,), ((1, 0),))
    assert wrong.cost == pytest.approx(3 + 0.05)
