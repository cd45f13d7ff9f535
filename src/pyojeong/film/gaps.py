"""Short gaps in tracks closed: a figure that was missed for a frame or two was there all the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.figures import Figures
from pyojeong.film.tracks import Tracked

Ints = NDArray[np.int64]

LONGEST_S = 0.75
"""Longest gap that is closed; whoever is gone longer was hidden or away."""

COVERED = 0.8
"""Nor is a gap closed where so much of the figure's place belongs to somebody else."""


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """figures, tracked: with the rows added, in order of frames. origin: (n,) int64 row before,
    -1 for those added."""

    figures: Figures
    tracked: Tracked
    origin: Ints


def closed(figures: Figures, found: Tracked, sampled: Ints, times: NDArray[np.float64]) -> Closed:
    """Rows added between two of a track: boxes and area on the line between them, no emotion."""
    place = np.searchsorted(sampled, figures.frame)
    known = np.flatnonzero(found.track >= 0)
    order = known[np.lexsort((place[known], found.track[known]))]
    first, second = order[:-1], order[1:]
    missed = place[second] - place[first] - 1
    gap = (found.track[first] == found.track[second]) & (missed > 0)
    gap &= figures.time[second] - figures.time[first] <= LONGEST_S
    begins = np.searchsorted(figures.frame, sampled)
    ends = np.searchsorted(figures.frame, sampled, side="right")
    source, at, boxes, area = [], [], [], []
    for a, b in zip(first[gap].tolist(), second[gap].tolist(), strict=True):
        for between in range(int(place[a]) + 1, int(place[b])):
            share = (times[between] - figures.time[a]) / (figures.time[b] - figures.time[a])
            box = (1 - share) * figures.boxes[a] + share * figures.boxes[b]
            if _covered(box, figures.boxes[begins[between] : ends[between]]) < COVERED:
                source.append(a)
                at.append(between)
                boxes.append(box)
                area.append((1 - share) * figures.area[a] + share * figures.area[b])
    if not source:
        return Closed(figures, found, np.arange(len(figures)))
    added = replace(
        figures[source],
        frame=sampled[at],
        time=times[at],
        boxes=np.array(boxes, np.float32),
        area=np.array(area, np.float32),
        raw=np.full((len(at), figures.raw.shape[1]), np.nan, np.float32),
        doubt=np.ones(len(at), bool),
    )
    return _merged(figures, found, added, source)


def _merged(figures: Figures, found: Tracked, added: Figures, source: list[int]) -> Closed:
    whole = Figures.joined([figures, added])
    rows = np.argsort(whole.frame, kind="stable")
    shot, track = (np.concatenate([own, own[source]])[rows] for own in (found.shot, found.track))
    origin = np.concatenate([np.arange(len(figures)), np.full(len(added), -1)])[rows]
    return Closed(whole[rows], Tracked(shot, track), origin)


def _covered(box: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    """Greatest share of a box that lies in one other."""
    if not len(others):
        return 0.0
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    own = max(float((box[2:] - box[:2]).prod()), 1e-6)
    return float(np.clip(sides, 0, None).prod(1).max()) / own
