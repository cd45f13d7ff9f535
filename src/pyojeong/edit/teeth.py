"""Painting teeth and a tongue that a photo does not show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyojeong.edit.mouthcolour import MouthPalette
from pyojeong.edit.warp import Floats

Layer = tuple[Floats, Floats]
"""Colour (h, w, 3) and alpha (h, w), float32, colour in [0, 255], alpha in [0, 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class MouthFrame:
    """Face axes at the mouth: px per cm to the right and down, px per cm towards the camera,
    and where the upper teeth end at rest, all in px of the canvas."""

    right: Floats
    down: Floats
    near: Floats
    centre: Floats


def paint_teeth(frame: MouthFrame, size: tuple[int, int], colours: MouthPalette, up: bool) -> Layer:
    """A row of teeth with its gum. Tooth widths follow the mean adult arch (Wheeler)."""
    u, v = _arch_coordinates(frame, size)
    widths = (
        np.array([0.86, 0.66, 0.76, 0.70, 0.68, 0.9])
        if up
        else np.array([0.52, 0.58, 0.68, 0.70, 0.70, 1.0])
    )
    lengths = (
        np.array([0.98, 0.86, 0.95, 0.8, 0.74, 0.6])
        if up
        else np.array([0.78, 0.82, 0.9, 0.78, 0.7, 0.6])
    )
    edges = np.concatenate([[0], np.cumsum(widths)])
    tooth = np.clip(np.searchsorted(edges, np.abs(u), side="right") - 1, 0, len(widths) - 1)
    inside = (np.abs(u) - edges[tooth]) / widths[tooth] * 2 - 1
    px = 1.0 / max(float(np.hypot(*frame.down)), 1e-3)
    short = np.array([0, 0.06, 0.0, 0.05, 0.08, 0.12])[tooth]
    rounding = (
        0.035 * np.abs(u) ** 1.5 * up + 0.045 * np.abs(inside) ** 3 + (short if up else 0.3 * short)
    )
    height = (-v if up else v) - rounding
    soft = np.clip(height / px + 0.5, 0, 1)
    length = lengths[tooth] * (1 - 0.12 * inside**2)
    crown = np.clip((length - height) / max(3 * px, 0.06) + 0.5, 0, 1)
    near = np.exp(-(((1 - np.abs(inside)) * widths[tooth] / 0.06) ** 2))
    row = np.exp(-((np.abs(u) / 2.5) ** 3))
    rise = np.clip(height / lengths[tooth], 0, 1)
    # Teeth part towards their tips and touch towards the gum.
    gap = 1 - (0.04 + 0.16 * (1 - rise) ** 2) * near
    body = 0.86 + 0.14 * np.sqrt(np.clip(1 - inside**2, 0, 1))
    own = np.array([1.0, 0.97, 0.94, 0.97, 0.94, 0.92])[tooth]
    tone = body * gap * own * (0.94 + 0.08 * np.sin(np.pi * rise)) * (0.30 + 0.70 * row)
    tone = tone * (1.0 if up else 0.86)
    gum = colours.gum * (0.40 + 0.45 * row)[..., None]
    colour = gum + (colours.teeth * tone[..., None] - gum) * crown[..., None]
    reach = np.clip((1.9 - height) / 0.4, 0, 1) * np.clip((3.3 - np.abs(u)) / 0.4, 0, 1)
    return colour.astype(np.float32), (soft * reach).astype(np.float32)


def _arch_coordinates(frame: MouthFrame, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Along-arch (cm, 0 between the incisors) and downward (cm) coordinates of each pixel.

    The arch bends back from the lips as a parabola, so a turned head sees it foreshortened.
    """
    along = np.linspace(-4.2, 4.2, 169, dtype=np.float32)
    across = along / np.sqrt(1 + (along / 3.4) ** 2)
    back = -0.20 * across**2
    path = across[:, None] * frame.right + back[:, None] * frame.near + frame.centre
    h, w = size
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    unit = frame.right / np.hypot(*frame.right)
    place = path @ unit
    order = np.argsort(place)
    t = (x * unit[0] + y * unit[1]).ravel()
    u = np.interp(t, place[order], along[order]).reshape(h, w)
    cx = np.interp(u.ravel(), along, path[:, 0]).reshape(h, w)
    cy = np.interp(u.ravel(), along, path[:, 1]).reshape(h, w)
    scale = float(frame.down @ frame.down)
    v = ((x - cx) * frame.down[0] + (y - cy) * frame.down[1]) / max(scale, 1e-6)
    return u.astype(np.float32), v.astype(np.float32)


def paint_tongue(frame: MouthFrame, size: tuple[int, int], colours: MouthPalette) -> Layer:
    """The tongue lying behind the lower teeth: a broad dome, darker to the back."""
    h, w = size
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    px = x - frame.centre[0], y - frame.centre[1]
    u = (px[0] * frame.right[0] + px[1] * frame.right[1]) / float(frame.right @ frame.right)
    v = (px[0] * frame.down[0] + px[1] * frame.down[1]) / float(frame.down @ frame.down)
    top = -1.5 + 0.4 * (u / 1.7) ** 2
    depth = np.clip((v - top) / 1.7, 0, 1)
    groove = 1 - 0.06 * np.exp(-((u / 0.16) ** 2)) * depth
    tone = (0.34 + 0.60 * depth) * groove * np.clip(1.1 - (u / 2.4) ** 2, 0.2, 1)
    alpha = np.clip((v - top) / 0.6, 0, 1) * np.clip((2.4 - np.abs(u)) / 0.9, 0, 1)
    return (colours.tongue * tone[..., None]).astype(np.float32), alpha.astype(np.float32)
