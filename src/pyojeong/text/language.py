"""Which of the languages read here a sentence is in, by its letters."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["ko", "en", "other"]

_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_LATIN = re.compile("[A-Za-z]")
_OTHER = re.compile(r"[^\W\d_A-Za-z\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
# A Hangul syllable carries about as much as two and a half Latin letters.
_SYLLABLE_WEIGHT = 2.5
_SAMPLE = 2000


def detect_language(text: str) -> Language:
    """ "ko" or "en" by the larger share of letters, "other" when neither has half of them.

    Only the first 2,000 characters are looked at. A text without letters is "other"; accented
    Latin letters count as other, so French or Vietnamese prose reads as "other" only when such
    letters prevail.
    """
    sample = text[:_SAMPLE]
    hangul = len(_HANGUL.findall(sample)) * _SYLLABLE_WEIGHT
    latin = len(_LATIN.findall(sample))
    other = len(_OTHER.findall(sample)) * _SYLLABLE_WEIGHT
    if max(hangul, latin) <= 0 or other > hangul + latin:
        return "other"
    return "ko" if hangul >= latin else "en"
