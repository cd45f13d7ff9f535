"""Sentences of Korean and English prose, verse and dialogue.

Own rules instead of a library: kiwipiepy cuts inside quotations, weighs 145 MB and takes 2.7 s
to load; kss is some 2,000 times slower; pysbd and the like know no Korean endings and lose
positions. What a story needs (a quotation stays with its tag, a subtitle has bounded length) is
none of their aims.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from pyojeong.text import tags
from pyojeong.text.clauses import cut_long
from pyojeong.text.endings import (
    ABBREVIATIONS,
    CARRIES_ON,
    FINAL_ENDING,
    MAY_END,
    NUMBERED,
    STARTS_ANEW,
)
from pyojeong.text.layout import line_breaks, paragraphs
from pyojeong.text.normalize import normalize
from pyojeong.text.quotes import CLOSING, OPENING, Pair, find_pairs, outermost


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or one line of verse, and where it stands.

    text: the words with every run of white space as one space. start, end: its place in
    `normalize(whole text)`. paragraph: counted from 0. quotes: (start, end) of the outermost
    quotations in it, marks included, in the same coordinates.
    """

    text: str
    start: int
    end: int
    paragraph: int
    quotes: tuple[tuple[int, int], ...] = ()


_EMOJI = "\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff"
_MOOD = f"(?:[{_EMOJI}]|[ㅋㅎㅠㅜ]{{2}}|\\^\\^|[~♡♥♪])"
_TERMINAL = re.compile("[.!?…。！？‼⁇⁈⁉]+")
# One character a time: a repeated run inside the repetition could backtrack without end.
_TRAIL = re.compile(f"(?:\\s?(?:[{_EMOJI}ㅋㅎㅠㅜ^~♡♥♪]|[:;=]-?[()DPp]))+(?=\\s|$)")
_BARE_ENDING = re.compile(f"[다요죠](?=\\s|\\s?{_MOOD})")
_MOOD_END = re.compile(f"{_MOOD}(?=\\s)")
_SHORTEST_CLAUSE = 5
_CONCLUDES = re.compile("(?:다|요|까|죠|네|군|구나)$")


def split_sentences(text: str) -> list[Sentence]:
    """Sentences in order; together they cover everything in the text but white space.

    A quotation stays with its tag ("…" 하고 늑대가 말했어요). Lines without punctuation are units
    of a poem; hard-wrapped lines are joined. What is longer than 200 characters is cut between
    clauses. Linear time for any Unicode. Empty or blank text gives an empty list.
    """
    text = normalize(text)
    found: list[Sentence] = []
    for number, (start, end) in enumerate(paragraphs(text)):
        pairs = outermost(find_pairs(text, start, end))
        quotes = [(p.start, p.end) for p in pairs if p.quote]
        for piece in _pieces(text, _Paragraph(text, start, end, pairs).boundaries(), start, end):
            inner = _inside(quotes, *piece)
            words = " ".join(text[piece[0] : piece[1]].split())
            found.append(Sentence(words, *piece, number, inner))
    return found


def _pieces(text: str, cuts: list[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    for a, b in zip([start, *cuts], [*cuts, end], strict=True):
        piece = text[a:b]
        if inner := piece.strip():
            begin = a + len(piece) - len(piece.lstrip())
            yield from cut_long(text, begin, begin + len(inner))


def _inside(quotes: list[tuple[int, int]], start: int, end: int) -> tuple[tuple[int, int], ...]:
    first = bisect_right(quotes, start, key=lambda q: q[1])
    last = bisect_left(quotes, end, key=lambda q: q[0])
    return tuple((max(a, start), min(b, end)) for a, b in quotes[first:last])


class _Paragraph:
    """One paragraph while its sentence boundaries are looked for."""

    def __init__(self, text: str, start: int, end: int, pairs: list[Pair]) -> None:
        self.text, self.start, self.end = text, start, end
        self.starts = [p.start for p in pairs]
        self.pairs = pairs
        self.pair_at_end = {p.end: p for p in pairs}
        self.opened = frozenset(self.starts)
        first = next((c for c in text[start : start + 40] if c.isalpha()), "")
        # Somebody who starts without a capital does not use them elsewhere either.
        self.casual = first.isascii() and first.islower()

    def boundaries(self) -> list[int]:
        """Positions where a new sentence begins, ascending."""
        firm = set(self._after_terminals())
        firm.update(self._at_line_breaks())
        ordered = sorted(firm)
        soft = [*self._after_mood(), *self._after_bare_endings(ordered)]
        return sorted(firm.union(soft))

    def _enclosed(self, position: int) -> bool:
        """Whether the position lies inside a quotation or bracket."""
        index = bisect_left(self.starts, position) - 1
        return index >= 0 and position < self.pairs[index].end

    def _char(self, position: int) -> str:
        return self.text[position] if self.start <= position < self.end else ""

    def _next_word(self, position: int) -> int:
        while position < self.end and self.text[position].isspace():
            position += 1
        return position

    def _after_terminals(self) -> Iterator[int]:
        last = self.start
        for run in _TERMINAL.finditer(self.text, self.start, self.end):
            position = self._absorb(run.end())
            if position >= self.end or self._enclosed(position):
                continue
            if self._is_boundary(run, position, last):
                last = position
                yield position

    def _absorb(self, position: int) -> int:
        """Past the closing marks, emoji and laughter that belong to the sentence before."""
        while (char := self._char(position)) in CLOSING and char:
            if char in OPENING and position + 1 not in self.pair_at_end:
                break
            position += 1
        trail = _TRAIL.match(self.text, position, self.end)
        return trail.end() if trail else position

    def _is_boundary(self, run: re.Match[str], position: int, last: int) -> bool:
        if pair := self.pair_at_end.get(position):
            # A remark in brackets interrupts a sentence that goes on.
            between = self.text[last : pair.start].strip()
            return not (tags.goes_on(self.text, position, self.end) if pair.quote else between)
        marks, before, after = run.group(), self._char(run.start() - 1), self._char(position)
        if not after.isspace():
            return after not in ",;:，、)" and self._is_tight_boundary(run, before, position)
        upcoming = self._next_word(position)
        following = self._char(upcoming)
        if following in ",;:" or self._dash_goes_on(upcoming):
            return False
        if not set(marks) - set(".…") and (len(marks) > 1 or marks == "…"):
            return self._ellipsis_ends(run.start(), upcoming)
        small = following.isascii() and following.islower() and not self.casual
        abbreviated = marks == "." and self._is_abbreviation(run.start(), upcoming, last)
        return not abbreviated and (not small or _is_hangul(before))

    def _is_tight_boundary(self, run: re.Match[str], before: str, position: int) -> bool:
        """Whether a sentence ends though no space follows: 했어요.그리고"""
        marks, mark_at = run.group(), run.start()
        after = self._char(position)
        if set(marks) & set("。！？"):
            return True
        opens = after in OPENING and position in self.opened
        if not _is_hangul(before) or not (_is_hangul(after) or opens):
            return False
        if set(marks) & set("!?"):
            return True
        return marks == "." and bool(_CONCLUDES.search(self.text, max(mark_at - 4, 0), mark_at))

    def _ellipsis_ends(self, mark_at: int, upcoming: int) -> bool:
        """A pause by itself ends nothing: a finished predicate or a new capital must be there."""
        if _CONCLUDES.search(self.text, max(mark_at - 4, self.start), mark_at):
            return True
        following = self.text[upcoming : upcoming + 2]
        if following[:1] in OPENING and upcoming in self.opened:
            return True
        is_i = following[:1] == "I" and not following[1:].isalpha()
        return following[:1].isascii() and following[:1].isupper() and not is_i

    def _dash_goes_on(self, upcoming: int) -> bool:
        if self._char(upcoming) not in tuple("-–—"):
            return False
        word = self._char(self._next_word(upcoming + 1))
        return word.isascii() and word.islower()

    def _is_abbreviation(self, stop: int, upcoming: int, last: int) -> bool:
        """Whether the full stop at `stop` belongs to "Mr.", "J.", "e.g." or a numbering."""
        begin = stop
        while begin > max(self.start, stop - 12) and not self.text[begin - 1].isspace():
            begin -= 1
        label = self.text[begin:stop].lstrip("\"'“‘「『([")
        following = self._char(upcoming)
        if label.isdigit():
            # "1. " at the start of a line or sentence numbers it; "2026. 11. 21." is a date.
            leads = begin == self.start or self.text[begin - 1] == "\n"
            leads = leads or not self.text[last:begin].strip()
            return len(label) <= 4 and (following.isdigit() or (leads and len(label) <= 3))
        word = label.lower()
        if word in NUMBERED:
            return following.isdigit()
        if word in ABBREVIATIONS:
            return not (word in MAY_END and following.isupper())
        return len(label) == 1 and label.isascii() and word not in "i"

    def _at_line_breaks(self) -> Iterator[int]:
        for newline in line_breaks(self.text, self.start, self.end):
            if self._enclosed(newline):
                continue
            pair = self.pair_at_end.get(newline)
            if pair and pair.quote and tags.goes_on(self.text, newline, self.end, True):
                continue
            yield newline + 1

    def _after_mood(self) -> Iterator[int]:
        """Emoji and laughter after a finished Korean predicate, or before a capital, end it."""
        for mood in _MOOD_END.finditer(self.text, self.start, self.end):
            following = self._char(self._next_word(mood.end()))
            capital = following.isascii() and following.isupper()
            if capital and not self._enclosed(mood.end()) and mood.group() != "~":
                yield mood.end()

    def _after_bare_endings(self, firm: list[int]) -> Iterator[int]:
        """했어요 and 했습니다 end a sentence without a full stop when a new clause follows."""
        last = self.start
        for ending in _BARE_ENDING.finditer(self.text, self.start, self.end):
            trail = _TRAIL.match(self.text, ending.end(), self.end)
            position = trail.end() if trail else ending.end()
            if self._enclosed(position) or not self._finishes(ending.end(), position):
                continue
            index = bisect_right(firm, position)
            begun = max(last, firm[index - 1]) if index else last
            stop = firm[index] if index < len(firm) else self.end
            word = self._next_word(position)
            enough = ending.end() - begun >= _SHORTEST_CLAUSE
            if enough and stop - word >= _SHORTEST_CLAUSE and self._starts_clause(word):
                last = position
                yield position

    def _finishes(self, end: int, position: int) -> bool:
        """Whether the words up to `end` can stand as a sentence before what follows."""
        if FINAL_ENDING.search(self.text, max(self.start, end - 4), end):
            return True
        word = self._next_word(position)
        return bool(STARTS_ANEW.match(self.text, word, min(self.end, word + 8)))

    def _starts_clause(self, word: int) -> bool:
        if not _is_hangul(self._char(word)):
            return self._char(word) in OPENING and word in self.opened
        return not CARRIES_ON.match(self.text, word, min(self.end, word + 12))


def _is_hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3"
