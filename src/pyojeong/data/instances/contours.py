"""Masks to polygons, and several polygons to one, for formats that know nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.float32]

_MOST = 1_000
"""Most parts and holes of a mask that are followed, the largest: noise has a hundred thousand."""

_PAIRS = 4_000_000
"""Most pairs of points between which the shortest bridge is looked for."""


def rings_of(mask: NDArray[np.bool_], tolerance: float = 0.0, least: float = 0.0) -> list[Ring]:
    """Rings (k, 2) of a mask (H, W), the largest first; holes are joined to their part by a bridge.

    tolerance: px by which a ring may leave the true border so that it needs fewer points (Douglas
    and Peucker 1973); with 0 the ring's pixels are those of the mask. least: parts and holes with
    a smaller share of the figure's pixels are passed over.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return []
    top, left = int(rows[0]), int(columns[0])
    cut = mask[top : rows[-1] + 1, left : columns[-1] + 1]
    # OpenCV walks along pixel middles; at twice the size these lie inside the true border.
    large = np.repeat(np.repeat(cut.view(np.uint8), 2, 0), 2, 1)
    found, tree = cv2.findContours(large, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    sizes = np.array([abs(area(contour[:, 0])) for contour in found])
    limit = min(least * 4 * int(np.count_nonzero(cut)), float(sizes.max()))
    largest = np.sort(np.argsort(-sizes, kind="stable")[:_MOST])
    parts: dict[int, list[Ring]] = {}
    for number in largest[sizes[largest] >= limit].tolist():
        ring = (_simpler(found[number][:, 0], 2 * tolerance) + 0.5) / 2 + (left, top)
        outer = int(tree[0][number][3])
        parts.setdefault(number if outer < 0 else outer, [])
        parts[number if outer < 0 else outer].append(ring.astype(np.float32))
    joined_parts = [joined(part) for part in parts.values()]
    return sorted(joined_parts, key=lambda ring: -abs(area(ring)))


def _simpler(points: NDArray[Any], tolerance: float) -> NDArray[Any]:
    """At least a triangle with some area, or the points as they are."""
    made = cv2.approxPolyDP(points, tolerance, True)[:, 0]
    return made if len(made) >= 3 and area(made) != 0 else points


def area(ring: NDArray[Any]) -> float:
    """px² inside a ring of finite numbers, negative where it runs against the clock on the screen."""
    # Seen from its first point, the edge that closes the ring adds nothing.
    x, y = (ring.astype(np.float64) - ring[0]).T
    return float(x[:-1] @ y[1:] - y[:-1] @ x[1:]) / 2


def joined(rings: Sequence[Ring]) -> Ring:
    """One ring out of several, by bridges there and back between their nearest points.

    Bridges have no width, so by the even-odd rule the pixels stay the same: parts are added, holes
    are cut out. Where parts overlap, their overlap becomes a hole.
    """
    made = rings[0]
    for ring in rings[1:]:
        at, there = _nearest(made, ring)
        loop = np.concatenate([ring[there:], ring[: there + 1]])
        made = np.concatenate([made[: at + 1], loop, made[at:]])
    return made


def _nearest(one: Ring, other: Ring) -> tuple[int, int]:
    """Indices of the points of two rings that lie nearest to each other."""
    step = 1 + len(one) * len(other) // _PAIRS
    a, b = one[::step].astype(np.float64), other.astype(np.float64)
    apart = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    at, there = divmod(int(apart.argmin()), len(b))
    return at * step, there
