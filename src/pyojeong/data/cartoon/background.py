"""Places where the cartoon plays, and what stands in front of people there."""

from __future__ import annotations

import colorsys
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.cartoon.canvas import NOBODY, Canvas, Colour, Points, blend, oval

Rng = np.random.Generator


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """A colour, all three in [0, 1]; the hue goes round."""
    r, g, b = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(255 * r), round(255 * g), round(255 * b)


def draw_place(kind: str, width: int, height: int, rng: Rng) -> NDArray[np.uint8]:
    """A picture (height, width, 3) of a place without anybody in it."""
    canvas = Canvas(np.zeros((height, width, 3), np.uint8))
    _PLACES[kind](canvas, rng)
    return canvas.image


def draw_front(canvas: Canvas, rng: Rng, x: float, ground: float, size: float) -> None:
    """Something that hides whoever stands behind it: a bush, a post, a crate or a balloon.

    x: px, its middle. ground: px. size: px, about half its height.
    """
    kind = int(rng.integers(4))
    colour = hsv(rng.uniform(), rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.95))
    dark = blend(colour, (20, 20, 30), 0.5)
    if kind == 0:
        for _ in range(5):
            dx, r = rng.uniform(-1, 1) * size, rng.uniform(0.45, 0.75) * size
            canvas.fill(oval(x + dx, ground - 0.4 * r, r, r), blend(colour, dark, rng.uniform(0, 0.3)), NOBODY)
    elif kind == 1:
        post = _box(x - 0.22 * size, ground - 6 * size, x + 0.22 * size, ground + size)
        canvas.fill(post, colour, NOBODY)
        canvas.line(post, dark, 0.06 * size, NOBODY, closed=True)
    elif kind == 2:
        crate = _box(x - size, ground - 1.1 * size, x + size, ground + 0.4 * size)
        canvas.fill(crate, colour, NOBODY)
        canvas.line(crate, dark, 0.08 * size, NOBODY, closed=True)
        canvas.line(crate[[0, 2]], dark, 0.06 * size)
    else:
        top = ground - rng.uniform(2.2, 3.6) * size
        canvas.line(np.array([[x, top], [x + 0.2 * size, ground]]), dark, 0.04 * size, NOBODY)
        canvas.fill(oval(x, top, 0.55 * size, 0.65 * size), colour, NOBODY)
        canvas.fill(oval(x - 0.2 * size, top - 0.25 * size, 0.12 * size, 0.17 * size), blend(colour, (255, 255, 255), 0.6))


def _box(x0: float, y0: float, x1: float, y1: float) -> Points:
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)


def _sky(canvas: Canvas, top: Colour, bottom: Colour) -> None:
    height = canvas.image.shape[0]
    share = np.linspace(0, 1, height)[:, None]
    rows = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
    canvas.image[:] = np.round(rows)[:, None].astype(np.uint8)


def _ground(canvas: Canvas, level: float, colour: Colour, rng: Rng, rough: float = 0.04) -> None:
    """Hills whose edge lies about `level` of the height down."""
    height, width = canvas.image.shape[:2]
    x = np.linspace(-0.02, 1.02, 40)
    waves = sum(np.sin(x * f + rng.uniform(0, 6)) / n for n, f in ((1, 4), (2, 9), (3, 17)))
    edge = np.stack([x * width, (level + rough * waves) * height], 1)
    canvas.fill(np.concatenate([edge, [[1.02 * width, height], [-0.02 * width, height]]]), colour)


def _clouds(canvas: Canvas, rng: Rng, colour: Colour, count: int) -> None:
    height, width = canvas.image.shape[:2]
    for _ in range(count):
        x, y, r = rng.uniform(0, width), rng.uniform(0.05, 0.3) * height, rng.uniform(0.03, 0.07) * height
        for n in range(4):
            canvas.fill(oval(x + (n - 1.5) * r, y + rng.uniform(-0.3, 0.3) * r, 1.1 * r, 0.8 * r, count=20), colour)


def _tree(canvas: Canvas, x: float, y: float, size: float, crown: Colour, pointed: bool) -> None:
    canvas.fill(_box(x - 0.08 * size, y - 0.9 * size, x + 0.08 * size, y), (112, 78, 52))
    if pointed:
        for n in range(3):
            low = y - (0.5 + 0.45 * n) * size
            half = (0.55 - 0.12 * n) * size
            canvas.fill(np.array([[x - half, low], [x + half, low], [x, low - 0.8 * size]]), blend(crown, (255, 255, 255), 0.06 * n))
    else:
        for dx, dy, r in ((-0.3, 1.0, 0.4), (0.3, 1.0, 0.42), (0.0, 1.35, 0.5)):
            canvas.fill(oval(x + dx * size, y - dy * size, r * size, r * size), blend(crown, (255, 255, 255), 0.05 * dy))


def _meadow(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    _sky(canvas, hsv(0.55 + rng.uniform(-0.04, 0.04), 0.5, 0.95), hsv(0.53, 0.15, 1.0))
    canvas.fill(oval(rng.uniform(0.1, 0.9) * width, 0.16 * height, 0.08 * height, 0.08 * height), (255, 236, 150))
    _clouds(canvas, rng, (252, 252, 255), 4)
    for n in range(3):
        _ground(canvas, 0.5 + 0.1 * n, hsv(0.27 + 0.03 * n, rng.uniform(0.4, 0.6), 0.85 - 0.08 * n), rng)
    for _ in range(3):
        _tree(canvas, rng.uniform(0, width), rng.uniform(0.58, 0.7) * height, rng.uniform(0.1, 0.22) * height, hsv(0.34, 0.5, rng.uniform(0.45, 0.7)), False)
    for _ in range(30):
        x, y, r = rng.uniform(0, width), rng.uniform(0.74, 1) * height, rng.uniform(0.006, 0.012) * height
        canvas.fill(oval(x, y, r, r, count=8), hsv(rng.uniform(), 0.5, 1.0))


def _room(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    hue = rng.uniform()
    wall = hsv(hue, rng.uniform(0.1, 0.4), rng.uniform(0.7, 0.95))
    canvas.image[:] = wall
    stripe = width / rng.integers(12, 26)
    for n in range(0, int(width / stripe) + 1, 2):
        canvas.fill(_box(n * stripe, 0, (n + 1) * stripe, 0.72 * height), blend(wall, (255, 255, 255), 0.15))
    canvas.fill(_box(0, 0.72 * height, width, height), hsv(0.08 + rng.uniform(-0.03, 0.03), 0.4, rng.uniform(0.5, 0.75)))
    canvas.fill(_box(0, 0.7 * height, width, 0.73 * height), blend(wall, (60, 40, 30), 0.5))
    _window(canvas, rng.uniform(0.1, 0.3) * width, 0.16 * height, 0.3 * height, hsv(0.56, 0.4, 1.0))
    for _ in range(3):
        x, y, s = rng.uniform(0.45, 0.92) * width, rng.uniform(0.1, 0.4) * height, rng.uniform(0.05, 0.12) * height
        canvas.fill(_box(x - 1.3 * s, y - s, x + 1.3 * s, y + s), (90, 62, 44))
        canvas.fill(_box(x - 1.1 * s, y - 0.8 * s, x + 1.1 * s, y + 0.8 * s), hsv(rng.uniform(), 0.5, 0.9))
    canvas.fill(oval(0.5 * width, 0.9 * height, 0.32 * width, 0.08 * height), hsv(rng.uniform(), 0.5, 0.7))


def _window(canvas: Canvas, x: float, y: float, size: float, light: Colour) -> None:
    canvas.fill(_box(x - 4, y - 4, x + size + 4, y + size + 4), (250, 248, 240))
    canvas.fill(_box(x, y, x + size, y + size), light)
    for part in ([[x + size / 2, y], [x + size / 2, y + size]], [[x, y + size / 2], [x + size, y + size / 2]]):
        canvas.line(np.array(part), (250, 248, 240), 0.06 * size)


def _night(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    _sky(canvas, (18, 20, 54), hsv(rng.uniform(0.62, 0.8), 0.5, 0.45))
    for _ in range(70):
        x, y = rng.uniform(0, width), rng.uniform(0, 0.6) * height
        canvas.fill(oval(x, y, *(rng.uniform(0.5, 1.8),) * 2, count=6), (250, 246, 214))
    x = rng.uniform(0.1, 0.9) * width
    canvas.fill(oval(x, 0.2 * height, 0.1 * height, 0.1 * height), (252, 244, 206))
    canvas.fill(oval(x + 0.04 * height, 0.18 * height, 0.085 * height, 0.085 * height), (32, 34, 74))
    _skyline(canvas, rng, (30, 30, 66), 0.55)
    _ground(canvas, 0.75, (38, 48, 74), rng, 0.015)


def _skyline(canvas: Canvas, rng: Rng, colour: Colour, level: float) -> None:
    height, width = canvas.image.shape[:2]
    x = -10.0
    while x < width:
        wide, top = rng.uniform(0.05, 0.12) * width, (level - rng.uniform(0, 0.3)) * height
        wall = blend(colour, hsv(rng.uniform(), 0.3, 0.8), rng.uniform(0, 0.35))
        canvas.fill(_box(x, top, x + wide, 0.9 * height), wall)
        for wx in np.arange(x + 5, x + wide - 6, 11):
            for wy in np.arange(top + 6, 0.72 * height, 14):
                if rng.random() < 0.55:
                    canvas.fill(_box(wx, wy, wx + 5, wy + 7), blend(wall, (255, 226, 140), 0.75))
        x += wide + rng.uniform(0, 0.02) * width


def _city(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    _sky(canvas, hsv(rng.uniform(0.5, 0.65), 0.35, 0.95), (250, 236, 220))
    _clouds(canvas, rng, (255, 252, 248), 2)
    _skyline(canvas, rng, (150, 156, 176), 0.5)
    canvas.fill(_box(0, 0.76 * height, width, height), (122, 124, 132))
    canvas.fill(_box(0, 0.74 * height, width, 0.78 * height), (196, 192, 184))
    for n in range(9):
        canvas.fill(_box(n * width / 8, 0.9 * height, (n + 0.5) * width / 8, 0.92 * height), (240, 236, 214))


def _beach(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    _sky(canvas, hsv(0.56, 0.55, 0.95), hsv(rng.uniform(0.05, 0.15), 0.3, 1.0))
    canvas.fill(oval(rng.uniform(0.2, 0.8) * width, 0.42 * height, 0.1 * height, 0.1 * height), (255, 214, 130))
    canvas.fill(_box(0, 0.45 * height, width, height), hsv(0.52, 0.6, 0.75))
    for _ in range(14):
        x, y = rng.uniform(0, width), rng.uniform(0.48, 0.66) * height
        canvas.line(np.array([[x, y], [x + 0.05 * width, y]]), (214, 240, 246), 1.5)
    _ground(canvas, 0.7, (242, 218, 164), rng, 0.02)
    x, y = rng.uniform(0.05, 0.95) * width, 0.9 * height
    for n, angle in enumerate(np.linspace(np.pi, 2 * np.pi, 7)[:-1]):
        after = angle + np.pi / 6
        top, r = np.array([x, y - 0.4 * height]), 0.2 * height
        wedge = np.array([top, top + r * np.array([np.cos(angle), np.sin(angle)]), top + r * np.array([np.cos(after), np.sin(after)])])
        canvas.fill(wedge, (236, 92, 84) if n % 2 else (250, 246, 236))
    canvas.line(np.array([[x, y - 0.4 * height], [x, y]]), (140, 100, 70), 4)


def _school(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    canvas.image[:] = hsv(rng.uniform(0.08, 0.2), 0.2, 0.92)
    canvas.fill(_box(0, 0.74 * height, width, height), hsv(0.09, 0.45, 0.7))
    canvas.fill(_box(0.2 * width, 0.1 * height, 0.8 * width, 0.5 * height), (142, 102, 66))
    canvas.fill(_box(0.215 * width, 0.125 * height, 0.785 * width, 0.475 * height), (46, 92, 74))
    for _ in range(6):
        x, y = rng.uniform(0.25, 0.65) * width, rng.uniform(0.18, 0.42) * height
        canvas.line(np.array([[x, y], [x + rng.uniform(10, 90), y + rng.uniform(-8, 8)]]), (228, 236, 228), 2)
    for x in np.arange(0.08, 1, 0.24) * width:
        canvas.fill(_box(x, 0.66 * height, x + 0.12 * width, 0.7 * height), (196, 148, 92))
        canvas.fill(_box(x + 0.01 * width, 0.7 * height, x + 0.02 * width, 0.82 * height), (120, 90, 66))


def _shapes(canvas: Canvas, rng: Rng) -> None:
    """Anything: it teaches that colours alone are nobody."""
    height, width = canvas.image.shape[:2]
    _sky(canvas, hsv(rng.uniform(), rng.uniform(), rng.uniform()), hsv(rng.uniform(), rng.uniform(), rng.uniform()))
    for _ in range(int(rng.integers(4, 26))):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.02, 0.25) * height
        colour = hsv(rng.uniform(), rng.uniform(), rng.uniform())
        shape = oval(x, y, r, r * rng.uniform(0.4, 1.6), rng.uniform(1, 5), int(rng.integers(3, 30)))
        canvas.fill(shape, colour)
        if rng.random() < 0.4:
            canvas.line(shape, blend(colour, (20, 20, 20), 0.7), 0.04 * r + 1, closed=True)
    if rng.random() < 0.3:
        grain = cv2.resize(rng.normal(0, 14, (height // 3, width // 3, 1)).astype(np.float32), (width, height))
        canvas.image[:] = np.clip(canvas.image + grain[..., None], 0, 255).astype(np.uint8)


def _desert(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    _sky(canvas, hsv(0.03 + rng.uniform(0, 0.06), 0.5, 0.98), hsv(0.12, 0.3, 1.0))
    for n in range(3):
        _ground(canvas, 0.48 + 0.12 * n, hsv(0.08 + 0.01 * n, 0.45 + 0.05 * n, 0.9 - 0.06 * n), rng, 0.05)
    for _ in range(4):
        x, y, s = rng.uniform(0, width), rng.uniform(0.6, 0.8) * height, rng.uniform(0.06, 0.13) * height
        for part in ([[x, y], [x, y - 2 * s]], [[x - 0.7 * s, y - 1.6 * s], [x - 0.7 * s, y - s], [x, y - 0.8 * s]], [[x + 0.7 * s, y - 1.8 * s], [x + 0.7 * s, y - 1.2 * s], [x, y - s]]):
            canvas.line(np.array(part), (70, 132, 88), 0.36 * s)


def _forest(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    _sky(canvas, (206, 222, 222), (250, 232, 200))
    for row in range(3):
        _ground(canvas, 0.5 + 0.12 * row, hsv(0.09 + 0.02 * row, 0.4, 0.6 - 0.05 * row), rng, 0.02)
        for _ in range(7):
            crown = hsv(rng.uniform(-0.02, 0.14), rng.uniform(0.5, 0.8), rng.uniform(0.6, 0.95))
            _tree(canvas, rng.uniform(0, width), (0.56 + 0.12 * row) * height, rng.uniform(0.14, 0.24) * height, crown, rng.random() < 0.3)
    for _ in range(40):
        x, y = rng.uniform(0, width), rng.uniform(0.7, 1) * height
        canvas.fill(oval(x, y, 3, 1.6, 1.4, 8), hsv(rng.uniform(0, 0.13), 0.7, 0.9))


def _snow(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    _sky(canvas, hsv(rng.uniform(0.5, 0.7), 0.3, 0.75), (236, 238, 248))
    for n, colour in enumerate(((168, 182, 210), (204, 216, 234), (240, 244, 250))):
        _ground(canvas, 0.46 + 0.13 * n, colour, rng, 0.06 - 0.02 * n)
    for _ in range(6):
        _tree(canvas, rng.uniform(0, width), rng.uniform(0.6, 0.76) * height, rng.uniform(0.12, 0.22) * height, hsv(0.42, 0.35, rng.uniform(0.35, 0.6)), True)
    for _ in range(80):
        canvas.fill(oval(rng.uniform(0, width), rng.uniform(0, height), 2, 2, count=8), (255, 255, 255))


def _kitchen(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    tile = hsv(rng.uniform(), 0.12, 0.95)
    canvas.image[:] = tile
    step = height / 9
    for n in range(20):
        canvas.line(np.array([[0, n * step], [width, n * step]]), blend(tile, (90, 90, 100), 0.25), 1)
        canvas.line(np.array([[n * step, 0], [n * step, 0.7 * height]]), blend(tile, (90, 90, 100), 0.25), 1)
    front = hsv(rng.uniform(), 0.35, 0.75)
    for n in range(6):
        x = n * width / 6
        canvas.fill(_box(x + 2, 0.04 * height, x + width / 6 - 2, 0.22 * height), front)
        canvas.fill(_box(x + 2, 0.6 * height, x + width / 6 - 2, 0.8 * height), front)
        canvas.fill(oval(x + width / 12, 0.7 * height, 4, 4, count=10), (240, 236, 226))
    canvas.fill(_box(0, 0.56 * height, width, 0.6 * height), (226, 220, 210))
    canvas.fill(_box(0, 0.8 * height, width, height), (188, 172, 156))
    for _ in range(4):
        x, s = rng.uniform(0, width), rng.uniform(0.03, 0.06) * height
        canvas.fill(_box(x - s, 0.56 * height - 2 * s, x + s, 0.56 * height), hsv(rng.uniform(), 0.6, 0.85))


_PLACES: dict[str, Callable[[Canvas, Rng], None]] = {
    "meadow": _meadow,
    "room": _room,
    "night": _night,
    "city": _city,
    "beach": _beach,
    "school": _school,
    "shapes": _shapes,
    "desert": _desert,
    "forest": _forest,
    "snow": _snow,
    "kitchen": _kitchen,
}

PLACES: dict[str, tuple[str, ...]] = {
    "train": ("meadow", "room", "night", "city", "beach", "school", "shapes"),
    "test": ("desert", "forest", "snow", "kitchen"),
}
"""Kinds of places of each split: training never sees those of the test."""
