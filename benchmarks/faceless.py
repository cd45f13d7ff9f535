"""Pictures that show no face, drawn from a seed: what a detector must leave alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

Picture = np.ndarray
"""RGB uint8 (H, W, 3)."""


def faceless(count: int, seed: int = 0) -> Iterator[tuple[str, Picture]]:
    """Name and picture, the kinds in turn, each with its own size, colours and shapes."""
    kinds = list(KINDS.items())
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        name, draw = kinds[number % len(kinds)]
        height, width = (int(v) for v in rng.integers(240, 900, 2))
        drawn = np.clip(draw(rng, height, width), 0, 255).astype(np.uint8)
        yield f"{name}-{number}", np.ascontiguousarray(drawn)


def _tinted(rng: np.random.Generator, gray: Picture) -> Picture:
    """A field in [0, 1] as a ramp between two colours."""
    low, high = rng.uniform(0, 255, (2, 3))
    return low + (high - low) * np.clip(gray, 0, 1)[:, :, None]


def _cloud(rng: np.random.Generator, height: int, width: int, slope: float = 1.0) -> Picture:
    """Fractal noise in about [0, 1]."""
    total = np.zeros((height, width), np.float32)
    for octave in range(1, 8):
        cells = 2**octave
        small = rng.normal(size=(cells, cells)).astype(np.float32)
        total += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) / cells**slope
    return 0.5 + total / (4 * total.std())


def _gradient(rng: np.random.Generator, height: int, width: int) -> Picture:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    middle = rng.uniform(0, [width, height])
    away = np.hypot(x - middle[0], y - middle[1]) / max(height, width)
    across = (x * rng.normal() + y * rng.normal()) / max(height, width)
    return _tinted(rng, away if rng.random() < 0.5 else 0.5 + across)


def _clouds(rng: np.random.Generator, height: int, width: int) -> Picture:
    return _tinted(rng, _cloud(rng, height, width, rng.uniform(0.4, 1.4)))


def _landscape(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Sky, sun, ranges of hills, each nearer one darker."""
    picture = _tinted(rng, np.linspace(0, 1, height)[:, None] + np.zeros((1, width)))
    sun = [int(v) for v in rng.uniform(0, [width, height / 2])]
    cv2.circle(picture, sun, int(rng.integers(10, 60)), (250, 240, 180), -1)
    for depth in range(4):
        ridge = cv2.resize(rng.normal(size=(1, 6 * (depth + 1))), (width, 1)).ravel()
        top = height * (0.35 + 0.15 * depth) + ridge * height * 0.06
        below = np.arange(height)[:, None] > top
        picture[below] = rng.uniform(0, 200 - 40 * depth, 3)
    return picture + rng.normal(0, 5, picture.shape)


def _leaves(rng: np.random.Generator, height: int, width: int) -> Picture:
    picture = np.full((height, width, 3), rng.uniform(0, 80, 3))
    for _ in range(int(rng.integers(100, 600))):
        at = [int(v) for v in rng.uniform(0, [width, height])]
        long = int(rng.integers(8, 50))
        colour = (rng.uniform([30, 80, 10], [160, 220, 90])).tolist()
        angle = float(rng.uniform(0, 360))
        cv2.ellipse(picture, at, (long, max(long // 3, 1)), angle, 0, 360, colour, -1)
    return picture


def _bricks(rng: np.random.Generator, height: int, width: int) -> Picture:
    long, tall = int(rng.integers(20, 120)), int(rng.integers(10, 60))
    y, x = np.mgrid[:height, :width]
    x = x + (y // tall % 2) * (long // 2)
    brick = rng.normal(0.6, 0.12, (height // tall + 2, (width + long) // long + 2))
    field = np.where((x % long > 2) & (y % tall > 2), brick[y // tall, x // long], 0.1)
    return _tinted(rng, field + rng.normal(0, 0.04, field.shape))


def _page(rng: np.random.Generator, height: int, width: int) -> Picture:
    picture = np.full((height, width, 3), 245.0)
    size = float(rng.uniform(0.3, 1.4))
    letters = "abcdefghijklmnopqrstuvwxyz ABCDE,.()0&%@8 "
    for y in range(20, height, int(30 * size) + 6):
        line = "".join(rng.choice(list(letters), 120))
        cv2.putText(picture, line, (10, y), cv2.FONT_HERSHEY_SIMPLEX, size, (20, 20, 30), 1)
    return picture


def _circles(rng: np.random.Generator, height: int, width: int) -> Picture:
    picture = np.full((height, width, 3), rng.uniform(0, 255, 3))
    for _ in range(int(rng.integers(20, 300))):
        at = [int(v) for v in rng.uniform(0, [width, height])]
        thick = int(rng.choice([-1, 1, 2, 5]))
        colour = rng.uniform(0, 255, 3).tolist()
        cv2.circle(picture, at, int(rng.integers(3, 70)), colour, thick)
    return picture


def _mirrored(rng: np.random.Generator, height: int, width: int) -> Picture:
    """A cloud with its mirror image: ink blots."""
    blot = _cloud(rng, height, width, 0.8)
    blot[:, (width + 1) // 2 :] = blot[:, : width // 2][:, ::-1]
    return _tinted(rng, blot if rng.random() < 0.5 else blot > 0.55)


def _waves(rng: np.random.Generator, height: int, width: int) -> Picture:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    field = np.zeros((height, width), np.float32)
    for _ in range(3):
        middle = rng.uniform(0, [width, height])
        field += np.sin(np.hypot(x - middle[0], y - middle[1]) / rng.uniform(3, 40))
    return _tinted(rng, 0.5 + field / 5)


def _tiles(rng: np.random.Generator, height: int, width: int) -> Picture:
    """A symmetric pattern of repeated tiles."""
    side = int(rng.integers(12, 60))
    quarter = cv2.GaussianBlur(rng.random((side, side, 3)), (0, 0), 2)
    quarter = (quarter - quarter.min()) / np.ptp(quarter) * 255
    half = np.concatenate([quarter, quarter[:, ::-1]], 1)
    tile = np.concatenate([half, half[::-1]], 0)
    times = height // (2 * side) + 1, width // (2 * side) + 1, 1
    return np.tile(tile, times)[:height, :width]


KINDS: dict[str, Callable[[np.random.Generator, int, int], Picture]] = {
    "gradient": _gradient,
    "clouds": _clouds,
    "landscape": _landscape,
    "leaves": _leaves,
    "bricks": _bricks,
    "page": _page,
    "circles": _circles,
    "mirrored": _mirrored,
    "waves": _waves,
    "tiles": _tiles,
}
"""How each kind is drawn."""
