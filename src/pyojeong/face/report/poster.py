"""Reports as one picture: how many faces read as what, and the clearest faces of each emotion."""

from __future__ import annotations

import heapq
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.errors import Language
from pyojeong.face.report.journal import Journal
from pyojeong.face.report.record import Record
from pyojeong.face.report.summary import Summary
from pyojeong.face.report.table import faces_of
from pyojeong.face.report.thumbnails import SIDE
from pyojeong.face.report.words import COLOURS, emotion_name, word
from pyojeong.media.fonts import drawable, font
from pyojeong.media.image import Picture, write_image

THUMBNAILS = 2000
"""The faces shown are chosen among the first so many of the report."""

COLUMNS, LINES = 10, 2
"""Faces beside each other, and lines of them per emotion."""

_EDGE, _GAP, _CAPTION = 44, 12, 40
_WIDTH = 2 * _EDGE + COLUMNS * SIDE + (COLUMNS - 1) * _GAP
_BAR, _BAR_STEP = 20, 34
_INK, _SOFT, _PAPER, _TRACK = "#1D2733", "#667384", "#FFFFFF", "#F1F3F5"

Pick = tuple[float, int, bytes, str]
"""Confidence, order in the report (negative), JPEG, file name."""


def write_poster(path: Path, journal: Journal, summary: Summary, lang: Language) -> None:
    """A PNG some 1,300 px wide. It shows at most `LINES` lines of faces per emotion, most
    confident first."""
    picks = _picks(journal)
    shown = [e for e in EMOTIONS if picks[e]]
    heights = {e: _section_height(len(picks[e])) for e in shown}
    top = _EDGE + 92 + len(EMOTIONS) * _BAR_STEP + 24
    sheet = Image.new("RGB", (_WIDTH, top + sum(heights.values()) + _EDGE), _PAPER)
    pen = ImageDraw.Draw(sheet)
    _head(pen, summary, lang)
    _chart(pen, _EDGE + 92, summary, lang)
    for emotion in shown:
        _section(sheet, pen, top, emotion, picks[emotion], lang)
        top += heights[emotion]
    write_image(path, Picture(np.asarray(sheet)))


def _picks(journal: Journal) -> dict[Emotion, list[Pick]]:
    best: dict[Emotion, list[Pick]] = {emotion: [] for emotion in EMOTIONS}
    for order, (emotion, confidence, place, record) in enumerate(_pictured(journal)):
        rest = best[emotion]
        # The earlier of equals stays: order is negated, and the heap drops its least.
        if len(rest) == COLUMNS * LINES and (confidence, -order) <= rest[0][:2]:
            continue
        data = journal.thumbnails.read(place)
        if data is None:
            continue
        push = heapq.heappush if len(rest) < COLUMNS * LINES else heapq.heapreplace
        push(rest, (confidence, -order, data, Path(record.image).stem))
    return {emotion: sorted(rest, reverse=True) for emotion, rest in best.items()}


def _pictured(journal: Journal) -> Iterator[tuple[Emotion, float, tuple[int, int], Record]]:
    """Faces that have a thumbnail and an emotion that can be relied on."""
    for record in journal:
        for _, face, place in faces_of(record):
            if place is not None and face["emotion"] is not None and not face.get("unsure"):
                yield Emotion(face["emotion"]), float(face["confidence"]), place, record


def _head(pen: ImageDraw.ImageDraw, summary: Summary, lang: Language) -> None:
    pen.text((_EDGE, _EDGE - 8), word("title", lang), _INK, font(34, bold=True))
    parts = [f"{word('pictures', lang)} {summary.pictures:,}"]
    parts.append(f"{word('faces', lang)} {summary.faces:,}")
    for key, count in (
        ("faceless", summary.faceless),
        ("failed", summary.failed),
        ("unsure_faces", summary.unsure),
    ):
        if count:
            parts.append(f"{word(key, lang)} {count:,}")
    pen.text((_EDGE, _EDGE + 40), "   ·   ".join(parts), _SOFT, font(18))


def _chart(pen: ImageDraw.ImageDraw, top: int, summary: Summary, lang: Language) -> None:
    label, end = _EDGE + 110, _WIDTH - _EDGE - 130
    largest = max(summary.share(e) for e in EMOTIONS) or 1.0
    for row, emotion in enumerate(EMOTIONS):
        y = top + row * _BAR_STEP
        middle = y + _BAR / 2
        count, share = summary.emotions[emotion].faces, summary.share(emotion)
        name = emotion_name(emotion, lang)
        pen.text((_EDGE, middle), name, _INK, font(18), anchor="lm")
        pen.rounded_rectangle((label, y, end, y + _BAR), 6, _TRACK)
        long = (end - label) * share / largest
        if long >= 1:
            pen.rounded_rectangle((label, y, label + max(long, 12), y + _BAR), 6, COLOURS[emotion])
        pen.text((end + 14, middle), f"{count:,}", _INK, font(18, bold=True), anchor="lm")
        pen.text((_WIDTH - _EDGE, middle), f"{share:.0%}", _SOFT, font(18), anchor="rm")


def _section_height(faces: int) -> int:
    lines = -(-faces // COLUMNS)
    return 46 + lines * (SIDE + _CAPTION + _GAP) + 10


def _section(
    sheet: Image.Image,
    pen: ImageDraw.ImageDraw,
    top: int,
    emotion: Emotion,
    picks: list[Pick],
    lang: Language,
) -> None:
    pen.rounded_rectangle((_EDGE, top + 6, _EDGE + 6, top + 30), 3, COLOURS[emotion])
    name = emotion_name(emotion, lang)
    pen.text((_EDGE + 16, top + 18), name, _INK, font(20, bold=True), anchor="lm")
    round_corners = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(round_corners).rounded_rectangle((0, 0, SIDE - 1, SIDE - 1), 12, 255)
    for number, (confidence, _, data, file) in enumerate(picks):
        x = _EDGE + number % COLUMNS * (SIDE + _GAP)
        y = top + 46 + number // COLUMNS * (SIDE + _CAPTION + _GAP)
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as face:
            sheet.paste(face.resize((SIDE, SIDE)), (x, y), round_corners)
        pen.text((x + 2, y + SIDE + 4), f"{confidence:.0%}", _INK, font(14, bold=True))
        pen.text((x + 2, y + SIDE + 22), _fitted(file, SIDE - 2), _SOFT, font(13))


def _fitted(name: str, width: int) -> str:
    """The name, its middle left out where it is too long."""
    name = drawable(name[:200])
    if font(13).getlength(name) <= width:
        return name
    keep = len(name)
    while keep > 2:
        keep -= 1
        short = f"{name[: (keep + 1) // 2]}…{name[len(name) - keep // 2 :]}"
        if font(13).getlength(short) <= width:
            return short
    return ""
