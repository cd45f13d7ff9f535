"""Pictures with their figures painted over, to look at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pyojeong.face.palette import ink_on
from pyojeong.media.fonts import drawable, font
from pyojeong.media.image import Rgb
from pyojeong.train.characters.augment import Batch
from pyojeong.train.characters.charts import colour_of

_COVER = 0.36
_MOST, _COLUMNS, _GAP = 16, 4, 8
_LETTERS, _PILL = 16, 20


def paint(
    image: Rgb,
    masks: NDArray[np.bool_],
    classes: NDArray[np.int64],
    labels: Sequence[str],
    scores: NDArray[np.float32] | None = None,
    side: int = 520,
) -> Rgb:
    """The picture, `side` px long, with each figure in the colour of its class, outlined and named."""
    image, masks = _sized(image, masks, side)
    made = image.copy()
    for mask, one in zip(masks, classes, strict=True):
        colour = np.array(colour_of(int(one)))
        made[mask] = (made[mask] * (1 - _COVER) + colour * _COVER).astype(np.uint8)
    for mask, one in zip(masks, classes, strict=True):
        edges, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(made, edges, -1, colour_of(int(one)), 2, cv2.LINE_AA)
    sheet = Image.fromarray(made)
    pen = ImageDraw.Draw(sheet)
    for number, (mask, one) in enumerate(zip(masks, classes, strict=True)):
        sure = "" if scores is None else f" {scores[number]:.2f}"
        _name(pen, mask, drawable(labels[int(one)])[:16] + sure, colour_of(int(one)), image.shape)
    return np.asarray(sheet).copy()


def _sized(image: Rgb, masks: NDArray[np.bool_], side: int) -> tuple[Rgb, NDArray[np.bool_]]:
    ratio = side / max(image.shape[:2])
    size = max(1, round(image.shape[1] * ratio)), max(1, round(image.shape[0] * ratio))
    way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    made = np.zeros((len(masks), size[1], size[0]), np.bool_)
    for large, mask in zip(made, masks, strict=True):
        large[:] = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) > 0.5
    return np.asarray(cv2.resize(image, size, interpolation=way), np.uint8), made


def _name(
    pen: ImageDraw.ImageDraw,
    mask: NDArray[np.bool_],
    text: str,
    colour: tuple[int, int, int],
    shape: tuple[int, ...],
) -> None:
    """A name in the upper left corner of a figure's box, inside the picture."""
    letters = font(_LETTERS)
    x, y, _, _ = cv2.boundingRect(mask.astype(np.uint8))
    wide = round(letters.getlength(text)) + 8
    x, y = max(0, min(x, shape[1] - wide)), max(0, y - _PILL)
    pen.rectangle((x, y, x + wide, y + _PILL), colour)
    pen.text((x + 4, y + _PILL / 2), text, ink_on(colour), letters, anchor="lm")


def draw_batch(one: Batch, labels: Sequence[str]) -> Rgb:
    """Up to sixteen pictures of a batch as the network sees them, with their masks, which it gets at
    a quarter of the size."""
    tiles = []
    for image, masks, classes in list(zip(one.images, one.masks, one.classes, strict=True))[:_MOST]:
        there = np.flatnonzero(classes >= 0)
        tiles.append(paint(image, masks[there] > 0.5, classes[there], labels, side=400))
    height, width = tiles[0].shape[:2]
    columns = min(_COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = np.full(
        (rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, 3), 255, np.uint8
    )
    for number, tile in enumerate(tiles):
        y, x = number // columns * (height + _GAP), number % columns * (width + _GAP)
        sheet[y : y + height, x : x + width] = tile
    return sheet
