"""Which espeak voice speaks for whom.

All variants named here were measured over the same text in both languages: no clipped sample,
voiced throughout, and a pitch of 75-110 Hz (men), 170-235 Hz (women) or 230-260 Hz (children).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Literal
from zlib import crc32

from pyojeong.text.speakers.words_en import FEMALE_NAMES, MALE_NAMES

_BASE = {"ko": "ko", "en": "en-us"}

NARRATORS: dict[str, str] = {"ko": "ko+f4", "en": "en-us+f4"}
"""The voice used when none is asked for, by language: the lowest clean woman's voice."""

_VOICES: dict[str, tuple[str, ...]] = {
    "old woman": ("aunty",),
    "old man": ("david", "klatt6"),
    "child": ("Annie", "belinda", "linda"),
    "woman": ("f1", "f3", "f2"),
    "man": ("m3", "adam", "miguel", "m2", "michel"),
}
# Where a kind has fewer voices than characters, the next ones are borrowed here.
_NEAREST = {
    "old woman": ("woman",),
    "old man": ("man",),
    "child": ("woman",),
    "woman": ("child", "old woman"),
    "man": ("old man",),
}
_EVERYONE = tuple(voice for voices in _VOICES.values() for voice in voices)
# In the order they are looked for: 할머니 before 어머니, 여왕 before 왕.
_KOREAN_HINTS = {
    "old woman": "할머니|할머님|할멈|노파|외할미",
    "old man": "할아버지|할아범|영감|노인|산신령",
    "child": "아이|아기|소년|소녀|꼬마|손자|손녀|동생|아들|딸|어린|토끼|병아리|다람쥐|생쥐|강아지|고양이",
    "woman": "엄마|어머니|누나|언니|이모|고모|아내|부인|여왕|왕비|공주|선녀|마녀|아가씨|아줌마|여자|여우",
    "man": "아빠|아버지|형|오빠|삼촌|왕|임금|왕자|나무꾼|사냥꾼|아저씨|도깨비|호랑이|늑대|곰|사자|거인|남자|총각",
}
_ENGLISH_HINTS = {
    "old woman": "grandmother|grandma|granny|crone",
    "old man": "grandfather|grandpa|hermit",
    "child": "child|boy|girl|kid|baby|son|daughter|mouse|rabbit|bunny|chick|kitten|puppy|little",
    "woman": "mother|mom|mum|mommy|sister|aunt|wife|queen|princess|witch|lady|woman|fairy|mrs|miss",
    "man": "father|dad|daddy|brother|uncle|husband|king|prince|man|wolf|bear|lion|tiger|giant|mr|sir",
}


def voice_for(speaker: str, lang: Literal["ko", "en"], cast: tuple[str, ...] = ()) -> str:
    """The voice of a named speaker: always the same for the same name and cast.

    A name that tells (할머니, 호랑이, little girl, Anna) gets a voice that fits; any other one of
    all. Among a cast no two share a voice while there are voices left. The empty name is the
    narrator, whose voice no character has.
    """
    name = _plain(speaker)
    if not name:
        return NARRATORS[lang]
    among = _shared_out(tuple(map(_plain, cast)))
    return f"{_BASE[lang]}+{among[name] if name in among else _first_choice(name)}"


@lru_cache(maxsize=64)
def _shared_out(cast: tuple[str, ...]) -> dict[str, str]:
    """Voice of each of a cast; those whose names tell choose first."""
    names = [name for name in dict.fromkeys(cast) if name]
    used = Counter[str]()
    voices: dict[str, str] = {}
    for name in sorted(names, key=lambda n: _kind(n) is None):
        choices = _choices(name)
        # The first choice of all that are used least.
        voices[name] = min(choices, key=lambda v: used[v])
        used[voices[name]] += 1
    return voices


def _choices(name: str) -> list[str]:
    """Every voice, the fittest first."""
    kind = _kind(name)
    near = [v for k in _NEAREST.get(kind or "", ()) for v in _VOICES[k]]
    return list(
        dict.fromkeys([_first_choice(name), *_VOICES.get(kind or "", ()), *near, *_EVERYONE])
    )


def _first_choice(name: str) -> str:
    voices = _VOICES.get(_kind(name) or "", _EVERYONE)
    return voices[crc32(name.encode()) % len(voices)]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _kind(name: str) -> str | None:
    for hints, pattern in ((_KOREAN_HINTS, "{}"), (_ENGLISH_HINTS, r"\b(?:{})\b")):
        for kind, words in hints.items():
            if re.search(pattern.format(words), name):
                return kind
    for kind, names in (("woman", FEMALE_NAMES), ("man", MALE_NAMES)):
        if not names.isdisjoint(name.split()):
            return kind
    return None
