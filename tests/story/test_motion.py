"""Living motion: blinks as often as people blink, small angles, the same for the same seed."""

import numpy as np
import pytest

from pyojeong.expression import ARKIT_52, Expression
from pyojeong.story.motion import Motion, smoothstep

FPS = 24


def minute(seed: int, expression: Expression | None = None) -> list[Expression]:
    motion = Motion(seed)
    return [motion.alive(expression or Expression(), n / FPS, 0.5) for n in range(60 * FPS)]


def test_smoothstep():
    assert [smoothstep(x) for x in (-1, 0, 0.5, 1, 2)] == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize("seed", range(5))
def test_ten_to_twenty_full_blinks_a_minute(seed):
    shut = np.array([e["eyeBlinkLeft"] for e in minute(seed)])
    starts = np.flatnonzero((shut[1:] > 0.5) & (shut[:-1] <= 0.5))
    assert 9 <= len(starts) <= 21
    assert np.diff(starts).min() >= 2.5 * FPS
    assert np.ptp(np.diff(starts)) > FPS, "blinks are irregular"
    assert shut.max() > 0.95


def test_a_blink_closes_wide_and_narrow_eyes_alike():
    for coefficients in ({"eyeWideLeft": 1.0}, {"eyeBlinkLeft": 0.4}):
        frames = minute(3, Expression(coefficients))
        shut = max(frames, key=lambda e: e["eyeBlinkLeft"])
        assert shut["eyeBlinkLeft"] == pytest.approx(1.0, abs=0.03)
        assert shut["eyeWideLeft"] == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_motion_is_small_and_smooth(seed):
    frames = minute(seed)
    head = np.array([e.head for e in frames])
    gaze = np.array([e.gaze for e in frames])
    assert np.abs(head).max() < 5
    assert np.abs(np.diff(head, axis=0)).max() < 0.5
    assert np.abs(gaze).max() < 12


def test_same_seed_same_motion_and_only_the_eyes_and_head():
    assert minute(7) == minute(7)
    assert minute(7) != minute(8)
    moved = {n for e in minute(7) for n in ARKIT_52 if e[n]}
    assert moved == {"eyeBlinkLeft", "eyeBlinkRight"}
