"""Which words pushed a reading: each is left out in turn (occlusion, Zeiler & Fergus 2014).

Works for any TextEmotion, for it only reads the text again.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from pyojeong.text.types import TextEmotion

_WORD = re.compile(r"\S+")
_MOST = 80


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word, its place in the text, and what it adds to the log-odds of the emotion read.

    Positive: the word speaks for the emotion; negative: against it.
    """

    text: str
    start: int
    end: int
    weight: float


def explain(classifier: TextEmotion, text: str) -> tuple[WordWeight, ...]:
    """The words of the text in order, each with its weight for the emotion read in the whole.

    Of a text with more than 80 words, neighbours are left out together, so the work is bounded
    by 81 readings.
    """
    words = [(w.start(), w.end()) for w in _WORD.finditer(text)]
    together = -(-len(words) // _MOST) if words else 1
    places = [
        (words[at][0], words[min(at + together, len(words)) - 1][1])
        for at in range(0, len(words), together)
    ]
    if not places:
        return ()
    without = [f"{text[:start]} {text[end:]}" for start, end in places]
    whole, *rest = classifier.classify([text, *without])
    odds = _log_odds(whole[whole.emotion])
    return tuple(
        WordWeight(text[start:end], start, end, round(odds - _log_odds(other[whole.emotion]), 4))
        for (start, end), other in zip(places, rest, strict=True)
    )


def _log_odds(chance: float) -> float:
    chance = min(max(chance, 1e-4), 1 - 1e-4)
    return math.log(chance / (1 - chance))
