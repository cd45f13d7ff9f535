"""The subject's own colours in pixels that it covers only in part.

Germer et al. 2020, "Fast multi-level foreground estimation" (arXiv:2006.14970): from a picture of
one pixel up, every level starts from the one below and evens subject and background colours out
over neighbours, so far as they still make the picture. At full size one step of Forte 2021,
"Approximate fast foreground colour estimation", puts the fine detail back, in tiles.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.background.matting import as_floats, tiles
from pyojeong.edit.background.types import Alpha, Image

Floats = NDArray[np.float32]

LONGEST = 768
_EVEN = 1e-5
_STEEP = 1.0


def foreground(image: Image, alpha: Alpha) -> Image:
    """Subject colours uint8 (H, W, 3); the photo's own bytes wherever alpha is 255."""
    height, width = alpha.shape
    scale = min(1.0, LONGEST / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    colours = as_floats(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    share = as_floats(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA))
    both = np.dstack(layers(colours, share))
    out = image.copy()
    for area, part in tiles(both, height, width, (share > 0) & (share < 1)):
        a = as_floats(alpha[area])[:, :, None]
        front, back = part[:, :, :3], part[:, :, 3:]
        missing = as_floats(image[area]) - a * front - (1 - a) * back
        better = np.clip(front + a * missing / (a * a + (1 - a) ** 2), 0, 1)
        out[area] = np.where(a < 1, np.rint(better * 255), image[area]).astype(np.uint8)
    return out


def layers(image: Floats, alpha: Floats) -> tuple[Floats, Floats]:
    """Colours (H, W, 3) in [0, 1] of subject and background, so that alpha mixes the picture."""
    height, width = alpha.shape
    levels = int(np.ceil(np.log2(max(height, width, 2))))
    front = back = np.zeros((1, 1, 3), np.float32)
    for level in range(levels + 1):
        size = (
            max(1, round(width ** (level / levels))),
            max(1, round(height ** (level / levels))),
        )
        shown, share = _resized(image, size, cv2.INTER_AREA), _resized(alpha, size, cv2.INTER_AREA)
        front = _resized(front, size, cv2.INTER_NEAREST)
        back = _resized(back, size, cv2.INTER_NEAREST)
        for _ in range(10 if max(size) <= 32 else 2):
            front, back = _evened(shown, share, front, back)
    return front, back


def _resized(values: Floats, size: tuple[int, int], how: int) -> Floats:
    # OpenCV drops an axis of length 1.
    resized = cv2.resize(values, size, interpolation=how)
    return np.asarray(resized, np.float32).reshape(size[1], size[0], *values.shape[2:])


def _evened(image: Floats, alpha: Floats, front: Floats, back: Floats) -> tuple[Floats, Floats]:
    """One sweep over all pixels at once: the 2x2 least squares of each with its neighbours'."""
    sides = [_shifted(alpha, dy, dx) for dy, dx in _NEIGHBOURS]
    weights = [_EVEN + _STEEP * np.abs(side - alpha) for side in sides]
    total = sum(weights[1:], weights[0])
    pairs = list(zip(weights, _NEIGHBOURS, strict=True))
    f = sum(w[:, :, None] * _shifted(front, *d) for w, d in pairs)
    b = sum(w[:, :, None] * _shifted(back, *d) for w, d in pairs)
    a0, a1 = alpha, 1 - alpha
    f, b = f + a0[:, :, None] * image, b + a1[:, :, None] * image
    m00, m11, m01 = a0 * a0 + total, a1 * a1 + total, a0 * a1
    scale = 1 / (m00 * m11 - m01 * m01)
    new_front = (m11[:, :, None] * f - m01[:, :, None] * b) * scale[:, :, None]
    new_back = (m00[:, :, None] * b - m01[:, :, None] * f) * scale[:, :, None]
    return (
        np.asarray(np.clip(new_front, 0, 1), np.float32),
        np.asarray(np.clip(new_back, 0, 1), np.float32),
    )


_NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1))


def _shifted(values: Floats, dy: int, dx: int) -> Floats:
    """The neighbour of every pixel; at the edge itself."""
    out = values.copy()
    if dy < 0:
        out[1:] = values[:-1]
    elif dy > 0:
        out[:-1] = values[1:]
    elif dx < 0:
        out[:, 1:] = values[:, :-1]
    else:
        out[:, :-1] = values[:, 1:]
    return out
