"""A short loop: from the photo through an expression and back."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from pyojeong.edit.express import Sitting
from pyojeong.edit.rig import FaceRig
from pyojeong.edit.wish import Wish
from pyojeong.face.types import FaceMesh, Image

FPS = 24
RISE, HOLD = 0.3, 0.35
"""Shares of a loop in which the expression comes, and stays; it goes in the rest."""


def loop_frames(
    sitting: Sitting, wish: Wish, seconds: float, longest: int = 960
) -> Iterator[Image]:
    """Frames at `FPS`, RGB uint8, at most `longest` px a side and even, first and last alike.

    The expression is the one `Sitting.express` would draw; it eases in, stays and goes.
    """
    look = sitting.looks(wish)[0]
    image, mesh = _shrunk(sitting.image, sitting.mesh, longest)
    rig = FaceRig(image, mesh)
    x0, y0, x1, y1 = rig.zone
    count = max(2, round(seconds * FPS))
    for k in range(count):
        share = presence(k / count)
        frame = image.copy()
        relax = wish.relaxation * share
        frame[y0:y1, x0:x1] = rig.draw(look.scaled(share).expression, relax)
        yield frame


def presence(at: float) -> float:
    """How much of the expression shows, in [0, 1], at a share of the loop in [0, 1): a smooth
    step up, a pause, a smooth step down to where it began."""
    down = RISE + HOLD
    t = at / RISE if at < RISE else 1 - max(0.0, at - down) / (1 - down)
    t = min(max(t, 0.0), 1.0)
    return t * t * (3 - 2 * t)


def _shrunk(image: Image, mesh: FaceMesh, longest: int) -> tuple[Image, FaceMesh]:
    height, width = image.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = [max(2, round(n * scale) // 2 * 2) for n in (width, height)]
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    factor = np.array([size[0] / width, size[1] / height, scale], np.float32)
    return small, FaceMesh((mesh.points * factor).astype(np.float32), mesh.score)
