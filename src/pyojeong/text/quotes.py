"""Which quotation marks and brackets belong together: the pairs a sentence must not be cut in.

A mark that finds no partner in its paragraph is no quotation: it cannot swallow the rest of a
story. Straight marks are read by what stands beside them, apostrophes are told from quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_PAIR = 600
"""A quotation longer than this (characters) is cut like other text."""

_CLOSER_OF = {
    "“": "”", "‘": "’", "「": "」", "『": "』", "«": "»", "„": "“", "‟": "”",
    "〈": "〉", "《": "》", "(": ")", "[": "]", "（": "）", "【": "】", "＂": "＂",
}  # fmt: skip
_OPENERS_OF: dict[str, str] = {}
for _open, _close in _CLOSER_OF.items():
    _OPENERS_OF[_close] = _OPENERS_OF.get(_close, "") + _open
BRACKETS = frozenset("([（【〈《")
OPENING = frozenset(_CLOSER_OF) | frozenset("\"'")
CLOSING = frozenset(_CLOSER_OF.values()) | frozenset("\"'")
_MARK = re.compile("[" + re.escape("".join(OPENING | CLOSING)) + "]")


@dataclass(frozen=True, slots=True)
class Pair:
    """An opening mark at `start` and its closing mark just before `end`; quote: not a bracket."""

    start: int
    end: int
    quote: bool


def find_pairs(text: str, start: int, end: int) -> list[Pair]:
    """Pairs of marks in `text[start:end]`, in order of their ends; linear time.

    Nested pairs are all listed. Pairs longer than `LONGEST_PAIR` are left out.
    """
    return [p for p in match_marks(text, start, end)[0] if p.end - p.start <= LONGEST_PAIR]


def match_marks(text: str, start: int, end: int) -> tuple[list[Pair], list[int]]:
    """Pairs of any length as in `find_pairs`, and where the opening marks without partner stand."""
    stack: list[tuple[str, int]] = []
    waiting: dict[str, int] = {}
    pairs: list[Pair] = []
    alone: list[int] = []
    for match in _MARK.finditer(text, start, end):
        at, mark = match.start(), match.group()
        opener = _closes(text, at, mark, waiting, (start, end))
        if opener:
            begun, dropped = _pop(stack, waiting, opener)
            pairs.append(Pair(begun, at + 1, opener not in BRACKETS))
            alone += dropped
        elif _opens(text, at, mark, (start, end)):
            if mark in "\"'" and waiting.get(mark):
                # The same mark opens again: the earlier one was never closed.
                begun, dropped = _pop(stack, waiting, mark)
                alone += [*dropped, begun]
            stack.append((mark, at))
            waiting[mark] = waiting.get(mark, 0) + 1
    return pairs, sorted([*alone, *(at for _, at in stack)])


def outermost(pairs: list[Pair]) -> list[Pair]:
    """The pairs that lie in no other pair, in order."""
    found: list[Pair] = []
    for pair in pairs:
        while found and found[-1].start > pair.start:
            found.pop()
        found.append(pair)
    return found


def _pop(
    stack: list[tuple[str, int]], waiting: dict[str, int], opener: str
) -> tuple[int, list[int]]:
    """Where the nearest `opener` on the stack stands, and what was opened inside it and dropped."""
    dropped: list[int] = []
    while True:
        mark, at = stack.pop()
        waiting[mark] -= 1
        if mark == opener:
            return at, dropped
        dropped.append(at)


def _closes(
    text: str, at: int, mark: str, waiting: dict[str, int], within: tuple[int, int]
) -> str | None:
    """The opening mark this one closes, if one is waiting and the surroundings agree."""
    if mark in "\"'":
        if not waiting.get(mark) or _is_apostrophe(text, at, mark):
            return None
        before, after = _around(text, at, within)
        # Space before and a letter after: it opens anew.
        return None if before.isspace() and not after.isspace() else mark
    if mark == "’" and _is_apostrophe(text, at, mark):
        return None
    for opener in _OPENERS_OF.get(mark, ""):
        if waiting.get(opener):
            return opener
    before, after = _around(text, at, within)
    if mark == "“" and waiting.get(mark) and not before.isspace() and after.isspace():
        return mark  # “typed so“
    return None


def _opens(text: str, at: int, mark: str, within: tuple[int, int]) -> bool:
    if mark not in OPENING:
        return False
    if mark not in "\"'":
        return True
    before, after = _around(text, at, within)
    if after.isspace() or (mark == "'" and (before.isalnum() or after == "'")):
        return False
    return not before.isalnum() or (mark == '"' and not after.isspace())


def _is_apostrophe(text: str, at: int, mark: str) -> bool:
    """Between two Latin letters ("don't"), or before a digit ('99)."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return (
        mark != '"'
        and before.isalnum()
        and before.isascii()
        and (after.isalnum() and after.isascii())
    )


def _around(text: str, at: int, within: tuple[int, int]) -> tuple[str, str]:
    """The characters before and after; a space stands for the edge of the paragraph."""
    before = text[at - 1] if at > within[0] else " "
    after = text[at + 1] if at + 1 < within[1] else " "
    return before, after
