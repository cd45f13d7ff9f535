"""Emotion words in English and Korean text: which stand in it, as which label.

English words count whole, in every form that the table writes out. Korean is written without
spaces in file names and bears particles, so a form counts inside a run of Hangul, after longer
words that merely hold it were passed over.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.errors import BadSettings
from pyojeong.media.files import read_text_file

Table = dict[str, Any]
_LISTS = {
    "passed_over": ("en", "ko"),
    "negation": ("en", "ko", "ko_after"),
    "compounds": ("en_after", "ko_before"),
    "several": ("en", "ko"),
}
_OF_LABEL = ("en", "ko", "ko_start", "drop", "reads")
_LABEL_NAME = re.compile(r"[^\W_][\w-]{0,39}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_RUNS = re.compile(r"[가-힣]+|[^\W\d_가-힣]+")
_APOSTROPHES = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")
_START = " start"


@dataclass(frozen=True, slots=True)
class Word:
    """One emotion word of a text. label: what it stands for. text: as the table writes it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a text says. found: emotion words in order; negated: those that were unsaid
    ("not happy"); several: a word for several people, "" where there is none."""

    found: tuple[Word, ...] = ()
    negated: tuple[Word, ...] = ()
    several: str = ""


_NOTHING = Words()


class WordTable:
    """Words and the labels they stand for. labels: label → house emotions that agree to it."""

    def __init__(self, table: Table) -> None:
        self.labels: dict[str, tuple[Emotion, ...]] = {
            name: tuple(Emotion(e) for e in row.get("reads", ()))
            for name, row in table["labels"].items()
        }
        self._english: dict[str, Word] = {}
        forms: dict[str, Word | None] = dict.fromkeys(table["passed_over"]["ko"])
        for name, row in table["labels"].items():
            for word in row.get("en", ()):
                self._english[word] = Word(name, word)
                for end in table["compounds"]["en_after"]:
                    self._english.setdefault(word + end, Word(name, word + end))
            # Where a form stands in both lists, the careful one counts.
            forms |= {w: Word(name, w) for w in row.get("ko", ())}
            forms |= {w + _START: Word(name, w) for w in row.get("ko_start", ())}
        self._korean = _by_first(forms)
        self._pairs = frozenset(tuple(p.split()) for p in table["passed_over"]["en"])
        self._not = frozenset(table["negation"]["en"]) | frozenset(table["negation"]["ko"])
        self._not_ko = tuple(table["negation"]["ko"])
        self._not_after = tuple(table["negation"]["ko_after"])
        before = table["compounds"]["ko_before"]
        self._nouns = tuple(w for w in before if len(w) > 1)
        self._particles = tuple(w for w in before if len(w) == 1)
        self._several = frozenset(table["several"]["en"])
        self._several_ko = tuple(table["several"]["ko"])

    def find(self, text: str) -> Words:
        """The emotion words of a file name without its ending, or of a caption."""
        runs = split(text) if text else ()
        if not runs:
            return _NOTHING
        found: list[Word] = []
        negated: list[Word] = []
        several = ""
        for at, run in enumerate(runs):
            if "가" <= run[0] <= "힣":
                several = several or next((w for w in self._several_ko if w in run), "")
                after = runs[at + 1] if at + 1 < len(runs) else ""
                self._in_hangul(run, runs[at - 1] if at else "", after, found, negated)
                continue
            several = several or (run if run in self._several else "")
            word = self._english.get(run)
            if word is None or tuple(runs[at : at + 2]) in self._pairs:
                continue
            if tuple(runs[max(at - 1, 0) : at + 1]) in self._pairs:
                continue
            (negated if self._unsaid(runs, at) else found).append(word)
        return Words(tuple(found), tuple(negated), several)

    def _unsaid(self, runs: list[str], at: int) -> bool:
        """Whether a negation stands before the word: "not happy", "is not a happy"."""
        near = runs[max(at - 2, 0) : at]
        return bool(near) and (
            near[-1] in self._not or (near[0] in self._not and near[-1] in _LIGHT)
        )

    def _in_hangul(
        self, run: str, before: str, after: str, found: list[Word], negated: list[Word]
    ) -> None:
        at = end_of_last = 0
        while at < len(run):
            length, word = self._form_at(run, at, end_of_last)
            if word is not None:
                end_of_last = at + length
                unsaid = (run[:at] or before) in self._not_ko or self._ends_unsaid(
                    run[at + length :], after
                )
                (negated if unsaid else found).append(word)
            at += max(length, 1)

    def _form_at(self, run: str, at: int, end_of_last: int) -> tuple[int, Word | None]:
        """Length of the longest form that stands there, and its word (None where passed over)."""
        for form, word, start_only in self._korean.get(run[at], ()):
            if run.startswith(form, at):
                ahead = run[:at]
                begins = not ahead or (end_of_last == at > 0) or ahead in self._not_ko
                if start_only and not begins and not self._may_follow(ahead):
                    continue
                return len(form), word
        return 0, None

    def _may_follow(self, ahead: str) -> bool:
        """Whether a word may begin after these syllables; one alone is no word with a particle."""
        return ahead.endswith(self._nouns) or (len(ahead) > 1 and ahead.endswith(self._particles))

    def _ends_unsaid(self, rest: str, after: str) -> bool:
        """슬프지않은, 행복하지 않은, 웃음없는."""
        joined = rest + after if len(rest) <= 3 else rest
        return joined.startswith(self._not_after)


_LIGHT = frozenset(("a", "an", "the", "very", "so", "at", "really", "too", "any"))


def split(text: str) -> list[str]:
    """Runs of letters, in lower case and composed form; scripts, camelCase, digits and everything
    that is no letter part them. An apostrophe inside a word is left out."""
    composed = unicodedata.normalize("NFKC", text)
    if not composed.isascii() or "'" in composed:
        composed = _APOSTROPHES.sub("", composed)
    return [run.lower() for run in _RUNS.findall(_CAMEL.sub(" ", composed))]


def _by_first(forms: Mapping[str, Word | None]) -> dict[str, list[tuple[str, Word | None, bool]]]:
    """Forms by their first syllable, the longest first, what is passed over before its equals."""
    table: dict[str, list[tuple[str, Word | None, bool]]] = {}
    for key, word in forms.items():
        form = key.removesuffix(_START)
        table.setdefault(form[0], []).append((form, word, key != form))
    for rows in table.values():
        rows.sort(key=lambda row: (-len(row[0]), row[1] is not None))
    return table


# --- tables ----------------------------------------------------------------------------------


@cache
def _shipped() -> Table:
    text = (resources.files("pyojeong") / "data/autolabel/words.toml").read_text("utf-8")
    return tomllib.loads(text)


def load_words(file: Path | None = None) -> WordTable:
    """The shipped table, with the user's file on top where one is given.

    Raises BadInput for a file that cannot be read, BadSettings for one that is no such table.
    """
    if file is None:
        return WordTable(_shipped())
    try:
        own = tomllib.loads(read_text_file(file).text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(
            f"{file} is not valid TOML: {error}.", f"{file}은(는) 올바른 TOML이 아닙니다: {error}."
        ) from error
    _check(own, file)
    return WordTable(_merged(_shipped(), own))


def _merged(base: Table, own: Table) -> Table:
    """The user's words are added; a word that the user gives to one label leaves the others."""
    kept = {} if own.get("replace") else base["labels"]
    labels = {name: {key: list(words) for key, words in row.items()} for name, row in kept.items()}
    for name, row in own.get("labels", {}).items():
        claimed = {_clean(w) for key in ("en", "ko", "ko_start") for w in row.get(key, ())}
        for other in labels.values():
            for key in ("en", "ko", "ko_start"):
                other[key] = [w for w in other.get(key, ()) if w not in claimed]
        mine = labels.setdefault(name, {})
        gone = {_clean(w) for w in row.get("drop", ())}
        for key in ("en", "ko", "ko_start"):
            words = [*mine.get(key, ()), *(_clean(w) for w in row.get(key, ()))]
            mine[key] = [w for w in words if w not in gone]
        if "reads" in row:
            mine["reads"] = row["reads"]
    merged: Table = {"labels": labels}
    for section, keys in _LISTS.items():
        extra = own.get(section, {})
        merged[section] = {
            key: [*base[section][key], *(_clean(w) for w in extra.get(key, ()))] for key in keys
        }
    return merged


def _clean(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().lower()


def _check(own: Table, file: Path) -> None:
    for section, rows in own.items():
        if section == "replace" and isinstance(rows, bool):
            continue
        if section not in ("labels", *_LISTS) or not isinstance(rows, dict):
            raise _wrong(file, section)
        tables = rows if section == "labels" else {section: rows}
        allowed = _OF_LABEL if section == "labels" else _LISTS[section]
        for name, row in tables.items():
            if not isinstance(row, dict) or not _LABEL_NAME.fullmatch(name):
                raise _wrong(file, f"{section}.{name}")
            _check_row(row, allowed, f"{section}.{name}" if section == "labels" else name, file)


def _check_row(row: Table, allowed: tuple[str, ...], name: str, file: Path) -> None:
    for key, words in row.items():
        known = key in allowed and isinstance(words, list)
        if not known or not all(isinstance(w, str) and _clean(w) for w in words):
            raise _wrong(file, f"{name}.{key}")
        if key == "reads" and not set(words) <= set(EMOTIONS):
            raise _wrong(file, f"{name}.{key}")
        if key == "en" and name.startswith("labels.") and any(len(split(w)) != 1 for w in words):
            raise BadSettings(
                f"{file}: {name}.en takes single words, without spaces, hyphens or digits.",
                f"{file}: {name}.en에는 띄어쓰기, 붙임표, 숫자가 없는 단어만 쓸 수 있습니다.",
            )


def _wrong(file: Path, where: str) -> BadSettings:
    return BadSettings(
        f"{file}: cannot use {where!r}. A table of words has [labels.NAME] with lists en, ko, "
        "ko_start, drop and reads (house emotions), and the sections of docs/autolabel.md.",
        f"{file}: {where!r}을(를) 쓸 수 없습니다. 단어 표에는 [labels.이름]과 목록 en, ko, ko_start, "
        "drop, reads(기본 감정)를 씁니다. docs/autolabel.md를 보세요.",
    )
