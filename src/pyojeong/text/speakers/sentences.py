"""The speakers of a text, sentence by sentence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyojeong.text.sentences import Sentence
from pyojeong.text.speakers.attribution import NARRATOR, Dialogue


@dataclass(frozen=True, slots=True)
class Said:
    """text[start:end] of a sentence in the voice of a speaker, its marks included."""

    start: int
    end: int
    speaker: str

    def as_dict(self) -> dict[str, int | str]:
        return {"start": self.start, "end": self.end, "speaker": self.speaker}


@dataclass(frozen=True, slots=True)
class Voiced:
    """speaker: who says half of a sentence or more. spans: the quotations in it; the rest is the
    narrator's."""

    speaker: str
    spans: tuple[Said, ...]


def voiced(text: str, dialogue: Dialogue, sentences: Sequence[Sentence]) -> list[Voiced]:
    """For each sentence who says it; text: the normalized one that all positions refer to."""
    return [_voiced(text, dialogue, sentence) for sentence in sentences]


def _voiced(text: str, dialogue: Dialogue, sentence: Sentence) -> Voiced:
    first = bisect_right(dialogue.spans, sentence.start, key=lambda s: s.end)
    last = bisect_left(dialogue.spans, sentence.end, key=lambda s: s.start)
    spans = tuple(
        Said(
            _place(text, sentence.start, max(span.start, sentence.start)),
            _place(text, sentence.start, min(span.end, sentence.end)),
            span.speaker,
        )
        for span in dialogue.spans[first:last]
    )
    return Voiced(_main_speaker(sentence.text, spans), spans)


def _place(text: str, start: int, position: int) -> int:
    """Where a position of the text lies in a sentence whose white space is collapsed."""
    before = text[start:position]
    words = " ".join(before.split())
    return len(words) + (bool(words) and before[-1].isspace())


def _main_speaker(text: str, spans: tuple[Said, ...]) -> str:
    """Who says at least half of the letters (a label, `늑대:`, does not count)."""
    if spans and text[: spans[0].start].rstrip(" :：") == spans[0].speaker:
        text = " " * spans[0].start + text[spans[0].start :]
    letters = Counter[str]()
    for span in spans:
        letters[span.speaker] += _letters(text[span.start : span.end])
    name, most = letters.most_common(1)[0] if letters else (NARRATOR, 0)
    return name if most and 2 * most >= _letters(text) else NARRATOR


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))
