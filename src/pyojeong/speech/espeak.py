"""Voice backend "espeak": espeak-ng 1.52 in its own process, Korean and English, offline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pyojeong.speech.espeak_process import EspeakProcess, EspeakReply, EspeakRequest
from pyojeong.speech.loudness import level
from pyojeong.speech.pronounced import Pronounced
from pyojeong.speech.prosody import Delivery, delivery
from pyojeong.speech.spelling import spell_out
from pyojeong.speech.timing import read_phones, word_times
from pyojeong.speech.types import Phone, Prosody, Speech, Word
from pyojeong.speech.voices import voice_for

_RATE = 22050
_VOLUME = 70  # some voices clip inside the engine from 100 on; `level` evens out later
_PIECE = 2000
_BETWEEN_PIECES_S = 0.3
# Best place to cut a long text, best first.
_BREAKS = (re.compile(r"[.!?…。]['\"”’)]*\s+|\n"), re.compile(r"[,;:]\s+"), re.compile(r"\s+"))


class EspeakVoice:
    """Speaks with espeak-ng. The process starts with the first text and ends with this object.

    Speech is mono at 22,050 Hz, at about -20 dBFS, without silence before or after. Safe to use
    from several threads; they take turns.
    """

    def __init__(self, timeout_s: float = 30.0) -> None:
        self._process = EspeakProcess(timeout_s)

    def __enter__(self) -> EspeakVoice:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the running engine, or None."""
        return self._process.pid

    def close(self) -> None:
        """End the engine now; speaking again starts it anew."""
        self._process.close()

    def speak(self, text: str, lang: Literal["ko", "en"], prosody: Prosody) -> Speech:
        """Speech with the times of its phones (espeak's IPA) and of the words of `text`.

        Markup in the text is read as plain text. Long texts are spoken in pieces of at most
        2,000 characters. Raises InferenceFailed, MissingExtra, BadSettings (unknown voice).
        """
        manner = delivery(prosody, lang)
        voice = prosody.voice or voice_for(prosody.speaker, lang, prosody.cast)
        sounds: list[NDArray[np.float32]] = []
        phones: list[Phone] = []
        words: list[Word] = []
        at = 0
        for piece in _pieces(spell_out(text, lang)):
            if sounds:
                sounds.append(np.zeros(int(_BETWEEN_PIECES_S * _RATE), np.float32))
                at += len(sounds[-1])
            reply = self._process.ask(_request(piece.text, voice, manner))
            sounds.append(level(_samples(reply), reply.rate, manner.level_db))
            phones += _later(read_phones(reply), at / _RATE)
            _append(words, _later_words(word_times(text, piece, reply), at / _RATE))
            at += len(sounds[-1])
        samples = np.concatenate(sounds) if sounds else np.zeros(0, np.float32)
        return Speech(samples, _RATE, tuple(phones), tuple(words))


def _request(text: str, voice: str, manner: Delivery) -> EspeakRequest:
    return EspeakRequest(
        text=text,
        voice=voice,
        rate=manner.rate,
        pitch=manner.pitch,
        pitch_range=manner.pitch_range,
        volume=_VOLUME,
    )


def _samples(reply: EspeakReply) -> NDArray[np.float32]:
    return np.asarray(np.frombuffer(reply.sound, "<i2") / 32768, np.float32)


def _later(phones: tuple[Phone, ...], by_s: float) -> Iterator[Phone]:
    return (Phone(p.name, p.start_s + by_s, p.end_s + by_s) for p in phones)


def _later_words(words: tuple[Word, ...], by_s: float) -> Iterator[Word]:
    return (Word(w.start, w.end, w.start_s + by_s, w.end_s + by_s) for w in words)


def _append(words: list[Word], more: Iterable[Word]) -> None:
    """Add words; one that was cut between two pieces becomes one again."""
    for word in more:
        if words and words[-1].start == word.start:
            word = Word(word.start, word.end, words.pop().start_s, word.end_s)  # noqa: PLW2901
        words.append(word)


def _pieces(spelled: Pronounced) -> Iterator[Pronounced]:
    """Parts short enough for one request, cut at sentence ends where there are any; parts with
    nothing to say are left out."""
    start = 0
    while start < len(spelled.text):
        end = _cut(spelled.text, start)
        piece = spelled.cut(start, end)
        if any(c.isalnum() for c in piece.text):
            yield piece
        start = end


def _cut(text: str, start: int) -> int:
    limit = start + _PIECE
    if limit >= len(text):
        return len(text)
    for breaks in _BREAKS:
        found = [m.end() for m in breaks.finditer(text, start, limit)]
        if found:
            return found[-1]
    return limit
