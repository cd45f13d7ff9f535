"""Text → storyboard: sentences, who says them, how each feels and how strongly, and pauses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pyojeong.emotion import Emotion, EmotionScores
from pyojeong.errors import BadInput
from pyojeong.story.storyboard import Line, Storyboard, check_length, speakable
from pyojeong.text.language import detect_language
from pyojeong.text.normalize import normalize
from pyojeong.text.reader import ReadSentence, TextReader
from pyojeong.text.speakers.attribution import attribute
from pyojeong.text.speakers.sentences import Voiced, voiced
from pyojeong.text.types import FLAT_BELOW

PAUSE_S = 0.5
PARAGRAPH_PAUSE_S = 0.9
FAINT = 0.5
"""How strongly to show a feeling that is little more than a guess."""


def direct(text: str, reader: TextReader, lang: Literal["ko", "en"] | None = None) -> Storyboard:
    """Storyboard of a story in Korean or English.

    lang: language to speak every sentence in; None decides for each sentence.
    Raises BadInput for text with nothing to say in it or longer than the settings allow.
    """
    read = reader.read(text)
    check_length(len(read))
    voices = voiced(normalize(text), attribute(text), [item.sentence for item in read])
    main = lang or _language(text, "ko")
    lines = tuple(
        _line(item, following, lang or _language(item.sentence.text, main), voice)
        for item, following, voice in zip(read, [*read[1:], None], voices, strict=True)
    )
    lines = tuple(line for line in lines if speakable([line]))
    if not lines:
        raise BadInput(
            "The text has no sentence that can be spoken (it needs letters or digits).",
            "읽을 수 있는 문장이 없습니다(글자나 숫자가 필요합니다).",
        )
    return Storyboard(lines)


def _line(
    item: ReadSentence, following: ReadSentence | None, lang: Literal["ko", "en"], voice: Voiced
) -> Line:
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
        speaker=voice.speaker,
        spans=voice.spans,
    )


def intensity_of(scores: EmotionScores) -> float:
    """How strongly to show what was read, in [0, 1].

    A face on film must be seen from afar, so even a mild feeling shows clearly; where the
    classifier does not say how strong it is, surer readings show more.
    """
    if scores.emotion is Emotion.NEUTRAL:
        return 1.0
    if scores.unsure is not None or scores.confidence < FLAT_BELOW:
        return FAINT
    felt = scores.confidence if scores.intensity is None else scores.intensity
    return 0.8 + 0.2 * felt


def _language(text: str, fallback: Literal["ko", "en"]) -> Literal["ko", "en"]:
    guess = detect_language(text)
    return guess if guess in ("ko", "en") else fallback


def felt_mix(readings: Sequence[EmotionScores]) -> dict[Emotion, float]:
    """One face for a whole text: the emotion most of it tells of with its intensity in [0, 1],
    and a second one that is nearly as likely; `{Emotion.NEUTRAL: 1.0}` where none is told of."""
    mean = {e: sum(scores[e] for scores in readings) / len(readings) for e in Emotion}
    first, second = sorted(mean, key=lambda e: -mean[e])[:2]
    if first is Emotion.NEUTRAL:
        return {Emotion.NEUTRAL: 1.0}
    telling = [scores for scores in readings if scores.emotion is first] or list(readings)
    intensity = sum(map(intensity_of, telling)) / len(telling)
    if second is Emotion.NEUTRAL or mean[second] < 0.5 * mean[first]:
        return {first: intensity}
    whole = mean[first] + mean[second]
    return {e: intensity * mean[e] / whole for e in (first, second)}
