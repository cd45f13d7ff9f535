"""Smoothing in time: what must hold whatever the frame rate."""

import numpy as np
import pytest

from pyojeong.face.video.smoothing import CONSTANT_S, smoothed, smoothed_scores


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_constant_in_constant_out(count):
    times = np.sort(np.random.default_rng(1).uniform(0, 9, count))
    scores = np.tile([0.5, 0.3, 0.1, 0.05, 0.03, 0.01, 0.01], (count, 1))
    assert smoothed_scores(times, scores) == pytest.approx(scores)


def test_rows_are_probabilities_even_from_zeros_and_ones():
    rng = np.random.default_rng(2)
    scores = np.eye(7)[rng.integers(0, 7, 40)]
    result = smoothed_scores(np.arange(40) / 10, scores)
    assert np.isfinite(result).all()
    assert (result >= 0).all()
    assert result.sum(1) == pytest.approx(np.ones(40))


@pytest.mark.parametrize("rates", [(12.5, 25), (12.5, 50), (10, 60)])
def test_the_frame_rate_does_not_matter(rates):
    """The same signal, sampled at two rates, is the same afterwards at the common times."""

    def at(rate):
        times = np.arange(round(6 * rate) + 1) / rate
        values = np.sin(2 * np.pi * 0.3 * times)[:, None]
        return times, smoothed(times, values)[:, 0]

    (slow_t, slow), (fast_t, fast) = at(rates[0]), at(rates[1])
    assert np.interp(slow_t, fast_t, fast) == pytest.approx(slow, abs=0.02)


def test_it_is_the_mean_under_a_two_sided_exponential():
    times = np.sort(np.random.default_rng(4).uniform(0, 5, 60))
    values = np.random.default_rng(5).normal(size=(60, 2))
    spans = np.gradient(times)
    spans[0], spans[-1] = (times[1] - times[0]) / 2, (times[-1] - times[-2]) / 2
    spans[1:-1] = (times[2:] - times[:-2]) / 2
    kernel = np.exp(-np.abs(times[:, None] - times) / CONSTANT_S) * spans
    assert smoothed(times, values) == pytest.approx(kernel @ values / kernel.sum(1)[:, None])


def test_no_delay_backward_is_the_same_as_forward():
    times = np.arange(40) / 12.5
    values = np.random.default_rng(6).normal(size=(40, 3))
    assert smoothed(times, values[::-1])[::-1] == pytest.approx(smoothed(times, values))


def test_one_wrong_look_vanishes_and_a_second_of_another_emotion_stays():
    times = np.arange(50) / 12.5
    scores = np.tile([0.85, *([0.025] * 6)], (50, 1))
    other = np.roll(scores[0], 1)
    once, long = scores.copy(), scores.copy()
    once[25] = other
    long[20:33] = other
    assert set(smoothed_scores(times, once).argmax(1)) == {0}
    assert smoothed_scores(times, long).argmax(1)[26] == 1
