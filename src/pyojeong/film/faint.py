"""Faint figures: too doubtful to begin a track, welcome where a track would be missing them.

Whoever walks in or out, or behind somebody, is cut out with a low score just then (the second
pairing of Zhang et al. 2022, ByteTrack; here in both directions of time).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pyojeong.face.suppression import overlaps
from pyojeong.film.figures import Figures

SURE = 0.3
"""Score from which a figure may begin a track."""

_INSIDE, _SHARED, _LOOK = 0.6, 0.25, 0.55
"""Overlap of a faint figure with its track's last box, over the smaller and over the union, of
which one must be reached, and the likeness that must be."""

_SAME = 0.7
"""Overlap over the union for which no likeness is asked."""

_TAKEN = 0.5
"""Overlap with another track's figure from which it is that one, found twice."""

Ints = NDArray[np.int64]


def attached(figures: Figures, track: Ints, sampled: Ints) -> Ints:
    """(n,) track of each row of one shot; -1 for faint figures that no track misses.

    track: of the sure figures, -1 for the faint. sampled: (m,) all frames that were looked at.
    """
    place = np.searchsorted(sampled, figures.frame)
    by_place: dict[int, list[int]] = {}
    for row, at in enumerate(place.tolist()):
        by_place.setdefault(at, []).append(row)
    found = track.copy()
    for step in (1, -1):
        order = np.argsort(place, kind="stable")[::step]
        ends = [int(row) for row in order if found[row] >= 0]
        while ends:
            row = ends.pop(0)
            there = by_place.get(int(place[row]) + step, [])
            if any(found[other] == found[row] for other in there):
                continue
            best = _best(figures, row, [r for r in there if found[r] < 0])
            taken = [r for r in there if found[r] >= 0]
            if best is not None and not _is_among(figures, best, taken, row):
                found[best] = found[row]
                ends.insert(0, best)
    return found


def _best(figures: Figures, row: int, others: list[int]) -> int | None:
    """The faint figure that can be the next of a row."""
    if not others:
        return None
    union, smaller = overlaps(figures.boxes[row], figures.boxes[others])
    alike = figures.looks[others].astype(np.float32) @ figures.looks[row].astype(np.float32)
    # In the same place it is the same, however a fade has darkened it.
    fits = (union > _SAME) | (((smaller > _INSIDE) | (union > _SHARED)) & (alike > _LOOK))
    if not fits.any():
        return None
    return others[int(np.where(fits, union + alike, -1).argmax())]


def _is_among(figures: Figures, row: int, others: list[int], before: int) -> bool:
    """Whether a faint figure is one of the others, found twice. It is not where its class is that of
    the track's figure before it and no class of theirs: then it stands behind them."""
    kinds = figures.kinds
    if kinds[row] == kinds[before]:
        return among(figures, row, others)
    if not others:
        return False
    return bool(overlaps(figures.boxes[row], figures.boxes[others])[0].max() > _TAKEN)


def among(figures: Figures, row: int, others: list[int]) -> bool:
    """Whether a figure is one of others of its class, found twice."""
    others = [other for other in others if figures.kinds[other] == figures.kinds[row]]
    if not others:
        return False
    return bool(overlaps(figures.boxes[row], figures.boxes[others])[0].max() > _TAKEN)
