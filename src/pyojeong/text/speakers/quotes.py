"""Where the quotations of a story stand, and the lines (turns) they stand in.

A turn is what a writer sets apart: a paragraph, or a line where every utterance has its own. A
quotation that is never closed ends with its turn, or where the next one opens.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pyojeong.text.layout import line_breaks, paragraphs
from pyojeong.text.quotes import Pair, match_marks, outermost
from pyojeong.text.tags import goes_on

SINGLE = frozenset("'‘")
TITLE = frozenset("『")
SCRIPT = ":"
DASHES = frozenset("—–―")
_DOUBLE = frozenset('"“„‟「«＂')
_SCRIPT_LINE = re.compile(
    r"[ \t]*(?:(?P<name>[^\W\d_][\w .'’·-]{0,23}?)[ \t]*(?:\([^()\n]{1,30}\))?[ \t]*[:：]|"
    r"\[(?P<label>[^\W\d_][\w .'’·-]{0,23})\])[ \t]*(?=\S)(?!//)"
)
_TAG_LIKE = re.compile(r"(?:[다요죠며고]|\b(?:said|says|asked|cried)|[a-z]{2}ed)$")
_DASH = re.compile(r"[—–―][ \t]*(?=\w)")
_DASH_TAG = re.compile(
    r"(?<=[.,!?…])\s*[—–―]\s*(?=[a-z])|(?<=,) (?=said |asked |cried )|\s+[—–―]\s+(?=[가-힣]+[은는이가] )"
)
_NEW_VOICE = re.compile(
    "(?<=[.!?…”’\"'」])(?=\n[ \t]*[“\"「‘'])|(?=\n[ \t]*(?:[^\\W\\d_][\\w .'’·-]{0,23}(?:\\([^()\n]{1,30}\\))?[ \t]*[:：]|\\[[^\\W\\d_]|[—–―]))"
)
_CLOSED_LATER = re.compile(r"[.,!?…—][’'](?=[\s.,;—)]|$)")
_STRETCH = 400
_OWN = 4
"""So many quotations one speaker may have in a paragraph of his own."""
_CROWDED = 1.7
"""With more quotations than this to a paragraph, several speak in each."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """text[start:end] with its marks; mark: the opening one, `SCRIPT` for a line of a script."""

    start: int
    end: int
    mark: str
    closed: bool = True

    def inside(self) -> tuple[int, int]:
        """Where the words between the marks stand."""
        if self.mark == SCRIPT or self.mark in DASHES:
            return self.start + (self.mark != SCRIPT), self.end
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

    def shared(self, text: str) -> bool:
        """Whether several speak in it: quotations stand side by side, or there are many."""
        beside = (not text[a:b].strip() for a, b in self.narration()[1:-1])
        return len(self.quotes) > _OWN or any(beside)


def crowded(found: list[Turn]) -> bool:
    """Whether a text sets several speakers in one paragraph, by the mean of quotations in each."""
    counts = [len(turn.quotes) for turn in found if turn.quotes]
    return sum(counts) > _CROWDED * len(counts)


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
    outer = [p for p in outermost(pairs) if p.quote or _speaks(text, p)]
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


def _speaks(text: str, pair: Pair) -> bool:
    """Whether angle brackets hold a sentence: 〈어디 가니?〉"""
    return text[pair.start] in "〈《" and text[pair.end - 2] in ".!?…"


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
    """Lines `name: words` or `[name] words` made into turns of that name, and lines after dashes
    into quotations, where a text has enough of them."""
    matches = [_script_line(text, turn) for turn in found]
    names = [_label(m) if m else "" for m in matches]
    total = sum(map(bool, names))
    alternate = any(a and b and a != b for a, b in pairwise(names))
    is_script = total >= 2 and (total > len(set(names) - {""}) or alternate)
    dashes = sum(bool(_DASH.match(text, turn.start, turn.end)) for turn in found) > 1
    for turn, match, name in zip(found, matches, names, strict=True):
        dash = _DASH.match(text, turn.start, turn.end) if dashes and not turn.quotes else None
        if match and is_script:
            words = Quotation(match.end(), turn.end, SCRIPT)
            yield Turn(turn.start, turn.end, turn.paragraph, (words,), name)
        elif dash:
            tag = _DASH_TAG.search(text, dash.end(), turn.end)
            words = Quotation(turn.start, tag.start() if tag else turn.end, dash.group()[0])
            yield Turn(turn.start, turn.end, turn.paragraph, (words,))
        else:
            yield turn


def _label(match: re.Match[str]) -> str:
    return (match["name"] or match["label"] or "").strip()


def _script_line(text: str, turn: Turn) -> re.Match[str] | None:
    match = _SCRIPT_LINE.match(text, turn.start, turn.end)
    if match is None or len(_label(match).split()) > 3:
        return None
    # `여우가 말했어요: “…”` is a tag, not a name.
    quoted = any(q.start == match.end() for q in turn.quotes)
    return None if quoted and _TAG_LIKE.search(_label(match)) else match
