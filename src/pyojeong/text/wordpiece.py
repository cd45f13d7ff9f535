"""WordPiece: words cut greedily into the longest known pieces (Schuster & Nakajima 2012).

Own code instead of a library: the one that is kept well pulls in the client of a model hub, and
what is needed here is a loop over a dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

PAD, UNKNOWN, START, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
_WORD = re.compile(r"\w+|[^\w\s]")
_LONGEST_PIECE = 24
_LONGEST_WORD = 60
_CACHED_WORDS = 60_000


class WordPiece:
    """Cuts folded text (`features.fold`) into piece numbers.

    pieces: the vocabulary in order; pieces inside a word begin with "##". longest: most pieces
    of one text, the two marks at its ends included; what lies beyond is not read. unknown: number
    of the piece that stands for what no other fits.
    """

    def __init__(self, pieces: Sequence[str], longest: int) -> None:
        self._number = {piece: n for n, piece in enumerate(pieces)}
        self.unknown = self._number[UNKNOWN]
        self._ends = self._number[START], self._number[END]
        self._longest = longest
        self._cache: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> list[int]:
        """Piece numbers of one text between a start and an end mark."""
        found = [self._ends[0]]
        for word in _WORD.finditer(text):
            found.extend(self.word(word.group()))
            if len(found) >= self._longest:
                break
        return [*found[: self._longest - 1], self._ends[1]]

    def word(self, word: str) -> tuple[int, ...]:
        """Piece numbers of one word; a part that no piece fits becomes one unknown piece."""
        known = self._cache.get(word)
        if known is None:
            if len(self._cache) >= _CACHED_WORDS:
                self._cache.clear()
            known = self._cache[word] = tuple(self._cut(word[:_LONGEST_WORD]))
        return known

    def _cut(self, word: str) -> list[int]:
        found: list[int] = []
        start, prefix = 0, ""
        while start < len(word):
            for stop in range(min(len(word), start + _LONGEST_PIECE), start, -1):
                number = self._number.get(prefix + word[start:stop])
                if number is not None:
                    break
            else:
                number, stop = self.unknown, start + 1
            if number != self.unknown or found[-1:] != [number]:
                found.append(number)
            start, prefix = stop, "##"
        return found
