"""Stand-ins for tests: of this project and of packages that add backends to it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pyojeong.speech.types import Phone, Prosody, Speech, Word

_RATE = 22050
_SOUND_S = 0.08
_WORD_GAP_S = 0.02
_PAUSE_S = 0.3
_SENTENCE_ENDS = frozenset(".!?…。\n")
_OPEN, _ROUND, _LIPS = "aeiɐɛʌɯ", "ou", "mbp"
_PHONES = ("a", "m", "i", "s", "o", "n", "u", "p")


class FakeVoice:
    """Voice that hums: no engine, no process, always the same sound for the same text.

    Every letter or figure is one 80 ms tone and one phone (vowels loud, m, b and p soft), every
    run without spaces a word, and a sentence end a pause of 300 ms. Prosody scales rate, pitch
    and volume; emotion changes nothing. Text without letters and figures gives zero samples.
    """

    def __init__(self) -> None:
        self.spoken: list[tuple[str, str, Prosody]] = []
        """(text, language, prosody) of every call, in order."""

    def speak(self, text: str, lang: Literal["ko", "en"], prosody: Prosody) -> Speech:
        self.spoken.append((text, lang, prosody))
        step = _SOUND_S / prosody.rate
        tones: list[NDArray[np.float32]] = []
        phones: list[Phone] = []
        words: list[Word] = []
        at = 0.0
        for start, end in _runs(text):
            if words:
                gap = _PAUSE_S if _ends_sentence(text[words[-1].end : start]) else _WORD_GAP_S
                tones.append(_silence(at, at + gap))
                at += gap
            begin = at
            for char in filter(str.isalnum, text[start:end]):
                name = _PHONES[ord(char) % len(_PHONES)]
                tones.append(_tone(name, at, at + step, prosody))
                phones.append(Phone(name, at, at + step))
                at += step
            words.append(Word(start, end, begin, at))
        samples = np.concatenate(tones) if tones else np.zeros(0, np.float32)
        return Speech(samples, _RATE, tuple(phones), tuple(words))


def _runs(text: str) -> list[tuple[int, int]]:
    """Words: runs without space, less the marks around them."""
    runs: list[tuple[int, int]] = []
    open_at: int | None = None
    last = 0
    for i, char in enumerate([*text, " "]):
        if char.isspace() and open_at is not None:
            runs.append((open_at, last))
            open_at = None
        elif char.isalnum():
            open_at = i if open_at is None else open_at
            last = i + 1
    return runs


def _ends_sentence(between: str) -> bool:
    return any(char in _SENTENCE_ENDS for char in between)


def _silence(start_s: float, end_s: float) -> NDArray[np.float32]:
    return np.zeros(round(end_s * _RATE) - round(start_s * _RATE), np.float32)


def _tone(name: str, start_s: float, end_s: float, prosody: Prosody) -> NDArray[np.float32]:
    """A hum that swells and fades; counted from the whole timeline so that nothing drifts."""
    count = len(_silence(start_s, end_s))
    loud = 0.5 if name in _OPEN else 0.35 if name in _ROUND else 0.08 if name in _LIPS else 0.15
    wave = np.sin(2 * np.pi * 160 * prosody.pitch * np.arange(count) / _RATE)
    swell = np.sin(np.pi * (np.arange(count) + 0.5) / max(count, 1))
    return np.asarray(np.clip(loud * prosody.volume, 0, 1) * wave * swell, np.float32)
