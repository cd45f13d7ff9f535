"""The capability of writing down what is said."""

from __future__ import annotations

from typing import Protocol

from pyojeong.media.audio import Samples
from pyojeong.media.cues import Cue

HEARD_HZ = 16_000
"""The rate that recognisers of speech work at; more is thrown away by them."""


class SpeechToText(Protocol):
    """Writes down speech."""

    def transcribe(self, samples: Samples, rate: int, language: str | None = None) -> list[Cue]:
        """What is said, in order of time; [] for silence. samples: mono float32 (n,) in [-1, 1].
        rate: Hz. language: ISO 639-1 ("ko", "en"), None to find out. Raises InferenceFailed."""
        ...
