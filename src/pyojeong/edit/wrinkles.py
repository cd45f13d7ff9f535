"""Where skin folds when a muscle pulls: a small atlas of creases in the canonical face.

Each crease is a stroke in cm (x to the right of the picture, y up, the person's right side,
mirrored for the left), with a width and a depth. The profile is dark in the fold with a faint
bright ridge on either side. Placement follows the anatomy plates of EMFACS (Ekman & Friesen
1978) and Hjortsjö (1969).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import cv2
import numpy as np

from pyojeong.edit.warp import Floats, soften

PX_PER_CM = 16
EXTENT = (-8.5, 9.5, 8.5, -10.0)
"""Left, top, right and bottom of the atlas in cm."""

UPPER_LIP_CM = ((-2.5, -1.3), (2.5, -4.3))

Stroke = tuple[float, float, tuple[tuple[float, float], ...]]
"""Width in cm, depth as a share of the skin's brightness, points."""

_FEET: tuple[tuple[tuple[float, float], ...], ...] = (
    ((-5.2, 3.0), (-5.7, 3.25), (-6.2, 3.6)),
    ((-5.3, 2.7), (-5.8, 2.72), (-6.35, 2.7)),
    ((-5.2, 2.4), (-5.65, 2.15), (-6.1, 1.85)),
)
_FOLD = ((-2.35, -1.0), (-2.85, -1.75), (-3.4, -2.6), (-3.8, -3.5), (-3.9, -4.4))

_SIDED: Mapping[str, tuple[Stroke, ...]] = {
    "browDown": (
        (0.19, 0.17, ((-0.5, 5.75), (-0.52, 5.2), (-0.7, 4.5))),
        (0.50, 0.20, ((-3.6, 4.25), (-2.3, 4.0), (-1.1, 3.7))),
        (0.12, 0.08, ((-0.9, 3.5), (-0.4, 3.62), (0.0, 3.6))),
    ),
    "browOuterUp": (
        (0.17, 0.07, ((-5.0, 5.9), (-3.9, 6.4), (-2.6, 6.45), (-1.4, 6.3))),
        (0.19, 0.055, ((-4.6, 6.65), (-3.5, 7.1), (-2.2, 7.2), (-1.0, 7.05))),
    ),
    "mouthSmile": (
        (0.30, 0.15, _FOLD),
        (0.60, 0.04, ((-2.7, -2.4), (-3.1, -3.2), (-3.2, -3.8))),
    ),
    "mouthUpperUp": ((0.28, 0.12, _FOLD[:4]),),
    "mouthDimple": ((0.16, 0.14, ((-3.5, -3.7), (-3.6, -4.3), (-3.45, -4.9))),),
    "mouthStretch": ((0.18, 0.10, ((-3.8, -3.6), (-4.0, -4.5), (-3.8, -5.4))),),
    "mouthFrown": (
        (0.18, 0.15, ((-2.9, -4.75), (-3.3, -5.4), (-3.35, -6.2))),
        (0.20, 0.07, ((-2.3, -1.2), (-2.9, -2.1), (-3.4, -3.1), (-3.5, -4.0))),
    ),
    "mouthPress": ((0.16, 0.08, ((-2.9, -4.0), (-3.0, -4.4), (-2.9, -4.9))),),
    "noseSneer": (
        (0.30, 0.14, _FOLD[:4]),
        (0.70, 0.07, ((-2.6, -1.6), (-3.0, -2.4), (-3.2, -3.2))),
        (0.12, 0.08, ((-1.7, 2.3), (-1.25, 1.9), (-0.75, 1.75))),
        (0.12, 0.07, ((-1.85, 1.75), (-1.4, 1.35), (-0.85, 1.15))),
        (0.12, 0.05, ((-1.95, 1.2), (-1.55, 0.8), (-1.05, 0.6))),
        (0.12, 0.10, ((-0.6, 2.75), (-0.3, 2.85), (0.0, 2.88))),
    ),
    "cheekSquint": (
        (0.16, 0.11, ((-5.0, 1.95), (-4.2, 1.45), (-3.2, 1.3), (-2.2, 1.6))),
        *((0.08, 0.11, foot) for foot in _FEET),
    ),
    "eyeSquint": (
        (0.13, 0.10, ((-4.7, 2.15), (-3.9, 1.8), (-3.1, 1.75), (-2.1, 2.1))),
        *((0.08, 0.06, foot) for foot in _FEET),
    ),
}

_MIDDLE: Mapping[str, tuple[Stroke, ...]] = {
    "browInnerUp": (
        (0.17, 0.085, ((-2.6, 5.95), (-1.4, 6.3), (0.0, 6.22))),
        (0.19, 0.075, ((-2.0, 6.75), (-1.0, 7.05), (0.0, 6.98))),
        (0.18, 0.04, ((-2.4, 7.4), (-1.2, 7.75), (0.0, 7.7))),
        (0.20, 0.05, ((-0.45, 5.6), (-0.5, 5.1), (-0.6, 4.7))),
    ),
    "mouthShrugLower": (
        (0.24, 0.16, ((-1.7, -5.8), (-0.9, -6.0), (0.0, -6.05))),
        (0.12, 0.08, ((-0.9, -7.0), (-0.6, -7.3), (-0.25, -7.05))),
        (0.12, 0.06, ((-0.7, -7.8), (-0.35, -7.6), (0.0, -7.85))),
    ),
}


@cache
def atlas() -> dict[str, Floats]:
    """ARKit name -> log gain at weight 1, float32, on the canonical grid (rows go down)."""
    maps: dict[str, Floats] = {}
    for name, strokes in _SIDED.items():
        right = _drawn(strokes)
        maps[name + "Right"] = right
        maps[name + "Left"] = np.ascontiguousarray(right[:, ::-1])
    for name, strokes in _MIDDLE.items():
        half = _drawn(strokes)
        maps[name] = np.minimum(half, 0) + np.minimum(half[:, ::-1], 0)
        maps[name] += np.maximum(np.maximum(half, 0), np.maximum(half[:, ::-1], 0))
    return maps


@cache
def regions() -> dict[str, Floats]:
    """ARKit name -> soft mask in [0, 1] of the skin around its creases. The upper lip is left
    out: the shadow under a nose, or a moustache, is no fold."""
    found: dict[str, Floats] = {}
    lip = np.zeros(next(iter(atlas().values())).shape, np.float32)
    (x0, y0), (x1, y1) = to_atlas(np.array(UPPER_LIP_CM, np.float32)).astype(int)
    lip[y0:y1, x0:x1] = 1
    kept = 1 - soften(lip, 0.3 * PX_PER_CM)
    for name, gain in atlas().items():
        wide = soften(np.abs(gain), 0.32 * PX_PER_CM) * kept
        found[name] = np.clip(wide / max(float(wide.max()) * 0.5, 1e-6), 0, 1)
    return found


def to_atlas(cm: Floats) -> Floats:
    """(..., 2) canonical x and y to atlas px."""
    left, top = EXTENT[:2]
    place = np.stack([cm[..., 0] - left, top - cm[..., 1]], axis=-1) * PX_PER_CM - 0.5
    return place.astype(np.float32)


def _drawn(strokes: tuple[Stroke, ...]) -> Floats:
    left, top, right, bottom = EXTENT
    size = round((top - bottom) * PX_PER_CM), round((right - left) * PX_PER_CM)
    gain = np.zeros(size, np.float32)
    for width, depth, points in strokes:
        path = to_atlas(_curve(np.array(points, np.float32)))
        line = np.zeros(size, np.float32)
        n = len(path) - 1
        for i in range(n):
            taper = float(np.sin(np.pi * (i + 0.5) / n)) ** 0.7
            a, b = (tuple(int(v * 16) for v in p) for p in (path[i], path[i + 1]))
            patch = np.zeros(size, np.uint8)
            cv2.line(patch, a, b, 255, 1, cv2.LINE_AA, 4)
            np.maximum(line, patch.astype(np.float32) * (taper / 255), out=line)
        fold = soften(line, width * PX_PER_CM)
        ridge = soften(line, 2.4 * width * PX_PER_CM)
        peak = max(float(fold.max()), 1e-6)
        gain += (0.6 * ridge - fold) * (depth / peak)
    return gain


def _curve(points: Floats, pieces: int = 12) -> Floats:
    """Points along a stroke: quadratic through three, else piecewise smooth."""
    t = np.linspace(0, 1, len(points))
    fine = np.linspace(0, 1, pieces + 1)
    fitted = [
        np.polyval(np.polyfit(t, points[:, k], min(3, len(points) - 1)), fine) for k in (0, 1)
    ]
    return np.stack(fitted, axis=1).astype(np.float32)
