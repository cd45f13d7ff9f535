"""Boxes drawn by people: repaired where they reach out of the picture, agreed on where several."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in px."""

LEAST_SIDE = 4.0
"""Shortest side, px, of a box that is worth keeping."""

LEAST_LEFT = 0.3
"""A box of which less than this share lies in the picture was drawn on another one."""

OVERLAP = 0.5
"""Intersection over union from which two boxes mean the same face."""


def repaired(sides: Sequence[float], size: tuple[int, int]) -> tuple[Box | None, str]:
    """A box inside a picture of (width, height) px, and "whole", "repaired" or "dropped".

    Swapped sides are put right and what reaches out is cut off, unless that leaves less than
    three tenths of the box; "dropped" (with None) is also what is no four finite numbers.
    """
    if len(sides) != 4 or not all(map(math.isfinite, sides)):
        return None, "dropped"
    x0, y0, x1, y1 = map(float, sides)
    left, right = sorted((x0, x1))
    top, bottom = sorted((y0, y1))
    width, height = size
    cut = (max(left, 0.0), max(top, 0.0), min(right, width), min(bottom, height))
    wide, high = cut[2] - cut[0], cut[3] - cut[1]
    whole = (right - left) * (bottom - top)
    if min(wide, high) < LEAST_SIDE or wide * high < LEAST_LEFT * whole:
        return None, "dropped"
    return cut, "whole" if cut == (x0, y0, x1, y1) else "repaired"


def consensus(boxes: Sequence[Box]) -> tuple[Box, bool]:
    """The median box of those that overlap the middle one, and whether any other does."""
    table = np.array(boxes, np.float64)
    like = np.array([[overlap(a, b) for b in boxes] for a in boxes])
    middle = int(like.sum(1).argmax())
    same = like[middle] >= OVERLAP
    left, top, right, bottom = np.median(table[same], 0).tolist()
    return (left, top, right, bottom), len(boxes) == 1 or int(same.sum()) > 1


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union."""
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = wide * high
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return both / (areas - both) if areas > both else 0.0
