"""The text capability: sentences in, emotion scores out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pyojeong.emotion import EmotionScores

FLAT_BELOW = 0.35
"""Below this probability the best of seven guesses is wrong more often than right."""


class TextEmotion(Protocol):
    """Reads the emotion of sentences."""

    def classify(self, texts: Sequence[str]) -> list[EmotionScores]:
        """One result per text, whatever its language; the empty text reads as neutral."""
        ...
