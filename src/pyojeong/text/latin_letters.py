"""Latin letters of a text with the signs that stand for them: sh1t, a$$, f*ck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pyojeong.text.disguise import Between, Gap, Mark

_SIGNS = str.maketrans("$5@40379+!|#%&", "ss*aoetgt11***")
LATIN_CLASSES = {"i": "i1*", "l": "l1", "a": "a*", "e": "e*", "o": "o*", "u": "u*"}
"""What each letter of the word list may be in the text; "1" is read as i or l."""


@dataclass(slots=True)
class LatinLetters:
    """n letters, each run of one letter as one. runs: its length. signs: whether it is a sign.

    starts, ends: slices of the given text. gaps: what stands before each.
    """

    text: str = ""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    signs: list[bool] = field(default_factory=list)

    def starts_word(self, at: int) -> bool:
        return self.gaps[at] is not Gap.NONE or (at > 0 and self.signs[at - 1])

    def ends_word(self, at: int) -> bool:
        return at >= len(self.text) or self.gaps[at] is not Gap.NONE or self.signs[at]

    def word_end(self, at: int) -> int:
        """Where the letters end that are attached to the one before `at`."""
        while at < len(self.text) and self.gaps[at] is Gap.NONE and not self.signs[at]:
            at += 1
        return at

    def is_whole(self, start: int, end: int, spaces: frozenset[int]) -> bool:
        """Whether what stands inside [start, end) is a disguise: no break, and spaces only where
        the entry has them or between all letters (f u c k)."""
        inside = self.gaps[start + 1 : end]
        if Gap.BREAK in inside:
            return False
        odd = [gap for n, gap in enumerate(inside, 1) if not (n in spaces and gap is Gap.SPACE)]
        if not any(gap >= Gap.SPACE for gap in odd):
            return True
        broken = all(gap is not Gap.NONE for gap in inside)
        return broken and self.starts_word(start) and self.ends_word(end)


def latin_letters(marks: Sequence[Mark]) -> LatinLetters:
    """Letters a-z in small, with the signs beside them that look like letters. Linear."""
    found = LatinLetters()
    units: list[str] = []
    between = Between()
    for place, mark in enumerate(marks):
        letter = "a" <= mark.char.lower() <= "z"
        if not letter and not _is_sign(marks, place):
            # Another script keeps two Latin words apart, and so does an apostrophe: who're.
            apart = mark.char.isalpha() or mark.char in "'’"
            between.see("\n" if apart else mark.char)
            continue
        char = mark.char.lower().translate(_SIGNS) if not letter else mark.char.lower()
        gap = between.kind() if units else Gap.BREAK
        between = Between()
        if units and units[-1] == char and (gap is Gap.NONE or _spelled(found, gap, marks, place)):
            found.ends[-1] = mark.end
            found.runs[-1] += 1
            found.signs[-1] &= not letter
            continue
        units.append(char)
        found.starts.append(mark.start)
        found.ends.append(mark.end)
        found.gaps.append(gap)
        found.runs.append(1)
        found.signs.append(not letter)
    found.text = "".join(units)
    return found


def _spelled(found: LatinLetters, gap: Gap, marks: Sequence[Mark], place: int) -> bool:
    """Whether this letter and the one before stand alone each, as in `a s s`."""
    if gap is Gap.BREAK or found.gaps[-1] is Gap.NONE:
        return False
    beside = [*marks[max(0, place - 1) : place], *marks[place + 1 : place + 2]]
    return not any(m.char.isalnum() for m in beside)


def _is_sign(marks: Sequence[Mark], place: int) -> bool:
    """A sign that may stand for a letter, with a letter at most two places away."""
    if marks[place].char not in "$5@40379+!|1*#%&":
        return False
    near = marks[max(0, place - 3) : place + 4]
    return any("a" <= m.char.lower() <= "z" for m in near)
