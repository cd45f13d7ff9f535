"""The statistics of a comparison against SciPy and scikit-learn."""

import numpy as np
import pytest

from pyojeong.data.compare.statistics import auc, class_distance, holm, ks, lift, psi, wilson

stats = pytest.importorskip("scipy.stats", reason="scipy is in the train extra")


@pytest.mark.parametrize("seed", range(6))
def test_ks_is_scipys(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(0, 1, 150 + seed), rng.normal(0.1 * seed, 1 + 0.1 * seed, 210)
    if seed % 2:
        a, b = a.round(1), b.round(1)
    expected = stats.ks_2samp(a, b)
    distance, p = ks(np.append(a, np.nan), b)
    assert distance == pytest.approx(expected.statistic)
    n = len(a) * len(b) / (len(a) + len(b))
    assert p == pytest.approx(stats.kstwobign.sf(distance * np.sqrt(n)), abs=1e-9)
    assert p == pytest.approx(expected.pvalue, abs=0.05)


def test_psi_is_the_symmetric_relative_entropy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, 500), rng.normal(0.5, 1, 400)
    edges = np.quantile(a, np.linspace(0, 1, 11)[1:-1])
    cells = [np.histogram(v, np.r_[-np.inf, edges, np.inf])[0] / len(v) for v in (a, b)]
    expected = stats.entropy(*cells) + stats.entropy(*cells[::-1])
    assert psi(a, b) == pytest.approx(expected, rel=1e-9)
    assert psi(a, a) == 0
    assert np.isfinite(psi(a, b + 100))
    assert psi(a, np.full(3, np.nan)) == 0


def test_wilson_is_scipys():
    for right, total in ((0, 5), (3, 7), (50, 50), (120, 400)):
        interval = stats.binomtest(right, total).proportion_ci(method="wilson")
        assert wilson(right, total) == pytest.approx((interval.low, interval.high), abs=1e-6)
    assert wilson(0, 0) == (0, 1)


def test_auc_is_mann_whitney():
    rng = np.random.default_rng(1)
    scores, side = rng.integers(0, 8, 60).astype(float), rng.random(60) < 0.4
    u = stats.mannwhitneyu(scores[side], scores[~side]).statistic
    assert auc(scores, side) == pytest.approx(u / (side.sum() * (~side).sum()))


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_class_distance():
    a, b = np.array([50, 50, 0]), np.array([50, 0, 50])
    distance, p = class_distance(a, b)
    assert distance == 0.5
    assert p < 0.001
    assert class_distance(a, a) == (0, 1)
    assert class_distance(a, a * 0) == (0, 1)


def test_lift():
    failed = np.repeat([True, False, True, False], (40, 60, 40, 360))
    inside = np.arange(500) < 100
    ratio, low, high, p = lift(failed, inside)
    assert ratio == pytest.approx(4, rel=0.02)
    assert low < 4 < high
    assert p < 1e-6
