"""Entries of the profanity word list: how a line of `profanity_words.toml` becomes a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pyojeong.text.latin_letters import LATIN_CLASSES

_PIECE = re.compile(r"\{[^}]*\}|.")
_RUN = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word. pattern: over letters. spaces: places inside where the text may have a space.
    doubled: places of letters that must come twice (Latin). first: its possible first letters.
    begins: how many letters at its front are context and no part of the word.
    """

    pattern: re.Pattern[str]
    length: int
    first: str
    at_start: bool
    at_end: bool
    spaces: frozenset[int]
    doubled: frozenset[int] = frozenset()
    begins: int = 0


Table = dict[str, tuple[Entry, ...]]
"""Entries by their first letter."""


def _pieces(entry: str) -> tuple[list[str], frozenset[int]]:
    """The sets of letters of an entry, and before which of them a space may stand."""
    pieces: list[str] = []
    entry = entry.replace("~", "")
    spaces: set[int] = set()
    for piece in _PIECE.findall(entry.removeprefix("<").removesuffix("$")):
        if piece == "_":
            spaces.add(len(pieces))
        else:
            pieces.append(piece.strip("{}"))
    return pieces, frozenset(spaces)


def korean_entry(word: str) -> Entry:
    """An entry over Hangul syllables and lone letters."""
    pieces, spaces = _pieces(word)
    pattern = re.compile("".join(f"[{re.escape(p)}]" for p in pieces))
    begins = len(_pieces(word.partition("~")[0])[0]) if "~" in word else 0
    start, end = word.startswith("<"), word.endswith("$")
    return Entry(pattern, len(pieces), pieces[0], start, end, spaces, begins=begins)


def latin_entry(word: str) -> Entry:
    """Runs of one letter are one letter in the text as well, with their count beside."""
    pieces, spaces = _pieces(word)
    kept: list[str] = []
    doubled: set[int] = set()
    moved: set[int] = set()
    for place, piece in enumerate(pieces):
        if place in spaces:
            moved.add(len(kept))
        if kept and piece == kept[-1] and place not in spaces and piece != "*":
            doubled.add(len(kept) - 1)
            continue
        kept.append(piece)
    sets = ["".join(LATIN_CLASSES.get(c, c) for c in piece) for piece in kept]
    if "*" in kept:
        # Stars are runs too.
        sets, kept, doubled = _starred(kept)
    pattern = re.compile("".join(f"[{re.escape(s)}]" for s in sets))
    return Entry(
        pattern, len(sets), sets[0], word[0] == "<", word[-1] == "$", frozenset(moved),
        frozenset(doubled),
    )  # fmt: skip


def _starred(kept: list[str]) -> tuple[list[str], list[str], set[int]]:
    out: list[str] = []
    doubled: set[int] = set()
    for piece in kept:
        if piece == "*" and out and out[-1] == "*":
            doubled.add(len(out) - 1)
        else:
            out.append(piece)
    return ["*" if p == "*" else LATIN_CLASSES.get(p, p) for p in out], out, doubled


def by_first_letter(entries: Iterable[Entry]) -> Table:
    """Entries by their first letter, longest first."""
    table: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: -e.length):
        for char in entry.first:
            table.setdefault(char, []).append(entry)
    return {char: tuple(found) for char, found in table.items()}


def words_by_first_letter(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Plain words by their first letter."""
    table: dict[str, list[str]] = {}
    for word in words:
        # Latin runs are one letter in the text that is matched.
        for form in {word, _RUN.sub(r"\1", word) if word.isascii() else word} - {""}:
            table.setdefault(form[0], []).append(form)
    return {char: tuple(found) for char, found in table.items()}
