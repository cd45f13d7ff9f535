"""What stands in front of people and hides them."""

from __future__ import annotations

import numpy as np

from pyojeong.data.cartoon.brushes import Rng, box
from pyojeong.data.cartoon.canvas import NOBODY, Canvas, blend, hsv, oval


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
            canvas.fill(
                oval(x + dx, ground - 0.4 * r, r, r),
                blend(colour, dark, rng.uniform(0, 0.3)),
                NOBODY,
            )
    elif kind == 1:
        post = box(x - 0.22 * size, ground - 6 * size, x + 0.22 * size, ground + size)
        canvas.fill(post, colour, NOBODY)
        canvas.line(post, dark, 0.06 * size, NOBODY, closed=True)
    elif kind == 2:
        crate = box(x - size, ground - 1.1 * size, x + size, ground + 0.4 * size)
        canvas.fill(crate, colour, NOBODY)
        canvas.line(crate, dark, 0.08 * size, NOBODY, closed=True)
        canvas.line(crate[[0, 2]], dark, 0.06 * size)
    else:
        top = ground - rng.uniform(2.2, 3.6) * size
        canvas.line(np.array([[x, top], [x + 0.2 * size, ground]]), dark, 0.04 * size, NOBODY)
        canvas.fill(oval(x, top, 0.55 * size, 0.65 * size), colour, NOBODY)
        canvas.fill(
            oval(x - 0.2 * size, top - 0.25 * size, 0.12 * size, 0.17 * size),
            blend(colour, (255, 255, 255), 0.6),
        )
