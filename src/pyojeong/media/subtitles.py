"""Subtitles as people read them: text cut to two lines, and drawn into the frame."""

from __future__ import annotations

import math
import re
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from pyojeong.media.cues import Cue, read_srt, read_vtt, write_srt, write_vtt
from pyojeong.media.fonts import drawable, font

__all__ = [
    "Cue",
    "Overlay",
    "SubtitlePainter",
    "read_srt",
    "read_vtt",
    "split_for_subtitles",
    "split_spans",
    "wrap",
    "write_srt",
    "write_vtt",
]

_OPENING = "([{〈《「『【“‘"
_CLOSING = ")]}〉》」』】”’.,!?…:;~%"
# What a line may be cut into when a word is too long for it: a syllable with its punctuation.
_SYLLABLES = re.compile(
    rf"[{re.escape(_OPENING)}]*[^{re.escape(_OPENING)}][{re.escape(_CLOSING)}]*|."
)


# --- lines -----------------------------------------------------------------------------------


def wrap(
    text: str, typeface: ImageFont.FreeTypeFont, max_width_px: float, max_lines: int = 2
) -> list[str] | None:
    """The text in as few lines as it needs, of lengths as equal as may be.

    Lines break at spaces, as Korean does; a word longer than a line breaks between syllables.
    Gives [] for nothing to show, None where it does not fit into `max_lines`.
    """
    units = _units(drawable(text), typeface, max_width_px)
    if not units:
        return []
    # Where each unit ends when all stand in one line.
    ends = list(accumulate(typeface.getlength(unit) for unit in units))
    # The space where a line breaks is not drawn.
    spaces = (max_lines - 1) * typeface.getlength(" ")
    fewest = math.ceil((ends[-1] - spaces) / max_width_px)
    for count in range(max(1, fewest), min(max_lines, len(units)) + 1):
        lines = _balanced(units, ends, count)
        if max(typeface.getlength(line) for line in lines) <= max_width_px:
            return lines
    return None


def _units(text: str, typeface: ImageFont.FreeTypeFont, limit: float) -> list[str]:
    """Words (after the first, with the space before them), too long ones as syllables."""
    units: list[str] = []
    for number, word in enumerate(text.split()):
        space = " " if number else ""
        parts = [word] if typeface.getlength(word) <= limit else _SYLLABLES.findall(word)
        units += [space + parts[0], *parts[1:]]
    return units


def _balanced(units: list[str], ends: list[float], count: int) -> list[str]:
    """The units in `count` lines with the longest as short as can be (dynamic programming)."""
    reach = [0.0, *ends]
    # best[j]: (width of the longest line, where each line starts) for units[:j] in n lines.
    best: list[tuple[float, tuple[int, ...]]] = [(width, (0,)) for width in reach]
    for _ in range(count - 1):
        best = [
            min(
                ((max(best[i][0], reach[j] - reach[i]), (*best[i][1], i)) for i in range(1, j)),
                default=(math.inf, ()),
            )
            for j in range(len(units) + 1)
        ]
    starts = best[-1][1]
    return [
        "".join(units[a:b]).strip() for a, b in zip(starts, (*starts[1:], len(units)), strict=True)
    ]


# --- pieces ----------------------------------------------------------------------------------

# Where a subtitle may end, best first: (text before the break, cost of breaking there).
_BREAKS = (
    (re.compile(r"[.!?…][”’\"')」』]*\s+"), 0.0),
    (re.compile(r"[,;:—~”’」』]\s+"), 0.1),
    (re.compile(r"\s+"), 0.3),
    (re.compile(r"\S"), 1.5),
)


def split_for_subtitles(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The text cut into pieces that each fit, at sentence ends, commas or spaces if it can."""
    return [text[a:b] for a, b in split_spans(text, fits)]


def split_spans(text: str, fits: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Where the pieces of `split_for_subtitles` lie in the text: (start, end) of each.

    Only white space lies between them. A single character is a piece even if it does not fit.
    """
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    if start >= end:
        return []
    if fits(text[start:end]) or end - start == 1:
        return [(start, end)]
    cut = _best_cut(text, start, end, fits)
    left = split_spans(text[start:cut], fits)
    right = split_spans(text[cut:end], fits)
    return [(start + a, start + b) for a, b in left] + [(cut + a, cut + b) for a, b in right]


def _best_cut(text: str, start: int, end: int, fits: Callable[[str], bool]) -> int:
    """The cheapest break near where equal pieces would end."""
    length = end - start
    # Halving until it fits would give up to twice the pieces needed.
    longest = bisect(range(1, length), 0, key=lambda n: not fits(text[start : start + n]))
    count = max(2, math.ceil(length / max(1, longest)))
    ideal = start + length * (count // 2) / count
    cuts: dict[int, float] = {}
    for pattern, cost in _BREAKS:
        for match in pattern.finditer(text, start, end):
            if start < match.end() < end:
                cuts.setdefault(match.end(), cost)
    return min(cuts, key=lambda cut: cuts[cut] + 2 * abs(cut - ideal) / length)


# --- drawing ---------------------------------------------------------------------------------

_WHITE, _MARKED, _DARK = (255, 255, 255), (255, 214, 74), (12, 12, 16)
_BOX_ALPHA = 120
_COMFORTABLE_EM = 22


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A drawn subtitle: what to lay over a frame, and where.

    rgb: uint8 (h, w, 3). alpha: uint8 (h, w). x, y: its upper left corner in the frame, px.
    lines: the text as it was broken.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    x: int
    y: int
    lines: tuple[str, ...]

    @property
    def box(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 in the frame, px."""
        h, w = self.alpha.shape
        return self.x, self.y, self.x + w, self.y + h

    def blend(self, frame: NDArray[np.uint8]) -> None:
        """Lay it over an RGB frame of the painter's size, in place."""
        x0, y0, x1, y1 = self.box
        zone = frame[y0:y1, x0:x1]
        alpha = self.alpha[:, :, None].astype(np.uint16)
        zone[:] = (zone * (255 - alpha) + self.rgb * alpha + 127) // 255


class SubtitlePainter:
    """Draws subtitles for frames of one size (px): white, outlined, on a soft dark box.

    The letters are 36/720 of the height (EBU-TT-D's default is a fifteenth of it per line), less
    in narrow frames but never under 20/720 or 10 px, in the lower part of the title-safe area (5 %
    from each edge, EBU R 95).
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.margin_x, self.margin_y = math.ceil(width * 0.05), math.ceil(height * 0.05)
        wanted = min(height * 36 / 720, width * 36 / 640)
        size = max(wanted, height * 20 / 720, 10)
        # Two syllables to a line at the very least, and two lines inside the margins.
        size = min(size, (width - 2 * self.margin_x) / 3.2, (height - 2 * self.margin_y) / 3.4)
        self.font_size = max(1, math.ceil(size) if size >= 10 else int(size))
        self.typeface = font(self.font_size, bold=True)
        self.outline = max(1, round(self.font_size * 0.07))
        self.padding = max(2, round(self.font_size * 0.3))
        self.line_height = math.ceil(self.font_size * 1.3)
        self.max_text_width = width - 2 * (self.margin_x + self.padding)
        self._drawn: tuple[object, Overlay | None] = (None, None)

    def fits(self, text: str) -> bool:
        """Whether the text can be shown at once, in two lines."""
        return wrap(text, self.typeface, self.max_text_width) is not None

    def split(self, text: str) -> list[str]:
        """The text in pieces that each fit, as `split_for_subtitles` cuts them."""
        return split_for_subtitles(text, self.fits)

    def paint(self, text: str, highlight: tuple[int, int] | None = None) -> Overlay | None:
        """The text drawn, or None where there is nothing to show (emoji alone, say).

        highlight: (start, end) in `text` of a word to mark, as while it is spoken. The same
        call again gives the same object. Raises ValueError for text that does not fit.
        """
        key = (text, highlight)
        if self._drawn[0] != key:
            lines = self._lines(text)
            if lines is None:
                raise ValueError("text does not fit into two lines; split it first")
            overlay = self._overlay(lines, _marked(text, highlight)) if lines else None
            self._drawn = (key, overlay)
        return self._drawn[1]

    def _lines(self, text: str) -> list[str] | None:
        # Two short lines are read at a glance, one across the whole frame is not.
        comfortable = min(self.max_text_width, _COMFORTABLE_EM * self.font_size)
        return wrap(text, self.typeface, comfortable) or wrap(
            text, self.typeface, self.max_text_width
        )

    def _overlay(self, lines: list[str], marked: range) -> Overlay:
        text_width = math.ceil(max(self.typeface.getlength(line) for line in lines))
        width = min(text_width + 2 * self.padding, self.width - 2 * self.margin_x)
        height = self.line_height * len(lines) + self.padding
        patch = Image.new("RGBA", (width, height), (*_DARK, 0))
        patch.putalpha(self._box(width, height))
        letters = Image.new("RGBA", patch.size, (*_DARK, 0))
        draw = ImageDraw.Draw(letters)
        seen = 0
        for number, line in enumerate(lines):
            x = (width - self.typeface.getlength(line)) / 2
            middle = self.padding / 2 + self.line_height * (number + 0.5)
            self._line(draw, (x, middle), line, range(marked.start - seen, marked.stop - seen))
            seen += len(line.replace(" ", ""))
        pixels = np.asarray(Image.alpha_composite(patch, letters))
        left = (self.width - width) // 2
        top = self.height - self.margin_y - height
        rgb, alpha = pixels[:, :, :3].copy(), pixels[:, :, 3].copy()
        return Overlay(rgb, alpha, left, top, tuple(lines))

    def _box(self, width: int, height: int) -> Image.Image:
        """Alpha of the soft box behind the letters; it has faded out at the patch's edge."""
        soft = self.padding / 3
        box = Image.new("L", (width, height))
        edge = math.ceil(soft)
        ImageDraw.Draw(box).rounded_rectangle(
            (edge, edge, width - 1 - edge, height - 1 - edge), self.padding, fill=_BOX_ALPHA
        )
        return box.filter(ImageFilter.GaussianBlur(soft / 2))

    def _line(
        self, draw: ImageDraw.ImageDraw, at: tuple[float, float], line: str, marked: range
    ) -> None:
        # Outline first, so that no run's outline covers its neighbour.
        draw.text(
            at, line, _DARK, self.typeface, "lm", stroke_width=self.outline, stroke_fill=_DARK
        )
        for start, end, is_marked in _runs(line, marked):
            x = at[0] + self.typeface.getlength(line[:start])
            colour = _MARKED if is_marked else _WHITE
            draw.text((x, at[1]), line[start:end], colour, self.typeface, "lm")


def _marked(text: str, highlight: tuple[int, int] | None) -> range:
    """The span as a range of the drawn text's visible characters, spaces not counted."""
    if highlight is None:
        return range(0)
    first, last = (len(drawable(text[:at]).replace(" ", "")) for at in highlight)
    return range(first, last)


def _runs(line: str, marked: range) -> list[tuple[int, int, bool]]:
    """The line as runs (start, end, whether marked); marked counts visible characters."""
    ordinals = accumulate((c != " " for c in line), initial=0)
    flags = [o in marked for o, _ in zip(ordinals, line, strict=False)]
    edges = [0, *(i for i in range(1, len(line)) if flags[i] != flags[i - 1]), len(line)]
    return [(a, b, flags[a]) for a, b in pairwise(edges)]
