"""An opening of the skin (the mouth or an eye) drawn as two sheets over what lies behind it.

The upper sheet carries everything above the opening, the lower sheet everything below. Each is
warped by a smooth field of its own that simply continues past its edge, so skin never
stretches across the opening; masks that travel with the sheets decide what is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.warp import (
    Floats,
    Indices,
    Lattice,
    Spread,
    enlarge,
    invert,
    soften,
    spread_over,
)

Rect = tuple[int, int, int, int]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Slit:
    """rect: (x0, y0, x1, y1) of the patch in zone px. upper, lower: (h, w, 2) float32, of each
    sheet its mask and the light on its edge in the photo. opening: (h, w) what neither covers.
    window: (h, w, 1), 1 inside and 0 at the patch's border. points: the mesh points around the
    opening. grid: (h, w, 2) each pixel's own place. fades: (rows, columns, 1) each, how much of
    an expression and of the head's turn is felt at the nodes."""

    rect: Rect
    spread: Spread
    upper: Floats
    lower: Floats
    opening: Floats
    window: Floats
    softness: float
    points: Indices
    reach: float
    grid: Floats
    fades: tuple[Floats, Floats]

    def maps(self, sheets: Floats, head: Floats, step: Floats) -> tuple[Floats, Floats]:
        """Backward maps (h, w, 2) in zone px of the upper and the lower sheet, for the patch.

        sheets: (468, 4) px at mesh points, the upper sheet's x and y, then the lower sheet's.
        head: (468, 2) px. step: (2,) whole px by which the head carries the patch itself.
        """
        field = self.spread.field(np.concatenate([sheets, head], axis=1))
        carried = field[..., 4:] * self.fades[1] - step
        both = [field[..., k : k + 2] * self.fades[0] + carried for k in (0, 2)]
        return self._map(both[0]), self._map(both[1])

    def shadow(self, opening: Floats) -> Floats:
        """(h, w) in (0, 1]: light on the skin next to an opening, whose edges curl inwards."""
        return edge_shadow(opening, self.reach)

    def _map(self, forward: Floats) -> Floats:
        lattice = self.spread.lattice
        back = invert(soften(forward, self.softness) / lattice.step) * lattice.step
        back = enlarge(back, lattice.size)
        back += self.grid
        return back


def pixel_grid(rect: Rect) -> Floats:
    """(h, w, 2): x and y of every pixel of a rectangle."""
    x, y = np.meshgrid(np.arange(rect[0], rect[2]), np.arange(rect[1], rect[3]))
    return np.dstack([x, y]).astype(np.float32)


def overlap(rect: Rect, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of the picture and of the patch where a patch lies inside the picture."""
    x0, y0, x1, y1 = rect
    a, b = max(0, x0), max(0, y0)
    c, d = max(a, min(shape[1], x1)), max(b, min(shape[0], y1))
    return (slice(b, d), slice(a, c)), (slice(b - y0, d - y0), slice(a - x0, c - x0))


def make_slit(
    rect: Rect,
    cell: float,
    mesh: tuple[Floats, Floats, Indices],
    edges: tuple[Floats, Floats],
    axes: tuple[Floats, Floats],
    around: Indices,
    rim: Indices,
    fades: Callable[[Lattice], tuple[Floats, Floats]],
) -> Slit:
    """Prepare an opening.

    mesh: points (n, 2) in zone px, depth (n,), triangles. edges: upper and lower edge (k, 2)
    in zone px from corner to corner, left to right as the picture shows them. axes: unit
    vectors (right, down) of the face in the picture. around: mesh points of the edges.
    rim: mesh points of the face's outline. fades: how much motion is felt on a lattice
    (`Field.fades`).
    """
    lattice = Lattice.over(rect, cell)
    points, depth, triangles = mesh
    spread = spread_over(lattice, points, depth, triangles, rim)
    h, w = rect[3] - rect[1], rect[2] - rect[0]
    corner = np.array(rect[:2], np.float32)
    soft = max(0.4, 0.35 * cell)
    upper = _side_of(edges[0] - corner, axes, (h, w), -1, soft)
    lower = _side_of(edges[1] - corner, axes, (h, w), +1, soft)
    opening = np.maximum(1 - upper - lower, 0)
    reach = max(0.7, 1.2 * cell)
    light = edge_shadow(opening, reach)
    # Beyond the face's outline the zone's own, smoother field is better.
    face = np.asarray(cv2.distanceTransform(_inside(spread), cv2.DIST_L2, 3), np.float32)
    ramp = np.minimum(_ramp(h)[:, None], _ramp(w)[None])
    ramp = (ramp * enlarge(np.clip((face - 1) / 4, 0, 1), (w, h)))[..., None]
    return Slit(
        rect, spread, np.dstack([upper, light]), np.dstack([lower, light]), opening,
        ramp.astype(np.float32), 0.9, around, reach, pixel_grid(rect),
        fades(lattice),
    )  # fmt: skip


def _inside(spread: Spread) -> Pixels:
    """(rows, columns) 1 on the face, 0 around it; a face that fills the lattice has no edge."""
    return np.asarray(spread.distance == 0, np.uint8)


def edge_shadow(opening: Floats, reach: float) -> Floats:
    """1 far from an opening, darker at its edge."""
    dark: Floats = 1 - 0.45 * soften(opening, reach)
    return dark


def _side_of(
    edge: Floats,
    axes: tuple[Floats, Floats],
    size: tuple[int, int],
    way: int,
    soft: float,
) -> Floats:
    """(h, w) mask in [0, 1] of what lies above (way -1) or below (+1) an edge that is continued
    straight beyond its corners."""
    right, down = axes
    far = float(sum(size)) * 2
    smooth = _dense(edge)
    # Beyond the corners the two sides overlap a little: nothing may open there.
    lean = -0.3 * way * down
    shape = np.concatenate(
        [
            [smooth[0] - right * far + way * down * far],
            [smooth[0] + (lean - right) * far],
            smooth,
            [smooth[-1] + (lean + right) * far],
            [smooth[-1] + right * far + way * down * far],
        ]
    )
    mask: Pixels = np.zeros(size, np.uint8)
    fixed = np.round(np.clip(shape, -15000, 15000) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    return soften(mask.astype(np.float32) / np.float32(255), soft)


def _dense(edge: Floats, times: int = 8) -> Floats:
    """A Catmull-Rom curve through the points of an edge."""
    padded = np.concatenate([edge[:1] * 2 - edge[1:2], edge, edge[-1:] * 2 - edge[-2:-1]])
    t = np.linspace(0, 1, times, endpoint=False)[None, :, None]
    a, b, c, d = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    joined: Floats = np.concatenate([curve.reshape(-1, 2), edge[-1:]]).astype(np.float32)
    return joined


def _ramp(n: int) -> Floats:
    edge = max(2.0, n * 0.12)
    near = np.minimum(np.arange(n) + 0.5, n - np.arange(n) - 0.5)
    t = np.clip(near / edge, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
