"""Cutting what is too long to be said in one breath or shown in one subtitle."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 200
"""No sentence is longer than this, in characters."""

_SHORTEST = 60
# Where a long sentence is cut, best first: the last such place in reach.
_PLACES = (
    re.compile("[.!?…。！？]+[\"'”’」』»)]*(?=\\s)|[。！？]+[\"'”’」』»)]*"),
    re.compile(r"[,;:、，；：](?=\s)|[、，；：]|[—–](?=\s)"),
    re.compile(r"(?:고|며|면서|서|니까|는데|지만|더니|자|려고|도록|[다요])(?=\s)"),
    re.compile(r"(?=\s(?:and|but|so|or|because|when|while|then|until|which|who|that|if)\s)"),
    re.compile(r"(?=\s)"),
)


def cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """`text[start:end]` in pieces of at most `LONGEST` characters, outer white space left out."""
    while end - start > LONGEST:
        stop = start + _cut(text[start : start + LONGEST], end - start)
        yield start, _back_over_space(text, start, stop)
        start = stop
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _cut(window: str, length: int) -> int:
    """Where to end the piece that begins with `window`; `length`: what is left in all."""
    # The rest should not be a stump.
    reach = min(LONGEST, max(length - 20, _SHORTEST + 1))
    for place in _PLACES:
        found = [m.end() for m in place.finditer(window, 0, reach) if m.end() >= _SHORTEST]
        if found:
            return found[-1]
    return _grapheme_start(window, LONGEST)


def _grapheme_start(window: str, stop: int) -> int:
    """Back from `stop` so that no mark is parted from its letter and no emoji from its parts."""
    for position in range(stop - 1, max(stop - 24, 1), -1):
        char = window[position]
        joined = char in "\u200d\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff"
        joined = joined or window[position - 1] == "\u200d"
        if not (joined or unicodedata.combining(char) or "\u1160" <= char <= "\u11ff"):
            return position
    return stop


def _back_over_space(text: str, start: int, stop: int) -> int:
    while stop > start + 1 and text[stop - 1].isspace():
        stop -= 1
    return stop
