"""Text that was respelled, and where each of its characters comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pronounced:
    """Text spelled as it should sound.

    spans: per character of `text`, the (start, end) it stands for in the text that was given.
    Starts never decrease. Several characters may share one span (3 → 세 개's 세), and a span
    may be empty for a character that was put in.
    """

    text: str
    spans: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if len(self.text) != len(self.spans):
            raise ValueError(f"{len(self.text)} characters but {len(self.spans)} spans")

    @classmethod
    def plain(cls, text: str) -> Pronounced:
        """Every character stands for itself."""
        return cls(text, tuple((i, i + 1) for i in range(len(text))))

    @classmethod
    def joined(cls, parts: Iterable[tuple[str, tuple[int, int]]]) -> Pronounced:
        """From (text, span) pairs: each character of a part has the part's span."""
        kept = list(parts)
        spans = tuple(span for text, span in kept for _ in text)
        return cls("".join(text for text, _ in kept), spans)

    @classmethod
    def replaced(
        cls, text: str, pattern: re.Pattern[str], said: Callable[[re.Match[str]], str | None]
    ) -> Pronounced:
        """`text` with every match replaced by what is said for it; None keeps it as it is."""
        parts: list[tuple[str, tuple[int, int]]] = []
        at = 0
        for match in pattern.finditer(text):
            words = said(match)
            if words is not None:
                parts += [(text[i], (i, i + 1)) for i in range(at, match.start())]
                parts.append((words, match.span()))
                at = match.end()
        parts += [(text[i], (i, i + 1)) for i in range(at, len(text))]
        return cls.joined(parts)

    def then(self, later: Pronounced) -> Pronounced:
        """`later` respelled `self.text`: the same with spans in the text given at first."""
        sources = {span: self._source(span) for span in set(later.spans)}
        return Pronounced(later.text, tuple(sources[span] for span in later.spans))

    def cut(self, start: int, end: int) -> Pronounced:
        """The characters from start to end, still with spans in the text given at first."""
        return Pronounced(self.text[start:end], self.spans[start:end])

    def _source(self, span: tuple[int, int]) -> tuple[int, int]:
        covered = self.spans[span[0] : span[1]]
        if covered:
            return covered[0][0], max(end for _, end in covered)
        at = self.spans[span[0] - 1][1] if span[0] else 0
        return at, at
