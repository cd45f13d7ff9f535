"""What remains of a picture when two are compared: its pixels' digest, a thumbnail, a descriptor.

The descriptor is the thumbnail's lowest cosine frequencies without the mean, to unit length: as in
perceptual hashing (Zauner 2010) but not reduced to bits, so that brightness, contrast, JPEG and
size hardly move it. Cutting a window from a thumbnail and transforming it are both linear and act
on rows and columns apart, so the descriptor of any window costs two small matrix products.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import Dataset, Image
from pyojeong.errors import BadInput

SIDE = 64
"""Side of a thumbnail, px."""

WAVES = 7
"""Frequencies kept along each axis, the mean included."""

PLAIN = 2.0
"""Spread of gray levels below which a thumbnail has nothing to compare."""

Floats = NDArray[np.float32]
Window = tuple[float, float, float, float]
"""Left, right, top, bottom as shares of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Prints:
    """What n pictures are compared by.

    digests: (n,) bytes of 16, equal for equal pixels; thumbs: (n, 64, 64) uint8 gray, whatever the
    picture's shape; plain: (n,) bool, too flat to be compared; errors: (n,) why a picture could
    not be read, "" for the others (their thumb is black and `plain` is set).
    """

    digests: NDArray[np.bytes_]
    thumbs: NDArray[np.uint8]
    plain: NDArray[np.bool_]
    errors: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.thumbs)


def fingerprints(
    dataset: Dataset, progress: Callable[[float], None] = lambda share: None
) -> Prints:
    """Fingerprints of every row, its picture cut to its box. What cannot be read is recorded."""
    n = len(dataset)
    digests, thumbs, errors = np.zeros(n, "V16"), np.zeros((n, SIDE, SIDE), np.uint8), [""] * n
    for row in range(n):
        try:
            image = dataset.read(row)
            digests[row], thumbs[row] = digest(image), thumbnail(image)
        except BadInput as error:
            errors[row] = str(error)
            digests[row] = np.void(hashlib.blake2b(b"row %d" % row, digest_size=16).digest())
        progress((row + 1) / n)
    spread = thumbs.reshape(n, -1).std(1, dtype=np.float32) if n else np.zeros(0, np.float32)
    return Prints(digests, thumbs, spread < PLAIN, tuple(errors))


def digest(image: Image) -> np.void:
    """16 bytes that stand for the pixels and the shape."""
    whole = hashlib.blake2b(repr(image.shape).encode(), digest_size=16)
    whole.update(np.ascontiguousarray(image).data)
    return np.void(whole.digest())


def thumbnail(image: Image) -> NDArray[np.uint8]:
    """Gray (64, 64) of an RGB picture, stretched to a square."""
    longest = max(image.shape[:2])
    # First to a size near the goal: averaging over areas is slow from large pictures.
    while longest >= 16 * SIDE and min(image.shape[:2]) > 8:
        image, longest = np.ascontiguousarray(image[::2, ::2]), longest // 2
    way = cv2.INTER_AREA if longest >= SIDE else cv2.INTER_LINEAR
    small = cv2.resize(np.ascontiguousarray(image), (SIDE, SIDE), interpolation=way)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def describe(thumbs: NDArray[np.uint8], window: Window = (0.0, 1.0, 0.0, 1.0)) -> Floats:
    """(n, 48) float32 unit descriptors of a window of every thumbnail; zeros for a flat one."""
    across, down = _waves(*window[:2]), _waves(*window[2:])
    found = np.empty((len(thumbs), WAVES, WAVES), np.float32)
    for at in range(0, len(thumbs), 4096):
        part = thumbs[at : at + 4096].astype(np.float32)
        found[at : at + 4096] = down @ part @ across.T
    flat = found.reshape(len(thumbs), WAVES * WAVES)[:, 1:]
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(np.where(length > 1e-3, flat / np.maximum(length, 1e-3), 0), np.float32)


@cache
def _waves(start: float, end: float) -> Floats:
    """(WAVES, 64): cosines over the pixels from `start` to `end`, nothing outside."""
    edges = np.linspace(0, 1, SIDE + 1)
    inside = np.clip(np.minimum(edges[1:], end) - np.maximum(edges[:-1], start), 0, None) * SIDE
    place = np.clip(((edges[1:] + edges[:-1]) / 2 - start) / (end - start), 0, 1)
    waves = np.cos(np.pi * np.arange(WAVES)[:, None] * place) * inside / inside.sum()
    # Natural pictures have about 1 / f of each wave; evened half-way, finer ones count as well.
    waves[1:] -= waves[1:].sum(1, keepdims=True) * inside / inside.sum()
    weight = np.sqrt(np.maximum(np.arange(WAVES), 1))
    return np.asarray(waves * weight[:, None], np.float32)


def windows(shares: tuple[float, ...] = (0.9, 0.8)) -> list[Window]:
    """The whole picture and, per share, nine windows of that width and height; besides, windows
    that are cut at one side only."""
    found: list[Window] = [(0.0, 1.0, 0.0, 1.0)]
    for share in shares:
        places = [(step, step + share) for step in (0.0, (1 - share) / 2, 1 - share)]
        found += [(*x, *y) for x, y in product(places, places)]
        found += [(*x, 0.0, 1.0) for x in places] + [(0.0, 1.0, *y) for y in places]
    return found
