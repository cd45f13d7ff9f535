"""What is behind the lips: cavity, teeth and tongue, in the colours of the photo.

Everything is painted once per photo on a canvas around the mouth. Upper teeth stay with the
skull, lower teeth and tongue with the jaw; per frame the layers are only shifted and shaded by
how far the lips let light in. Teeth the photo shows are kept as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pyojeong.edit.slit import Pixels, Rect
from pyojeong.edit.warp import Floats

Layer = tuple[Floats, Floats]
"""Colour (h, w, 3) and alpha (h, w), float32, colour in [0, 255], alpha in [0, 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class MouthPalette:
    """(3,) float32 RGB colours of the inside of the mouth."""

    teeth: Floats
    gum: Floats
    tongue: Floats
    dark: Floats


def palette(skin: Floats, lips: Floats) -> MouthPalette:
    """Colours under the photo's light, from pixels of bright skin (n, 3) and of the lips."""
    light = np.percentile(skin, 80, axis=0).astype(np.float32)
    lip = np.median(lips, axis=0).astype(np.float32)
    grey = float(light @ np.array([0.3, 0.59, 0.11], np.float32))
    ivory = 0.62 * light + 0.38 * grey * np.array([1.04, 1.0, 0.93], np.float32)
    teeth = np.clip(ivory * 1.04, 20, 238)
    gum = 0.55 * lip + 0.25 * light
    tongue = 0.78 * lip + 0.12 * light
    dark = 0.16 * lip
    return MouthPalette(teeth, gum, tongue, dark)


@dataclass(frozen=True, slots=True, eq=False)
class MouthInterior:
    """rect: the canvas in zone px. upper, lower, tongue: painted layers at rest. seen: what the
    photo itself shows in the opening, anchored to the skull and to the jaw."""

    rect: Rect
    cavity: Floats
    upper: Layer
    lower: Layer
    tongue: Layer
    seen_upper: Layer
    seen_lower: Layer
    reach: float

    def draw(self, skull: Floats, jaw: Floats, opening: Floats) -> Floats:
        """(h, w, 3) float32: the inside, with skull and jaw moved by (2,) px since rest.

        opening: (h, w) how much of each pixel the lips leave free.
        """
        picture = self.cavity.copy()
        for layer, move in (
            (self.tongue, jaw),
            (self.lower, jaw),
            (self.upper, skull),
            (self.seen_lower, jaw),
            (self.seen_upper, skull),
        ):
            _over(picture, layer, move)
        light = cv2.GaussianBlur(opening, (0, 0), self.reach)
        shade = np.clip(0.25 + 1.05 * light, 0, 1)
        return picture * shade[..., None]


def _over(picture: Floats, layer: Layer, move: Floats) -> None:
    """Lay a shifted layer over the picture, in place."""
    colour, alpha = layer
    if not alpha.any():
        return
    if np.abs(move).max() > 1e-3:
        h, w = alpha.shape
        shift = np.array([[1, 0, move[0]], [0, 1, move[1]]], np.float32)
        colour = cv2.warpAffine(colour, shift, (w, h), borderMode=cv2.BORDER_REPLICATE)
        alpha = cv2.warpAffine(alpha, shift, (w, h))
    picture += (colour - picture) * alpha[..., None]


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
    widths = np.array([0.86, 0.66, 0.76, 0.70, 0.68, 0.9]) if up else np.array(
        [0.52, 0.58, 0.68, 0.70, 0.70, 1.0]
    )
    lengths = np.array([0.98, 0.86, 0.95, 0.8, 0.74, 0.6]) if up else np.array(
        [0.78, 0.82, 0.9, 0.78, 0.7, 0.6]
    )
    edges = np.concatenate([[0], np.cumsum(widths)])
    tooth = np.clip(np.searchsorted(edges, np.abs(u), side="right") - 1, 0, len(widths) - 1)
    inside = (np.abs(u) - edges[tooth]) / widths[tooth] * 2 - 1
    length = lengths[tooth] * 1.02
    drop = np.where(tooth == 1, 0.07, np.where(tooth == 2, 0.0, 0.02 * tooth)) if up else 0.0
    tip = -drop - 0.05 * np.abs(inside) ** 4
    height = (tip - v) if up else (v - tip * 0 - 0.04 * np.abs(inside) ** 4)
    px = 1.0 / max(float(np.hypot(*frame.down)), 1e-3)
    soft = np.clip(height / px + 0.5, 0, 1)
    crown = np.clip((length * (1 - 0.16 * inside**2) - height) / (3 * px) + 0.5, 0, 1)
    gap = np.clip((1 - np.abs(inside)) * widths[tooth] / 0.09, 0, 1)
    row = np.exp(-((np.abs(u) / 2.6) ** 4))
    body = 0.80 + 0.2 * np.sqrt(np.clip(1 - inside**2, 0, 1))
    rise = np.clip(height / length, 0, 1)
    tone = body * (0.72 + 0.28 * gap) * (0.93 + 0.09 * np.sin(np.pi * rise)) * (0.35 + 0.65 * row)
    colour = np.where(
        crown[..., None] > 0.5,
        colours.teeth * tone[..., None],
        colours.gum * (0.45 + 0.4 * row)[..., None],
    )
    blend = crown[..., None]
    colour = colours.teeth * tone[..., None] * blend + colours.gum * (
        (0.45 + 0.4 * row)[..., None] * (1 - blend)
    )
    reach = np.clip((1.7 - height) / 0.3, 0, 1) * np.clip((3.3 - np.abs(u)) / 0.3, 0, 1)
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
    top = -0.25 + 0.22 * (u / 1.7) ** 2
    depth = np.clip((v - top) / 0.7, 0, 1)
    groove = 1 - 0.16 * np.exp(-((u / 0.16) ** 2)) * depth
    tone = (0.45 + 0.5 * depth) * groove * np.clip(1.15 - (u / 2.6) ** 2, 0.2, 1)
    alpha = np.clip((v - top) / 0.22, 0, 1) * np.clip((2.1 - np.abs(u)) / 0.4, 0, 1)
    return (colours.tongue * tone[..., None]).astype(np.float32), alpha.astype(np.float32)
