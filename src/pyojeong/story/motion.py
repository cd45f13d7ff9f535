"""What a living face does besides feeling and speaking: blinks, glances, small head motion.

Blinks come irregularly, 3-6 s apart, closing faster than they open (VanderWerf et al. 2003);
glances are quick jumps between short rests; the head drifts slowly and nods with the voice.
"""

from __future__ import annotations

import math
import random

from pyojeong.expression import Expression

BLINK_CLOSE_S, BLINK_SHUT_S, BLINK_OPEN_S = 0.08, 0.04, 0.16
SACCADE_S = 0.05
# Amplitude in degrees and frequencies in Hz of the drift of pitch, yaw and roll; frequencies
# without common multiples never repeat visibly.
DRIFT = ((0.9, (0.11, 0.27)), (1.6, (0.083, 0.19)), (0.8, (0.071, 0.23)))
NOD_DEG = -1.2


def smoothstep(x: float) -> float:
    """0 below 0, 1 above 1, an S-curve with level ends between."""
    x = min(1.0, max(0.0, x))
    return x * x * (3 - 2 * x)


class Motion:
    """A seeded source of small motion. Ask it for rising times only: it keeps no past."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - motion, not secrets
        self._phases = [self._random.uniform(0, math.tau) for _ in range(6)]
        self._blink_at = self._random.uniform(1.2, 3.0)
        self._glance_at = self._random.uniform(1.0, 2.0)
        self._glance = (0.0, 0.0)
        self._glance_before = (0.0, 0.0)
        self._nod = 0.0

    def alive(self, expression: Expression, t: float, speaking: float) -> Expression:
        """The expression with a blink, a glance and head motion for film time t (seconds).

        speaking in [0, 1] lets the head nod a little with the voice.
        """
        blink = self._blink(t)
        self._nod += 0.15 * (speaking * math.sin(t * 4.1) - self._nod)
        pitch, yaw, roll = (
            amplitude * _drift(t, rates, self._phases[2 * axis : 2 * axis + 2])
            for axis, (amplitude, rates) in enumerate(DRIFT)
        )
        lids = {
            f"eye{name}{side}": change
            for side in ("Left", "Right")
            for name, change in _closing(expression, side, blink)
        }
        head = (pitch + NOD_DEG * self._nod, yaw, roll)
        return expression + Expression(lids, head, self._gaze(t))

    def _blink(self, t: float) -> float:
        since = t - self._blink_at
        if since > BLINK_CLOSE_S + BLINK_SHUT_S + BLINK_OPEN_S:
            self._blink_at = t + self._random.uniform(2.8, 5.7)
            return 0.0
        if since < 0:
            return 0.0
        opening = (since - BLINK_CLOSE_S - BLINK_SHUT_S) / BLINK_OPEN_S
        return smoothstep(since / BLINK_CLOSE_S) * (1 - smoothstep(opening))

    def _gaze(self, t: float) -> tuple[float, float]:
        if t >= self._glance_at + SACCADE_S:
            self._glance_before = self._glance
            self._glance = (self._random.gauss(0, 1.2), self._random.gauss(0, 2.2))
            self._glance_at = t + self._random.uniform(0.9, 2.6)
        share = smoothstep((t - self._glance_at) / SACCADE_S)
        (p0, y0), (p1, y1) = self._glance_before, self._glance
        return p0 + (p1 - p0) * share, y0 + (y1 - y0) * share


def _drift(t: float, rates: tuple[float, float], phases: list[float]) -> float:
    return sum(math.sin(math.tau * f * t + p) for f, p in zip(rates, phases, strict=True)) / 2


def _closing(expression: Expression, side: str, blink: float) -> list[tuple[str, float]]:
    """Changes that bring one eye to its blink: the lid closes what is still open, and what held
    the eye wide or narrow lets go."""
    if blink <= 0:
        return []
    shut = expression[f"eyeBlink{side}"]
    wide, squint = expression[f"eyeWide{side}"], expression[f"eyeSquint{side}"]
    return [
        ("Blink", blink * max(0.0, 1 - shut)),
        ("Wide", -wide * blink),
        ("Squint", -squint * blink * 0.6),
    ]
