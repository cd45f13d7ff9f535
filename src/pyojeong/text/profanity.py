"""Finds abuse in Korean and English text, says where, and masks it.

First the word list, which sees through disguises (`lexicon.py`); where it is silent, a model reads
Korean for abuse without swear words. Words of the user's come on top: allowed ones are never found,
denied ones always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pyojeong.errors import BadSettings
from pyojeong.media.files import read_text_file
from pyojeong.settings import settings
from pyojeong.text.language import detect_language
from pyojeong.text.lexicon import Lexicon, compile_lexicon, shipped_lexicon
from pyojeong.text.normalize import normalize
from pyojeong.text.profanity_model import ProfanityModel, load_model

Kind = Literal["word", "model"]
Slice = tuple[int, int]

_WINDOW = 600
_BLANKS = re.compile(r"\s+")
_SYLLABLES = re.compile("[가-힣ㄱ-ㅣ]")
_PARTS = 8


@dataclass(frozen=True, slots=True)
class ProfanitySpan:
    """Abuse at [start, end) of the text as given. kind: found by the word list or by the model.
    score: probability that the text is abusive because of it; 1 for words of the list.
    """

    start: int
    end: int
    text: str
    kind: Kind
    score: float


@dataclass(frozen=True, slots=True)
class Profanity:
    """What was found in one text; spans in order, none overlapping another."""

    spans: tuple[ProfanitySpan, ...] = ()

    @property
    def found(self) -> bool:
        return bool(self.spans)

    def as_reading(self) -> dict[str, Any]:
        """The JSON object (docs/json.md)."""
        keys = ("start", "end", "text", "kind", "score")
        spans = [{k: getattr(s, k) for k in keys} for s in self.spans]
        return {"found": self.found, "spans": spans}


class ProfanityGuard:
    """Finds and masks abuse; safe to share between threads.

    allow, deny: words of the user's on top of the files named in the settings `profanity_allow`
    and `profanity_deny` (one word per line, # begins a remark). model: the shipped one when None.
    Raises BadInput for a file that cannot be read.
    """

    def __init__(
        self,
        allow: Iterable[str] = (),
        deny: Iterable[str] = (),
        model: ProfanityModel | None = None,
    ) -> None:
        given = settings()
        allowed = [*_words(given.profanity_allow), *_cleaned(allow)]
        denied = [*_words(given.profanity_deny), *_cleaned(deny)]
        self._lexicon = _lexicon(tuple(allowed), tuple(denied))
        self._allowed = _any_of(allowed)
        self._model = model

    def find(self, texts: Sequence[str]) -> list[Profanity]:
        """One result per text, in order. Linear in the length. Raises MissingWeights."""
        found = [list(_listed(self._lexicon, text)) for text in texts]
        windows = [
            (place, window)
            for place, text in enumerate(texts)
            for window in _windows(text)
            if not any(_overlap(window, (s.start, s.end)) for s in found[place])
        ]
        for place, span in self._read(texts, windows):
            found[place].append(span)
        return [Profanity(tuple(sorted(f, key=lambda s: s.start))) for f in found]

    def mask(self, text: str, char: str = "*") -> str:
        """The text with every character of what was found, but for spaces, replaced by `char`.
        Raises BadSettings when that is not one character."""
        return masked(text, self.find([text])[0], char)

    def _read(
        self, texts: Sequence[str], windows: list[tuple[int, Slice]]
    ) -> Iterator[tuple[int, ProfanitySpan]]:
        """What the model finds in parts of texts: (number of the text, span)."""
        if not windows:
            return
        model = self._model or load_model()
        shown = [self._shown(texts[place][start:end]) for place, (start, end) in windows]
        scores = model.probabilities(shown)
        for (place, (start, _)), text, score in zip(windows, shown, scores, strict=True):
            if score < model.threshold or not text.strip():
                continue
            for first, last in _blamed(model, text):
                at, to = start + first, start + last
                yield (
                    place,
                    ProfanitySpan(at, to, texts[place][at:to], "model", round(float(score), 4)),
                )

    def _shown(self, text: str) -> str:
        """The text as the model sees it: words that the user allows are blank, and those that only
        look like abuse."""
        text = self._lexicon.without_innocent(text)
        if self._allowed is None:
            return text
        return self._allowed.sub(lambda word: " " * len(word.group()), text)


def masked(text: str, profanity: Profanity, char: str = "*") -> str:
    """The text with the spans masked; its length stays. Raises BadSettings."""
    if len(char) != 1:
        raise BadSettings(
            f"{char!r} is not one character to mask with.",
            f"가리는 글자는 한 글자여야 합니다: {char!r}.",
        )
    out, at = [], 0
    for span in profanity.spans:
        out.append(text[at : span.start])
        out += [c if c.isspace() else char for c in text[span.start : span.end]]
        at = span.end
    return "".join([*out, text[at:]])


def _listed(lexicon: Lexicon, text: str) -> Iterator[ProfanitySpan]:
    for start, end in lexicon.spans(text):
        yield ProfanitySpan(start, end, text[start:end], "word", 1.0)


def _windows(text: str) -> Iterator[Slice]:
    """Slices of a text for the model, cut at blanks where there are any; Korean ones only."""
    at = 0
    while at < len(text):
        end = min(at + _WINDOW, len(text))
        if end < len(text):
            blanks = [m.end() for m in _BLANKS.finditer(text, at + _WINDOW // 2, end)]
            end = blanks[-1] if blanks else end
        if _is_korean(text[at:end]):
            yield at, end
        at = end


def _is_korean(text: str) -> bool:
    plain = text if text.isascii() else normalize(text)
    return bool(_SYLLABLES.search(plain)) and detect_language(plain) == "ko"


def _blamed(model: ProfanityModel, text: str) -> list[Slice]:
    """The fewest words without which the model would not object, else all of the text."""
    parts = _cut(text)
    without = [f"{text[:start]} {text[end:]}" for start, end in parts]
    order = model.evidence(without).argsort(kind="stable")
    fewer = []
    for count in range(1, len(parts)):
        left = text
        for start, end in sorted((parts[n] for n in order[:count]), reverse=True):
            left = f"{left[:start]} {left[end:]}"
        fewer.append(left)
    fine = (model.probabilities(fewer) < model.threshold).nonzero()[0]
    count = int(fine[0]) + 1 if len(fine) else len(parts)
    return _joined(text, sorted(parts[n] for n in order[:count]))


def _cut(text: str) -> list[Slice]:
    """The words of a text; of a long one, `_PARTS` runs of words."""
    words = [m.span() for m in re.finditer(r"\S+", text)]
    size = -(-len(words) // _PARTS)
    runs = [words[n : n + size] for n in range(0, len(words), size)]
    return [(run[0][0], run[-1][1]) for run in runs]


def _joined(text: str, parts: list[Slice]) -> list[Slice]:
    """Words side by side as one slice."""
    out: list[Slice] = []
    for start, end in parts:
        if out and not text[out[-1][1] : start].strip():
            out[-1] = out[-1][0], end
        else:
            out.append((start, end))
    return out


def _overlap(one: Slice, other: Slice) -> bool:
    return one[0] < other[1] and other[0] < one[1]


# --- words of the user's -------------------------------------------------------------------------


def _words(file: Path) -> list[str]:
    if file == Path():
        return []
    return _cleaned(read_text_file(file).text.splitlines())


def _cleaned(lines: Iterable[str]) -> list[str]:
    words = (line.partition("#")[0].strip() for line in lines)
    return [word for word in words if word]


def _any_of(words: Sequence[str]) -> re.Pattern[str] | None:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.I) if words else None


@cache
def _lexicon(allow: tuple[str, ...], deny: tuple[str, ...]) -> Lexicon:
    return compile_lexicon(allow, deny) if allow or deny else shipped_lexicon()
