"""Rows that a segmenter or detector missed though somebody was there: short gaps in tracks.

A figure that was missed for a moment in the middle of a track was there all the same, unless its
place was somebody else's just then: it walked behind them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.figures import Figures
from pyojeong.film.seen import usual_areas
from pyojeong.film.tracks import Tracked

Ints = NDArray[np.int64]
Box = NDArray[np.float32]

LONGEST_S = 0.75
"""Longest gap that is closed, from figure to figure; whoever is gone longer was hidden or away."""

COVERED = 0.85
"""Share of a figure's box inside one other from which it is hidden. Of two drawn figures, the one
behind showed a quarter of itself at 0.88."""


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """figures, tracked: with the rows added, in order of frames. origin: (n,) int64 row before,
    -1 for those added."""

    figures: Figures
    tracked: Tracked
    origin: Ints


TOUCHING = 0.5
"""As much, from which two may have been cut out as one: the one in front grows by what shows of the
one behind."""


class _Added(NamedTuple):
    source: int
    place: int
    box: Box
    area: float
    gap: float


def closed(figures: Figures, found: Tracked, sampled: Ints, times: NDArray[np.float64]) -> Closed:
    """Rows added where somebody was missed, with no emotion. sampled, times: (m,) all frames that
    were looked at and their seconds."""
    place = np.searchsorted(sampled, figures.frame)
    known = np.flatnonzero(found.track >= 0)
    order = known[np.lexsort((place[known], found.track[known]))]
    grown = figures.area - usual_areas(figures, found.track, 0.5)
    begins = np.searchsorted(figures.frame, sampled)
    ends = np.searchsorted(figures.frame, sampled, side="right")
    added = []
    for one in _between(figures, found.track, order, place, times):
        there = np.arange(begins[one.place], ends[one.place])
        there = there[found.track[there] >= 0]
        covered = _covered(one.box, figures.boxes[there])
        most = float(covered.max(initial=0.0))
        if most < COVERED and one.gap <= LONGEST_S:
            added.append(one)
        elif most > TOUCHING and (more := float(grown[there[covered.argmax()]])) > 0:
            added.append(one._replace(area=min(one.area, more)))
    return _merged(figures, found, added, sampled, times)


def _between(
    figures: Figures, track: Ints, order: Ints, place: Ints, times: NDArray[np.float64]
) -> Iterator[_Added]:
    """Boxes and areas on the line between the two ends of each gap."""
    first, second = order[:-1], order[1:]
    gap = (track[first] == track[second]) & (place[second] - place[first] > 1)
    for a, b in zip(first[gap].tolist(), second[gap].tolist(), strict=True):
        for at in range(int(place[a]) + 1, int(place[b])):
            share = float((times[at] - figures.time[a]) / (figures.time[b] - figures.time[a]))
            box = (1 - share) * figures.boxes[a] + share * figures.boxes[b]
            area = (1 - share) * float(figures.area[a]) + share * float(figures.area[b])
            gone = float(figures.time[b] - figures.time[a])
            yield _Added(a, at, box.astype(np.float32), area, gone)


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


def _covered(box: Box, others: Box) -> NDArray[np.float32]:
    """(n,) share of a box that lies in each other."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    own = max(float((box[2:] - box[:2]).prod()), 1e-6)
    return np.asarray(np.clip(sides, 0, None).prod(1) / own, np.float32)
