"""The zone of a face: the rectangle it can reach, and the motion of everything in it.

Inside the mesh the motion is the mesh's. Around it the motion of the outline is carried on and
fades, so the jaw line follows while hair, ear-rings and background stay. A turning head fades
further out than an expression does.
"""

from __future__ import annotations

import numpy as np

from pyojeong.edit.pose import Pose
from pyojeong.edit.slit import Pixels, Rect, pixel_grid
from pyojeong.edit.warp import (
    QUICK,
    Floats,
    Indices,
    Lattice,
    enlarge,
    invert,
    sample,
    soften,
    spread_over,
)

CELL_CM = 0.32
REACH_CM = 4.5
"""How far an expression moves what is around the face; twice that below the chin."""
HEAD_REACH_CM = 8.5
MARGIN_CM = 9.0
BAND_PX = 2_000_000
"""Pixels that are worked on at a time."""


def zone_of(points: Floats, pose: Pose, shape: tuple[int, ...]) -> Rect:
    """(x0, y0, x1, y1) px that expressions and head motion can reach, inside the picture.

    points: (468, 2). A face outside the picture gives the picture's nearest pixel.
    """
    margin = pose.scale * MARGIN_CM
    low, high = np.floor(points.min(0) - margin), np.ceil(points.max(0) + margin)
    h, w = shape[:2]
    x0, y0 = int(np.clip(low[0], 0, w - 1)), int(np.clip(low[1], 0, h - 1))
    return x0, y0, int(np.clip(high[0], x0 + 1, w)), int(np.clip(high[1], y0 + 1, h))


class Field:
    """Motion over a zone of (h, w) px. points: (468, 2) zone px, depth: (468,).

    rim: mesh points of the outline.
    """

    def __init__(
        self,
        size: tuple[int, int],
        points: Floats,
        depth: Floats,
        triangles: Indices,
        pose: Pose,
    ) -> None:
        h, w = size
        lattice = Lattice.over((0, 0, w, h), CELL_CM * pose.scale)
        self._spread = spread_over(lattice, points, depth, triangles)
        self.rim = self._spread.rim
        away = self._spread.distance * float(lattice.step.mean()) / pose.scale
        nodes = lattice.index() * lattice.step - points.mean(0)
        far = np.maximum(np.hypot(nodes[..., 0], nodes[..., 1]), 1)
        below = np.clip((nodes @ pose.down_unit) / far, 0, 1)
        self._fade = _fade(away / (REACH_CM * (1 + below)))
        self._fade_head = _fade(away / HEAD_REACH_CM)

    def fades(self, lattice: Lattice) -> tuple[Floats, Floats]:
        """(rows, columns, 1) each: how much of an expression and of the head's turn is felt at
        the nodes of another lattice."""
        own = self._spread.lattice
        px = lattice.index() * lattice.step + (lattice.step / 2 - 0.5 + lattice.origin)
        place = own.to_nodes(px.astype(np.float32))
        near = [
            np.asarray(sample(f, place), np.float32)[..., None]
            for f in (self._fade, self._fade_head)
        ]
        return near[0], near[1]

    def back(self, moved: Floats, head: Floats) -> Floats:
        """(rows, columns, 2) px on the lattice: how far off each place comes from, for points
        moved by (468, 2) px each by the expression and by the head."""
        both = self._spread.field(np.concatenate([moved, head], axis=1))
        forward = both[..., :2] * self._fade + both[..., 2:] * self._fade_head
        step = self._spread.lattice.step
        back: Floats = invert(soften(forward, 1.0) / step, QUICK) * step
        return back

    def place(self, back: Floats, rect: Rect) -> Floats:
        """(h, w, 2) zone px: where each pixel of a rectangle comes from."""
        x0, y0, x1, y1 = rect
        size = self._spread.lattice.size
        if rect == (0, 0, *size):
            full = enlarge(back, size)
        else:
            corner = np.array([x0, y0], np.float32)
            nodes = self._spread.lattice.to_nodes(pixel_grid((0, 0, x1 - x0, y1 - y0)) + corner)
            full = np.asarray(sample(back, nodes), np.float32)
        full[..., 0] += np.arange(x0, x1, dtype=np.float32)
        full[..., 1] += np.arange(y0, y1, dtype=np.float32)[:, None]
        return full

    def warp(self, photo: Pixels, back: Floats, method: int) -> Pixels:
        """The whole zone, moved; a large one in bands, to save memory."""
        h, w = photo.shape[:2]
        rows = max(64, BAND_PX // w)
        if rows >= h:
            whole: Pixels = sample(photo, self.place(back, (0, 0, w, h)), method)
            return whole
        out = np.empty_like(photo)
        for y in range(0, h, rows):
            band = (0, y, w, min(h, y + rows))
            out[y : band[3]] = sample(photo, self.place(back, band), method)
        return out


def _fade(share: Floats) -> Floats:
    t = np.clip(1 - share, 0, 1)
    fade: Floats = (t * t * (3 - 2 * t))[..., None].astype(np.float32)
    return fade
