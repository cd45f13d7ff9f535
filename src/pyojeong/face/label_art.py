"""How labels look: a pill in the emotion's colour, a second line for doubts, a small chart.

Everything is drawn into small RGB + alpha patches, edges smoothed, sizes in px derived from one
font size, so that a label looks the same on a thumbnail and on a poster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pil
from PIL import ImageDraw

from pyojeong.emotion import EMOTIONS, KOREAN_NAMES, UNSURE_WORDS, Emotion, EmotionScores
from pyojeong.face.palette import COLOURS, PANEL, UNSURE, WHITE, Colour, ink_on
from pyojeong.face.types import Image
from pyojeong.media.fonts import drawable, font

Lang = Literal["ko", "en"]

_SMOOTH = 4
"""Edges are drawn at four times the size and averaged."""

_CHART_ROWS = 4
_DIM: Colour = (196, 201, 208)


@dataclass(frozen=True, slots=True)
class Text:
    """What a label says. main: name and per cent, brief: the name alone, doubt: why the reading
    should not be relied on ("" where it can). bars: emotions with probabilities, the best first.
    """

    colour: Colour
    main: str
    brief: str
    doubt: str
    bars: tuple[tuple[Emotion, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A piece of drawing. rgb: (h, w, 3) uint8. alpha: (h, w, 1) float32 in [0, 1]."""

    rgb: Image
    alpha: NDArray[np.float32]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self.rgb.shape[1], self.rgb.shape[0]

    def draw_on(self, canvas: Image, x: int, y: int) -> None:
        """Blend it into the picture with its left upper corner there, cut at the edges."""
        height, width = canvas.shape[:2]
        w, h = self.size
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
        if x0 >= x1 or y0 >= y1:
            return
        part = np.s_[y0 - y : y1 - y, x0 - x : x1 - x]
        under = canvas[y0:y1, x0:x1].astype(np.float32)
        mixed = under + (self.rgb[part] - under) * self.alpha[part]
        canvas[y0:y1, x0:x1] = np.rint(mixed).astype(np.uint8)


def name_of(emotion: Emotion, lang: Lang) -> str:
    return KOREAN_NAMES[emotion] if lang == "ko" else emotion.value


def colour_of(scores: EmotionScores | None) -> Colour:
    """Colour of a face's box and label: the emotion's, grey where it cannot be relied on."""
    if scores is None or scores.unsure is not None:
        return UNSURE
    return COLOURS[scores.emotion]


def text_of(scores: EmotionScores | None, lang: Lang) -> Text:
    """What is said about a face."""
    if scores is None:
        unread = "읽지 못함" if lang == "ko" else "not read"
        return Text(UNSURE, unread, "?", "", ())
    name = name_of(scores.emotion, lang)
    percent = f"{scores.confidence:.0%}"
    ranked = sorted(zip(EMOTIONS, scores.values, strict=True), key=lambda pair: -pair[1])
    bars = tuple(pair for pair in ranked[:_CHART_ROWS] if pair[1] >= 0.02)
    if scores.unsure is None:
        return Text(COLOURS[scores.emotion], f"{name} {percent}", name, "", bars)
    why = UNSURE_WORDS[scores.unsure][lang == "ko"]
    doubt = f"불확실: {why}" if lang == "ko" else f"unsure: {why}"
    return Text(UNSURE, f"{name}? {percent}", f"{name}?", drawable(doubt), bars)


# --- patches -----------------------------------------------------------------------------------


def pill(text: str, size: int, ground: Colour, second: str = "") -> Patch:
    """One or two lines on a rounded ground. size: of the font, px."""
    small = max(8, round(0.78 * size))
    lines = [(text, size, True)] + ([(second, small, False)] if second else [])
    pad_x, pad_y = round(0.42 * size), round(0.2 * size)
    width = max(_width(*line) for line in lines) + 2 * pad_x
    height = sum(_line_height(line[1]) for line in lines) + 2 * pad_y
    image, alpha = _ground(width, height, 0.36 * size, ground)
    pen = ImageDraw.Draw(image)
    y = pad_y
    for words, px, bold in lines:
        pen.text((pad_x, y + _line_height(px) / 2), words, ink_on(ground), font(px, bold), "lm")
        y += _line_height(px)
    return Patch(np.asarray(image), alpha)


def card(text: Text, size: int, lang: Lang) -> Patch:
    """A pill with the chart of the best emotions under it."""
    head = pill(text.main, size, text.colour, text.doubt)
    px = max(8, round(0.78 * size))
    pad = round(0.42 * size)
    names = [name_of(emotion, lang) for emotion, _ in text.bars]
    label = max(_width(name, px, False) for name in names)
    bar = max(round(2.6 * size), head.size[0] - label - 3 * pad)
    row = _line_height(px)
    width, height = label + bar + 3 * pad, head.size[1] + row * len(names) + pad
    image, alpha = _ground(width, height, 0.36 * size, PANEL, 0.86)
    pen = ImageDraw.Draw(image)
    for at, (emotion, share) in enumerate(text.bars):
        y = head.size[1] + pad // 2 + row * at
        pen.text((pad, y + row / 2), names[at], WHITE, font(px), "lm")
        left, thick = label + 2 * pad, max(2, round(0.5 * px))
        top = y + (row - thick) // 2
        pen.rectangle((left, top, left + bar - 1, top + thick - 1), (58, 63, 72))
        filled = max(1, round(share * bar))
        pen.rectangle((left, top, left + filled - 1, top + thick - 1), COLOURS[emotion])
    rgb = np.asarray(image).copy()
    wide = pill_ground(width, head.size[1], 0.36 * size, text.colour)
    wide.draw_on(rgb, 0, 0)
    head.draw_on(rgb, 0, 0)
    alpha[: head.size[1]] = np.maximum(alpha[: head.size[1]], wide.alpha)
    return Patch(rgb, alpha)


def pill_ground(width: int, height: int, radius: float, colour: Colour) -> Patch:
    image, alpha = _ground(width, height, radius, colour)
    return Patch(np.asarray(image), alpha)


def badge(number: int, size: int, ground: Colour) -> Patch:
    """A number in a circle that widens for long numbers."""
    words = str(number)
    height = _line_height(size) + 2 * round(0.08 * size)
    width = max(height, _width(words, size, True) + round(0.6 * size))
    image, alpha = _ground(width, height, height / 2, ground)
    ImageDraw.Draw(image).text(
        (width / 2, height / 2), words, ink_on(ground), font(size, True), "mm"
    )
    return Patch(np.asarray(image), alpha)


def legend(
    entries: Sequence[tuple[int, Text]], size: int, width: int, alpha: float = 0.88
) -> Patch:
    """What numbers stand for, in as many columns as fit into the width, px."""
    pad = round(0.5 * size)
    badges = [badge(number, size, text.colour) for number, text in entries]
    first = max(b.size[0] for b in badges)
    cell = first + pad + max(_width(text.main, size, False) for _, text in entries) + pad
    columns = max(1, min((width - pad) // cell, (len(entries) + 3) // 4))
    rows = -(-len(entries) // columns)
    row = round(1.5 * size)
    full = min(width, columns * cell + pad)
    image, shape = _ground(full, rows * row + 2 * pad, 0.36 * size, PANEL, alpha)
    pen = ImageDraw.Draw(image)
    for at, (_, text) in enumerate(entries):
        x, y = pad + at // rows * cell, pad + at % rows * row
        pen.text((x + first + pad, y + row / 2), text.main, WHITE, font(size), "lm")
    rgb = np.asarray(image).copy()
    for at, drawn in enumerate(badges):
        x, y = pad + at // rows * cell, pad + at % rows * row
        drawn.draw_on(rgb, x + (first - drawn.size[0]) // 2, y + (row - drawn.size[1]) // 2)
    return Patch(rgb, shape)


def _ground(
    width: int, height: int, radius: float, colour: Colour, opacity: float = 1.0
) -> tuple[Pil.Image, NDArray[np.float32]]:
    """A plain ground, and the smooth shape of its rounded corners."""
    big = Pil.new("L", (width * _SMOOTH, height * _SMOOTH), 0)
    ImageDraw.Draw(big).rounded_rectangle(
        (0, 0, width * _SMOOTH - 1, height * _SMOOTH - 1), radius * _SMOOTH, 255
    )
    shape = np.asarray(big.resize((width, height), Pil.Resampling.BOX), np.float32)
    return Pil.new("RGB", (width, height), colour), shape[:, :, None] * (opacity / 255)


def _width(text: str, size: int, bold: bool) -> int:
    return int(np.ceil(font(size, bold).getlength(text)))


def _line_height(size: int) -> int:
    return round(1.2 * size)
