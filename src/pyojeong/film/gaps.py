"""Rows that a segmenter or detector missed though somebody was there: short gaps, and the picture's rim.

A figure that was missed for a moment in the middle of a track was there all the same. One that walks
through the edge of the picture is missed while only a sliver of it shows; it went on as it walked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.figures import Figures
from pyojeong.film.tracks import Tracked
from pyojeong.film.types import Shot

Ints = NDArray[np.int64]
Box = NDArray[np.float32]

LONGEST_S = 0.75
"""Longest gap that is closed, from figure to figure; whoever is gone longer was hidden or away."""

BLINK_S, COVERED = 0.4, 0.8
"""The first is the longest walk through the rim. Of gaps longer than it, none is closed where so
much of the figure's place belongs to somebody else: there it is hidden."""

RIM, SLIVER, WALK = 0.015, 0.02, 0.006
"""Shares of the picture's width: how near to the rim a box must come, how much of a figure must
show, and how far it must move from one looked-at frame to the next."""


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """figures, tracked: with the rows added, in order of frames. origin: (n,) int64 row before,
    -1 for those added."""

    figures: Figures
    tracked: Tracked
    origin: Ints


class _Added(NamedTuple):
    source: int
    place: int
    box: Box
    area: float
    gap: float = 0.0


def closed(
    figures: Figures,
    found: Tracked,
    sampled: Ints,
    times: NDArray[np.float64],
    shots: Sequence[Shot],
    width: int,
) -> Closed:
    """Rows added where somebody was missed, with no emotion. sampled, times: (m,) all frames that
    were looked at and their seconds. width: of the picture, px."""
    place = np.searchsorted(sampled, figures.frame)
    known = np.flatnonzero(found.track >= 0)
    order = known[np.lexsort((place[known], found.track[known]))]
    if not len(order):
        return Closed(figures, found, np.arange(len(figures)))
    begins = np.searchsorted(figures.frame, sampled)
    ends = np.searchsorted(figures.frame, sampled, side="right")
    added = [
        one
        for one in _between(figures, found.track, order, place, times)
        if one.gap <= BLINK_S
        or _covered(one.box, figures.boxes[begins[one.place] : ends[one.place]]) < COVERED
    ]
    firsts, lasts = np.array([(shot.first, shot.last) for shot in shots], np.int64).T
    inside = np.searchsorted(sampled, firsts), np.searchsorted(sampled, lasts, side="right") - 1
    bounds = np.flatnonzero(np.diff(found.track[order])) + 1
    for own in np.split(order, bounds):
        shot = found.shot[own[0]]
        limits = int(inside[0][shot]), int(inside[1][shot])
        added += _through_rim(figures, own, place, times, limits, width)
        added += _through_rim(figures, own[::-1], place, times, limits, width)
    return _merged(figures, found, added, sampled, times)


def _between(
    figures: Figures, track: Ints, order: Ints, place: Ints, times: NDArray[np.float64]
) -> Iterator[_Added]:
    """Boxes and areas on the line between the two ends of each short gap."""
    first, second = order[:-1], order[1:]
    gap = (track[first] == track[second]) & (place[second] - place[first] > 1)
    gap &= figures.time[second] - figures.time[first] <= LONGEST_S
    for a, b in zip(first[gap].tolist(), second[gap].tolist(), strict=True):
        for at in range(int(place[a]) + 1, int(place[b])):
            share = float((times[at] - figures.time[a]) / (figures.time[b] - figures.time[a]))
            box = (1 - share) * figures.boxes[a] + share * figures.boxes[b]
            area = (1 - share) * float(figures.area[a]) + share * float(figures.area[b])
            gone = float(figures.time[b] - figures.time[a])
            yield _Added(a, at, box.astype(np.float32), area, gone)


def _through_rim(
    figures: Figures,
    own: Ints,
    place: Ints,
    times: NDArray[np.float64],
    limits: tuple[int, int],
    width: int,
) -> Iterator[_Added]:
    """Rows before the first of `own` (after the last, where they run backward) while the figure
    walks in from the left or right rim. limits: places of the shot's first and last frame."""
    if len(own) < 3:
        return
    step = -1 if place[own[1]] > place[own[0]] else 1
    box = figures.boxes[own[0]]
    # The free edge moves; the other is the picture's rim.
    if box[0] <= RIM * width and box[2] < (1 - RIM) * width:
        free, rim = 2, 0.0
    elif box[2] >= (1 - RIM) * width and box[0] > RIM * width:
        free, rim = 0, float(width)
    else:
        return
    frames = abs(int(place[own[2]] - place[own[0]]))
    outward = float(box[free] - figures.boxes[own[2]][free]) / frames
    if abs(outward) < WALK * width or (outward < 0) != (rim == 0.0):
        return
    at = int(place[own[0]]) + step
    while limits[0] <= at <= limits[1] and abs(times[at] - figures.time[own[0]]) <= BLINK_S:
        moved = box.copy()
        moved[free] = box[free] + outward * abs(at - int(place[own[0]]))
        if abs(float(moved[free]) - rim) < SLIVER * width:
            return
        share = abs(float(moved[free]) - rim) / max(abs(float(box[free]) - rim), 1e-6)
        yield _Added(int(own[0]), at, moved, share * float(figures.area[own[0]]))
        at += step


def _merged(
    figures: Figures,
    found: Tracked,
    added: Sequence[_Added],
    sampled: Ints,
    times: NDArray[np.float64],
) -> Closed:
    if not added:
        return Closed(figures, found, np.arange(len(figures)))
    source, at = [one.source for one in added], [one.place for one in added]
    new = replace(
        figures[source],
        frame=sampled[at],
        time=times[at],
        boxes=np.stack([one.box for one in added]),
        area=np.array([one.area for one in added], np.float32),
        raw=np.full((len(added), figures.raw.shape[1]), np.nan, np.float32),
        doubt=np.ones(len(added), bool),
    )
    whole = Figures.joined([figures, new])
    rows = np.argsort(whole.frame, kind="stable")
    shot, track = (np.concatenate([own, own[source]])[rows] for own in (found.shot, found.track))
    origin = np.concatenate([np.arange(len(figures)), np.full(len(added), -1)])[rows]
    return Closed(whole[rows], Tracked(shot, track), origin)


def _covered(box: Box, others: Box) -> float:
    """Greatest share of a box that lies in one other."""
    if not len(others):
        return 0.0
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    own = max(float((box[2:] - box[:2]).prod()), 1e-6)
    return float(np.clip(sides, 0, None).prod(1).max()) / own
