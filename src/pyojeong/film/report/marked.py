"""A copy of a film with everybody boxed, named, and what they feel written above them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import Language
from pyojeong.face.annotate import Style, draw_boxes
from pyojeong.face.label_art import Patch, pill
from pyojeong.face.palette import COLOURS, UNSURE, Colour
from pyojeong.face.types import Image
from pyojeong.film.analysis import clear_emotions
from pyojeong.film.types import FilmReading
from pyojeong.media.decode import read_frames
from pyojeong.media.rewrite import FilmCopy
from pyojeong.text.label_map import class_names, emotion_named

_OTHER: Colour = (120, 140, 170)
"""Of emotions that are none of the house's."""


def write_marked(
    path: Path,
    film: Path,
    reading: FilmReading,
    lang: Language,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """An MP4 with the film's own sound and time stamps. Between two looks boxes move in a straight
    line. Raises OutputFailed, BadInput."""
    seen = reading.sightings
    pen = _Pen(reading, lang)
    step = int(np.median(np.diff(reading.frames))) if len(reading.frames) > 1 else 1
    following = _following(reading, 3 * step)
    with FilmCopy(path, film) as copy:
        for number, (time, image) in enumerate(read_frames(film)):
            canvas = np.array(image)
            low = int(np.searchsorted(seen.frame, number - step, "right"))
            high = int(np.searchsorted(seen.frame, number, "right"))
            # The last look at each track; one that was not seen again is gone after a step.
            last = {int(seen.track[row]): row for row in range(low, high)}
            for row in last.values():
                pen.draw(canvas, row, _box(reading, row, int(following[row]), number))
            copy.write_frame(canvas, time)
            progress(min(1.0, time / max(reading.duration, 1e-6)))


def _following(reading: FilmReading, far: int) -> NDArray[np.int64]:
    """(n,) the row of the same track's next look, at most `far` frames later; -1 without."""
    seen = reading.sightings
    made = np.full(len(seen), -1, np.int64)
    before: dict[int, int] = {}
    for row in range(len(seen)):
        track = int(seen.track[row])
        at = before.get(track)
        if at is not None and seen.frame[row] - seen.frame[at] <= far:
            made[at] = row
        before[track] = row
    return made


def _box(reading: FilmReading, row: int, after: int, frame: int) -> NDArray[np.float64]:
    seen = reading.sightings
    box: NDArray[np.float64] = seen.boxes[row].astype(np.float64)
    if after < 0 or seen.frame[after] <= seen.frame[row]:
        return box
    share = (frame - seen.frame[row]) / (seen.frame[after] - seen.frame[row])
    return np.asarray(box + (seen.boxes[after] - box) * min(1.0, float(share)), np.float64)


class _Pen:
    """Draws one sighting. Labels are painted once each."""

    def __init__(self, reading: FilmReading, lang: Language) -> None:
        self._reading = reading
        self._clear = clear_emotions(reading)
        self._names = class_names(reading.emotions, lang)
        self._unsure = "?"
        boxes = reading.sightings.boxes[:5000].astype(np.float64)
        self._style = Style.of(reading.width, reading.height, boxes)
        self._pill = lru_cache(maxsize=1000)(self._painted)

    def _painted(self, character: int, emotion: int) -> tuple[Patch, Colour]:
        colour = UNSURE
        felt = self._unsure
        if emotion >= 0:
            house = emotion_named(self._reading.emotions[emotion])
            colour = _OTHER if house is None else COLOURS[house]
            felt = self._names[emotion]
        name = self._reading.characters[character].name[:24]
        return pill(name, self._style.font, colour, felt), colour

    def draw(self, canvas: Image, row: int, box: NDArray[np.float64]) -> None:
        height, width = canvas.shape[:2]
        emotion = int(self._clear[row])
        patch, colour = self._pill(int(self._reading.sightings.character[row]), emotion)
        draw_boxes(canvas, box[None], [colour], self._style.line)
        w, h = patch.size
        x = int(np.clip(box[0], 0, max(0, width - w)))
        y = int(np.clip(box[1] - h - 2, 0, max(0, height - h)))
        if w <= width and h <= height:
            patch.draw_on(canvas, x, y)
