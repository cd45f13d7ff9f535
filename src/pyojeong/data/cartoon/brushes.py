"""What several places are made of."""

from __future__ import annotations

import numpy as np

from pyojeong.data.cartoon.canvas import Canvas, Colour, Points, blend, hsv, oval

Rng = np.random.Generator


def box(x0: float, y0: float, x1: float, y1: float) -> Points:
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)


def sky(canvas: Canvas, top: Colour, bottom: Colour) -> None:
    height = canvas.image.shape[0]
    share = np.linspace(0, 1, height)[:, None]
    rows = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
    canvas.image[:] = np.round(rows)[:, None].astype(np.uint8)


def ground(canvas: Canvas, level: float, colour: Colour, rng: Rng, rough: float = 0.04) -> None:
    """Hills whose edge lies about `level` of the height down."""
    height, width = canvas.image.shape[:2]
    x = np.linspace(-0.02, 1.02, 40)
    waves = sum(np.sin(x * f + rng.uniform(0, 6)) / n for n, f in ((1, 4), (2, 9), (3, 17)))
    edge = np.stack([x * width, (level + rough * waves) * height], 1)
    canvas.fill(np.concatenate([edge, [[1.02 * width, height], [-0.02 * width, height]]]), colour)


def clouds(canvas: Canvas, rng: Rng, colour: Colour, count: int) -> None:
    height, width = canvas.image.shape[:2]
    for _ in range(count):
        x, y, r = (
            rng.uniform(0, width),
            rng.uniform(0.05, 0.3) * height,
            rng.uniform(0.03, 0.07) * height,
        )
        for n in range(4):
            canvas.fill(
                oval(x + (n - 1.5) * r, y + rng.uniform(-0.3, 0.3) * r, 1.1 * r, 0.8 * r, count=20),
                colour,
            )


def tree(canvas: Canvas, x: float, y: float, size: float, crown: Colour, pointed: bool) -> None:
    canvas.fill(box(x - 0.08 * size, y - 0.9 * size, x + 0.08 * size, y), (112, 78, 52))
    if pointed:
        for n in range(3):
            low = y - (0.5 + 0.45 * n) * size
            half = (0.55 - 0.12 * n) * size
            canvas.fill(
                np.array([[x - half, low], [x + half, low], [x, low - 0.8 * size]]),
                blend(crown, (255, 255, 255), 0.06 * n),
            )
    else:
        for dx, dy, r in ((-0.3, 1.0, 0.4), (0.3, 1.0, 0.42), (0.0, 1.35, 0.5)):
            canvas.fill(
                oval(x + dx * size, y - dy * size, r * size, r * size),
                blend(crown, (255, 255, 255), 0.05 * dy),
            )


def window(canvas: Canvas, x: float, y: float, size: float, light: Colour) -> None:
    canvas.fill(box(x - 4, y - 4, x + size + 4, y + size + 4), (250, 248, 240))
    canvas.fill(box(x, y, x + size, y + size), light)
    for part in (
        [[x + size / 2, y], [x + size / 2, y + size]],
        [[x, y + size / 2], [x + size, y + size / 2]],
    ):
        canvas.line(np.array(part), (250, 248, 240), 0.06 * size)


def skyline(canvas: Canvas, rng: Rng, colour: Colour, level: float) -> None:
    height, width = canvas.image.shape[:2]
    x = -10.0
    while x < width:
        wide, top = rng.uniform(0.05, 0.12) * width, (level - rng.uniform(0, 0.3)) * height
        wall = blend(colour, hsv(rng.uniform(), 0.3, 0.8), rng.uniform(0, 0.35))
        canvas.fill(box(x, top, x + wide, 0.9 * height), wall)
        for wx in np.arange(x + 5, x + wide - 6, 11):
            for wy in np.arange(top + 6, 0.72 * height, 14):
                if rng.random() < 0.55:
                    canvas.fill(box(wx, wy, wx + 5, wy + 7), blend(wall, (255, 226, 140), 0.75))
        x += wide + rng.uniform(0, 0.02) * width
