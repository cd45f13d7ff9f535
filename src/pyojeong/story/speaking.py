"""A line spoken: each quotation in its speaker's voice, the rest in the narrator's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pyojeong.media.audio import resample
from pyojeong.speech.types import Phone, Prosody, Speech, Voice, Word
from pyojeong.story.storyboard import NARRATOR, Line, Said

BREATH_S = 0.15
"""Silence where the voice changes inside a line."""
ASIDE = 0.5
"""Share of the feeling that is left in what the narrator adds to a quotation: the tag is told
more calmly than the words are said."""


def speak_line(line: Line, voice: Voice, cast: tuple[str, ...]) -> Speech:
    """Speech of a whole line; the times and positions of its words are those of the line.

    cast: everybody who speaks in the story. A name that only labels the words after it (`토끼:`)
    is not read out.
    """
    parts = [part for part in voiced_parts(line) if not _labels(line, part)]
    spoken = [
        voice.speak(line.text[part.start : part.end], line.lang, _prosody(line, part, cast))
        for part in parts
    ]
    if len(spoken) == 1:
        return _moved(spoken[0], parts[0].start, 0.0)
    return _joined(spoken, parts)


def voiced_parts(line: Line) -> list[Said]:
    """The line cut where the voice changes; every part but a lone one can be spoken."""
    if not line.spans:
        return [Said(0, len(line.text), line.speaker)]
    parts: list[Said] = []
    for part in _with_gaps(line):
        silent = not any(c.isalnum() for c in line.text[part.start : part.end])
        if parts and (silent or parts[-1].speaker == part.speaker):
            parts[-1] = replace(parts[-1], end=part.end)
        elif not silent:
            parts.append(replace(part, start=0) if not parts else part)
    return parts or [Said(0, len(line.text), NARRATOR)]


def prosody_of(line: Line, speaker: str, cast: tuple[str, ...]) -> Prosody:
    """How a line is spoken: its emotion as strongly as the face shows it, and every speaker but
    the narrator in a voice of their own."""
    name = "" if speaker == NARRATOR else speaker
    return Prosody(emotion=line.emotion, intensity=line.intensity, speaker=name, cast=cast)


def _prosody(line: Line, part: Said, cast: tuple[str, ...]) -> Prosody:
    prosody = prosody_of(line, part.speaker, cast)
    aside = bool(line.spans) and part.speaker == NARRATOR
    return replace(prosody, intensity=prosody.intensity * ASIDE) if aside else prosody


def _with_gaps(line: Line) -> Iterator[Said]:
    at = 0
    for span in line.spans:
        if span.start > at:
            yield Said(at, span.start, NARRATOR)
        yield span
        at = span.end
    if at < len(line.text):
        yield Said(at, len(line.text), NARRATOR)


def _labels(line: Line, part: Said) -> bool:
    following = next((s for s in line.spans if s.start == part.end), None)
    words = line.text[part.start : part.end].strip()
    label = following is not None and part.speaker == NARRATOR and words[-1:] in (":", "：")
    return label and words[:-1].strip() == (following.speaker if following else "")


def _joined(spoken: list[Speech], parts: list[Said]) -> Speech:
    rate = spoken[0].rate
    silence = np.zeros(round(BREATH_S * rate), np.float32)
    sounds: list[NDArray[np.float32]] = []
    moved: list[Speech] = []
    at = 0
    for speech, part in zip(spoken, parts, strict=True):
        if sounds and len(speech.samples):
            sounds.append(silence)
            at += len(silence)
        moved.append(_moved(speech, part.start, at / rate))
        sounds.append(resample(speech.samples, speech.rate, rate))
        at += len(sounds[-1])
    phones = tuple(phone for speech in moved for phone in speech.phones)
    words = tuple(word for speech in moved for word in speech.words)
    return Speech(np.concatenate(sounds), rate, phones, words)


def _moved(speech: Speech, characters: int, seconds: float) -> Speech:
    phones = tuple(Phone(p.name, p.start_s + seconds, p.end_s + seconds) for p in speech.phones)
    words = tuple(
        Word(w.start + characters, w.end + characters, w.start_s + seconds, w.end_s + seconds)
        for w in speech.words
    )
    return replace(speech, phones=phones, words=words)
