"""Which espeak voice speaks for whom."""

from __future__ import annotations

from typing import Literal
from zlib import crc32

_BASE = {"ko": "ko", "en": "en-us"}

NARRATORS: dict[str, str] = {"ko": "ko+f2", "en": "en-us+f2"}
"""The voice used when none is asked for, by language."""

_CHARACTERS = ("m3", "f4", "m7", "f1", "m1", "f5", "m5", "f3", "m2", "m4")


def voice_for(speaker: str, lang: Literal["ko", "en"]) -> str:
    """The voice of a named speaker: always the same for the same name and language.

    The empty name is the narrator. Other names never get the narrator's voice.
    """
    name = speaker.strip().casefold()
    if not name:
        return NARRATORS[lang]
    return f"{_BASE[lang]}+{_CHARACTERS[crc32(name.encode()) % len(_CHARACTERS)]}"
