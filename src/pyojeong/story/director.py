"""Text → storyboard: sentences, who says them, how each feels and how strongly, and pauses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import replace
from typing import Literal

from pyojeong.emotion import Emotion, EmotionScores
from pyojeong.errors import BadInput
from pyojeong.story.storyboard import NARRATOR, Line, Span, Storyboard, check_length, speakable
from pyojeong.text.language import detect_language
from pyojeong.text.normalize import normalize
from pyojeong.text.reader import ReadSentence, TextReader
from pyojeong.text.sentences import Sentence
from pyojeong.text.speakers import attribute

PAUSE_S = 0.5
PARAGRAPH_PAUSE_S = 0.9
UNSURE = 0.30
"""Below this probability the best of seven guesses is hardly better than chance: show it faintly."""


def direct(text: str, reader: TextReader, lang: Literal["ko", "en"] | None = None) -> Storyboard:
    """Storyboard of a story in Korean or English.

    lang: language to speak every sentence in; None decides for each sentence.
    Raises BadInput for text with nothing to say in it or longer than the settings allow.
    """
    read = reader.read(text)
    check_length(len(read))
    said = _Quotations(text)
    main = lang or _language(text, "ko")
    lines = tuple(
        said.given_to(
            item.sentence, _line(item, following, lang or _language(item.sentence.text, main))
        )
        for item, following in zip(read, [*read[1:], None], strict=True)
    )
    lines = tuple(line for line in lines if speakable([line]))
    if not lines:
        raise BadInput(
            "The text has no sentence that can be spoken (it needs letters or digits).",
            "읽을 수 있는 문장이 없습니다(글자나 숫자가 필요합니다).",
        )
    return Storyboard(lines)


def _line(item: ReadSentence, following: ReadSentence | None, lang: Literal["ko", "en"]) -> Line:
    new_paragraph = (
        following is not None and following.sentence.paragraph != item.sentence.paragraph
    )
    return Line(
        text=" ".join(item.sentence.text.split()),
        lang=lang,
        emotion=item.scores.emotion,
        intensity=intensity_of(item.scores),
        confidence=item.scores.confidence,
        scores=item.scores.as_dict(),
        pause_s=PARAGRAPH_PAUSE_S if new_paragraph else PAUSE_S,
    )


class _Quotations:
    """The quotations of a text, handed out to its sentences."""

    def __init__(self, text: str) -> None:
        self.text = normalize(text)
        self.spans = attribute(text).spans

    def given_to(self, sentence: Sentence, line: Line) -> Line:
        """The line with what is quoted in it, and the speaker of its main part."""
        first = bisect_right(self.spans, sentence.start, key=lambda s: s.end)
        last = bisect_left(self.spans, sentence.end, key=lambda s: s.start)
        spans = tuple(
            Span(
                self._place(sentence.start, max(span.start, sentence.start)),
                self._place(sentence.start, min(span.end, sentence.end)),
                span.speaker,
            )
            for span in self.spans[first:last]
        )
        return replace(line, spans=spans, speaker=_main_speaker(line.text, spans))

    def _place(self, start: int, position: int) -> int:
        """Where a position of the text lies in a sentence whose white space is collapsed."""
        before = self.text[start:position]
        words = " ".join(before.split())
        return len(words) + (bool(words) and before[-1].isspace())


def _main_speaker(text: str, spans: tuple[Span, ...]) -> str:
    """Who says more than half of the letters; else the narrator."""
    if spans and text[: spans[0].start].rstrip(" :：") == spans[0].speaker:
        text = " " * spans[0].start + text[spans[0].start :]
    letters = Counter[str]()
    for span in spans:
        letters[span.speaker] += sum(map(str.isalnum, text[span.start : span.end]))
    name, most = letters.most_common(1)[0] if letters else (NARRATOR, 0)
    return name if 2 * most > sum(map(str.isalnum, text)) else NARRATOR


def intensity_of(scores: EmotionScores) -> float:
    """How strongly to show what was read, in [0, 1]: surer readings show more clearly."""
    if scores.emotion is Emotion.NEUTRAL:
        return 1.0
    if scores.confidence < UNSURE:
        return 0.5
    return 0.8 + 0.2 * scores.confidence


def _language(text: str, fallback: Literal["ko", "en"]) -> Literal["ko", "en"]:
    guess = detect_language(text)
    return guess if guess in ("ko", "en") else fallback
