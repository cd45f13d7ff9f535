"""The shares of emotions of all characters as one picture."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from pyojeong.errors import Language
from pyojeong.face.types import Image as Pixels
from pyojeong.film.analysis import Analysis
from pyojeong.film.report.parts import Palette
from pyojeong.film.types import FilmReading
from pyojeong.media.fonts import drawable, font
from pyojeong.text.label_map import class_names

_LEFT, _WIDTH, _ROW, _TOP = 190, 1200, 46, 96
_INK, _SOFT, _PAPER = (29, 39, 51), (102, 115, 132), (255, 255, 255)
MOST = 40
"""Characters shown: those longest on screen."""


def draw_poster(reading: FilmReading, analysis: Analysis, lang: Language) -> Pixels:
    """RGB uint8: a bar per character, as long as their time on screen, in the colours of what they
    show while it is clear."""
    people = sorted(analysis.people, key=lambda person: -person.seconds)[:MOST]
    palette, names = Palette(reading.emotions), class_names(reading.emotions, lang)
    sheet = Image.new("RGB", (_WIDTH, _TOP + _ROW * max(1, len(people)) + 24), _PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((24, 18), drawable(reading.title)[:70], _INK, font(24, bold=True))
    x = 24
    for colour, name in zip(palette.colours, names, strict=True):
        pen.rounded_rectangle((x, 62, x + 14, 76), 3, colour)
        pen.text((x + 20, 69), drawable(name), _SOFT, font(15), anchor="lm")
        x += 44 + round(font(15).getlength(drawable(name)))
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
