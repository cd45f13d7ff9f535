"""Curves and tables of shares as pictures: RGB uint8, twice the size at which a page shows them."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pyojeong.media.fonts import drawable, font
from pyojeong.media.image import Rgb

Colour = tuple[int, int, int]
_COLOURS: tuple[Colour, ...] = (
    (47, 111, 219), (230, 126, 34), (39, 160, 98), (214, 51, 108), (132, 84, 214),
    (0, 163, 184), (176, 137, 0), (108, 117, 135), (150, 75, 40), (90, 140, 30),
)  # fmt: skip
INK, _SOFT, _GRID, _PAPER = (29, 39, 51), (102, 115, 132), (228, 232, 237), (255, 255, 255)
_LONGEST = 14
"""Letters of a name that are shown."""
MOST_NAMED = 10
"""Classes with a colour of their own in a chart of curves; more are thin and gray."""


def colour_of(number: int) -> Colour:
    """A colour per class, the first ten far apart."""
    if number < len(_COLOURS):
        return _COLOURS[number]
    r, g, b = colorsys.hsv_to_rgb(number * 0.618 % 1, 0.65, 0.8)
    return round(255 * r), round(255 * g), round(255 * b)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """name: in the legend, "" for none. x, y: (n,), NaN for a gap. width: px of the picture."""

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    colour: Colour
    width: int = 3


@dataclass(frozen=True, slots=True)
class Axes:
    """title, x, y: what is written. low, high: of x and y each."""

    title: str
    x: str
    y: str
    low: tuple[float, float] = (0.0, 0.0)
    high: tuple[float, float] = (1.0, 1.0)


_WIDTH, _HEIGHT = 1240, 840
_LEFT, _TOP, _RIGHT, _BOTTOM = 120, 92, 40, 110


def chart(axes: Axes, lines: Sequence[Line], mark: tuple[float, float] | None = None) -> Rgb:
    """Lines over one pair of axes with a legend beside them. mark: a point to be seen."""
    names = [line for line in lines if line.name]
    letters = font(22)
    legend = max((round(letters.getlength(drawable(n.name))) + 96 for n in names), default=0)
    right, bottom = _WIDTH - _RIGHT - legend, _HEIGHT - _BOTTOM
    sheet = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    pen = ImageDraw.Draw(sheet)
    box = (_LEFT, _TOP, right, bottom)
    _draw_axes(pen, axes, box)
    for at, line in enumerate(names[:22]):
        y = _TOP + 18 + 34 * at
        pen.rounded_rectangle((right + 34, y - 3, right + 70, y + 3), 3, line.colour)
        pen.text((right + 84, y), drawable(line.name), INK, letters, anchor="lm")
    made = np.array(sheet)
    for line in lines:
        _draw_line(made, line, axes, box)
    if mark is not None:
        x, y = _places(np.array([mark[0]]), np.array([mark[1]]), axes, box)[0]
        for radius, colour in ((11, _PAPER), (8, INK)):
            cv2.circle(made, (round(x), round(y)), radius, colour, -1, cv2.LINE_AA)
    return made


def _draw_axes(pen: ImageDraw.ImageDraw, axes: Axes, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    pen.text((left, 40), drawable(axes.title), INK, font(30, bold=True), anchor="lm")
    for share in np.linspace(0, 1, 6):
        x, y = left + share * (right - left), bottom - share * (bottom - top)
        pen.line((x, top, x, bottom), _GRID, 2)
        pen.line((left, y, right, y), _GRID, 2)
        pen.text((x, bottom + 14), _tick(axes, 0, share), _SOFT, font(21), anchor="mt")
        pen.text((left - 14, y), _tick(axes, 1, share), _SOFT, font(21), anchor="rm")
    pen.line((left, bottom, right, bottom), _SOFT, 2)
    pen.text(((left + right) / 2, bottom + 78), drawable(axes.x), INK, font(23), anchor="mm")
    pen.text((left, top - 14), drawable(axes.y), _SOFT, font(21), anchor="ls")


def _tick(axes: Axes, which: int, share: float) -> str:
    value = axes.low[which] + share * (axes.high[which] - axes.low[which])
    whole = (axes.high[which] - axes.low[which]) >= 5
    return (
        f"{value:,.0f}" if whole else f"{value:.1f}" if axes.high[which] >= 0.5 else f"{value:.2g}"
    )


def rounded_up(value: float) -> float:
    """The least 1, 2, 2.5, 3, 4 or 5 times a power of ten that is no smaller: an axis that
    ends there has round numbers at its fifths."""
    power = 10.0 ** np.floor(np.log10(max(value, 1e-9)))
    return float(
        next(f * power for f in (1, 2, 2.5, 3, 4, 5, 10) if f * power >= value * (1 - 1e-9))
    )


def _places(
    x: NDArray[np.float64], y: NDArray[np.float64], axes: Axes, box: tuple[int, int, int, int]
) -> NDArray[np.float64]:
    left, top, right, bottom = box
    shares = [
        np.clip((v - low) / max(high - low, 1e-9), 0, 1)
        for v, low, high in zip((x, y), axes.low, axes.high, strict=True)
    ]
    return np.stack(
        [left + shares[0] * (right - left), bottom - shares[1] * (bottom - top)], axis=1
    )


def _draw_line(canvas: Rgb, line: Line, axes: Axes, box: tuple[int, int, int, int]) -> None:
    known = np.isfinite(np.asarray(line.y))
    ends = np.flatnonzero(np.diff(known.astype(int))) + 1
    for piece in np.split(np.arange(len(known)), ends):
        if not len(piece) or not known[piece[0]]:
            continue
        places = np.rint(16 * _places(line.x[piece], line.y[piece], axes, box)).astype(np.int32)
        if len(piece) == 1:
            middle = (int(places[0, 0]), int(places[0, 1]))
            cv2.circle(canvas, middle, 16 * (line.width + 2), line.colour, -1, cv2.LINE_AA, 4)
        cv2.polylines(canvas, [places], False, line.colour, line.width, cv2.LINE_AA, 4)


def curve_chart(
    axes: Axes,
    x: NDArray[np.float64],
    rows: NDArray[np.float64],
    names: Sequence[str],
    all_name: str,
    mark: float | None = None,
) -> Rgb:
    """A line per class and, thick, their mean. rows: (classes, n), NaN for what is not known.
    mark: an x whose mean is marked."""
    lines = []
    known = [bool(np.isfinite(row).any()) for row in rows]
    few = sum(known) <= MOST_NAMED
    for number, row in enumerate(rows):
        if known[number]:
            name = _short(names[number]) if few else ""
            look = (colour_of(number), 3) if few else ((196, 203, 212), 2)
            lines.append(Line(name, x, row, *look))
    point = None
    if any(known):
        with np.errstate(invalid="ignore"):
            seen = np.isfinite(rows).sum(0)
            mean = np.where(seen > 0, np.nansum(rows, 0) / np.maximum(seen, 1), np.nan)
        lines.append(Line(all_name, x, mean, INK, 6))
        if mark is not None:
            point = (mark, float(mean[np.argmin(np.abs(x - mark))]))
    return chart(axes, lines, point)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def matrix_chart(
    title: str, x: str, y: str, counts: NDArray[np.int64], names: Sequence[str]
) -> Rgb:
    """Shares of each column as shades of blue, with the share (and, where it fits, the count)."""
    shares = counts / np.maximum(counts.sum(0, keepdims=True), 1)
    k = len(names)
    cell = int(np.clip(900 // k, 26, 130))
    left, top = 290, 100
    letters = font(max(13, min(22, cell // 2)))
    below = round(max(letters.getlength(drawable(_short(name))) for name in names))
    size = left + k * cell + 40, top + k * cell + below + 84
    sheet = Image.new("RGB", (max(size[0], 760), size[1]), _PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((40, 40), drawable(title), INK, font(30, bold=True), anchor="lm")
    for row in range(k):
        middle = top + (row + 0.5) * cell
        pen.text((left - 14, middle), drawable(_short(names[row])), INK, letters, anchor="rm")
        for column in range(k):
            place = left + column * cell, top + row * cell
            _draw_cell(pen, place, cell, float(shares[row, column]), int(counts[row, column]))
    _write_below(sheet, [drawable(_short(n)) for n in names], letters, left, top + k * cell, cell)
    pen.text((left + k * cell / 2, size[1] - 30), drawable(x), _SOFT, font(22), anchor="mm")
    pen.text((left - 14, top - 18), drawable(y), _SOFT, font(22), anchor="rm")
    return np.array(sheet)


def _draw_cell(
    pen: ImageDraw.ImageDraw, place: tuple[int, int], cell: int, share: float, count: int
) -> None:
    deep = share**0.7
    ground = tuple(
        round(a + deep * (b - a)) for a, b in zip((246, 248, 251), (20, 74, 168), strict=True)
    )
    x, y = place
    pen.rectangle((x + 1, y + 1, x + cell - 2, y + cell - 2), ground)
    if not count or cell < 44:
        return
    ink = _PAPER if deep > 0.5 else INK
    large = cell >= 80
    middle = (x + cell / 2, y + cell / 2 - (12 if large else 0))
    pen.text(middle, f"{share:.2f}", ink, font(min(26, cell // 3)), anchor="mm")
    if large:
        pen.text((x + cell / 2, y + cell / 2 + 18), f"{count:,}", ink, font(18), anchor="mm")


def _write_below(
    sheet: Image.Image, names: Sequence[str], letters: object, left: int, top: int, cell: int
) -> None:
    """Names turned by a quarter under the columns."""
    for column, name in enumerate(names):
        strip = Image.new("RGB", (260, cell), _PAPER)
        ImageDraw.Draw(strip).text((250, cell / 2), name, INK, letters, anchor="rm")  # type: ignore[arg-type]
        sheet.paste(strip.rotate(90, expand=True), (left + column * cell, top + 4))
