"""Speech with its timing, and the voice capability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import Emotion


@dataclass(frozen=True, slots=True)
class Prosody:
    """How to say it. rate and pitch and volume are factors around 1; emotion and its intensity
    in [0, 1] let an engine shape the melody as it can. speaker: who says it, "" for the narrator;
    an engine gives each speaker a voice of their own. cast: all who speak in the same piece, so
    that no two of them need sound alike. voice: the engine's own name of a voice,
    instead of the one it would choose for the speaker."""

    emotion: Emotion = Emotion.NEUTRAL
    intensity: float = 0.0
    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0
    speaker: str = ""
    cast: tuple[str, ...] = ()
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """One speech sound. name: IPA or the engine's own symbol. Times in seconds from the start
    of the sound."""

    name: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word: its span in the text that was given, and when it sounds (seconds)."""

    start: int
    end: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """Spoken text. samples: (n,) float32 mono in [-1, 1] at `rate` Hz."""

    samples: NDArray[np.float32]
    rate: int
    phones: tuple[Phone, ...]
    words: tuple[Word, ...]

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate


class Voice(Protocol):
    """Speaks a text."""

    def speak(self, text: str, lang: Literal["ko", "en"], prosody: Prosody) -> Speech:
        """Speech with times; text that holds nothing speakable gives zero samples."""
        ...
