"""The word list of the profanity guard, compiled, and its matches in a text.

Every entry has a fixed length, so a text is read in time linear in its length. How entries are
written is said at the top of `profanity_words.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

from pyojeong.text.disguise import Gap, Letters, Mark, fold_marks, letters_of
from pyojeong.text.hangul_letters import from_keys
from pyojeong.text.latin_letters import LatinLetters, latin_letters
from pyojeong.text.lexicon_entries import (
    Entry,
    Table,
    by_first_letter,
    korean_entry,
    latin_entry,
    words_by_first_letter,
)

_LIST = Path(__file__).with_name("profanity_words.toml")
# What may be attached to a word that was found broken: 시1발놈아, but not 지,랄프.
_ENDINGS_SYMBOL = frozenset("놈년아야새들럼것같이은는을를의도만가네냐시병개꺼미")
_ENDINGS_SPACE = frozenset("놈년아야새들럼")
_SPACES = (Gap.SPACE, Gap.SPACED_DIGIT)
_LONGEST_ALLOWED = 16
_CACHED = 30
_LATIN = re.compile("[A-Za-z]")
_KEYED = re.compile(r"[A-Za-z]{4,}")
_LONE = re.compile("[ㄱ-ㅎ]+")
_RUN = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the list in a text: the slice [start, end) of the letters it was matched in."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The whole list, ready to match. allowed: innocent words by first letter.
    innocent: those that the model must not see, too."""

    korean: Table
    latin: Table
    typed: Table
    lone: frozenset[str]
    signs: tuple[re.Pattern[str], ...]
    allowed: dict[str, tuple[str, ...]]
    interjections: frozenset[str]
    innocent: dict[str, tuple[str, ...]]
    before: dict[str, re.Pattern[str]] = field(default_factory=dict)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the words stand: slices of the given text in order, none overlapping another."""
        marks = fold_marks(text)
        folded = "".join(m.char for m in marks)
        found: list[tuple[int, int]] = []
        if not folded.isascii():
            letters = letters_of(marks)
            found += [*self._korean_spans(text, letters), *self._lone_spans(letters)]
        if _LATIN.search(folded):
            found += self._latin_spans(marks)
            found += _typed_spans(folded, marks)
        for sign in self.signs:
            found += [
                (marks[m.start()].start, marks[m.end() - 1].end) for m in sign.finditer(folded)
            ]
        return merged(found)

    def without_innocent(self, text: str) -> str:
        """The text with blanks for words that look like abuse and are none; its length stays."""
        letters = letters_of(fold_marks(text))
        shown = list(text)
        for at, char in enumerate(letters.text):
            for word in self.innocent.get(char, ()):
                if letters.text.startswith(word, at):
                    start, end = letters.starts[at], letters.ends[at + len(word) - 1]
                    shown[start:end] = " " * (end - start)
        return "".join(shown)

    def _korean_spans(self, text: str, letters: Letters) -> Iterator[tuple[int, int]]:
        for hit in self._hits(self.korean, letters):
            start = letters.starts[hit.start]
            if not self._means_something_else(text[max(0, start - 24) : start], letters, hit):
                yield start, letters.ends[hit.end - 1]

    def _means_something_else(self, before: str, letters: Letters, hit: Hit) -> bool:
        """A word broken by spaces after a number or a name: 세 시 발 기차."""
        if not any(gap >= Gap.SPACE for gap in letters.gaps[hit.start + 1 : hit.end]):
            return False
        guard = self.before.get(letters.text[hit.start])
        return guard is not None and guard.search(normalize("NFC", before)) is not None

    def hits_typed(self, letters: Letters) -> Iterator[Hit]:
        return self._hits(self.typed, letters)

    def _hits(self, table: Table, letters: Letters) -> Iterator[Hit]:
        at, text = 0, letters.text
        while at < len(text):
            entries = table.get(text[at])
            hit = self._longest(entries, letters, at) if entries else None
            if hit:
                yield hit
            at = hit.end if hit else at + 1

    def _longest(self, entries: Iterable[Entry], letters: Letters, at: int) -> Hit | None:
        # Entries are ordered by length, longest first.
        for entry in entries:
            if not entry.pattern.match(letters.text, at):
                continue
            hit = Hit(at, at + entry.length)
            if self._fits(entry, letters, hit) and not self._is_allowed(letters.text, hit):
                return Hit(at + entry.begins, hit.end)
        return None

    def _fits(self, entry: Entry, letters: Letters, hit: Hit) -> bool:
        if entry.at_start and not self._starts_word(letters, hit.start):
            return False
        if entry.at_end and not ends_word(letters, hit.end):
            return False
        return self._is_whole(entry, letters, hit)

    def _starts_word(self, letters: Letters, at: int) -> bool:
        if letters.gaps[at] not in (Gap.NONE, Gap.DIGIT):
            return True
        before = letters.text[at - 1] if at else ""
        return letters.gaps[at] is Gap.NONE and (
            before in self.interjections or "ㄱ" <= before <= "ㅣ"
        )

    def _is_whole(self, entry: Entry, letters: Letters, hit: Hit) -> bool:
        """Whether what stands inside the match is a disguise and not the end of another word."""
        inside = [
            letters.gaps[place]
            for place in range(hit.start + 1, hit.end)
            if place - hit.start not in entry.spaces or letters.gaps[place] not in _SPACES
        ]
        if not any(inside):
            return True
        if Gap.BREAK in inside:
            return False
        if any(gap >= Gap.SPACE for gap in inside):
            # Broken by spaces: after every letter, and from the start of a word. With symbols as
            # well (a list, a dialogue) two syllables prove nothing.
            if Gap.SPACED_SYMBOL in inside and entry.length < 3:
                return False
            broken = all(gap is not Gap.NONE for gap in inside)
            return (
                broken
                and letters.gaps[hit.start] not in (Gap.NONE, Gap.DIGIT)
                and _ends_with(letters, hit.end, _ENDINGS_SPACE)
            )
        return _ends_with(letters, hit.end, _ENDINGS_SYMBOL)

    def _is_allowed(self, text: str, hit: Hit) -> bool:
        for at in range(max(0, hit.start - _LONGEST_ALLOWED), hit.end):
            for word in self.allowed.get(text[at], ()):
                if at + len(word) > hit.start and text.startswith(word, at):
                    return True
        return False

    def _lone_spans(self, letters: Letters) -> Iterator[tuple[int, int]]:
        for run in _LONE.finditer(letters.text):
            for start, end in _parts(letters, run.start(), run.end()):
                word = letters.text[start:end]
                left = len(word) - len(word.lstrip("ㅋㅎ"))
                core = word.strip("ㅋㅎ")
                if core in self.lone or _RUN.sub(r"\1", core) in self.lone:
                    yield letters.starts[start + left], letters.ends[start + left + len(core) - 1]

    def _latin_spans(self, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
        latin = latin_letters(marks)
        at, text = 0, latin.text
        while at < len(text):
            hit = self._longest_latin(latin, at) if text[at] in self.latin else None
            at = latin.word_end(hit.end) if hit else at + 1
            if hit:
                yield latin.starts[hit.start], latin.ends[at - 1]

    def _longest_latin(self, latin: LatinLetters, at: int) -> Hit | None:
        for entry in self.latin[latin.text[at]]:
            if not entry.pattern.match(latin.text, at):
                continue
            hit = Hit(at, at + entry.length)
            if (
                (not entry.at_start or latin.starts_word(at))
                and (not entry.at_end or latin.ends_word(hit.end))
                and all(latin.runs[at + place] > 1 for place in entry.doubled)
                and latin.is_whole(hit.start, hit.end, entry.spaces)
                and not self._is_allowed(latin.text, hit)
            ):
                return hit
        return None


def _typed_spans(folded: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    for word in _KEYED.finditer(folded):
        at, keys = word.start(), word.group()
        found = _typed_words(keys) if len(keys) <= _CACHED else _typed_words.__wrapped__(keys)
        for start, end in found:
            yield marks[at + start].start, marks[at + end - 1].end


@lru_cache(8192)
def _typed_words(keys: str) -> list[tuple[int, int]]:
    """Slices of a word of Latin letters that are listed words when typed as Hangul."""
    letters, units, at = Letters(), [], 0
    for syllable, used in from_keys(keys):
        units.append(syllable)
        letters.starts.append(at)
        at += used
        letters.ends.append(at)
        letters.gaps.append(Gap.NONE)
    letters.text = "".join(units)
    hits = shipped_lexicon().hits_typed(letters)
    return [(letters.starts[h.start], letters.ends[h.end - 1]) for h in hits]


def ends_word(letters: Letters, at: int) -> bool:
    """Whether no syllable is attached at `at` (laughter and tears may be)."""
    if at >= len(letters.text) or letters.gaps[at] is not Gap.NONE:
        return True
    return "ㄱ" <= letters.text[at] <= "ㅣ"


def _ends_with(letters: Letters, at: int, endings: frozenset[str]) -> bool:
    return ends_word(letters, at) or letters.text[at] in endings or not letters.text[at].isalpha()


def _parts(letters: Letters, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The words of a run of lone consonants; one of single letters is one word: ㅅ ㅂ."""
    cuts = [place for place in range(start + 1, end) if letters.gaps[place] >= Gap.SPACE]
    spaces = [n for n in cuts if letters.gaps[n] in _SPACES]
    if len(spaces) == len(cuts) == end - start - 1:
        yield start, end
        return
    yield from zip([start, *cuts], [*cuts, end], strict=True)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The slices in order, those that overlap joined."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start < out[-1][1]:
            out[-1] = out[-1][0], max(end, out[-1][1])
        else:
            out.append((start, end))
    return out


# --- compiling -----------------------------------------------------------------------------------


def compile_lexicon(allow: Iterable[str] = (), deny: Iterable[str] = ()) -> Lexicon:
    """The shipped list with the user's words: `allow` are innocent, `deny` are found as well."""
    table = _shipped()
    denied = [w for w in map(_plain_word, deny) if w]
    korean = [*table["korean"]["list"].split(), *(w for w in denied if not w.isascii())]
    latin = [*table["latin"]["list"].split(), *(f"<{w}$" for w in denied if w.isascii())]
    lone = {w for w in denied if _LONE.fullmatch(w)} | set(table["lone"]["list"].split())
    allowed = [*table["allow"]["list"].split(), *(_plain_word(w).replace("_", "") for w in allow)]
    innocent = [*table["innocent"]["list"].split(), *_young_animals(table["innocent"]["animals"])]
    return Lexicon(
        korean=by_first_letter(korean_entry(w) for w in korean if not _LONE.fullmatch(w)),
        latin=by_first_letter(latin_entry(w) for w in latin),
        typed=by_first_letter(korean_entry(w) for w in table["typed"]["list"].split()),
        lone=frozenset(lone),
        signs=tuple(map(re.compile, table["signs"]["list"])),
        allowed=words_by_first_letter(allowed),
        interjections=frozenset(table["interjections"]),
        innocent=words_by_first_letter(w for w in [*allowed, *innocent] if not w.isascii()),
        before={k: re.compile(v) for k, v in table["before"].items()},
    )


def _young_animals(animals: str) -> list[str]:
    return [f"{animal}{word}" for animal in animals.split() for word in ("새끼", "의새끼")]


@cache
def shipped_lexicon() -> Lexicon:
    """The list without words of the user's."""
    return compile_lexicon()


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(_LIST.read_text("utf-8"))


def _plain_word(word: str) -> str:
    """A user's word in plain letters, as texts are read; its spaces as `_`."""
    letters = letters_of(fold_marks(word))
    shown = zip(letters.text, letters.gaps, strict=True)
    return "".join("_" * (gap is Gap.SPACE) + char for char, gap in shown)
