"""Anchors of the SSD detectors (Bazarevsky et al. 2019, "BlazeFace")."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def anchor_centres(size: int, grids: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    """(n, 2) x and y in [0, 1], in the networks' own order: row by row, equal ones together.

    size: side of the input in px. grids: (stride in px, anchors per cell) of each output map.
    All anchors have the size of the input, so that only their centres matter.
    """
    return np.concatenate([_grid(size // stride, per_cell) for stride, per_cell in grids])


def _grid(cells: int, per_cell: int) -> NDArray[np.float32]:
    centres = (np.arange(cells, dtype=np.float32) + np.float32(0.5)) / np.float32(cells)
    x, y = np.meshgrid(centres, centres)
    return np.repeat(np.stack([x, y], -1).reshape(-1, 2), per_cell, axis=0)
