"""Disguised spelling undone: one plain reading of a text, and where each letter of it stood.

Invisible characters go; letters of every style (full-width, circled, mathematical, Cyrillic and
Greek twins) become plain ones; Hangul letters that stand alone are joined into syllables, with
look-alikes of them (l for ㅣ, r for ㅏ, H for ㅐ, 人 for ㅅ); drawn-out vowels close up. What stands
between two letters is kept as a `Gap`. Linear in the length of the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from pyojeong.text.hangul_letters import (
    LEADS,
    LIKE_CONSONANTS,
    LIKE_VOWELS,
    TAILS,
    VOWELS,
    drawn_out,
    join_letters,
    open_vowel,
)


class Gap(IntEnum):
    """What stands between two letters: nothing, symbols, digits (and symbols), spaces, digits with
    spaces, symbols with a space on either side, or a break (a line end, a symbol with a space on
    one side, more than four characters)."""

    NONE = 0
    SYMBOL = 1
    DIGIT = 2
    SPACE = 3
    SPACED_DIGIT = 4
    SPACED_SYMBOL = 5
    BREAK = 6


class Mark(NamedTuple):
    """A character of the folded text and the slice of the given text it comes from."""

    char: str
    start: int
    end: int


@dataclass(slots=True)
class Letters:
    """The letters of a text without what stands between them.

    starts, ends: the slice of the given text that each letter covers. gaps: what stands before
    each letter; BREAK before the first.
    """

    text: str = ""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


_MOST_BETWEEN = 4
_INVISIBLE = frozenset(("Cf", "Mn", "Me", "Mc", "Cc", "Cs", "Cn", "Co"))
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_BLANKS = "\t\u3164\u115f\u1160\uffa0\u2800"
_TWINS = str.maketrans(
    "аеоросухікѕјһԁԛԝαβερτυνκοιχ",
    "aeopocyxiksjhdqwabeptuvkoix",
)
_CONJOINING = (
    {chr(0x1100 + n): c for n, c in enumerate(LEADS)}
    | {chr(0x1161 + n): c for n, c in enumerate(VOWELS)}
    | {chr(0x11A7 + n): c for n, c in enumerate(TAILS) if n}
    # Pairs such as ㅄ, for which NFKC gives letters that begin no syllable any more.
    | {unicodedata.normalize("NFKC", c): c for c in map(chr, range(0x3131, 0x3164))}
)
_DASHES = "ㅡー一"


def fold_marks(text: str) -> list[Mark]:
    """The characters of the text in plain form, case kept, without the invisible ones."""
    marks: list[Mark] = []
    for at, char in enumerate(text):
        if "가" <= char <= "힣" or " " <= char <= "~":
            marks.append(Mark(char, at, at + 1))
            continue
        for plain in _plain(char):
            if "\u1161" <= plain <= "\u11c2" and _completes(marks, plain, at):
                continue
            marks.append(Mark(plain, at, at + 1))
    return [m if m.char not in _CONJOINING else m._replace(char=_CONJOINING[m.char]) for m in marks]


@lru_cache(4096)
def _plain(char: str) -> str:
    """What one character reads as: nothing when it is invisible."""
    if char in _LINE_ENDS:
        return "\n"
    if char in _BLANKS:
        return " "
    if "ㄱ" <= char <= "ㅣ":
        return char
    if unicodedata.category(char) in _INVISIBLE and char not in _CONJOINING:
        return ""
    if "\U0001f150" <= char <= "\U0001f189":
        # White letters on black, which NFKC leaves alone.
        return chr(ord("A") + (ord(char) - 0x1F150) % 32) if (ord(char) - 0x1F150) % 32 < 26 else ""
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) == 1 and not "가" <= plain <= "힣":
        plain = unicodedata.normalize("NFD", plain)
        # Half-width and enclosed letters stand alone; NFD syllables keep their conjoining form.
        plain = plain if char in _CONJOINING else _CONJOINING.get(plain, plain)
    kept = [c for c in plain if unicodedata.category(c) not in _INVISIBLE or c in _CONJOINING]
    return "".join(" " if c.isspace() else _twin(c) for c in kept)


def _twin(char: str) -> str:
    """The Latin letter that a Cyrillic or Greek one looks like, else the character."""
    small = char.lower()
    twin = small.translate(_TWINS)
    return char if twin == small else twin if small == char else twin.upper()


def _completes(marks: list[Mark], letter: str, at: int) -> bool:
    """Joins a conjoining vowel or tail (NFD) to the syllable begun before it, if there is one."""
    if not marks:
        return False
    before = marks[-1]
    joined = unicodedata.normalize("NFC", before.char + letter)
    if len(joined) > 1:
        return False
    marks[-1] = Mark(joined, before.start, at + 1)
    return True


def letters_of(marks: Sequence[Mark]) -> Letters:
    """The letters of folded text: Hangul joined, all others small."""
    found = Letters()
    units: list[str] = []
    gap = Between()
    joined = _joined(_without_lookalikes(marks))
    for place, mark in enumerate(joined):
        char = mark.char
        if not char.isalpha() or _stands_between(joined, place):
            gap.see(char)
            continue
        kind = gap.kind() if units else Gap.BREAK
        gap = Between()
        if units and kind <= Gap.SYMBOL and (longer := drawn_out(units[-1], char)):
            units[-1] = longer
            found.ends[-1] = mark.end
            continue
        small = char.lower()
        units.append(small if len(small) == 1 else char)
        found.starts.append(mark.start)
        found.ends.append(mark.end)
        found.gaps.append(kind)
    found.text = "".join(units)
    return found


class Between:
    """Counts what stands between two letters."""

    __slots__ = ("broken", "digits", "first", "last", "spaces", "symbols")

    def __init__(self) -> None:
        self.symbols = self.digits = self.spaces = 0
        self.broken = False
        self.first = self.last = ""

    def see(self, char: str) -> None:
        self.first = self.first or char
        self.last = char
        if char == " ":
            self.spaces += 1
        elif char == "\n":
            self.broken = True
        elif char.isdigit():
            self.digits += 1
        else:
            self.symbols += 1

    def kind(self) -> Gap:
        signs = self.symbols + self.digits
        if self.broken or signs + self.spaces > _MOST_BETWEEN:
            return Gap.BREAK
        if signs and self.spaces:
            if not self.symbols:
                return Gap.SPACED_DIGIT
            return Gap.SPACED_SYMBOL if self.first == self.last == " " else Gap.BREAK
        if self.spaces:
            return Gap.SPACE
        return Gap.DIGIT if self.digits else Gap.SYMBOL if signs else Gap.NONE


def _stands_between(marks: Sequence[Mark], place: int) -> bool:
    """Whether a letter is no more than a sign between two syllables: 시ㅡ발, 시x발."""
    char = marks[place].char
    if not (char.isascii() or char in _DASHES) or not 0 < place < len(marks) - 1:
        return False
    before, after = marks[place - 1].char, marks[place + 1].char
    return "가" <= before <= "힣" and "가" <= after <= "힣"


def _without_lookalikes(marks: Sequence[Mark]) -> list[Mark]:
    """Signs that look like a Hangul letter become it where they stand beside Hangul."""
    out: list[Mark] = []
    for place, mark in enumerate(marks):
        char = mark.char
        before = out[-1].char if out else ""
        after = marks[place + 1].char if place + 1 < len(marks) else ""
        read = char
        if vowel := LIKE_VOWELS.get(char):
            if _reads_as_vowel(before, char, vowel, after):
                read = vowel
        elif char in LIKE_CONSONANTS and (after in LIKE_VOWELS or "ㅏ" <= after <= "ㅣ"):
            read = LIKE_CONSONANTS[char]
        out.append(mark._replace(char=read))
    return out


def _reads_as_vowel(before: str, sign: str, vowel: str, after: str) -> bool:
    """ㅅl발: the sign is the vowel; 시l발: it draws the vowel out; ㅅ1ㅂ: just a digit."""
    if before and before in LEADS:
        return sign.isalpha() or not (after and after in LEADS)
    return bool(before) and sign.isalpha() and open_vowel(before) == vowel


def _joined(marks: Sequence[Mark]) -> list[Mark]:
    """Hangul letters side by side become syllables: ㅅㅣㅂㅏㄹ is 시발."""
    if not any("ㄱ" <= m.char <= "ㅣ" for m in marks):
        return list(marks)
    together = _letters_together(marks)
    out: list[Mark] = []
    at = 0
    for syllable, used in join_letters([m.char for m in together]):
        out.append(Mark(syllable, together[at].start, together[at + used - 1].end))
        at += used
    return out


def _letters_together(marks: Sequence[Mark]) -> list[Mark]:
    """Without the one sign or space that parts a lone consonant from its lone vowel: ㅅ ㅣ."""
    out: list[Mark] = []
    for place, mark in enumerate(marks):
        parted = (
            not mark.char.isalpha()
            and 0 < place < len(marks) - 1
            and marks[place - 1].char in LEADS
            and marks[place + 1].char in VOWELS
        )
        if not parted and not _parts_spelled(marks, place):
            out.append(mark)
    return out


def _parts_spelled(marks: Sequence[Mark], place: int) -> bool:
    """Whether this is a space in a word that is spelled out, with a vowel near: ㅂ ㅕ ㅇ ㅅ ㅣ ㄴ."""
    if marks[place].char != " " or not 0 < place < len(marks) - 1:
        return False
    near = [marks[n].char if 0 <= n < len(marks) else " " for n in range(place - 3, place + 4)]
    apart = not near[1].isalpha() and not near[5].isalpha()
    lone = all("ㄱ" <= char <= "ㅣ" for char in (near[2], near[4]))
    return apart and lone and any(near[n] in VOWELS for n in (0, 2, 4, 6))
