"""Figures of one shot followed from frame to frame: through gaps, past each other, out and back.

Each sampled frame's figures are paired with the tracks known so far, all at once and as cheaply as
possible (`assignment.py`): by where the track would have moved to, how alike they look, and the
class the segmenter gives. A track that finds no figure waits for it for `GAP_S`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pyojeong.face.suppression import overlaps
from pyojeong.film.assignment import assigned
from pyojeong.film.faint import SURE, among, attached
from pyojeong.film.figures import Figures
from pyojeong.film.types import Shot

GAP_S = 2.0
"""Longest absence inside a shot after which a figure may continue its track."""

DEAREST = 0.8
"""Cost above which a figure starts a track of its own."""

_PLACE, _LOOK, _KIND = 0.55, 0.6, 0.45
"""Weights of place, look and class in the cost of a pair."""

_REACH, _REACH_PER_S = 1.2, 1.5
"""How far, in sizes of the figure, it may be from where it was expected; more after a gap."""

_GROWTH = 3.0
"""Greatest ratio of areas of one figure in two frames: half of it may be covered in one."""

_FADING = 0.3
"""Share of the newest frame in what is remembered of speed and look."""

LONE_SCORE = 0.6
"""A figure seen in one frame only, in a shot of three or more, must be as sure as this."""


@dataclass(slots=True, eq=False)
class _Track:
    number: int
    box: NDArray[np.float64]
    look: NDArray[np.float32]
    time: float
    speed: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    kinds: dict[int, float] = field(default_factory=dict)
    rows: int = 1

    def expected(self, time: float) -> NDArray[np.float64]:
        """Where the box should be now. After a gap nobody knows whether it went on moving."""
        moved = self.speed * min(time - self.time, 0.5)
        return self.box + np.tile(moved, 2)

    def kind_share(self, kind: int) -> float:
        """Share of its figures, by their scores, that had this class."""
        return self.kinds.get(kind, 0.0) / max(sum(self.kinds.values()), 1e-9)

    def take(self, figures: Figures, row: int) -> None:
        box, time = figures.boxes[row].astype(np.float64), float(figures.time[row])
        passed = max(time - self.time, 1e-3)
        moved = (box[:2] + box[2:] - self.box[:2] - self.box[2:]) / 2 / passed
        share = 1.0 if self.rows == 1 else 0.6
        self.speed = (1 - share) * self.speed + share * moved
        self.box, self.time = box, time
        look = (1 - _FADING) * self.look + _FADING * figures.looks[row].astype(np.float32)
        self.look = look / max(float(np.linalg.norm(look)), 1e-6)
        self.remember(figures, row)
        self.rows += 1

    def remember(self, figures: Figures, row: int) -> None:
        kind = int(figures.kinds[row])
        self.kinds[kind] = self.kinds.get(kind, 0.0) + float(figures.scores[row])


def tracked(figures: Figures, shots: Sequence[Shot], sampled: NDArray[np.int64]) -> Tracked:
    """Shot and track of each row. sampled: (m,) int64 frames that were looked at, rising."""
    firsts = np.array([shot.first for shot in shots], np.int64)
    shot_of = np.maximum(np.searchsorted(firsts, figures.frame, side="right") - 1, 0)
    looks_in = np.bincount(
        np.maximum(np.searchsorted(firsts, sampled, side="right") - 1, 0), minlength=len(shots)
    )
    tracks = np.full(len(figures), -1, np.int64)
    count = 0
    for shot in np.unique(shot_of):
        rows = np.flatnonzero(shot_of == shot)
        sure = rows[figures.scores[rows] >= SURE]
        own, found = followed(figures[sure])
        lone = np.bincount(own + 1, minlength=found + 1)[own + 1] < 2
        weak = lone & (figures.scores[sure] < LONE_SCORE) & (looks_in[shot] >= 3)
        tracks[sure] = np.where(weak | (own < 0), -1, own + count)
        last = shots[shot].last
        seen = sampled[(sampled >= shots[shot].first) & (sampled <= last)]
        tracks[rows] = attached(figures[rows], tracks[rows], seen)
        count += found
    return Tracked(shot_of.astype(np.int64), numbered(tracks))


@dataclass(frozen=True, slots=True, eq=False)
class Tracked:
    """shot: (n,) int64. track: (n,) int64, from 0 without gaps in the order of appearance; -1
    for a figure that is probably none."""

    shot: NDArray[np.int64]
    track: NDArray[np.int64]


def numbered(tracks: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same tracks, numbered from 0 without gaps; -1 stays."""
    names, places = np.unique(tracks, return_inverse=True)
    return np.asarray(places - (1 if len(names) and names[0] < 0 else 0), np.int64)


def followed(figures: Figures) -> tuple[NDArray[np.int64], int]:
    """(n,) track of each figure of one shot, numbered from 0, and how many there are; -1 for one that
    is found twice, where the network took two that touch for one."""
    tracks: list[_Track] = []
    found = np.full(len(figures), -1, np.int64)
    count = 0
    for rows in _by_frame(figures.frame):
        time = float(figures.time[rows[0]])
        tracks = [track for track in tracks if time - track.time <= GAP_S]
        pairs = assigned(_costs(tracks, figures, rows, time), DEAREST)
        taken = [int(rows[at]) for _, at in pairs]
        for which, at in pairs:
            tracks[which].take(figures, int(rows[at]))
            found[rows[at]] = tracks[which].number
        for row in rows.tolist():
            if row not in taken and not among(figures, row, taken):
                tracks.append(_begun(count, figures, row))
                found[row] = count
                count += 1
    return found, count


def _begun(number: int, figures: Figures, row: int) -> _Track:
    look = figures.looks[row].astype(np.float32)
    track = _Track(number, figures.boxes[row].astype(np.float64), look, float(figures.time[row]))
    track.remember(figures, row)
    return track


def _by_frame(frames: NDArray[np.int64]) -> Iterator[NDArray[np.intp]]:
    """Rows of each frame, in order."""
    if len(frames):
        yield from np.split(np.arange(len(frames)), np.flatnonzero(np.diff(frames)) + 1)


def _costs(
    tracks: list[_Track], figures: Figures, rows: NDArray[np.intp], time: float
) -> NDArray[np.float64]:
    """(tracks, rows) what each pair costs; beyond `DEAREST` where it is impossible."""
    boxes, looks = figures.boxes[rows].astype(np.float64), figures.looks[rows].astype(np.float32)
    kinds, scores = figures.kinds[rows].tolist(), figures.scores[rows]
    costs = np.full((len(tracks), len(rows)), 2 * DEAREST)
    for line, track in zip(costs, tracks, strict=True):
        gap = time - track.time
        place, possible = _place(track.expected(time), boxes, _REACH + _REACH_PER_S * gap)
        unlike = np.clip(1 - looks @ track.look, 0, 1)
        odd = np.array([1 - track.kind_share(kind) for kind in kinds]) * scores
        cost = _PLACE * place + _LOOK * unlike + _KIND * odd
        line[possible] = cost[possible]
    return costs


def _place(
    expected: NDArray[np.float64], boxes: NDArray[np.float64], reach: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n,) how ill boxes fit the expected place, 0 to 1, and (n,) whether they can be it."""
    shared = overlaps(expected.astype(np.float32), boxes.astype(np.float32))[0]
    sides, own = boxes[:, 2:] - boxes[:, :2], expected[2:] - expected[:2]
    size = np.sqrt(np.maximum(np.maximum(sides.prod(1), own.prod()), 1.0))
    apart = np.linalg.norm((boxes[:, :2] + boxes[:, 2:] - expected[:2] - expected[2:]) / 2, axis=1)
    ratio = np.maximum(sides.prod(1), 1.0) / max(float(own.prod()), 1.0)
    possible = (apart / size < reach) & (ratio < _GROWTH) & (ratio > 1 / _GROWTH)
    possible |= shared > 0.5
    return 0.5 * (1 - shared) + 0.5 * np.minimum(apart / size / reach, 1), possible
