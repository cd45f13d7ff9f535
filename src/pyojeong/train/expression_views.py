"""What the network is shown of a face: an upright crop, disturbed as real crops are."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.train.expression_data import UNIT, ExpressionFaces

Rng = np.random.Generator
Gray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Disturb:
    """How far a training crop strays from the exact one.

    loose: share of pictures shown as they are instead of upright. turn: degrees. zoom: of the
    logarithm of the size. shift: of the frame's side. These three, light (of contrast's
    logarithm) and grey (of 255) are standard deviations; blur, jpeg, noise and cutout are shares.
    """

    loose: float = 0.2
    turn: float = 8.0
    zoom: float = 0.08
    shift: float = 0.04
    light: float = 0.22
    grey: float = 0.08
    blur: float = 0.15
    jpeg: float = 0.15
    noise: float = 0.1
    cutout: float = 0.35


def exact_views(faces: ExpressionFaces, size: int, loose: bool = False) -> Gray:
    """(n, size, size) undisturbed crops: upright, or with `loose` the pictures as they are."""
    frames = faces.loose if loose else faces.frames
    return np.stack(
        [_warp(im, to_size(m, size), size) for im, m in zip(faces.images, frames, strict=True)]
    )


def training_views(
    faces: ExpressionFaces, rows: NDArray[np.intp], size: int, disturb: Disturb, rng: Rng
) -> Gray:
    """(len(rows), size, size) disturbed crops, half of them mirrored."""
    return np.stack([_training_view(faces, int(row), size, disturb, rng) for row in rows])


def to_size(matrix: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """The same frame on size × size pixels instead of 48 × 48."""
    scaled = matrix * np.float32(size / UNIT)
    scaled[:, 2] += (size / UNIT - 1) / 2
    return scaled


def _training_view(faces: ExpressionFaces, row: int, size: int, disturb: Disturb, rng: Rng) -> Gray:
    frames = faces.loose if rng.random() < disturb.loose else faces.frames
    matrix = _jitter(size, disturb, rng) @ np.vstack([to_size(frames[row], size), [0, 0, 1]])
    view = _warp(faces.images[row], matrix.astype(np.float32), size)
    return _cutout(_degrade(_relight(view, disturb, rng), disturb, rng), disturb, rng)


def _warp(image: Gray, matrix: NDArray[np.float32], size: int) -> Gray:
    shape = (size, size)
    mode = cv2.BORDER_REPLICATE
    view = cv2.warpAffine(image, matrix, shape, flags=cv2.INTER_LINEAR, borderMode=mode)
    return np.asarray(view, np.uint8)


def _jitter(size: int, disturb: Disturb, rng: Rng) -> NDArray[np.float64]:
    """(2, 3) mirror, turn, zoom (a little different in height and width) and shift."""
    turn, zoom = np.radians(rng.normal(0, disturb.turn)), rng.normal(0, disturb.zoom)
    stretch = rng.normal(0, disturb.zoom / 3)
    wide, tall = np.exp(zoom + stretch), np.exp(zoom - stretch)
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = np.cos(turn), np.sin(turn)
    linear = np.array([[mirror * wide * cos, -tall * sin], [mirror * wide * sin, tall * cos]])
    middle = np.full(2, (size - 1) / 2)
    shift = rng.normal(0, disturb.shift * size, 2)
    return np.column_stack([linear, middle + shift - linear @ middle])


def _relight(view: Gray, disturb: Disturb, rng: Rng) -> Gray:
    gain, lift = np.exp(rng.normal(0, disturb.light)), rng.normal(0, disturb.grey * 255)
    mean = float(view.mean())
    bent = (np.arange(256, dtype=np.float32) - mean) * gain + mean + lift
    gamma = np.exp(rng.normal(0, disturb.light))
    bent = 255 * (np.clip(bent, 0, 255) / 255) ** gamma
    return np.asarray(cv2.LUT(view, bent.astype(np.uint8)), np.uint8)


def _degrade(view: Gray, disturb: Disturb, rng: Rng) -> Gray:
    if rng.random() < disturb.blur:
        view = np.asarray(cv2.GaussianBlur(view, (0, 0), rng.uniform(0.4, 1.3)), np.uint8)
    if rng.random() < disturb.jpeg:
        quality = int(rng.integers(15, 80))
        packed = cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        view = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    if rng.random() < disturb.noise:
        grain = rng.normal(0, rng.uniform(2, 10), view.shape)
        view = np.clip(view + grain, 0, 255).astype(np.uint8)
    return view


def _cutout(view: Gray, disturb: Disturb, rng: Rng) -> Gray:
    """Hides a rectangle of up to 0.4 of the side (DeVries & Taylor 2017)."""
    if rng.random() >= disturb.cutout:
        return view
    size = view.shape[0]
    high, wide = rng.integers(size // 8, max(size // 8 + 1, int(size * 0.4)), 2)
    y, x = rng.integers(-high // 2, size - high // 2), rng.integers(-wide // 2, size - wide // 2)
    view = view.copy()
    view[max(0, y) : y + high, max(0, x) : x + wide] = rng.integers(0, 256)
    return view
