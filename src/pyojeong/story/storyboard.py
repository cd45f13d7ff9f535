"""The storyboard: what is said, by whom, how it feels and when. A readable JSON file.

People edit it by hand and render it again, so it is read as untrusted input: unknown keys are
ignored, wrong values are refused with the number of the sentence they stand in.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from pyojeong.emotion import EMOTIONS, Emotion, parse_emotion
from pyojeong.errors import BadInput, PyojeongError
from pyojeong.media.files import atomic_path, read_text_file
from pyojeong.settings import settings
from pyojeong.text.speakers.attribution import NARRATOR
from pyojeong.text.speakers.sentences import Said

__all__ = ["NARRATOR", "Line", "Said", "Storyboard", "check_length", "read_storyboard", "speakable"]

MAX_PAUSE_S = 30.0
LONGEST_NAME = 80
"""Longer names of speakers are cut, in characters."""


@dataclass(frozen=True, slots=True)
class Line:
    """One spoken sentence.

    speaker: who says it, or most of it. spans: the quotations in it, in order; the rest is the
    narrator's. Without spans the whole line is the speaker's. lang: "ko" or "en", the language it
    is spoken in. confidence and scores come from the text reader (probabilities). intensity in
    [0, 1]: how strongly the face shows the emotion. pause_s: silence after it, seconds. start_s
    and end_s: when it sounds, once it has been performed.
    """

    text: str
    lang: Literal["ko", "en"]
    emotion: Emotion
    intensity: float
    speaker: str = NARRATOR
    confidence: float = 1.0
    scores: Mapping[str, float] | None = None
    pause_s: float = 0.5
    start_s: float | None = None
    end_s: float | None = None
    spans: tuple[Said, ...] = ()

    def at(self, start_s: float, end_s: float) -> Line:
        """The same line, timed to the millisecond."""
        return replace(self, start_s=round(start_s, 3), end_s=round(end_s, 3))

    def as_dict(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "speaker": self.speaker,
            "spans": [span.as_dict() for span in self.spans],
            "lang": self.lang,
            "emotion": self.emotion.value,
            "intensity": round(self.intensity, 3),
            "confidence": round(self.confidence, 4),
            "scores": dict(self.scores) if self.scores is not None else None,
            "pause_s": round(self.pause_s, 3),
            "start_s": self.start_s,
            "end_s": self.end_s,
        }


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A story ready to be performed. duration_s: length of the film once it has been made."""

    lines: tuple[Line, ...]
    duration_s: float | None = None

    def cast(self) -> dict[str, tuple[int, int]]:
        """Speaker → (sentences, spans) of theirs, in the order they are first heard."""
        found: dict[str, tuple[int, int]] = {}
        for line in self.lines:
            sentences, spans = found.get(line.speaker, (0, 0))
            found[line.speaker] = sentences + 1, spans
            for span in line.spans:
                sentences, spans = found.get(span.speaker, (0, 0))
                found[span.speaker] = sentences, spans + 1
        return found

    def as_dict(self) -> dict[str, Any]:
        return {
            "version": 1,
            "duration_s": self.duration_s,
            "cast": [
                {"name": name, "sentences": sentences, "spans": spans}
                for name, (sentences, spans) in self.cast().items()
            ],
            "sentences": [line.as_dict() for line in self.lines],
        }

    def write(self, path: Path) -> None:
        """Write the JSON file. Raises OutputFailed."""
        with atomic_path(path) as temporary:
            text = json.dumps(self.as_dict(), ensure_ascii=False, indent=2)
            temporary.write_text(text + "\n", "utf-8")


def read_storyboard(path: Path) -> Storyboard:
    """Read a storyboard file. Raises BadInput that names the sentence and the key."""
    try:
        data = json.loads(read_text_file(path).text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadInput(
            f"{path.name} is not valid JSON: {error}", f"{path.name}: JSON 형식이 아닙니다: {error}"
        ) from error
    sentences = data.get("sentences") if isinstance(data, dict) else None
    if not isinstance(sentences, list) or not sentences:
        raise BadInput(
            f'{path.name} has no "sentences": a storyboard is the .json that `pyojeong story` makes.',
            f'{path.name}에 "sentences"가 없습니다. `pyojeong story`가 만든 .json 파일을 쓰세요.',
        )
    check_length(len(sentences))
    return Storyboard(tuple(_line(item, n) for n, item in enumerate(sentences, 1)))


def check_length(sentences: int) -> None:
    """Raise BadInput when a story has more sentences than the settings allow."""
    limit = settings().max_story_sentences
    if sentences > limit:
        raise BadInput(
            f"The story has {sentences} sentences; the limit is {limit} "
            "(PYOJEONG_MAX_STORY_SENTENCES).",
            f"이야기가 {sentences}문장입니다. 한도는 {limit}문장입니다"
            "(PYOJEONG_MAX_STORY_SENTENCES).",
        )


def _line(item: object, number: int) -> Line:
    if not isinstance(item, dict):
        raise _wrong(number, "sentence", item)
    text = item.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _wrong(number, "text", text)
    lang = item.get("lang", "ko")
    if lang not in ("ko", "en"):
        raise _wrong(number, "lang", lang)
    try:
        emotion = parse_emotion(str(item.get("emotion", "neutral")))
    except PyojeongError as error:
        raise BadInput(f"Sentence {number}: {error.en}", f"{number}번 문장: {error.ko}") from error
    speaker = _name(item.get("speaker", NARRATOR), number)
    text = " ".join(text.split())
    return Line(
        text=text,
        lang=cast(Literal["ko", "en"], lang),
        emotion=emotion,
        intensity=_number(item, "intensity", 1.0, 0.0, 1.0, number),
        speaker=speaker,
        confidence=_number(item, "confidence", 1.0, 0.0, 1.0, number),
        scores=_scores(item.get("scores"), number),
        pause_s=_number(item, "pause_s", 0.5, 0.0, MAX_PAUSE_S, number),
        spans=_spans(item.get("spans"), text, speaker, number),
    )


def _name(value: object, number: int) -> str:
    if not isinstance(value, str):
        raise _wrong(number, "speaker", value)
    return " ".join(value.split())[:LONGEST_NAME] or NARRATOR


def _spans(value: object, text: str, speaker: str, number: int) -> tuple[Said, ...]:
    """The spans of a sentence: inside its text, in order, apart from each other."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _wrong(number, "spans", value)
    spans: list[Said] = []
    for item in value:
        begun = spans[-1].end if spans else 0
        start, end = (
            (item.get("start"), item.get("end")) if isinstance(item, dict) else (None, None)
        )
        if type(start) is not int or type(end) is not int or not begun <= start < end <= len(text):
            raise _wrong(
                number, "spans (in order, inside the text; without them one reads all)", item
            )
        spans.append(Said(start, end, _name(item.get("speaker", speaker), number)))
    names = {span.speaker for span in spans}
    if len(names) == 1 and speaker not in (NARRATOR, *names):
        # Somebody gave the sentence another speaker by hand.
        return tuple(replace(span, speaker=speaker) for span in spans)
    return tuple(spans)


def _number(
    item: Mapping[str, object], key: str, default: float, low: float, high: float, number: int
) -> float:
    value = item.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(number, key, value)
    if not math.isfinite(value) or not low <= value <= high:
        raise _wrong(number, f"{key} ({low:g}-{high:g})", value)
    return float(value)


def _scores(value: object, number: int) -> dict[str, float] | None:
    if value is None:
        return None
    names = {e.value for e in EMOTIONS}
    if not isinstance(value, dict) or set(value) != names:
        raise _wrong(number, "scores", value)
    return {name: _number(value, name, 0.0, 0.0, 1.0, number) for name in value}


def _wrong(number: int, key: str, value: object) -> BadInput:
    shown = repr(value)[:60]
    return BadInput(
        f"Sentence {number}: {shown} is no value for {key}.",
        f"{number}번 문장: {key} 값이 잘못되었습니다: {shown}.",
    )


def speakable(lines: Sequence[Line]) -> bool:
    """Whether any line holds a letter or a digit that a voice can say."""
    return any(c.isalnum() for line in lines for c in line.text)
