"""What the reader of faces says to a label: agreement raises its confidence, doubt lowers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pyojeong.data.autolabel.label import SEVERAL, Row
from pyojeong.emotion import EMOTIONS, UNSURE_WORDS, Emotion, EmotionScores
from pyojeong.errors import BadInput
from pyojeong.face.reader import ReadFace
from pyojeong.face.types import Image
from pyojeong.media.image import read_image, to_srgb

Read = Callable[[Image], list[ReadFace]]
DOUBTFUL = 0.5
"""Confidence below which a label goes to a person."""
_LEAST = 0.02
"""No reading counts as certain."""


def read_rows(
    rows: Iterable[Row], folder: Path, reads: Mapping[str, tuple[Emotion, ...]], read: Read
) -> Iterator[Row]:
    """The rows after the pictures were looked at. reads: label → emotions that agree to it."""
    for row in rows:
        try:
            faces = read(to_srgb(read_image(folder / row.path)).rgb)
        except BadInput:
            yield _for_review(row, "picture cannot be read", None)
            continue
        yield _judged(row, faces, reads)


def _judged(row: Row, faces: list[ReadFace], reads: Mapping[str, tuple[Emotion, ...]]) -> Row:
    seen = replace(row, faces=len(faces))
    if not faces:
        return _for_review(seen, "no face found", 0)
    if len(faces) > 1:
        seen = _for_review(seen, f"{SEVERAL}: {len(faces)} seen", len(faces))
    scores = faces[0].scores
    if scores is None or scores.unsure is not None:
        why = UNSURE_WORDS[scores.unsure][0] if scores and scores.unsure else "face not clear"
        return _with(seen, f"reader: {why}")
    if not row.label:
        return _proposed(seen, scores, reads)
    agreeing = [e for e in EMOTIONS if e in reads.get(row.label, ())]
    if not agreeing:
        return _with(seen, f"reader: {scores.emotion.value} {scores.confidence:.2f}")
    return _weighed(seen, scores, agreeing)


def _weighed(row: Row, scores: EmotionScores, agreeing: list[Emotion]) -> Row:
    """Odds times the label's probability over that of the likeliest other emotion."""
    own = max(sum(scores[e] for e in agreeing), _LEAST)
    other = max(_LEAST, *(scores[e] for e in EMOTIONS if e not in agreeing), 0.0)
    prior = row.confidence
    confidence = prior * own / (prior * own + (1 - prior) * other)
    agrees = own >= other
    said = f"reader: {'agrees' if agrees else f'says {scores.emotion.value},'} {own:.2f}"
    row = replace(_with(row, said), confidence=round(confidence, 3))
    return _for_review(row, "reader disagrees", row.faces) if confidence < DOUBTFUL else row


def _proposed(row: Row, scores: EmotionScores, reads: Mapping[str, tuple[Emotion, ...]]) -> Row:
    """A row without a label keeps its place in the review, with a proposal where there is one."""
    fitting = [name for name, emotions in reads.items() if scores.emotion in emotions]
    said = f"reader: proposes {fitting[0]}" if fitting else f"reader: {scores.emotion.value}"
    return _with(row, f"{said} {scores.confidence:.2f}")


def _with(row: Row, said: str) -> Row:
    return replace(row, provenance="; ".join(filter(None, (row.provenance, said))))


def _for_review(row: Row, reason: str, faces: int | None) -> Row:
    told = row.reason.split("; ") if row.reason else []
    # What was seen says more than what a word in the name hints at.
    told = [r for r in told if not (reason.startswith(SEVERAL) and r.startswith(SEVERAL))]
    return replace(row, status="review", reason="; ".join([*told, reason]), faces=faces)
