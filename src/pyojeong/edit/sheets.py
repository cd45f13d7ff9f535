"""The two sheets of skin at each opening: how mesh points move in the one and in the other.

A sheet is right on its own side of the opening. On the other side, where it is never seen, it
carries on the motion of its own edge and only gradually returns to the true motion, so that it
neither tears nor folds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from pyojeong.edit.basis import load_basis
from pyojeong.edit.topology import LOWER_LIP, UPPER_LIP, lid_rings
from pyojeong.edit.warp import Floats, Indices


@dataclass(frozen=True, slots=True, eq=False)
class _Carry:
    """points: (n,) mesh points that follow an edge instead of themselves. edge: (k,) points of
    the edge. weights: (n, k), rows sum to 1. share: (n, 1) how much they follow it."""

    points: Indices
    edge: Indices
    weights: Floats
    share: Floats

    def apply(self, moved: Floats, out: Floats) -> None:
        follow = self.weights @ moved[self.edge]
        out[self.points] += (follow - moved[self.points]) * self.share


def two_sheets(moved: Floats) -> Floats:
    """(n, 2) displacements to (n, 4): those of the upper sheets, then of the lower sheets."""
    upper, lower = moved.copy(), moved.copy()
    for carry in _carries(True):
        carry.apply(moved, upper)
    for carry in _carries(False):
        carry.apply(moved, lower)
    return np.concatenate([upper, lower], axis=1)


@cache
def _carries(upper_sheet: bool) -> tuple[_Carry, ...]:
    """For the upper sheet: what lies below an opening follows the opening's upper edge."""
    found = []
    openings = [(UPPER_LIP[3], LOWER_LIP[3], 0.5, 3.6 if upper_sheet else 2.4)]
    for side in (0, 1):
        upper, lower = lid_rings(side)
        rows = (upper[0], lower[0]) if side == 0 else (upper[0][::-1], lower[0][::-1])
        openings.append((*rows, 0.12, 2.4 if upper_sheet else 1.6))
    for top, low, full, none in openings:
        own, other = (top, low) if upper_sheet else (low, top)
        found.append(_carry(own, other, full, none, -1 if upper_sheet else 1))
    return tuple(found)


def _carry(own: Indices, other: Indices, full: float, none: float, way: int) -> _Carry:
    """way: -1 where the carried points lie below the opening, 1 above it. Distances in cm."""
    xy = load_basis().neutral[:, :2]
    start, end = xy[other[0]], xy[other[-1]]
    line = np.interp(xy[:, 0], xy[other, 0], xy[other, 1])
    beyond = np.maximum(np.maximum(start[0] - xy[:, 0], xy[:, 0] - end[0]), 0)
    away = (xy[:, 1] - line) * way
    t = np.clip((none - away) / (none - full), 0, 1)
    side = np.clip(1 - beyond / (0.2 * (end[0] - start[0])), 0, 1)
    share = t * t * (3 - 2 * t) * side * side * (3 - 2 * side)
    share[(away < -1e-3) | np.isin(np.arange(len(xy)), own)] = 0
    share[other[1:-1]] = 1
    share[[own[0], own[-1]]] = 0
    points = np.flatnonzero(share > 1e-3)
    weights = np.zeros((len(points), len(own)), np.float32)
    place = np.interp(xy[points, 0], xy[own, 0], np.arange(len(own)))
    lower = np.minimum(place.astype(int), len(own) - 2)
    rows = np.arange(len(points))
    weights[rows, lower] = 1 - (place - lower)
    weights[rows, lower + 1] = place - lower
    return _Carry(points, own, weights, share[points, None].astype(np.float32))
