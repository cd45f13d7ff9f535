"""Batches to learn from: pictures mirrored, turned, moved, scaled, blurred and lit at random."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.instances.decoding import GRAY
from pyojeong.media.image import Rgb
from pyojeong.train.characters.cache import Cache
from pyojeong.train.characters.config import Augment
from pyojeong.train.characters.net import PROTOTYPE_STRIDE

_LEAST = 60
"""Figures that show fewer px are nobody."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """images: (b, h, w, 3) uint8. Of at most k figures each: masks (b, k, h/4, w/4) float32, the
    covered share of each cell; boxes (b, k, 4) float32 xyxy px; classes (b, k) int64, -1 where
    there is no such figure."""

    images: NDArray[np.uint8]
    masks: Floats
    boxes: Floats
    classes: NDArray[np.int64]


def batch(
    cache: Cache,
    rows: NDArray[np.int64],
    size: tuple[int, int],
    how: Augment,
    rng: np.random.Generator,
) -> Batch:
    """Rows of `cache`, each changed by chance, on gray of (width, height) `size`."""
    width, height = size
    most = max(1, *(len(cache.figures(int(row))) for row in rows))
    cells = (height // PROTOTYPE_STRIDE, width // PROTOTYPE_STRIDE)
    made = Batch(
        np.full((len(rows), height, width, 3), GRAY, np.uint8),
        np.zeros((len(rows), most, *cells), np.float32),
        np.zeros((len(rows), most, 4), np.float32),
        np.full((len(rows), most), -1, np.int64),
    )
    for place, row in enumerate(rows):
        image = cache.image(int(row))
        matrix = placed(image.shape[0], image.shape[1], size, how, rng)
        moved = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(GRAY,) * 3)
        made.images[place] = _lit(_blurred(np.asarray(moved, np.uint8), how, rng), how, rng)
        seat = 0
        for figure in cache.figures(int(row)):
            mask = _moved_mask(cache, int(figure), matrix, size)
            if np.count_nonzero(mask) <= _LEAST:
                continue
            x, y, w, h = cv2.boundingRect(mask)
            made.boxes[place, seat] = (x, y, x + w, y + h)
            made.classes[place, seat] = cache.classes[figure]
            made.masks[place, seat] = cv2.resize(
                mask.astype(np.float32), cells[::-1], interpolation=cv2.INTER_AREA
            )
            seat += 1
    return made


def placed(
    h: int, w: int, size: tuple[int, int], how: Augment, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(2, 3) from pixel centres of a picture (h, w) to those of the input: in the middle and as
    large as it goes, or scaled, turned and somewhere."""
    width, height = size
    scale = min(width / w, height / h)
    # Of the picture's middle in the input.
    middle = np.array([width / 2, height / 2])
    turn = 0.0
    if rng.random() < how.move:
        scale *= float(np.exp(rng.uniform(np.log(how.smallest), np.log(how.largest))))
        free = np.abs(np.array([width - scale * w, height - scale * h])) / 2
        middle += rng.uniform(-free, free)
        turn = np.deg2rad(rng.uniform(-how.rotate, how.rotate))
    side = -1.0 if rng.random() < how.mirror else 1.0
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    linear = np.array([[side * cos, -sin], [side * sin, cos]])
    # Pixel p has its centre at p + 0.5.
    shift = middle - linear @ np.array([w / 2 - 0.5, h / 2 - 0.5]) - 0.5
    return np.concatenate([linear, shift[:, None]], axis=1)


def _moved_mask(
    cache: Cache, figure: int, matrix: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.uint8]:
    x0, y0 = cache.boxes[figure, :2]
    own = matrix.copy()
    own[:, 2] += matrix[:, :2] @ np.array([x0, y0], float)
    inner = cache.inner(figure).view(np.uint8)
    return np.asarray(cv2.warpAffine(inner, own, size, flags=cv2.INTER_NEAREST), np.uint8)


def _blurred(image: Rgb, how: Augment, rng: np.random.Generator) -> Rgb:
    if rng.random() >= how.blur:
        return image
    return np.asarray(
        cv2.GaussianBlur(image, (0, 0), rng.uniform(0.1, 1.0) * how.softest), np.uint8
    )


def _lit(image: Rgb, how: Augment, rng: np.random.Generator) -> Rgb:
    if rng.random() >= how.light:
        return image
    table = np.arange(256) * rng.uniform(0.75, 1.2) + rng.uniform(-20, 20)
    return np.asarray(cv2.LUT(image, np.clip(table, 0, 255).astype(np.uint8)), np.uint8)
