"""How a text is laid out: paragraphs, and which line breaks inside them are sentence breaks.

Blank lines part paragraphs. Inside one, a line break is either where the writer's page was full
(hard-wrapped prose, picture-book lines: joined) or the end of a unit (verse, one line per
utterance). The paragraph as a whole decides, since a single line seldom can.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pyojeong.text.endings import FINAL_ENDING, ends_predicate

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_TERMINAL_END = re.compile(r"[.!?…。！？~♪][\"'”’」』»)\]]{0,4}\s?$")
_TERMINAL_INSIDE = re.compile(r"[.!?…。！？][\"'”’」』»)]{0,4}\s+\w")
_NARROWEST_PAGE = 40
_DASH = re.compile(r"\s*(?:[-–—*•·]\s|[–—]|\d{1,3}[.)]\s)")


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of every paragraph that has something in it, outer white space left out."""
    start = 0
    for gap in _BLANK_LINES.finditer(text):
        yield from _trimmed(text, start, gap.start())
        start = gap.end()
    yield from _trimmed(text, start, len(text))


def line_breaks(text: str, start: int, end: int) -> list[int]:
    r"""Positions of the `\n` in `text[start:end]` that end a sentence; linear time."""
    lines = _lines(text, start, end)
    if len(lines) < 2:
        return []
    ends_well = [bool(_TERMINAL_END.search(text, max(a, b - 8), b)) for a, b in lines]
    wrapped = _is_wrapped(text, lines)
    prose = any(ends_well) or any(_TERMINAL_INSIDE.search(text, a, b) for a, b in lines)
    breaks = []
    for (here, ended), (_, stop), following in zip(
        zip(lines, ends_well, strict=True), lines, lines[1:], strict=False
    ):
        next_line = text[following[0] : following[0] + 12]
        if _DASH.match(next_line) or _breaks(
            text[here[0] : stop], ended, next_line, wrapped, prose
        ):
            breaks.append(stop)
    return breaks


def _breaks(line: str, ended: bool, next_line: str, wrapped: bool, prose: bool) -> bool:
    """Whether a new unit starts after `line`."""
    if wrapped:
        # In wrapped prose the punctuation decides; the sentence scanner sees it.
        return False
    first = next_line.lstrip("\"'“‘「『(")[:1]
    if first.isascii() and first.islower():
        # Where there is punctuation at all, a small letter goes on.
        return ended or not prose
    if ended or not prose:
        return True
    if first.isascii() and first.isupper():
        return True
    tail = line.rstrip()[-12:]
    return bool(FINAL_ENDING.search(tail)) or ends_predicate(tail)


def _is_wrapped(text: str, lines: list[tuple[int, int]]) -> bool:
    """Whether most lines end because the next word would not have fitted."""
    widths = [_width(text[a:b]) for a, b in lines]
    page = max(widths)
    if page < _NARROWEST_PAGE:
        return False
    full = 0
    for width, following in zip(widths, lines[1:], strict=False):
        word = text[following[0] : min(following[1], following[0] + 40)].split(maxsplit=1)
        full += width + 1 + _width(word[0] if word else "") > page
    return full >= 0.6 * (len(lines) - 1)


def _width(line: str) -> int:
    """Columns on a terminal, a wide character counting two; long lines are cut at 400."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line[:400])


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found, at = [], start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        found.append((at, stop))
        at = stop + 1
    return found


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    inner = piece.strip()
    if inner:
        begin = start + len(piece) - len(piece.lstrip())
        yield begin, begin + len(inner)
