"""Statistics against SciPy, scikit-learn and what must hold."""

import numpy as np
import pytest

stats = pytest.importorskip("scipy.stats", reason="scipy is in the train extra")
metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is in the train extra")

from pyojeong.train.experiment import statistics as st  # noqa: E402


def drawn(seed, rows=300, classes=4, skill=1.0):
    chance = np.random.default_rng(seed)
    labels = chance.integers(0, classes, rows)
    logits = chance.normal(0, 1, (rows, classes))
    logits[np.arange(rows), labels] += skill
    return st.softmax(logits), labels.astype(np.int64)


@pytest.mark.parametrize(("right", "total"), [(0, 5), (5, 5), (73, 100), (1, 1), (740, 1000)])
def test_wilson(right, total):
    wanted = stats.binomtest(right, total).proportion_ci(0.95, "wilson")
    assert st.wilson(right, total) == pytest.approx((wanted.low, wanted.high), abs=1e-12)
    assert st.wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 0), (0, 9), (10, 3), (200, 260), (4000, 3900)])
def test_mcnemar(b, c):
    first = np.r_[np.ones(b), np.zeros(c), np.ones(7), np.zeros(3)].astype(bool)
    second = np.r_[np.zeros(b), np.ones(c), np.ones(7), np.zeros(3)].astype(bool)
    wanted = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert st.mcnemar(first, second) == pytest.approx(wanted, rel=1e-9)
    assert st.mcnemar(second, first) == st.mcnemar(first, second)


def test_random_signs_agree_with_mcnemar():
    chance = np.random.default_rng(5)
    first, second = chance.random((2, 1, 400)) < [[[0.75]], [[0.66]]]
    exact = st.compare(first.astype(float), second.astype(float))
    drawn_p = st.sign_flip(first[0].astype(float) - second[0])
    assert drawn_p == pytest.approx(exact, abs=0.015)
    twice = st.compare(np.repeat(first, 2, 0).astype(float), np.repeat(second, 2, 0).astype(float))
    assert twice == pytest.approx(exact, abs=0.015)


def test_holm():
    # Holm 1979; the same numbers as R's p.adjust.
    assert st.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert st.holm([0.9, 0.8]) == [1.0, 1.0]
    assert st.holm([]) == []


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
    measuring = pytest.importorskip("pyojeong.train.classifier.measuring")
    probabilities, labels = drawn(8)
    rows, confidence, share, error = st.reliability(probabilities, labels)
    assert rows.sum() == len(labels)
    assert error == pytest.approx(measuring.calibration_error(probabilities, labels))
    assert np.isnan(confidence[rows == 0]).all()
    right = probabilities.argmax(1) == labels
    assert np.nansum(share * rows) == pytest.approx(right.sum())


def test_paired_interval():
    difference = np.random.default_rng(0).integers(-1, 2, 500).astype(float)
    middle, (low, high) = st.paired_interval(difference)
    wanted = stats.norm.interval(0.95, difference.mean(), stats.sem(difference))
    assert (middle, low, high) == pytest.approx((difference.mean(), *wanted))
