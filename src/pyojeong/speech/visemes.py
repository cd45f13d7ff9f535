"""Speech → mouth movement.

Each sound pulls the mouth towards its shape; pulls overlap and are blended by dominance
functions (Cohen & Massaro 1993, "Modeling coarticulation in synthetic visual speech"), apart for
the opening and for the lips. The opening then follows the loudness of the sound, lips meet for
m, b and p, and the mouth is closed in pauses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.expression import ARKIT_52, Expression
from pyojeong.speech.mouth_shapes import REST, MouthShape, mouth_shapes
from pyojeong.speech.types import Phone, Speech

F32 = NDArray[np.float32]

_OPENING = ("jawOpen", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
            "mouthUpperUpRight")  # fmt: skip
_ANTICIPATION_S = 0.07  # lips move this long before the sound (Cohen & Massaro: 60-80 ms)
_LIPS_LEAD_S = 0.035  # rounding and spreading run ahead of the jaw
_RELEASE_S = 0.09
_SHORTEST_PAUSE_S = 0.1  # shorter gaps are not shut
_ENVELOPE_HZ = 100
_ENVELOPE_WINDOW_S = 0.04
_NEIGHBOURS = 7
_ROWS_AT_ONCE = 4096  # bounds the memory of `sample`
_CLOSURE_S = 0.03  # half of the shortest time the lips stay together


@dataclass(frozen=True, slots=True, eq=False)
class VisemeTrack:
    """Mouth movement over time; columns are the 52 coefficients of `ARKIT_52`.

    centres, halves: (m,) seconds, one per sound or pause. targets: (m, 52). open_grip, lip_grip:
    (m,). closures: (k, 2) seconds, when the lips touch. spoken: (s, 2) seconds, stretches
    without pause. envelope: loudness in [0, 1] at 100 Hz. duration_s: of the sound.
    """

    centres: F32
    halves: F32
    targets: F32
    open_grip: F32
    lip_grip: F32
    closures: F32
    spoken: F32
    envelope: F32
    duration_s: float

    def at(self, t: float) -> Expression:
        """The mouth at t seconds; at rest before, after and in pauses."""
        row = self.sample(np.array([t]))[0]
        return Expression({n: float(v) for n, v in zip(ARKIT_52, row, strict=True) if v})

    def sample(self, times: NDArray[np.floating] | list[float]) -> F32:
        """(n, 52) coefficients in [0, 1] at n times in seconds, in any order."""
        moments = np.asarray(times, np.float32).reshape(-1)
        if not len(self.centres):
            return np.zeros((len(moments), len(ARKIT_52)), np.float32)
        parts = np.split(moments, range(_ROWS_AT_ONCE, len(moments), _ROWS_AT_ONCE))
        return np.concatenate([self._rows(part) for part in parts])

    def _rows(self, moments: F32) -> F32:
        shapes = self._blend(moments)
        shapes[:, _IS_OPENING] *= self._loudness(moments)[:, None]
        shut = self._closure(moments)[:, None]
        shapes = shapes * (1 - shut * _IS_OPENING) + _SEAL * shut
        gate = _gate(moments, self.spoken)
        return np.asarray(np.clip(shapes * gate[:, None], 0, 1), np.float32)

    def _blend(self, moments: F32) -> F32:
        """Dominance-weighted mean of the targets of the nearest sounds."""
        opening = self._dominated(moments, self.open_grip)
        lips = self._dominated(moments + np.float32(_LIPS_LEAD_S), self.lip_grip)
        return np.where(_IS_OPENING, opening, lips)

    def _dominated(self, moments: F32, grip: F32) -> F32:
        near = _nearest(moments, self.centres)
        away = moments[:, None] - self.centres[near]
        # The pull rises earlier before a sound than it dies away behind it.
        reach = self.halves[near] + np.where(away < 0, 0.06, 0.045)
        pull = grip[near] * np.exp(-((np.abs(away) / reach) ** 1.4))
        total = np.maximum(pull.sum(axis=1, keepdims=True), 1e-9)
        return np.asarray(np.einsum("nkc,nk->nc", self.targets[near], pull / total), np.float32)

    def _loudness(self, moments: F32) -> F32:
        at = np.arange(len(self.envelope)) / _ENVELOPE_HZ
        local = np.interp(moments, at, self.envelope)
        return np.asarray(0.2 + 0.95 * local, np.float32)

    def _closure(self, moments: F32) -> F32:
        """1 while the lips touch, easing in and out around it."""
        if not len(self.closures):
            return np.zeros(len(moments), np.float32)
        near = _nearest(moments, self.closures.mean(axis=1))[:, : 2 * _NEIGHBOURS]
        before = self.closures[near, 0] - moments[:, None]
        after = moments[:, None] - self.closures[near, 1]
        outside = np.maximum(np.maximum(before / 0.06, after / 0.035), 0)
        return np.asarray(_ease(1 - outside).max(axis=1), np.float32)


def viseme_track(speech: Speech, fps: float | None = None) -> VisemeTrack:
    """The mouth movement that goes with a speech.

    fps: frame rate it will be drawn at, if known; lips then stay together for at least one
    whole frame, so that no m, b or p is lost between frames.
    """
    segments = _segments(speech)
    shapes = [shape for shape, _, _ in segments]
    starts = np.array([a for _, a, _ in segments], np.float32)
    ends = np.array([b for _, _, b in segments], np.float32)
    targets = np.array([_row(shape) for shape in shapes], np.float32)
    return VisemeTrack(
        centres=np.asarray((starts + ends) / 2, np.float32),
        halves=np.asarray(np.minimum((ends - starts) / 2, 0.12), np.float32),
        targets=targets.reshape(-1, len(ARKIT_52)),
        open_grip=np.array([s.open_grip for s in shapes], np.float32),
        lip_grip=np.array([s.lip_grip for s in shapes], np.float32),
        closures=_closures(segments, 0.5 / fps if fps else 0.0),
        spoken=_spoken(speech.phones),
        envelope=_envelope(speech),
        duration_s=speech.duration_s,
    )


Segment = tuple[MouthShape, float, float]


def _segments(speech: Speech) -> list[Segment]:
    """One segment per sound, two per diphthong, and one per pause."""
    found: list[Segment] = []
    at = 0.0
    for phone in speech.phones:
        if phone.start_s - at > _SHORTEST_PAUSE_S and found:
            found.append((REST, at, phone.start_s))
        shapes = mouth_shapes(phone.name)
        step = (phone.end_s - phone.start_s) / len(shapes)
        for i, shape in enumerate(shapes):
            start = phone.start_s + i * step
            found.append((shape, start, start + step))
        at = phone.end_s
    return found


def _closures(segments: list[Segment], half_frame_s: float) -> F32:
    """When the lips touch: m, b and p, widened to `_CLOSURE_S` or a frame around the middle."""
    least = max(_CLOSURE_S, half_frame_s * 1.05)
    spans = []
    for shape, start, end in segments:
        if shape.closed:
            middle, half = (start + end) / 2, max(least, (end - start) * 0.3)
            spans.append((middle - half, middle + half))
    return np.array(spans, np.float32).reshape(-1, 2)


def _spoken(phones: tuple[Phone, ...]) -> F32:
    spans: list[list[float]] = []
    for phone in phones:
        if spans and phone.start_s - spans[-1][1] <= _SHORTEST_PAUSE_S:
            spans[-1][1] = phone.end_s
        else:
            spans.append([phone.start_s, phone.end_s])
    return np.array(spans, np.float32).reshape(-1, 2)


def _gate(moments: F32, spoken: F32) -> F32:
    """1 in speech, 0 in pauses: opens before the sound, closes as it ends."""
    near = np.searchsorted(spoken[:, 0], moments, side="right") - 1
    here = np.clip(near, 0, len(spoken) - 1)
    following = np.clip(near + 1, 0, len(spoken) - 1)
    opening = np.minimum(
        1 + (moments - spoken[here, 0]) / _ANTICIPATION_S,
        1 - (moments - spoken[here, 1] + _RELEASE_S / 4) / _RELEASE_S,
    )
    upcoming = 1 + (moments - spoken[following, 0]) / _ANTICIPATION_S
    upcoming = np.where(near + 1 < len(spoken), np.minimum(upcoming, 1), 0)
    return np.asarray(_ease(np.maximum(opening, upcoming)), np.float32)


def _envelope(speech: Speech) -> F32:
    """Loudness in [0, 1] at 100 Hz: RMS over 40 ms against its 95th percentile, compressed
    towards how loud it seems (a power below 1, as loudness is felt)."""
    if not len(speech.samples):
        return np.zeros(1, np.float32)
    energy = np.concatenate([[0.0], np.cumsum(np.square(speech.samples, dtype=np.float64))])
    middle = np.arange(int(speech.duration_s * _ENVELOPE_HZ) + 1) / _ENVELOPE_HZ * speech.rate
    half = _ENVELOPE_WINDOW_S / 2 * speech.rate
    first = np.clip(middle - half, 0, len(speech.samples)).astype(int)
    last = np.clip(middle + half, 0, len(speech.samples)).astype(int)
    rms = np.sqrt(np.maximum(energy[last] - energy[first], 0) / np.maximum(last - first, 1))
    loud = float(np.percentile(rms[rms > 1e-4], 95)) if (rms > 1e-4).any() else 1.0
    return np.asarray(np.minimum((rms / loud) ** 0.8, 1), np.float32)


def _nearest(moments: F32, centres: F32) -> NDArray[np.intp]:
    """(n, 2k) indices of the sounds around each moment."""
    middle = np.searchsorted(centres, moments)[:, None]
    window = middle + np.arange(-_NEIGHBOURS, _NEIGHBOURS)
    return np.asarray(np.clip(window, 0, len(centres) - 1), np.intp)


def _ease(x: NDArray[np.floating]) -> F32:
    """Smoothstep of x limited to [0, 1]."""
    x = np.clip(x, 0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)


def _row(shape: MouthShape) -> list[float]:
    return [shape.coefficients.get(name, 0.0) for name in ARKIT_52]


_IS_OPENING = np.array([name in _OPENING for name in ARKIT_52])
_SEAL = np.array(_row(mouth_shapes("m")[0]), np.float32)
