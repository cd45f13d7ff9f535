"""A picture on which detectors disagree, with the boxes of each in its own colour."""

from __future__ import annotations

import io
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from pyojeong.face.comparison.compared import Compared
from pyojeong.face.types import Image
from pyojeong.media.fonts import drawable, font

COLOURS = ("#2F80ED", "#F2994A", "#27AE60", "#EB3B8C", "#9B51E0", "#00B8C4", "#C9A400", "#6B7280")
"""One per detector, in their order; used again from the start where there are more."""

WIDTH, HEIGHT = 480, 400
"""Most of the picture, px: sheets show it at half the size, sharp on dense screens too."""

LEGEND = 34
_AROUND = 0.6
"""Shown around the boxes, in units of the largest one's side."""

_LINE, _INSIDE, _QUALITY, _LARGEST_ZOOM = 3, 0.05, 80, 4.0


def drawing(image: Image, compared: Compared, names: Sequence[str]) -> tuple[bytes, int]:
    """JPEG of the part of the picture around all boxes, with a legend below, and its height in
    px. Boxes of one face lie within each other, so that none hides another."""
    boxes = np.concatenate([look.faces.boxes for look in compared.looks])
    x0, y0, x1, y1 = _around(boxes, image.shape)
    ratio = min(WIDTH / (x1 - x0), HEIGHT / (y1 - y0), _LARGEST_ZOOM)
    size = max(1, round((x1 - x0) * ratio)), max(1, round((y1 - y0) * ratio))
    way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    part = cv2.resize(np.ascontiguousarray(image[y0:y1, x0:x1]), size, interpolation=way)
    sheet = Pillow.new("RGB", (WIDTH, max(size[1], 60) + LEGEND), "white")
    left = (WIDTH - size[0]) // 2
    sheet.paste(Pillow.fromarray(part), (left, 0))
    pen = ImageDraw.Draw(sheet)
    for number, look in enumerate(compared.looks):
        placed = (look.faces.boxes - [x0, y0, x0, y0]) * ratio + [left, 0, left, 0]
        _draw(pen, placed, number)
    _legend(pen, sheet.height - LEGEND, compared, names)
    stream = io.BytesIO()
    sheet.save(stream, "JPEG", quality=_QUALITY, subsampling=0)
    return stream.getvalue(), sheet.height


def _draw(pen: ImageDraw.ImageDraw, boxes: NDArray[np.float64], number: int) -> None:
    """Each detector's boxes a little smaller than those of the one before, so that equal boxes
    show side by side."""
    for x0, y0, x1, y1 in boxes.tolist():
        inside = number * min(_LINE, _INSIDE * (x1 - x0), _INSIDE * (y1 - y0))
        if min(x1 - x0, y1 - y0) - 2 * inside >= 2:
            place = (x0 + inside, y0 + inside, x1 - inside, y1 - inside)
            pen.rectangle(place, outline=_colour(number), width=_LINE)


def _legend(pen: ImageDraw.ImageDraw, top: int, compared: Compared, names: Sequence[str]) -> None:
    step = WIDTH / len(names)
    for number, (name, look) in enumerate(zip(names, compared.looks, strict=True)):
        x = round(number * step) + 6
        pen.rectangle((x, top + 10, x + 14, top + 24), _colour(number))
        count = "-" if look.error is not None else str(len(look.faces))
        text = f"{count} {drawable(name)}"
        pen.text((x + 20, top + 17), _fitted(text, step - 28), "#1D2733", font(16), anchor="lm")


def _fitted(text: str, width: float) -> str:
    while len(text) > 1 and font(16).getlength(text) > width:
        text = text[:-1]
    return text


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _around(boxes: NDArray[np.float32], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The part of the picture shown, xyxy, px: at least 1 px, never beyond the picture."""
    height, width = shape[:2]
    reach = _AROUND * float((boxes[:, 2:] - boxes[:, :2]).max())
    low = np.floor(np.maximum(boxes[:, :2].min(0) - reach, 0)).astype(int)
    high = np.ceil(np.minimum(boxes[:, 2:].max(0) + reach, [width, height])).astype(int)
    high = np.maximum(high, low + 1)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
