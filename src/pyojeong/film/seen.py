"""Who counts as seen: enough of them shows, and the picture is not in the dark of a fade.

A figure that walks out of the picture or behind another is cut out as long as a hand of it shows.
How much of it shows is told by its area, against what the same track shows around that time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.figures import Figures
from pyojeong.film.tracks import GAP_S, Tracked, numbered

SHOWN = 0.22
"""Share of its usual area that a figure must show."""

USUAL = 0.8
"""Quantile of the areas in `GAP_S` before and after that is a figure's usual one: it may be half
hidden in most of them."""

Ints = NDArray[np.int64]


def seen(figures: Figures, found: Tracked, faded: Ints) -> Tracked:
    """The tracks without the rows in which nobody counts as seen. faded: frames, rising, in which a
    fade leaves too little of the picture."""
    known = found.track >= 0
    enough = figures.area >= SHOWN * usual_areas(figures, found.track)
    kept = known & enough & ~np.isin(figures.frame, faded)
    return Tracked(found.shot, numbered(np.where(kept, found.track, -1)))


def usual_areas(figures: Figures, track: Ints, quantile: float = USUAL) -> NDArray[np.float64]:
    """(n,) area that each row's track has around that time, 0 without a track."""
    usual = np.zeros(len(figures))
    known = np.flatnonzero(track >= 0)
    order = known[np.lexsort((figures.time[known], track[known]))]
    for own in np.split(order, np.flatnonzero(np.diff(track[order])) + 1) if len(order) else ():
        times, areas = figures.time[own], figures.area[own]
        first = np.searchsorted(times, times - GAP_S)
        until = np.searchsorted(times, times + GAP_S, side="right")
        for row, a, b in zip(own.tolist(), first.tolist(), until.tolist(), strict=True):
            near = np.sort(areas[a:b])
            usual[row] = near[int(quantile * (len(near) - 1) + 0.5)]
    return usual
