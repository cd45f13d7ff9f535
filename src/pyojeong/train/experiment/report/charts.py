"""The figures of the report, from plain numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pyojeong.train.experiment.report import svg
from pyojeong.train.experiment.report.svg import Axis, Frame

MAIN = "var(--mark)"
OTHER = "#d9542b"
_ROW = 24


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    colour: str
    kind: str = ""


def lines(label: str, x: Axis, y: Axis, series: Sequence[Series], mark: float | None = None) -> str:
    """Lines over an axis. mark: an x that an upright line shows."""
    frame = Frame(x, y)
    parts = [frame.path(s.xs, s.ys, s.colour, s.kind) for s in series]
    if mark is not None:
        at = frame.at_x(mark)
        parts.append(svg.line(at, frame.top, at, frame.height - frame.bottom, "zero"))
    few = len(series[0].xs) if series else 0
    if 0 < few <= 2:
        parts += [
            svg.dot(frame.at_x(a), frame.at_y(b), s.colour, s.name, 3)
            for s in series
            for a, b in zip(s.xs, s.ys, strict=True)
            if math.isfinite(b)
        ]
    return frame.draw(label, *parts)


def legend(series: Sequence[tuple[str, str, str]]) -> str:
    """Name, colour and kind of line ("", "thick", "dashed") of each."""
    from html import escape

    items = "".join(
        f'<li><svg viewBox="0 0 22 8" aria-hidden="true"><path class="line {kind}" d="M1 4H21" '
        f'style="stroke:{colour}"/></svg>{escape(name)}</li>'
        for name, colour, kind in series
    )
    return f'<ul class="legend">{items}</ul>'


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its interval in a row of its own. strong: in the main colour."""

    name: str
    value: float
    low: float
    high: float
    about: str = ""
    strong: bool = True


def intervals(
    label: str, x: Axis, bars: Sequence[Bar], zero: float | None = None, width: int = 1080
) -> str:
    """Points with intervals, one row each. zero: an x that all are held against."""
    left = min(300, 16 + max((svg.width_of(b.name) for b in bars), default=0))
    height = 22 + _ROW * len(bars) + 46
    frame = replace(Frame(x, Axis("", 0, 1)), width=width, height=height, left=int(left), bottom=46)
    base, far = height - frame.bottom, frame.width - frame.right
    parts = []
    for value in x.ticks():
        at = frame.at_x(value)
        parts.append(svg.line(at, frame.top, at, base, "grid"))
        parts.append(svg.text(at, base + 15, x.form(value), "tick"))
    parts.append(svg.line(left, base, far, base, "axis"))
    parts.append(svg.text((left + far) / 2, height - 8, x.title, "title"))
    if zero is not None and x.low <= zero <= x.high:
        at = frame.at_x(zero)
        parts.append(svg.line(at, frame.top, at, base, "zero"))
    for number, bar in enumerate(bars):
        parts.append(_bar(frame, bar, 24 + _ROW * number))
    return svg.figure(frame.width, height, label, "".join(parts))


def _bar(frame: Frame, bar: Bar, y: float) -> str:
    tint = MAIN if bar.strong else "var(--soft)"
    ends = [frame.at_x(min(max(v, frame.x.low), frame.x.high)) for v in (bar.low, bar.high)]
    made = svg.text(frame.left - 8, y + 4, _cut(bar.name), "name end")
    made += svg.line(ends[0], y, ends[1], y, "whisker", tint)
    for end in ends:
        made += svg.line(end, y - 4, end, y + 4, "whisker", tint)
    return made + svg.dot(frame.at_x(bar.value), y, tint, bar.about)


def _cut(name: str, most: float = 290) -> str:
    while svg.width_of(name) > most:
        name = name[:-2].rstrip("…") + "…"
    return name


def scatter(label: str, x: Axis, y: Axis, bars: Sequence[tuple[float, Bar]]) -> str:
    """Points with upright intervals at (x, value), numbered as they come."""
    frame = replace(Frame(x, y), width=300, height=270, left=50)
    parts = []
    # The best is drawn last and lies on top.
    for number, (cost, bar) in reversed(list(enumerate(bars, 1))):
        at = frame.at_x(cost)
        tint = MAIN if bar.strong else "var(--soft)"
        ends = [frame.at_y(min(max(v, y.low), y.high)) for v in (bar.low, bar.high)]
        parts.append(svg.line(at, ends[0], at, ends[1], "whisker", tint))
        parts.append(svg.dot(at, frame.at_y(bar.value), tint, f"{number} {bar.name}", 7.5))
        parts.append(svg.text(at, frame.at_y(bar.value) + 3.5, str(number), "inside"))
    return frame.draw(label, *parts)


def matrix(
    label: str, counts: NDArray[np.int64], classes: Sequence[str], true: str, read: str
) -> str:
    """Confusion: counts, below each the share of its row in %; darker is more."""
    cell = 56 if len(classes) <= 8 else 44
    names = [_cut(name, 110) for name in classes]
    wide = max((svg.width_of(name) for name in names), default=0)
    left, top = 34 + wide, 30 + (18 if wide <= cell else 0.72 * wide + 8)
    parts = [
        svg.text(left + cell * len(names) / 2, 15, read, "title"),
        svg.turned(13, top + cell * len(names) / 2, true),
    ]
    for row, name in enumerate(names):
        parts.append(svg.text(left - 7, top + cell * (row + 0.5) + 4, name, "name end"))
        parts.append(_head(left + cell * (row + 0.5), top - 7, name, wide > cell))
        total = max(1, int(counts[row].sum()))
        for column, count in enumerate(counts[row]):
            x, y = left + cell * column, top + cell * row
            parts.append(_cell(x, y, cell, int(count), count / total, row == column))
    size = (left + cell * len(names) + 30, top + cell * len(names) + 8)
    return svg.figure(*size, label, "".join(parts))


def _head(x: float, y: float, name: str, slanted: bool) -> str:
    if not slanted:
        return svg.text(x, y, name, "name")
    from html import escape

    place = f'transform="translate({x:.1f} {y:.1f}) rotate(-45)"'
    return f'<text class="name start" {place}>{escape(name)}</text>'


def _cell(x: float, y: float, side: float, count: int, share: float, right: bool) -> str:
    tint = "var(--mark)" if right else OTHER
    strength = 0.04 + 0.86 * share if count else 0.0
    style = f"fill:{tint};fill-opacity:{strength:.2f};stroke:var(--line)"
    kind = "cell bright" if strength > 0.55 else "cell"
    made = svg.box(x, y, side, side, style)
    made += svg.text(x + side / 2, y + side / 2 - 1, f"{count:,}", kind)
    if count:
        made += svg.text(x + side / 2, y + side / 2 + 14, f"{share:.0%}", f"{kind} small")
    return made


def reliability(
    label: str,
    x: Axis,
    y: Axis,
    rows: NDArray[np.int64],
    share: NDArray[np.float64],
    before: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> str:
    """Share right in each bin of confidence as bars, wider intervals where rows are few; the line
    of a perfectly sure reader; and, dashed, the same before calibration."""
    from pyojeong.data.compare.statistics import wilson

    frame = Frame(x, y)
    parts = []
    bins = len(rows)
    for number, (count, right) in enumerate(zip(rows.tolist(), share.tolist(), strict=True)):
        if not count:
            continue
        low, high = frame.at_x(number / bins), frame.at_x((number + 1) / bins)
        top, base = frame.at_y(right), frame.at_y(0)
        tint = "fill:var(--mark);fill-opacity:.35;stroke:var(--mark)"
        parts.append(svg.box(low + 1, top, high - low - 2, base - top, tint, f"n = {count}"))
        ends = [frame.at_y(v) for v in wilson(right * count, count)]
        middle = (low + high) / 2
        parts.append(svg.line(middle, ends[0], middle, ends[1], "whisker", MAIN))
    parts.append(frame.path([0, 1], [0, 1], "var(--soft)", "dashed"))
    some = np.isfinite(before[0])
    parts.append(frame.path(before[0][some].tolist(), before[1][some].tolist(), OTHER, "thin"))
    return frame.draw(label, *parts)
