"""Pieces of the page: two languages side by side, colours, bars, heat maps, faces."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.face.palette import COLOURS, UNSURE
from pyojeong.film.analysis import Person
from pyojeong.film.types import FilmReading
from pyojeong.text.label_map import class_names, emotion_named

_SPARE = ("#8c6d31", "#17768a", "#c2570c", "#6b7a12", "#7a4a9c")
_GREY = "#{:02x}{:02x}{:02x}".format(*UNSURE)


def both(en: str, ko: str) -> str:
    """A text in both languages, of which the page shows one. Raw text, escaped here."""
    return f'<span class="en">{escape(en)}</span><span class="ko">{escape(ko)}</span>'


class Palette:
    """A colour and a name in both languages for every emotion of a reading."""

    def __init__(self, emotions: Sequence[str]) -> None:
        self.emotions = tuple(emotions)
        self._korean = class_names(emotions, "ko")
        self.colours = []
        for number, name in enumerate(emotions):
            emotion = emotion_named(name)
            known = None if emotion is None else COLOURS[emotion]
            spare = _SPARE[number % len(_SPARE)]
            self.colours.append(spare if known is None else "#{:02x}{:02x}{:02x}".format(*known))

    def name(self, k: int) -> str:
        return both(self.emotions[k], self._korean[k])

    def plain(self, k: int) -> str:
        """Both names, for where no markup can stand."""
        en, ko = self.emotions[k], self._korean[k]
        return escape(en if en == ko else f"{en} / {ko}")

    def keys(self) -> str:
        """The legend; its entries pick emotions out."""
        named = [(f"e{k}", self.name(k)) for k in range(len(self.colours))]
        parts = [
            f'<button type="button" aria-pressed="false" data-kind="{kind}"><i class="{kind}"></i>'
            f"{name}</button>"
            for kind, name in [*named, ("e-1", both("not clear", "불확실"))]
        ]
        return f'<div class="keys">{"".join(parts)}</div>'

    def style(self) -> str:
        """The colours as classes e0, e1 ..., and e-1 for what is not clear."""
        kinds = [*enumerate(self.colours), (-1, _GREY)]
        return "".join(f".e{k}{{--c:{colour};background-color:{colour}}}" for k, colour in kinds)

    def chip(self, k: int) -> str:
        """A small square in the emotion's colour, with its name."""
        return f'<i class="chip e{k}" title="{self.plain(k)}"></i>'

    def tag(self, k: int, more: str = "") -> str:
        """Square and name, such as in a table's cell; "–" for -1."""
        return f'<span class="tag">{self.chip(k)}{self.name(k)}{more}</span>' if k >= 0 else "–"


def clock(seconds: float) -> str:
    """0:07, 1:02:03."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def shares(person: Person, palette: Palette) -> str:
    """A bar per emotion with its interval."""
    if not person.known:
        return f'<p class="soft">{both("No emotion is clear.", "뚜렷한 감정이 없습니다.")}</p>'
    rows = []
    for k, colour in enumerate(palette.colours):
        value = float(person.shares[k])
        low, high = (float(v) for v in person.intervals[k])
        sure = math.isfinite(low)
        line = (
            f'<u style="left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"></u>' if sure else ""
        )
        span = f" ({low:.0%}–{high:.0%})" if sure else ""
        rows.append(
            f'<div class="bar"><em>{palette.name(k)}</em><div>'
            f'<b style="width:{100 * value:.1f}%;background:{colour}"></b>{line}</div>'
            f"<span>{value:.0%}{span}</span></div>"
        )
    return "".join(rows)


def heat(table: NDArray[Any], palette: Palette, form: str = "d") -> str:
    """A k × k table in shades: rows are the first's emotions, columns the second's. form: of the
    numbers; zeros stay empty. Emotions that are nowhere are left out."""
    there = [k for k in range(len(table)) if table[k].any() or table[:, k].any()]
    most = max(float(table.max(initial=0)), 1e-9)
    heads = "".join(f"<th>{palette.chip(k)}</th>" for k in there)
    rows = []
    for a in there:
        cells = "".join(
            f'<td style="--h:{float(table[a, b]) / most:.2f}">{format(table[a, b], form)}</td>'
            if table[a, b]
            else "<td></td>"
            for b in there
        )
        rows.append(f"<tr><th>{palette.chip(a)}</th>{cells}</tr>")
    return f'<table class="heat"><tr><th></th>{heads}</tr>{"".join(rows)}</table>'


def image(jpeg: bytes) -> str:
    """A JPEG as an address that holds it."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def thumbnail(reading: FilmReading, row: int, clear: NDArray[np.int64]) -> str:
    """The kept face of the same character and emotion that is nearest in time, as an image; ""
    without one."""
    seen = reading.sightings
    own = [
        r
        for r in reading.thumbs
        if seen.character[r] == seen.character[row] and clear[r] == clear[row]
    ]
    if not own:
        return ""
    near = min(own, key=lambda r: abs(float(seen.time[r] - seen.time[row])))
    return f'<img alt="" src="{image(reading.thumbs[near])}">'
