"""Places where the cartoon plays."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.cartoon.brushes import Rng, box, clouds, ground, sky, skyline, tree, window
from pyojeong.data.cartoon.canvas import Canvas, blend, hsv, oval


def draw_place(kind: str, width: int, height: int, rng: Rng) -> NDArray[np.uint8]:
    """A picture (height, width, 3) of a place without anybody in it."""
    canvas = Canvas(np.zeros((height, width, 3), np.uint8))
    _PLACES[kind](canvas, rng)
    return canvas.image


def _meadow(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    sky(canvas, hsv(0.55 + rng.uniform(-0.04, 0.04), 0.5, 0.95), hsv(0.53, 0.15, 1.0))
    canvas.fill(
        oval(rng.uniform(0.1, 0.9) * width, 0.16 * height, 0.08 * height, 0.08 * height),
        (255, 236, 150),
    )
    clouds(canvas, rng, (252, 252, 255), 4)
    for n in range(3):
        ground(
            canvas, 0.5 + 0.1 * n, hsv(0.27 + 0.03 * n, rng.uniform(0.4, 0.6), 0.85 - 0.08 * n), rng
        )
    for _ in range(3):
        tree(
            canvas,
            rng.uniform(0, width),
            rng.uniform(0.58, 0.7) * height,
            rng.uniform(0.1, 0.22) * height,
            hsv(0.34, 0.5, rng.uniform(0.45, 0.7)),
            False,
        )
    for _ in range(30):
        x, y, r = (
            rng.uniform(0, width),
            rng.uniform(0.74, 1) * height,
            rng.uniform(0.006, 0.012) * height,
        )
        canvas.fill(oval(x, y, r, r, count=8), hsv(rng.uniform(), 0.5, 1.0))


def _room(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    hue = rng.uniform()
    wall = hsv(hue, rng.uniform(0.1, 0.4), rng.uniform(0.7, 0.95))
    canvas.image[:] = wall
    stripe = width / rng.integers(12, 26)
    for n in range(0, int(width / stripe) + 1, 2):
        canvas.fill(
            box(n * stripe, 0, (n + 1) * stripe, 0.72 * height), blend(wall, (255, 255, 255), 0.15)
        )
    canvas.fill(
        box(0, 0.72 * height, width, height),
        hsv(0.08 + rng.uniform(-0.03, 0.03), 0.4, rng.uniform(0.5, 0.75)),
    )
    canvas.fill(box(0, 0.7 * height, width, 0.73 * height), blend(wall, (60, 40, 30), 0.5))
    window(canvas, rng.uniform(0.1, 0.3) * width, 0.16 * height, 0.3 * height, hsv(0.56, 0.4, 1.0))
    for _ in range(3):
        x, y, s = (
            rng.uniform(0.45, 0.92) * width,
            rng.uniform(0.1, 0.4) * height,
            rng.uniform(0.05, 0.12) * height,
        )
        canvas.fill(box(x - 1.3 * s, y - s, x + 1.3 * s, y + s), (90, 62, 44))
        canvas.fill(
            box(x - 1.1 * s, y - 0.8 * s, x + 1.1 * s, y + 0.8 * s), hsv(rng.uniform(), 0.5, 0.9)
        )
    canvas.fill(
        oval(0.5 * width, 0.9 * height, 0.32 * width, 0.08 * height), hsv(rng.uniform(), 0.5, 0.7)
    )


def _night(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    sky(canvas, (18, 20, 54), hsv(rng.uniform(0.62, 0.8), 0.5, 0.45))
    for _ in range(70):
        x, y = rng.uniform(0, width), rng.uniform(0, 0.6) * height
        canvas.fill(oval(x, y, *(rng.uniform(0.5, 1.8),) * 2, count=6), (250, 246, 214))
    x = rng.uniform(0.1, 0.9) * width
    canvas.fill(oval(x, 0.2 * height, 0.1 * height, 0.1 * height), (252, 244, 206))
    canvas.fill(
        oval(x + 0.04 * height, 0.18 * height, 0.085 * height, 0.085 * height), (32, 34, 74)
    )
    skyline(canvas, rng, (30, 30, 66), 0.55)
    ground(canvas, 0.75, (38, 48, 74), rng, 0.015)


def _city(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    sky(canvas, hsv(rng.uniform(0.5, 0.65), 0.35, 0.95), (250, 236, 220))
    clouds(canvas, rng, (255, 252, 248), 2)
    skyline(canvas, rng, (150, 156, 176), 0.5)
    canvas.fill(box(0, 0.76 * height, width, height), (122, 124, 132))
    canvas.fill(box(0, 0.74 * height, width, 0.78 * height), (196, 192, 184))
    for n in range(9):
        canvas.fill(
            box(n * width / 8, 0.9 * height, (n + 0.5) * width / 8, 0.92 * height), (240, 236, 214)
        )


def _beach(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    sky(canvas, hsv(0.56, 0.55, 0.95), hsv(rng.uniform(0.05, 0.15), 0.3, 1.0))
    canvas.fill(
        oval(rng.uniform(0.2, 0.8) * width, 0.42 * height, 0.1 * height, 0.1 * height),
        (255, 214, 130),
    )
    canvas.fill(box(0, 0.45 * height, width, height), hsv(0.52, 0.6, 0.75))
    for _ in range(14):
        x, y = rng.uniform(0, width), rng.uniform(0.48, 0.66) * height
        canvas.line(np.array([[x, y], [x + 0.05 * width, y]]), (214, 240, 246), 1.5)
    ground(canvas, 0.7, (242, 218, 164), rng, 0.02)
    x, y = rng.uniform(0.05, 0.95) * width, 0.9 * height
    for n, angle in enumerate(np.linspace(np.pi, 2 * np.pi, 7)[:-1]):
        after = angle + np.pi / 6
        top, r = np.array([x, y - 0.4 * height]), 0.2 * height
        wedge = np.array(
            [
                top,
                top + r * np.array([np.cos(angle), np.sin(angle)]),
                top + r * np.array([np.cos(after), np.sin(after)]),
            ]
        )
        canvas.fill(wedge, (236, 92, 84) if n % 2 else (250, 246, 236))
    canvas.line(np.array([[x, y - 0.4 * height], [x, y]]), (140, 100, 70), 4)


def _school(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    canvas.image[:] = hsv(rng.uniform(0.08, 0.2), 0.2, 0.92)
    canvas.fill(box(0, 0.74 * height, width, height), hsv(0.09, 0.45, 0.7))
    canvas.fill(box(0.2 * width, 0.1 * height, 0.8 * width, 0.5 * height), (142, 102, 66))
    canvas.fill(box(0.215 * width, 0.125 * height, 0.785 * width, 0.475 * height), (46, 92, 74))
    for _ in range(6):
        x, y = rng.uniform(0.25, 0.65) * width, rng.uniform(0.18, 0.42) * height
        canvas.line(
            np.array([[x, y], [x + rng.uniform(10, 90), y + rng.uniform(-8, 8)]]),
            (228, 236, 228),
            2,
        )
    for x in np.arange(0.08, 1, 0.24) * width:
        canvas.fill(box(x, 0.66 * height, x + 0.12 * width, 0.7 * height), (196, 148, 92))
        canvas.fill(
            box(x + 0.01 * width, 0.7 * height, x + 0.02 * width, 0.82 * height), (120, 90, 66)
        )


def _shapes(canvas: Canvas, rng: Rng) -> None:
    """Anything: it teaches that colours alone are nobody."""
    height, width = canvas.image.shape[:2]
    sky(
        canvas,
        hsv(rng.uniform(), rng.uniform(), rng.uniform()),
        hsv(rng.uniform(), rng.uniform(), rng.uniform()),
    )
    for _ in range(int(rng.integers(4, 26))):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.02, 0.25) * height
        colour = hsv(rng.uniform(), rng.uniform(), rng.uniform())
        shape = oval(
            x, y, r, r * rng.uniform(0.4, 1.6), rng.uniform(1, 5), int(rng.integers(3, 30))
        )
        canvas.fill(shape, colour)
        if rng.random() < 0.4:
            canvas.line(shape, blend(colour, (20, 20, 20), 0.7), 0.04 * r + 1, closed=True)
    if rng.random() < 0.3:
        grain = cv2.resize(
            rng.normal(0, 14, (height // 3, width // 3, 1)).astype(np.float32), (width, height)
        )
        canvas.image[:] = np.clip(canvas.image + grain[..., None], 0, 255).astype(np.uint8)


def _desert(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    sky(canvas, hsv(0.03 + rng.uniform(0, 0.06), 0.5, 0.98), hsv(0.12, 0.3, 1.0))
    for n in range(3):
        ground(
            canvas,
            0.48 + 0.12 * n,
            hsv(0.08 + 0.01 * n, 0.45 + 0.05 * n, 0.9 - 0.06 * n),
            rng,
            0.05,
        )
    for _ in range(4):
        x, y, s = (
            rng.uniform(0, width),
            rng.uniform(0.6, 0.8) * height,
            rng.uniform(0.06, 0.13) * height,
        )
        for part in (
            [[x, y], [x, y - 2 * s]],
            [[x - 0.7 * s, y - 1.6 * s], [x - 0.7 * s, y - s], [x, y - 0.8 * s]],
            [[x + 0.7 * s, y - 1.8 * s], [x + 0.7 * s, y - 1.2 * s], [x, y - s]],
        ):
            canvas.line(np.array(part), (70, 132, 88), 0.36 * s)


def _forest(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    sky(canvas, (206, 222, 222), (250, 232, 200))
    for row in range(3):
        ground(canvas, 0.5 + 0.12 * row, hsv(0.09 + 0.02 * row, 0.4, 0.6 - 0.05 * row), rng, 0.02)
        for _ in range(7):
            crown = hsv(rng.uniform(-0.02, 0.14), rng.uniform(0.5, 0.8), rng.uniform(0.6, 0.95))
            tree(
                canvas,
                rng.uniform(0, width),
                (0.56 + 0.12 * row) * height,
                rng.uniform(0.14, 0.24) * height,
                crown,
                rng.random() < 0.3,
            )
    for _ in range(40):
        x, y = rng.uniform(0, width), rng.uniform(0.7, 1) * height
        canvas.fill(oval(x, y, 3, 1.6, 1.4, 8), hsv(rng.uniform(0, 0.13), 0.7, 0.9))


def _snow(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    sky(canvas, hsv(rng.uniform(0.5, 0.7), 0.3, 0.75), (236, 238, 248))
    for n, colour in enumerate(((168, 182, 210), (204, 216, 234), (240, 244, 250))):
        ground(canvas, 0.46 + 0.13 * n, colour, rng, 0.06 - 0.02 * n)
    for _ in range(6):
        tree(
            canvas,
            rng.uniform(0, width),
            rng.uniform(0.6, 0.76) * height,
            rng.uniform(0.12, 0.22) * height,
            hsv(0.42, 0.35, rng.uniform(0.35, 0.6)),
            True,
        )
    for _ in range(80):
        canvas.fill(
            oval(rng.uniform(0, width), rng.uniform(0, height), 2, 2, count=8), (255, 255, 255)
        )


def _kitchen(canvas: Canvas, rng: Rng) -> None:
    height, width = canvas.image.shape[:2]
    tile = hsv(rng.uniform(), 0.12, 0.95)
    canvas.image[:] = tile
    step = height / 9
    for n in range(20):
        canvas.line(
            np.array([[0, n * step], [width, n * step]]), blend(tile, (90, 90, 100), 0.25), 1
        )
        canvas.line(
            np.array([[n * step, 0], [n * step, 0.7 * height]]), blend(tile, (90, 90, 100), 0.25), 1
        )
    front = hsv(rng.uniform(), 0.35, 0.75)
    for n in range(6):
        x = n * width / 6
        canvas.fill(box(x + 2, 0.04 * height, x + width / 6 - 2, 0.22 * height), front)
        canvas.fill(box(x + 2, 0.6 * height, x + width / 6 - 2, 0.8 * height), front)
        canvas.fill(oval(x + width / 12, 0.7 * height, 4, 4, count=10), (240, 236, 226))
    canvas.fill(box(0, 0.56 * height, width, 0.6 * height), (226, 220, 210))
    canvas.fill(box(0, 0.8 * height, width, height), (188, 172, 156))
    for _ in range(4):
        x, s = rng.uniform(0, width), rng.uniform(0.03, 0.06) * height
        canvas.fill(
            box(x - s, 0.56 * height - 2 * s, x + s, 0.56 * height), hsv(rng.uniform(), 0.6, 0.85)
        )


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
