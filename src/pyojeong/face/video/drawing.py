"""A film's faces drawn into a copy of it: boxes, names that hold still, a strip of the timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.errors import BadInput
from pyojeong.face.annotate import Drawing, Style, draw_boxes, draw_labels
from pyojeong.face.label_art import Lang, Patch, Text, name_of, pill
from pyojeong.face.labels import Layout
from pyojeong.face.palette import COLOURS, UNSURE
from pyojeong.face.types import Image
from pyojeong.face.video.cuts import CutFinder
from pyojeong.face.video.strip import Strip
from pyojeong.face.video.timeline import Timeline
from pyojeong.media.decode import read_frames
from pyojeong.media.rewrite import FilmCopy

LEAD = 0.06
"""How much more probable another emotion must be before its name replaces the one shown."""

_STEP = 5
"""Per cents are shown in steps of this, with slack, so that they can be read."""

_TOO_FAR = 3
"""Looks that may be missing between two samples for a box to be drawn between them."""


def write_marked(
    path: Path,
    film: Path,
    timeline: Timeline,
    lang: Lang,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """An MP4 with the faces marked, the film's sound and time stamps. Raises OutputFailed."""
    looks = _Looks(timeline)
    style = _style(timeline)
    pen = _Pen(style, lang, numbered=len(timeline.tracks) > 1)
    strip = Strip(timeline)
    cuts = CutFinder()
    last_s = timeline.read_s + timeline.step_s
    with FilmCopy(path, film) as copy:
        try:
            for number, (time_s, image) in enumerate(read_frames(film)):
                canvas = np.array(image)
                pen.draw(canvas, looks.at(number, cuts.is_cut(image)))
                strip.draw(canvas, time_s)
                copy.write_frame(canvas, time_s)
                progress(min(1.0, time_s / last_s))
        except BadInput:
            # Damage that the timeline already tells of; what could be read is kept.
            if timeline.complete:
                raise


def _style(timeline: Timeline) -> Style:
    """One size for the whole film, from its typical face."""
    step = max(1, len(timeline.rows) // 5000)
    boxes = np.asarray(timeline.rows["box"][::step], np.float64)
    return Style.of(timeline.info.width, timeline.info.height, boxes)


class _Looks:
    """The faces at every frame, between two looks by interpolation. Frames come in order."""

    def __init__(self, timeline: Timeline) -> None:
        self._groups = _by_frame(timeline.rows)
        self._before: tuple[int, dict[int, np.void]] = (-1, {})
        self._after = next(self._groups, None)
        self._every = max(1, round(timeline.step_s * (timeline.info.fps or 1)))
        self._cut_at = -1

    def at(self, frame: int, cut: bool) -> list[tuple[NDArray[np.float64], np.void]]:
        """(box, row of the timeline) of each face. cut: whether a shot starts with this frame."""
        while self._after is not None and self._after[0] <= frame:
            self._before, self._after = self._after, next(self._groups, None)
        if cut:
            self._cut_at = frame
        start, old = self._before
        end, new = self._after or (-1, {})
        if frame - start >= self._every:
            old = {}
        # Between the cut and the next look the new faces stand where they will be seen.
        if start < self._cut_at and end - self._cut_at < self._every:
            return [(row["box"].astype(np.float64), row) for row in new.values()]
        shown = []
        for track, row in old.items():
            later = new.get(track)
            box = row["box"].astype(np.float64)
            if later is not None and later["segment"] == row["segment"]:
                gap = end - start
                if gap <= _TOO_FAR * self._every:
                    box += (later["box"] - box) * ((frame - start) / gap)
            shown.append((box, row))
        return shown


def _by_frame(rows: NDArray[np.void]) -> Iterator[tuple[int, dict[int, np.void]]]:
    group: dict[int, np.void] = {}
    frame = -1
    for row in rows:
        if row["frame"] != frame:
            if group:
                yield frame, group
            group, frame = {}, int(row["frame"])
        group[int(row["track"])] = row
    if group:
        yield frame, group


class _Pen:
    """Draws faces, and remembers where each label lay and what it said."""

    def __init__(self, style: Style, lang: Lang, numbered: bool) -> None:
        self._style, self._lang, self._numbered = style, lang, numbered
        self._slots: dict[int, int] = {}
        self._said: dict[int, tuple[Emotion, int]] = {}

    def draw(self, canvas: Image, faces: list[tuple[NDArray[np.float64], np.void]]) -> None:
        if not faces:
            return
        boxes = np.stack([box for box, _ in faces])
        tracks = [int(row["track"]) for _, row in faces]
        texts = [self._text(row) for _, row in faces]
        layout = Layout(canvas.shape[1], canvas.shape[0], boxes, self._style.gap)
        drawing = Drawing(self._style)
        for at, text in enumerate(texts):
            drawing.patches[at] = _pill(text.main, self._style.font, text.colour)
        sizes = {at: patch.size for at, patch in drawing.patches.items()}
        kept = {at: self._slots[track] for at, track in enumerate(tracks) if track in self._slots}
        drawing.places = layout.place_all(sizes, kept)
        for at, place in drawing.places.items():
            self._slots[tracks[at]] = place.slot
        draw_boxes(canvas, boxes, [text.colour for text in texts], self._style.line)
        draw_labels(canvas, drawing, texts)

    def _text(self, row: np.void) -> Text:
        track = int(row["track"])
        scores = row["smooth"]
        emotion = EMOTIONS[int(scores.argmax())]
        before, percent = self._said.get(track, (emotion, -100))
        if emotion is not before and scores.max() - scores[EMOTIONS.index(before)] < LEAD:
            emotion = before
        exact = 100 * float(scores[EMOTIONS.index(emotion)])
        if emotion is not before or abs(exact - percent) > 0.8 * _STEP:
            percent = min(99, _STEP * round(exact / _STEP))
        self._said[track] = emotion, percent
        unsure = bool(row["doubt"] > 0.5)
        number = f"{track} " if self._numbered else ""
        main = f"{number}{name_of(emotion, self._lang)}{'?' if unsure else ''} {percent}%"
        return Text(UNSURE if unsure else COLOURS[emotion], main, main, "", ())


@lru_cache(maxsize=512)
def _pill(text: str, size: int, colour: tuple[int, int, int]) -> Patch:
    return pill(text, size, colour)
