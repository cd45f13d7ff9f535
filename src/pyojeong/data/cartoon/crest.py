"""What grows or sits on a head."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pyojeong.data.cartoon.canvas import Colour, Points, blend, curve, oval
from pyojeong.data.cartoon.face import Pen
from pyojeong.data.cartoon.style import Style

_SIDES = (-1, 1)


def draw_crest(pen: Pen, style: Style, yaw: float) -> None:
    """Drawn before the head, which hides its foot. It sways against a turn."""
    if style.crest == "none":
        return
    half = style.head[0] * (1 + 0.5 * style.head[2])
    sway = -0.12 * yaw
    if style.crest == "antennae":
        for side in _SIDES:
            bend, end = (side * 0.3 + sway, -1.3), (side * 0.5 + sway, -1.5)
            pen.line(curve((side * 0.25, -0.85), bend, end), style.ink, 0.08, outside=True)
            _shape(pen, style, oval(*end, 0.15, 0.15, count=16), style.second)
        return
    share, made = _CRESTS[style.crest]
    for shape in made(half):
        shape[:, 0] += sway
        _shape(pen, style, shape, blend(style.colour, style.second, share))


def _shape(pen: Pen, style: Style, shape: Points, colour: Colour) -> None:
    pen.fill(shape, colour, outside=True)
    pen.line(shape, style.ink, style.outline, outside=True, closed=True)


def _ears(half: float) -> list[Points]:
    return [oval(s * 0.72 * half, -0.82, 0.32, 0.34) for s in _SIDES]


def _buns(half: float) -> list[Points]:
    return [oval(s * 0.6 * half, -0.95, 0.38, 0.38, 3.0) for s in _SIDES]


def _horns(half: float) -> list[Points]:
    horn = np.array([[0.25, -0.85], [0.95, -1.42], [0.85, -0.5]])
    return [horn * np.array([s * half, 1.0]) for s in _SIDES]


def _spikes(half: float) -> list[Points]:
    spike = np.array([[-0.2, 0.0], [0.2, 0.0], [0.0, -0.5]])
    places = ((-0.6, -0.72), (-0.22, -0.9), (0.22, -0.9), (0.6, -0.72))
    return [spike + np.array([x * half, y]) for x, y in places]


def _leaf(half: float) -> list[Points]:
    made = []
    for s in _SIDES:
        outer = curve((0, -0.9), (s * 0.15, -1.6), (s * 0.75, -1.55))
        made.append(np.concatenate([outer, curve((s * 0.75, -1.55), (s * 0.6, -1.05), (0, -0.9))]))
    return made


def _tuft(half: float) -> list[Points]:
    up = curve((-0.3, -0.7), (-0.1, -1.3), (0.35, -1.5))
    return [np.concatenate([up, curve((0.35, -1.5), (0.2, -1.1), (0.3, -0.7))])]


def _cap(half: float) -> list[Points]:
    dome = curve((-0.9 * half, -0.55), (0, -1.75), (0.9 * half, -0.55))
    peak = np.array([[1.25 * half, -0.5], [1.25 * half, -0.4], [-0.9 * half, -0.4]])
    return [np.concatenate([dome, peak])]


def _rays(half: float) -> list[Points]:
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radius = np.where(np.arange(24) % 2, 1.02, 1.3)
    return [np.stack([half * radius * np.cos(angles), radius * np.sin(angles)], 1)]


_CRESTS: dict[str, tuple[float, Callable[[float], list[Points]]]] = {
    "ears": (0.4, _ears),
    "buns": (1.0, _buns),
    "horns": (1.0, _horns),
    "spikes": (1.0, _spikes),
    "leaf": (1.0, _leaf),
    "tuft": (0.3, _tuft),
    "cap": (1.0, _cap),
    "rays": (1.0, _rays),
}
"""Kind → (share of the second colour, its shapes for a head of that half width)."""
