"""Emotion and intensity → how espeak is asked to say it.

Directions follow the reviews of vocal emotion (Banse & Scherer 1996; Juslin & Laukka 2003):
sadness low, slow, narrow and soft; anger loud, fast and narrow in espeak's terms; happiness high
and lively; surprise highest and widest; fear high, quick and thin; disgust low and slow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pyojeong.emotion import Emotion
from pyojeong.speech.types import Prosody


@dataclass(frozen=True, slots=True)
class _Manner:
    """Change at full intensity. rate: factor; semitones: of the base pitch; melody: points of
    espeak's pitch range (0-100); level_db: loudness."""

    rate: float = 1.0
    semitones: float = 0.0
    melody: float = 0.0
    level_db: float = 0.0


_MANNERS: dict[Emotion, _Manner] = {
    Emotion.HAPPINESS: _Manner(1.06, 2.0, 22, 1.0),
    Emotion.ANGER: _Manner(1.12, 0.5, -18, 3.5),
    Emotion.SADNESS: _Manner(0.82, -3.0, -25, -3.5),
    Emotion.FEAR: _Manner(1.10, 2.5, -12, -1.5),
    Emotion.SURPRISE: _Manner(1.05, 4.0, 35, 2.0),
    Emotion.DISGUST: _Manner(0.90, -1.5, -10, 0.0),
    Emotion.NEUTRAL: _Manner(),
}

_WORDS_PER_MINUTE = {"ko": 165, "en": 160}
_RANGE = 50


@dataclass(frozen=True, slots=True)
class Delivery:
    """rate: words per minute; pitch, pitch_range: espeak's 0 to 100; level_db: loudness to
    reach, relative to normal."""

    rate: int
    pitch: int
    pitch_range: int
    level_db: float


def delivery(prosody: Prosody, lang: str) -> Delivery:
    """How espeak should say it. Every number is inside espeak's limits, whatever is asked."""
    manner = _MANNERS[prosody.emotion]
    amount = min(1.0, max(0.0, prosody.intensity))
    rate = _WORDS_PER_MINUTE[lang] * prosody.rate * manner.rate**amount
    octaves = manner.semitones * amount / 12 + math.log2(_positive(prosody.pitch))
    return Delivery(
        # Above 350 espeak squeezes the sound afterwards and its event times no longer fit.
        rate=_within(rate, 80, 350),
        # espeak's base pitch doubles every 50 points (pitch_adjust_tab).
        pitch=_within(50 + 50 * octaves, 0, 100),
        pitch_range=_within(_RANGE + manner.melody * amount, 0, 100),
        level_db=manner.level_db * amount + 20 * math.log10(_positive(prosody.volume)),
    )


def _positive(factor: float) -> float:
    return min(10.0, max(0.1, factor))


def _within(value: float, low: int, high: int) -> int:
    return round(min(high, max(low, value)))
