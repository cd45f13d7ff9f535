"""The parts of a drawn figure: axes with titles and ticks, lines, points, texts. SVG as text.

Colours come from the page's style sheet where they can, so that a figure is right on a dark page
and on paper. Every text is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

Form = Callable[[float], str]
PALETTE = (
    "#2f6fdb", "#d9542b", "#2a9d6f", "#a047c2", "#c69214", "#1aa3b8",
    "#d63f83", "#6b7f2a", "#7a5a3c", "#5b6472", "#e07b39", "#3f51b5",
)  # fmt: skip
"""Told apart on white and on dark, in this order."""


def colour(number: int) -> str:
    return PALETTE[number % len(PALETTE)]


def percent(value: float) -> str:
    return f"{100 * value:.0f}"


def signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"


def short(value: float) -> str:
    """A number in as few signs as tell it: 1,500 and 0.02."""
    if value and abs(value) < 0.01:
        return f"{value:.0e}".replace("e-0", "e-")
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class Axis:
    """title: with its unit. low, high: what the ends stand for. log: powers of ten. whole: ticks
    at whole numbers alone."""

    title: str
    low: float
    high: float
    form: Form = short
    log: bool = False
    whole: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0 at the low end and 1 at the high one."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (math.log10(max(value, 1e-300)) - low) / (high - low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        if self.log:
            return log_ticks(self.low, self.high)
        found = ticks(self.low, self.high)
        return [v for v in found if v == round(v)] if self.whole else found


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between the ends, at most `most` steps."""
    step = 10 ** math.floor(math.log10((high - low) / most))
    for times in (1, 2, 5, 10):
        if (high - low) / (step * times) <= most:
            step *= times
            break
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 12) for n in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten; with 2 and 5 times them where there are few, or plain round numbers."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for times in ((1,), (1, 2, 5)):
        found = [m * 10.0**p for p in powers for m in times]
        inside = [v for v in found if low <= v * (1 + 1e-9) and v <= high * (1 + 1e-9)]
        if len(inside) >= 3:
            return inside
    return ticks(low, high)


def around(
    values: Iterable[float], low: float | None = None, high: float | None = None
) -> tuple[float, float]:
    """Ends of an axis that shows all values with some air; `low`, `high` where given are kept."""
    known = [v for v in values if math.isfinite(v)] or [0.0, 1.0]
    air = 0.06 * (max(known) - min(known)) or 0.1 * abs(known[0]) or 0.5
    first = min(known) - air if low is None else low
    last = max(known) + air if high is None else high
    return first, last if last > first else first + 1


@dataclass(frozen=True, slots=True)
class Frame:
    """The plane of a figure. Sizes in the units of its view box."""

    x: Axis
    y: Axis
    width: int = 380
    height: int = 280
    left: int = 58
    bottom: int = 46
    right: int = 14
    top: int = 12

    def at_x(self, value: float) -> float:
        return self.left + self.x.share(value) * (self.width - self.left - self.right)

    def at_y(self, value: float) -> float:
        return (
            self.height - self.bottom - self.y.share(value) * (self.height - self.top - self.bottom)
        )

    def draw(self, label: str, *parts: str) -> str:
        """The whole figure. label: what a screen reader says."""
        return figure(self.width, self.height, label, self._axes() + "".join(parts))

    def _axes(self) -> str:
        base, far = self.height - self.bottom, self.width - self.right
        made = []
        for value in self.x.ticks():
            at = self.at_x(value)
            made.append(line(at, self.top, at, base, "grid"))
            made.append(text(at, base + 15, self.x.form(value), "tick"))
        for value in self.y.ticks():
            at = self.at_y(value)
            made.append(line(self.left, at, far, at, "grid"))
            made.append(text(self.left - 6, at + 4, self.y.form(value), "tick end"))
        made += [
            line(self.left, base, far, base, "axis"),
            line(self.left, self.top, self.left, base, "axis"),
            text((self.left + far) / 2, self.height - 8, self.x.title, "title"),
            turned(13, (self.top + base) / 2, self.y.title),
        ]
        return "".join(made)

    def path(self, xs: Sequence[float], ys: Sequence[float], stroke: str, more: str = "") -> str:
        """A line through the points; values that are not finite break it."""
        words, pen = [], "M"
        for x, y in zip(xs, ys, strict=True):
            if not (math.isfinite(x) and math.isfinite(y)):
                pen = "M"
                continue
            words.append(f"{pen}{self.at_x(x):.1f} {self.at_y(y):.1f}")
            pen = "L"
        return f'<path class="line {more}" d="{"".join(words)}" style="stroke:{stroke}"/>'


def figure(width: float, height: float, label: str, body: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}" '
        f'style="max-width:{1.25 * width:g}px">{body}</svg>'
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str, stroke: str = "") -> str:
    style = f' style="stroke:{stroke}"' if stroke else ""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"{style}/>'


def text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def turned(x: float, y: float, words: str) -> str:
    """A text that reads upwards."""
    place = f'transform="translate({x:.1f} {y:.1f}) rotate(-90)"'
    return f'<text class="title" {place}>{escape(words)}</text>'


def dot(x: float, y: float, fill: str, about: str = "", radius: float = 4.5) -> str:
    told = f"<title>{escape(about)}</title>" if about else ""
    return (
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" style="fill:{fill}">'
        f"{told}</circle>"
    )


def box(x: float, y: float, width: float, height: float, style: str, about: str = "") -> str:
    told = f"<title>{escape(about)}</title>" if about else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'style="{style}">{told}</rect>'
    )


def width_of(words: str, size: float = 12) -> float:
    """About how wide a text is; Hangul counts double."""
    return size * sum(1.0 if ord(c) > 0x1100 else 0.56 for c in words)
