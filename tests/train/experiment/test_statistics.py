"""Statistics against SciPy, scikit-learn and what must hold."""

import numpy as np
import pytest

stats = pytest.importorskip("scipy.stats", reason="scipy is in the train extra")
metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is in the train extra")

from pyojeong.data.compare.statistics import holm, wilson  # noqa: E402
from pyojeong.train.calibration import (  # noqa: E402
    calibration_error,
    reliability,
    softmax,
)
from pyojeong.train.experiment import statistics as st  # noqa: E402


def drawn(seed, rows=300, classes=4, skill=1.0):
    chance = np.random.default_rng(seed)
    labels = chance.integers(0, classes, rows)
    logits = chance.normal(0, 1, (rows, classes))
    logits[np.arange(rows), labels] += skill
    return softmax(logits), labels.astype(np.int64)


@pytest.mark.parametrize(("right", "total"), [(0, 5), (5, 5), (73, 100), (1, 1), (740, 1000)])
def test_wilson(right, total):
    wanted = stats.binomtest(right, total).proportion_ci(0.95, "wilson")
    assert wilson(right, total) == pytest.approx((wanted.low, wanted.high), abs=1e-12)
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 0), (0, 9), (10, 3), (200, 260), (4000, 3900)])
def test_mcnemar(b, c):
    first = np.r_[np.ones(b), np.zeros(c), np.ones(7), np.zeros(3)].astype(bool)
    second = np.r_[np.zeros(b), np.ones(c), np.ones(7), np.zeros(3)].astype(bool)
    wanted = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert st.mcnemar(first, second) == pytest.approx(wanted, rel=1e-9)
    assert st.mcnemar(second, first) == st.mcnemar(first, second)


def called_different(spread, seeds=3, gap=0.0, rounds=300, rows=1500):
    """How often two settings are found different at 5 %, where training moves all by `spread`."""
    chance, found = np.random.default_rng(1), 0
    for _ in range(rounds):
        base = chance.normal(size=rows)
        first, second = (
            np.stack([
                base + 0.7 * chance.normal(size=rows) + chance.normal() * spread + more > -0.5
                for _ in range(seeds)
            ]).astype(float)
            for more in (0.0, gap)
        )  # fmt: skip
        found += st.compare(first, second) < 0.05
    return found / rounds


@pytest.mark.parametrize("spread", [0.0, 0.035, 0.07])
def test_equal_settings_are_seldom_called_different_whatever_the_seeds_do(spread):
    assert called_different(spread) <= 0.08


def test_settings_that_differ_are_found():
    assert called_different(0.035, gap=0.2) >= 0.6


def test_several_seeds_against_scipy():
    """Without a chance of the rows it is the t-test of the seeds' accuracies."""
    first, second = np.array([0.7, 0.74, 0.73]), np.array([0.69, 0.66, 0.71])
    rows = np.ones(40)
    found = st.difference(first[:, None] * rows, second[:, None] * rows)
    wanted = stats.ttest_ind(first, second)
    assert found.freedom == pytest.approx(4)
    assert found.p == pytest.approx(wanted.pvalue)
    assert found.interval == pytest.approx(tuple(wanted.confidence_interval()))
    assert found.of_settings


def test_seeds_are_compared_within_their_group_alone():
    """Pairs at two batches: that the batches differ is no chance of training."""
    chance = np.random.default_rng(4)
    level = np.repeat([0.5, 0.9], 3)[:, None]
    first, second = (chance.random((2, 6, 400)) < level).astype(float)
    groups = [0, 0, 0, 1, 1, 1]
    apart, together = st.difference(first, second, groups), st.difference(first, second)
    assert apart.error < 0.5 * together.error
    assert apart.mean == together.mean


def test_no_difference_at_all():
    same = np.ones((2, 9))
    assert st.compare(same, same) == 1.0
    assert st.compare(same, same * 0) == 0.0
    assert st.compare(same[:, :1], same[:, :1]) == 1.0


def test_holm():
    # Holm 1979; the same numbers as R's p.adjust.
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_comparisons_of_equals_are_seldom_found_different():
    chance = np.random.default_rng(11)
    found = 0
    for _ in range(200):
        right = chance.random((2, 150)) < 0.7
        found += st.mcnemar(*right) < 0.05
    assert found <= 16


@pytest.mark.parametrize("seed", range(4))
def test_f1_and_confusion(seed):
    probabilities, labels = drawn(seed)
    read = probabilities.argmax(1)
    table = st.confusion(labels, read, 4)
    assert (table == metrics.confusion_matrix(labels, read, labels=range(4))).all()
    each = metrics.f1_score(labels, read, average=None)
    assert st.f1_scores(table) == pytest.approx(each)
    assert st.macro(st.f1_scores(table)) == pytest.approx(each.mean())


def test_a_class_that_never_occurs_does_not_count():
    table = st.confusion(np.array([0, 1]), np.array([0, 1]), 3)
    assert np.isnan(st.f1_scores(table)[2])
    assert st.macro(st.f1_scores(table)) == 1.0


def test_bootstrap_covers_as_often_as_it_says():
    truth, covered = np.array([[0.3, 0.1], [0.15, 0.45]]), 0
    f1 = st.macro(st.f1_scores(truth))
    for seed in range(100):
        table = np.random.default_rng(seed).multinomial(200, truth.ravel()).reshape(2, 2)
        low, high = st.bootstrap_f1(table, 400, seed)[0]
        covered += low <= f1 <= high
    assert 88 <= covered <= 99


@pytest.mark.parametrize("seed", range(4))
def test_precision_recall(seed):
    probabilities, labels = drawn(seed)
    scores = np.round(probabilities[:, 1], 2)  # with ties
    precision, recall, average = st.precision_recall(scores, labels == 1)
    assert average == pytest.approx(metrics.average_precision_score(labels == 1, scores))
    wanted = metrics.precision_recall_curve(labels == 1, scores)
    assert precision[::-1] == pytest.approx(wanted[0][:-1][-len(precision) :])
    assert recall[::-1] == pytest.approx(wanted[1][:-1][-len(recall) :])


def test_curves_over_confidence():
    probabilities, labels = drawn(3)
    precision, recall, f1 = st.by_confidence(probabilities, labels, np.array([0.0, 0.5, 1.01]))
    read = probabilities.argmax(1)
    for row, least in enumerate((0.0, 0.5)):
        sure = np.where(probabilities.max(1) >= least, read, 4)
        wanted = metrics.precision_recall_fscore_support(
            labels, sure, labels=range(4), zero_division=1.0
        )
        for mine, theirs in zip((precision, recall, f1), wanted, strict=False):
            assert mine[row] == pytest.approx(theirs)
    assert (precision[2] == 1).all()
    assert (recall[2] == 0).all()


def test_calibration_as_training_measures_it():
    probabilities, labels = drawn(8)
    rows, confidence, share, error = reliability(probabilities, labels)
    assert rows.sum() == len(labels)
    assert error == pytest.approx(calibration_error(probabilities, labels))
    assert np.isnan(confidence[rows == 0]).all()
    right = probabilities.argmax(1) == labels
    assert np.nansum(share * rows) == pytest.approx(right.sum())


def test_one_training_each_is_about_the_rows_alone():
    first, second = np.random.default_rng(0).integers(0, 2, (2, 1, 500)).astype(float)
    found = st.difference(first, second)
    paired = (first - second)[0]
    wanted = stats.norm.interval(0.95, paired.mean(), stats.sem(paired))
    assert (found.mean, *found.interval) == pytest.approx((paired.mean(), *wanted))
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(paired.mean()) / stats.sem(paired)))
    assert not found.of_settings
