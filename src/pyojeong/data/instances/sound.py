"""Outlines as people and tools leave them, made sound: inside the picture, with some area.

What was dropped or mended is counted and told, never passed over in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.instances.contours import Ring, area

LEAST_AREA = 1e-3
"""px² below which a ring has no area."""

_SAID = {
    "boxes": "{} figures are boxes without an outline; they were taken as rectangles.",
    "outside": "{} figures reached out of their picture and were cut to it.",
    "gone": "{} figures lay outside their picture and were left out.",
    "short": "{} outlines have fewer than three points and were left out.",
    "flat": "{} outlines enclose no area and were left out.",
    "nan": "{} outlines have coordinates that are no numbers and were left out.",
    "unreadable": "{} outlines cannot be read and were left out.",
    "unoutlined": "{} annotations have neither outline nor box and were left out.",
    "crowds": "{} regions are marked as crowds (iscrowd) and were left out. CVAT marks so what was "
    "drawn with its brush: export as Ultralytics YOLO Segmentation to have it.",
    "size": "{} masks have another size than their picture and were left out.",
    "twice": "{} figures were listed twice; one each was kept.",
    "orphans": "{} annotations belong to no picture and were left out.",
    "turned": "{} pictures were outlined lying on their side (EXIF); the outlines were turned.",
    "scaled": "{} pictures have another size than where they were outlined; the outlines were "
    "scaled.",
    "misfits": "{} pictures have another shape than where they were outlined and were left out.",
    "broken": "{} pictures cannot be read and were left out.",
    "repeated": "{} pictures were named more than once; they were taken once.",
    "missing": "{} pictures are named and not there; they were left out.",
    "foreign": "{} pictures are named by paths outside the set; they were taken from inside it.",
    "unlabelled": "{} pictures have no file of labels; they stay, without a figure.",
    "lonely": "{} files of labels have no picture and were left out.",
    "splits": "{} splits are named in data.yaml and not there.",
}


class Tally:
    """What was dropped and mended, by kind, with the first example of each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, kind: str, example: str = "") -> None:
        self.counts[kind] += 1
        self._first.setdefault(kind, example)

    def notes(self) -> tuple[str, ...]:
        """A sentence for each kind, in a fixed order."""
        made = []
        for kind, text in _SAID.items():
            if self.counts[kind]:
                first = f" The first: {self._first[kind]}." if self._first[kind] else ""
                made.append(text.format(f"{self.counts[kind]:,}") + first)
        return tuple(made)


def sound_rings(
    rings: Sequence[NDArray[Any]], width: int, height: int, tally: Tally, where: str
) -> tuple[Ring, ...]:
    """Those rings (k, 2), px, that enclose something of the picture, cut to it."""
    kept: list[Ring] = []
    outside = False
    for ring in rings:
        if len(ring) < 3:
            tally.add("short", where)
            continue
        (left, top), (right, bottom) = ring.min(0).tolist(), ring.max(0).tolist()
        if not isfinite(left + top + right + bottom):
            tally.add("nan", where)
        elif abs(area(ring)) < LEAST_AREA:
            tally.add("flat", where)
        elif min(left, top) >= 0 and right <= width and bottom <= height:
            kept.append(ring.astype(np.float32))
        else:
            # Half a pixel is rounding.
            outside |= min(left, top, width - right, height - bottom) < -0.5
            inside = clipped(ring, width, height)
            if len(inside) >= 3 and abs(area(inside)) >= LEAST_AREA:
                kept.append(inside.astype(np.float32))
    if outside:
        tally.add("outside" if kept else "gone", where)
    return tuple(kept)


def clipped(ring: NDArray[Any], width: int, height: int) -> NDArray[np.float64]:
    """The part of a ring inside its picture (Sutherland and Hodgman 1974)."""
    points = ring.astype(np.float64)
    for axis, sign, limit in ((0, 1, 0), (0, -1, -width), (1, 1, 0), (1, -1, -height)):
        depth = sign * points[:, axis] - limit
        if (depth >= 0).all():
            continue
        points = _half(points, depth)
    # Where edges were cut, rounding may leave a trace outside.
    return np.clip(points, 0, (width, height))


def _half(points: NDArray[np.float64], depth: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of a ring where depth, given for its points, is not below 0."""
    after, depth_after = np.roll(points, -1, 0), np.roll(depth, -1)
    inside = depth >= 0
    crosses = inside != (depth_after >= 0)
    share = np.divide(depth, depth - depth_after, out=np.zeros_like(depth), where=crosses)
    borders = points + share[:, None] * (after - points)
    # Each point, then where the edge after it crosses.
    both = np.stack([points, borders], 1).reshape(-1, 2)
    kept: NDArray[np.float64] = both[np.stack([inside, crosses], 1).reshape(-1)]
    return kept


def rectangle(left: float, top: float, width: float, height: float) -> NDArray[np.float64]:
    """The ring of a box."""
    right, bottom = left + width, top + height
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
