"""Where the quotations of a story stand, and the lines (turns) they stand in.

A turn is what a writer sets apart: a paragraph, or a line where every utterance has its own. A
quotation that is never closed ends with its turn, or where the next one opens.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pyojeong.text.layout import line_breaks, paragraphs
from pyojeong.text.quotes import Pair, match_marks, outermost
from pyojeong.text.tags import goes_on

SINGLE = frozenset("'‘")
TITLE = frozenset("『")
SCRIPT = ":"
_DOUBLE = frozenset('"“„‟「«＂')
_SCRIPT_LINE = re.compile(
    r"[ \t]*(?P<name>[^\W\d_][\w .'’·-]{0,23}?)[ \t]*(?:\([^()\n]{1,30}\))?[ \t]*[:：][ \t]*(?=\S)(?!//)"
)
_NEW_VOICE = re.compile(
    "(?<=[.!?…”’\"'」])(?=\n[ \t]*[“\"「‘'])|(?=\n[ \t]*[^\\W\\d_][\\w .'’·-]{0,23}(?:\\([^()\n]{1,30}\\))?[ \t]*[:：])"
)
_CLOSED_LATER = re.compile(r"[.,!?…—][’'](?=[\s.,;—)]|$)")
_STRETCH = 400


@dataclass(frozen=True, slots=True)
class Quotation:
    """text[start:end] with its marks; mark: the opening one, `SCRIPT` for a line of a script."""

    start: int
    end: int
    mark: str
    closed: bool = True

    def inside(self) -> tuple[int, int]:
        """Where the words between the marks stand."""
        if self.mark == SCRIPT:
            return self.start, self.end
        return self.start + 1, self.end - self.closed


@dataclass(frozen=True, slots=True)
class Turn:
    """A paragraph or line; script: the name before the colon of a line of a script."""

    start: int
    end: int
    paragraph: int
    quotes: tuple[Quotation, ...]
    script: str = ""

    def narration(self) -> list[tuple[int, int]]:
        """What stands before, between and after the quotations: one stretch more than these."""
        edges = [self.start, *(e for q in self.quotes for e in (q.start, q.end)), self.end]
        return list(zip(edges[::2], edges[1::2], strict=True))


def turns(text: str) -> list[Turn]:
    """The turns of a normalized text in order, those without a quotation too; linear time."""
    found: list[Turn] = []
    for number, (start, end) in enumerate(paragraphs(text)):
        quotes = _quotations(text, start, end)
        for a, b in _lines(text, start, end, quotes):
            found.append(Turn(a, b, number, tuple(_between(quotes, a, b))))
    return list(_with_scripts(text, found))


def _quotations(text: str, start: int, end: int) -> list[Quotation]:
    pairs, alone = match_marks(text, start, end)
    outer = [p for p in outermost(pairs) if p.quote]
    found: list[Quotation] = []
    for pair, following in zip(outer, [*outer[1:], None], strict=False):
        if found and pair.start < found[-1].end:
            continue
        stop = _true_end(text, pair, following.start if following else end)
        found.append(Quotation(pair.start, stop, text[pair.start]))
    for at in alone:
        if text[at] in _DOUBLE and not text[at - 1 : at].isalnum():
            found.append(Quotation(at, end, text[at], closed=False))
    return list(_apart(text, sorted(found, key=lambda q: q.start)))


def _true_end(text: str, pair: Pair, limit: int) -> int:
    """Past a plural's apostrophe (‘The dogs’ house,’): it closes only what ends with a stop."""
    if text[pair.start] not in SINGLE or text[pair.end - 2] not in "sn":
        return pair.end
    later = _CLOSED_LATER.search(text, pair.end, min(limit, pair.end + _STRETCH))
    return later.end() if later and "\n" not in text[pair.end : later.end()] else pair.end


def _apart(text: str, quotes: list[Quotation]) -> Iterator[Quotation]:
    """Unclosed quotations cut where the next begins; those inside a closed one left out."""
    reach = -1
    for quote, following in zip(quotes, [*quotes[1:], None], strict=False):
        if quote.start < reach:
            continue
        if quote.closed:
            reach = quote.end
            yield quote
            continue
        end = min(quote.end, following.start) if following else quote.end
        words = text[quote.start : end].rstrip()
        if any(c.isalnum() for c in words[:_STRETCH]):
            yield Quotation(quote.start, quote.start + len(words), quote.mark, closed=False)


def _lines(text: str, start: int, end: int, quotes: list[Quotation]) -> Iterator[tuple[int, int]]:
    """The turns of a paragraph: cut where a line ends a sentence outside a closed quotation."""
    cuts = sorted({*line_breaks(text, start, end), *_before_marks(text, start, end)})
    starts = [q.start for q in quotes]
    at = start
    for cut in [*cuts, end]:
        index = bisect_left(starts, cut) - 1
        enclosed = index >= 0 and quotes[index].closed and cut < quotes[index].end
        if enclosed or not text[at:cut].strip() or _tag_follows(text, cut, end, quotes, index):
            continue
        piece = text[at:cut]
        begin = at + len(piece) - len(piece.lstrip())
        yield begin, at + len(piece.rstrip())
        at = cut


def _tag_follows(text: str, cut: int, end: int, quotes: list[Quotation], index: int) -> bool:
    """Whether the line after a quotation is its tag: 하고 늑대가 말했어요."""
    if index < 0 or not quotes[index].closed or text[quotes[index].end : cut].strip():
        return False
    return goes_on(text, cut, end, next_line=True)


def _before_marks(text: str, start: int, end: int) -> Iterator[int]:
    """Line ends after a finished sentence and before an opening mark, in wrapped prose too, and
    those before `name:`."""
    for m in _NEW_VOICE.finditer(text, start, end):
        yield m.end()


def _between(quotes: list[Quotation], start: int, end: int) -> Iterator[Quotation]:
    first = bisect_left(quotes, start, key=lambda q: q.start)
    last = bisect_left(quotes, end, key=lambda q: q.start)
    for quote in quotes[first:last]:
        yield quote if quote.end <= end else Quotation(quote.start, end, quote.mark, False)


# --- scripts -----------------------------------------------------------------------------------


def _with_scripts(text: str, found: list[Turn]) -> Iterator[Turn]:
    """Lines `name: words` made into turns of that name, where a text has enough of them."""
    matches = [_script_line(text, turn) for turn in found]
    names = Counter(m["name"].strip() for m in matches if m)
    total = sum(names.values())
    is_script = total >= 2 and (total > len(names) or _neighbours(matches))
    for turn, m in zip(found, matches, strict=True):
        if m and is_script:
            words = Quotation(m.end(), turn.end, SCRIPT)
            yield Turn(turn.start, turn.end, turn.paragraph, (words,), m["name"].strip())
        else:
            yield turn


def _script_line(text: str, turn: Turn) -> re.Match[str] | None:
    match = _SCRIPT_LINE.match(text, turn.start, turn.end)
    if match is None or len(match["name"].split()) > 3:
        return None
    # `여우가 말했어요: “…”` is a tag, not a name.
    said = any(q.start == match.end() for q in turn.quotes) and re.search(
        r"(?:[다요죠며고]|said|says|asked|cried|\w+ed)$", match["name"]
    )
    return None if said else match


def _neighbours(matches: list[re.Match[str] | None]) -> bool:
    pairs = zip(matches, matches[1:], strict=False)
    return any(a and b and a["name"].strip() != b["name"].strip() for a, b in pairs)
