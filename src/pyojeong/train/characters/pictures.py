"""Pictures to learn from, drawn once, shrunk and kept in one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.cartoon.pictures import Picture, at_size, boxes_of, make_pictures
from pyojeong.media.files import atomic_path

MOST = 4
"""Figures in a picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """images: (n, h, w, 3) uint8 RGB. owners: (n, h, w) uint8, 0 or 1 + the number of the figure.
    classes: (n, 4) int64, -1 where there is no such figure."""

    images: NDArray[np.uint8]
    owners: NDArray[np.uint8]
    classes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.images)


def draw(n: int, seed: int, split: str, width: int, height: int, strangers: float) -> Drawn:
    """n pictures of `make_pictures`, shrunk to width × height."""
    made = Drawn(
        np.zeros((n, height, width, 3), np.uint8),
        np.zeros((n, height, width), np.uint8),
        np.full((n, MOST), -1, np.int64),
    )
    for row, picture in enumerate(make_pictures(n, seed, split, strangers=strangers)):
        small: Picture = at_size(picture, width, height)
        made.images[row] = small.image
        for number, (mask, one) in enumerate(zip(small.masks, small.classes, strict=True)):
            made.owners[row][mask] = number + 1
            made.classes[row, number] = one
    return made


def kept(path: Path, n: int, seed: int, width: int, height: int, strangers: float) -> Drawn:
    """Training pictures from a file, or drawn and put there."""
    if path.is_file():
        with np.load(path, allow_pickle=False) as file:
            found = Drawn(file["images"], file["owners"], file["classes"])
        if found.images.shape == (n, height, width, 3):
            return found
    made = draw(n, seed, "train", width, height, strangers)
    with atomic_path(path) as part, part.open("wb") as stream:
        np.savez(stream, images=made.images, owners=made.owners, classes=made.classes)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """images: (b, h, w, 3) uint8. masks: (m, h, w) bool, boxes: (m, 4) float32 xyxy px, classes:
    (m,) int64 and of: (m,) int64, the picture each of the m figures is in."""

    images: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    boxes: NDArray[np.float32]
    classes: NDArray[np.int64]
    of: NDArray[np.int64]


def batch(
    drawn: Drawn, rows: NDArray[np.int64], side: tuple[int, int], rng: np.random.Generator
) -> Batch:
    """Rows of `drawn`, each mirrored, moved, scaled and lit at random, on gray of (width, height)
    `side`."""
    width, height = side
    images = np.full((len(rows), height, width, 3), 114, np.uint8)
    masks: list[NDArray[np.bool_]] = []
    classes: list[int] = []
    of: list[int] = []
    for place, row in enumerate(rows):
        image, owner = _moved(drawn.images[row], drawn.owners[row], width, height, rng)
        images[place] = _lit(image, rng)
        for number, one in enumerate(drawn.classes[row]):
            mask = owner == number + 1
            if one >= 0 and np.count_nonzero(mask) > 60:
                masks.append(mask)
                classes.append(int(one))
                of.append(place)
    stacked = np.stack(masks) if masks else np.zeros((0, height, width), bool)
    return Batch(
        images, stacked, boxes_of(stacked), np.array(classes, np.int64), np.array(of, np.int64)
    )


def _moved(
    image: NDArray[np.uint8],
    owner: NDArray[np.uint8],
    width: int,
    height: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    h, w = owner.shape
    scale = width / w
    x, y = 0.0, (height - scale * h) / 2
    if rng.random() < 0.6:
        scale *= float(np.exp(rng.uniform(np.log(0.7), np.log(1.35))))
        x = float(rng.uniform(*sorted((0.0, width - scale * w))))
        y = float(rng.uniform(*sorted((0.0, height - scale * h))))
    flip = rng.random() < 0.5
    # Pixel centres: px p of the picture goes to scale * (p + 0.5) - 0.5, moved.
    matrix = np.array([[scale, 0, x + 0.5 * scale - 0.5], [0, scale, y + 0.5 * scale - 0.5]])
    if flip:
        matrix[0] = [-scale, 0, x + scale * (w - 0.5) - 0.5]
    size = (width, height)
    moved = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(114, 114, 114))
    owned = cv2.warpAffine(owner, matrix, size, flags=cv2.INTER_NEAREST, borderValue=0)
    return np.asarray(moved, np.uint8), np.asarray(owned, np.uint8)


def _lit(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    if rng.random() < 0.5:
        return image
    table = np.arange(256) * rng.uniform(0.75, 1.2) + rng.uniform(-20, 20)
    return np.asarray(cv2.LUT(image, np.clip(table, 0, 255).astype(np.uint8)), np.uint8)
