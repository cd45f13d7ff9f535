"""Polygons to pixels, exactly: those whose middle lies inside, by the even-odd rule.

OpenCV's `fillPoly` also paints the border, which makes every figure half a pixel fatter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_EDGES = 1_024
"""Edges of a piece: memory stays bounded whatever a ring looks like."""


def fill(made: NDArray[np.bool_], ring: NDArray[np.float32]) -> None:
    """Mark in made (H, W) the pixels whose middle lies in a ring (k, 2) of x and y in px, pixel
    edges at whole numbers. Of a middle on the border, the left and upper border are inside, so
    that figures side by side share no pixel and leave none out."""
    points = ring.astype(np.float64)
    if len(points) <= _EDGES:
        rows, columns, inside = _painted(points, *made.shape)
        made[rows, columns] |= inside
        return
    # A long ring is a fan of pieces around its first point; the edges that two pieces share are
    # crossed twice, which is as good as never.
    whole = np.zeros_like(made)
    for start in range(1, len(points) - 1, _EDGES):
        piece = np.concatenate([points[:1], points[start : start + _EDGES + 1]])
        rows, columns, inside = _painted(piece, *made.shape)
        whole[rows, columns] ^= inside
    made |= whole


def _painted(
    points: NDArray[np.float64], height: int, width: int
) -> tuple[slice, slice, NDArray[np.bool_]]:
    """Rows and columns around a ring, and which pixels there lie in it."""
    rows, columns = _crossings(points, height, width)
    if not len(rows):
        return slice(0), slice(0), np.zeros((0, 0), np.bool_)
    top, bottom = int(rows.min()), int(rows.max()) + 1
    left, right = int(columns.min()), int(columns.max())
    # One column more, for borders on the right. Each row crosses the border an even number of
    # times, so that pixels in their order are outside and inside by turns.
    wide = right - left + 1
    turns = np.sort((rows - top) * wide + columns - left)
    runs = np.diff(turns, prepend=0, append=(bottom - top) * wide)
    inside = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(bottom - top, wide)
    return slice(top, bottom), slice(left, right), inside[:, :-1]


def _crossings(
    points: NDArray[np.float64], height: int, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows, and in each the first pixel not left of the border, for every edge of a ring."""
    start, end = points, np.concatenate([points[1:], points[:1]])
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
