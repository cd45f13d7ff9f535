"""Keeping triangles of the mesh from turning over, with as little change as possible.

Position-based dynamics (Müller et al. 2007): every visible triangle must keep a tenth of its
area; a violated triangle pushes its corners apart along the gradient of its area. Corners that
carry an edge of an opening give way least. Whatever still folds after that scales the whole
motion back.
"""

from __future__ import annotations

import numpy as np

from pyojeong.edit.warp import Floats, Indices, signed_areas

KEPT = np.float32(0.1)
STEPS = 32


class Unfolder:
    """Prepared for one face. points: (n, 2) px, triangles: (t, 3), ease: (n,) in (0, 1], how
    readily each point gives way."""

    def __init__(self, points: Floats, triangles: Indices, ease: Floats) -> None:
        areas = signed_areas(points, triangles)
        typical = float(np.median(np.abs(areas)))
        visible = areas < -0.02 * typical
        self.points = points.astype(np.float32)
        self.triangles = triangles[visible]
        self.areas = areas[visible]
        self.ease = ease.astype(np.float32)

    def folded(self, moved: Floats) -> Indices:
        """Rows of `triangles` that have turned over."""
        return np.flatnonzero(signed_areas(self.points + moved, self.triangles) >= 0)

    def apply(self, moved: Floats) -> Floats:
        """Displacements (n, 2) px near `moved` under which no visible triangle is folded."""
        place = self.points + moved
        for step in range(STEPS):
            lack = signed_areas(place, self.triangles) - KEPT * self.areas
            if not (lack > -0.5 * KEPT * self.areas).any():
                return place - self.points
            bad = np.flatnonzero(lack > 0)
            # The edges of openings hold their place first, then give way like the rest.
            self._push(place, bad, lack[bad], self.ease if step < STEPS // 2 else None)
        return self._scaled(place - self.points)

    def _push(self, place: Floats, bad: Indices, lack: Floats, ease: Floats | None) -> None:
        corners = self.triangles[bad]
        a, b, c = (place[corners[:, k]] for k in range(3))
        # Gradient of the signed area at each corner: the opposite edge, turned by 90 degrees.
        slopes = np.stack([_turned(c - b), _turned(a - c), _turned(b - a)], axis=1)
        give = np.ones(corners.shape, np.float32) if ease is None else ease[corners]
        weight = (give * (slopes**2).sum(2)).sum(1)
        step = -1.15 * lack / np.maximum(weight, 1e-6)
        push = slopes * (give * step[:, None])[..., None]
        shift = np.zeros_like(place)
        count = np.zeros(len(place), np.float32)
        np.add.at(shift, corners.ravel(), push.reshape(-1, 2))
        np.add.at(count, corners.ravel(), 1)
        place += shift / np.maximum(count, 1)[:, None] ** 0.5

    def _scaled(self, moved: Floats) -> Floats:
        """The largest share of the motion that folds nothing."""
        if not len(self.folded(moved)):
            return moved
        low, high = 0.0, 1.0
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (low, middle) if len(self.folded(moved * middle)) else (middle, high)
        return (moved * low).astype(np.float32)


def _turned(edge: Floats) -> Floats:
    return np.stack([-edge[:, 1], edge[:, 0]], axis=1)
