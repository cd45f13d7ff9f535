"""The strip at the bottom of a marked film: what each face shows over the whole film."""

from __future__ import annotations

import numpy as np
from PIL import Image as Pil
from PIL import ImageDraw

from pyojeong.emotion import EMOTIONS
from pyojeong.face.label_art import Patch
from pyojeong.face.palette import COLOURS, PANEL, UNSURE, WHITE
from pyojeong.face.types import Image
from pyojeong.face.video.timeline import Timeline
from pyojeong.media.fonts import font

MOST_TRACKS = 4
"""Faces seen longest that get a line each."""

_LEAST_WIDTH = 160
"""Narrower films have no strip."""


class Strip:
    """One line per track in the colours of its emotions, and a mark at the present."""

    def __init__(self, timeline: Timeline) -> None:
        info = timeline.info
        self._width, self._height = info.width, info.height
        self._end = max(timeline.read_s + timeline.step_s, 1e-6)
        longest = sorted(timeline.tracks, key=lambda track: -track.looks)[:MOST_TRACKS]
        self._numbers = sorted(track.number for track in longest)
        self._patch: Patch | None = None
        if self._numbers and self._width >= _LEAST_WIDTH:
            self._patch = self._drawn(timeline)

    def draw(self, canvas: Image, time_s: float) -> None:
        """Onto the lower edge, in place."""
        if self._patch is None:
            return
        top = canvas.shape[0] - self._patch.size[1]
        self._patch.draw_on(canvas, 0, top)
        x = self._x(min(time_s, self._end))
        wide = max(1, self._width // 640)
        canvas[max(top, 0) :, max(0, x - wide) : x + wide] = WHITE

    def _x(self, time_s: float) -> int:
        left = self._line + (self._line if len(self._numbers) > 1 else 0)
        return left + int(time_s / self._end * (self._width - left - self._line))

    @property
    def _line(self) -> int:
        """Height of a line, px."""
        return max(6, round(0.018 * min(self._width, self._height)))

    def _drawn(self, timeline: Timeline) -> Patch:
        line = self._line
        pad = max(2, line // 3)
        height = len(self._numbers) * (line + pad) + pad
        image = Pil.new("RGB", (self._width, height), PANEL)
        pen = ImageDraw.Draw(image)
        rows = timeline.rows
        for at, number in enumerate(self._numbers):
            top = pad + at * (line + pad)
            if len(self._numbers) > 1:
                place = (line, top + line / 2)
                pen.text(place, str(number), WHITE, font(max(8, line), True), "mm")
            own = rows[rows["track"] == number]
            times, shown = own["time_s"], own["smooth"].argmax(1)
            for time_s, emotion, doubt in zip(times, shown, own["doubt"], strict=True):
                colour = UNSURE if doubt > 0.5 else COLOURS[EMOTIONS[emotion]]
                x0, x1 = self._x(time_s), self._x(min(time_s + timeline.step_s, self._end))
                pen.rectangle((x0, top, max(x0, x1), top + line - 1), colour)
        return Patch(np.asarray(image), np.full((height, self._width, 1), 0.86, np.float32))
