"""Polygons to pixels, exactly: those whose middle lies inside, by the even-odd rule.

OpenCV's `fillPoly` also paints the border, which makes every figure half a pixel fatter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_EDGES = 4_096
"""Edges that are looked at together: memory stays bounded whatever a ring looks like."""


def fill(made: NDArray[np.bool_], ring: NDArray[np.float32]) -> None:
    """Mark in made (H, W) the pixels whose middle lies in a ring (k, 2) of x and y in px, pixel
    edges at whole numbers. Of a middle on the border, the left and upper border are inside, so
    that figures side by side share no pixel and leave none out."""
    height, width = made.shape
    points = ring.astype(np.float64)
    crossings = [
        _crossings(points[start : start + _EDGES + 1], height, width)
        for start in range(0, len(points), _EDGES)
    ]
    if len(points):
        crossings.append(_crossings(points[[-1, 0]], height, width))
    crossings = [found for found in crossings if len(found[0])]
    if not crossings:
        return
    top = min(int(rows.min()) for rows, _ in crossings)
    bottom = max(int(rows.max()) for rows, _ in crossings) + 1
    left = min(int(columns.min()) for _, columns in crossings)
    right = max(int(columns.max()) for _, columns in crossings)
    # One column more, for borders on the right.
    turns = np.zeros((bottom - top, right - left + 1), np.uint8)
    for rows, columns in crossings:
        # 256 borders at one place are as good as none, so overflowing is right.
        np.add.at(turns.reshape(-1), (rows - top) * turns.shape[1] + columns - left, 1)
    inside = np.add.accumulate(turns, axis=1, dtype=np.uint8)[:, :-1] & 1
    made[top:bottom, left:right] |= inside.view(np.bool_)


def _crossings(
    points: NDArray[np.float64], height: int, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows, and in each the first pixel not left of the border, for every edge of a line."""
    start, end = points[:-1], points[1:]
    # From above to below, so that an edge gives the same from either side.
    down = (start[:, 1] <= end[:, 1])[:, None]
    upper, lower = np.where(down, start, end), np.where(down, end, start)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), 0, height).astype(np.int64)
    tall = np.clip(np.ceil(lower[:, 1] - 0.5), 0, height).astype(np.int64) - first
    edge = np.repeat(np.arange(len(tall)), tall)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(tall) - tall, tall) + first[edge]
    begin, step = upper[edge], (lower - upper)[edge]
    x = begin[:, 0] + (row + 0.5 - begin[:, 1]) * step[:, 0] / step[:, 1]
    return row, np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
