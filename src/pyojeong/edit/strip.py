"""All emotions at several intensities, of one face, on one sheet."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from pyojeong.edit.express import Sitting
from pyojeong.edit.wish import Wish
from pyojeong.emotion import EMOTIONS, KOREAN_NAMES, Emotion
from pyojeong.face.types import Image
from pyojeong.media.fonts import font

INTENSITIES = (0.4, 0.7, 1.0)
SIDE = 300
"""Side of a tile, px."""
_TOP, _LEFT, _GAP = 44, 92, 6
_INK, _PAPER = (40, 40, 46), (255, 255, 255)


def draw_strip(sitting: Sitting, lang: Literal["ko", "en"] = "en") -> Image:
    """One column per house emotion, one row per intensity of `INTENSITIES`; RGB uint8.

    A column keeps the look that is read best at full intensity, so that it grows down the sheet.
    """
    columns = [_column(sitting, emotion) for emotion in EMOTIONS]
    rows = len(INTENSITIES)
    width = _LEFT + len(columns) * (SIDE + _GAP)
    sheet = Pillow.new("RGB", (width, _TOP + rows * (SIDE + _GAP)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for k, (emotion, tiles) in enumerate(zip(EMOTIONS, columns, strict=True)):
        x = _LEFT + k * (SIDE + _GAP)
        name = KOREAN_NAMES[emotion] if lang == "ko" else emotion.value
        pen.text((x + SIDE // 2, _TOP // 2), name, _INK, font(20, bold=True), anchor="mm")
        for row, tile in enumerate(tiles):
            sheet.paste(Pillow.fromarray(tile), (x, _TOP + row * (SIDE + _GAP)))
    for row, intensity in enumerate(INTENSITIES):
        y = _TOP + row * (SIDE + _GAP) + SIDE // 2
        pen.text((_LEFT // 2, y), f"{intensity:.0%}", _INK, font(20, bold=True), anchor="mm")
    return np.asarray(sheet).copy()


def _column(sitting: Sitting, emotion: Emotion) -> list[Image]:
    full = Wish({emotion: 1.0})
    best = sitting.looks(full)[0]
    tiles = []
    for intensity in INTENSITIES:
        picture = sitting.draw(best.scaled(intensity), full.scaled(intensity))
        tiles.append(_tile(picture, sitting.frame))
    return tiles


def _tile(picture: Image, frame: tuple[float, float, float]) -> Image:
    """The square around the face. frame: centre x, y and half the side, px."""
    x, y, half = frame
    zoom = SIDE / (2 * half)
    shrink = min(1.0, 2 * zoom)
    if shrink < 1:
        size = [max(1, round(n * shrink)) for n in picture.shape[1::-1]]
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        x, y, zoom = x * shrink, y * shrink, zoom / shrink
    place = np.array([[zoom, 0, SIDE / 2 - x * zoom], [0, zoom, SIDE / 2 - y * zoom]], np.float32)
    made = cv2.warpAffine(picture, place, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)
