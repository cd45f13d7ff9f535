"""Anchors of the SSD detectors (Bazarevsky et al. 2019, "BlazeFace")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=64)
def anchor_centres(
    height: int, width: int, grids: Sequence[tuple[int, int]]
) -> NDArray[np.float32]:
    """(n, 2) x and y in px of the input, in the networks' own order: row by row, equal ones
    together. Read only.

    height, width: of the input in px. grids: a tuple of (stride in px, anchors per cell) of each
    output map. All anchors have the size of the input the network was trained on, so that only
    their centres matter.
    """
    parts = [_grid(height // stride, width // stride, stride, count) for stride, count in grids]
    centres = np.concatenate(parts)
    centres.flags.writeable = False
    return centres


def _grid(rows: int, columns: int, stride: int, per_cell: int) -> NDArray[np.float32]:
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    centres = (np.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride
    return np.repeat(centres.astype(np.float32), per_cell, axis=0)
