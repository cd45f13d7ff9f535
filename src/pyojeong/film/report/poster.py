"""Pictures of a reading: what everybody shows in all, and when."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from pyojeong.errors import Language
from pyojeong.face.palette import UNSURE
from pyojeong.face.types import Image as Pixels
from pyojeong.film.analysis import Analysis, clear_emotions
from pyojeong.film.report.parts import Palette, clock
from pyojeong.film.report.timeline import stretches, ticks
from pyojeong.film.types import FilmReading
from pyojeong.media.fonts import drawable, font
from pyojeong.text.label_map import class_names

_LEFT, _WIDTH, _ROW, _TOP = 190, 1200, 46, 96
_INK, _SOFT, _PAPER, _LINE = (29, 39, 51), (102, 115, 132), (255, 255, 255), (227, 231, 236)
MOST = 40
"""Characters shown: those longest on screen."""


def draw_shares(reading: FilmReading, analysis: Analysis, lang: Language) -> Pixels:
    """RGB uint8: a bar per character, as long as their time on screen, in the colours of what they
    show while it is clear."""
    people = sorted(analysis.people, key=lambda person: -person.seconds)[:MOST]
    palette = Palette(reading.emotions)
    sheet, pen = _sheet(reading, lang, _ROW * max(1, len(people)) + 24)
    longest = max((person.seconds for person in people), default=1.0)
    for number, person in enumerate(people):
        y = _TOP + number * _ROW
        pen.text((_LEFT - 14, y + 17), drawable(person.name)[:18], _INK, font(17), anchor="rm")
        wide = (_WIDTH - _LEFT - 110) * person.seconds / max(longest, 1e-6)
        at = float(_LEFT)
        for k, colour in enumerate(palette.colours):
            share = float(person.shares[k]) if person.known else 0.0
            pen.rectangle((at, y + 4, at + wide * share, y + 30), colour)
            at += wide * share
        if not person.known:
            pen.rectangle((at, y + 4, at + wide, y + 30), (203, 208, 214))
        unit = "초" if lang == "ko" else " s"
        told = f"{person.seconds:.0f}{unit}"
        pen.text((_LEFT + wide + 10, y + 17), told, _SOFT, font(15), anchor="lm")
    return np.asarray(sheet).copy()


def draw_timeline(reading: FilmReading, analysis: Analysis, lang: Language) -> Pixels:
    """RGB uint8: a lane per character, in the colours of what they show when."""
    people = sorted(analysis.people, key=lambda person: -person.seconds)[:MOST]
    palette, clear = Palette(reading.emotions), clear_emotions(reading)
    sheet, pen = _sheet(reading, lang, _ROW * max(1, len(people)) + 44)
    wide, bottom = _WIDTH - _LEFT - 30, _TOP + _ROW * max(1, len(people))
    duration = max(reading.duration, 1e-6)
    for shot in reading.shots[1:]:
        x = _LEFT + wide * shot.start / duration
        pen.line((x, _TOP, x, bottom), _LINE)
    for number, person in enumerate(people):
        y = _TOP + number * _ROW
        pen.text((_LEFT - 14, y + 17), drawable(person.name)[:18], _INK, font(17), anchor="rm")
        for start, end, emotion, _ in stretches(reading, person.index, clear):
            x = _LEFT + wide * start / duration
            until = max(x + 1, _LEFT + wide * min(1.0, end / duration) - 1)
            pen.rectangle(
                (x, y + 4, until, y + 30), palette.colours[emotion] if emotion >= 0 else UNSURE
            )
    for tick in ticks(duration):
        x = _LEFT + wide * tick / duration
        pen.text((x, bottom + 16), clock(tick), _SOFT, font(14), anchor="mm")
    return np.asarray(sheet).copy()


def _sheet(
    reading: FilmReading, lang: Language, height: int
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """White, with the film's name and the colours of the emotions above."""
    palette, names = Palette(reading.emotions), class_names(reading.emotions, lang)
    sheet = Image.new("RGB", (_WIDTH, _TOP + height), _PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((24, 18), drawable(reading.title)[:70], _INK, font(24, bold=True))
    x = 24
    for colour, name in zip(palette.colours, names, strict=True):
        pen.rounded_rectangle((x, 62, x + 14, 76), 3, colour)
        pen.text((x + 20, 69), drawable(name), _SOFT, font(15), anchor="lm")
        x += 44 + round(font(15).getlength(drawable(name)))
    return sheet, pen
