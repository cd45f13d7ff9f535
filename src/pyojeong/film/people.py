"""Tracks of faces gathered into people, by what can be measured; nobody is recognised.

Two tracks are compared by the proportions of the face, a small gray crop, the colours of skin, hair
and clothes, and whether they hold the same place in neighbouring shots. Two faces in one frame are
never one person. Tracks are joined while the evidence of the mean pair speaks for it (average
linkage by nearest-neighbour chains, Benzécri 1982; Müllner 2011).

Measured on 110 people of 8 to 12 gray pictures each, four pictures against four: area under the
curve 0.91 for proportions and crop together, 0.72 for one picture against one. So people of one
scene come apart well, one person in other clothes and light may become two, and people who look
alike in the same clothes may become one: `people.toml` puts that right.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.figures import Figures
from pyojeong.film.traits import CLOTHES, HAIR, SHAPE, SKIN

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WITHIN = np.array(
    [0.016, 0.044, 0.019, 0.020, 0.027, 0.049, 0.042, 0.039, 0.046, 0.048, 0.047], np.float64
)
"""Spread of each logarithm of `traits.DISTANCES` over pictures of one person, and below how much
wider it is spread over persons (squared), as weights that sum to 1."""
TELLING = np.array([1.0, 0.53, 0.80, 0.72, 0.66, 0.51, 0.86, 0.67, 0.37, 0.39, 0.28], np.float64)

FITTED: tuple[tuple[int, float, float, float], ...] = (
    (1, -1.21, 1.80, 1.07),
    (2, -2.55, 2.84, 1.41),
    (3, -3.25, 4.19, 1.06),
)
"""Least looks of both tracks; weights of the proportions' distance and of the crops' product, and
constant, of a logistic regression on those pictures. Looks of one track resemble each other more
than the pictures did: three of those stand for any more."""

COLOURS: tuple[tuple[slice, float, float, float], ...] = (
    (SKIN, 0.8, 12.0, -1.0),
    (HAIR, 1.0, 12.0, -1.2),
    (CLOTHES, 1.4, 14.0, -0.8),
)
"""Traits, evidence of equal colours, the colour difference at which it has sunk by 1, and the
least it can sink to: clothes and light change. By judgement; no labelled film was at hand."""

LIGHTNESS = 0.4
"""Weight of lightness in colour differences: faces walk through light and shadow."""

PRIOR = -0.8
"""Evidence before anything is measured: two tracks of a film are mostly two people."""

SAME_PLACE, NEAR_SHOTS = 0.8, 4
"""Evidence of equal place and size, in shots at most so many apart (shot and reverse shot)."""

ALIKE = 0.85
"""Likeness of colours above which two figures of one kind are rather one than two."""

MOST_TRACKS = 3000
"""Of more tracks, the longest are gathered and each of the others joins its nearest person."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackTraits:
    """One row per track. looks: (t, d) unit vectors. traits: (t, COUNT) medians, NaN where never
    measured. counts: (t,) good looks. shots, first, last: (t,) shot and frames. boxes: (t, 4)
    median box."""

    looks: Floats
    traits: Floats
    counts: Ints
    shots: Ints
    first: Ints
    last: Ints
    boxes: Floats

    def __len__(self) -> int:
        return len(self.counts)

    def __getitem__(self, rows: Ints) -> TrackTraits:
        return TrackTraits(*(getattr(self, name)[rows] for name in self.__slots__))


def track_traits(figures: Figures, track: Ints, shot: Ints) -> TrackTraits:
    """What each track, 0 to the last, shows on the mean of its good looks."""
    count = int(track.max(initial=-1)) + 1
    looks = np.zeros((count, figures.looks.shape[1]))
    traits = np.full((count, figures.traits.shape[1]), np.nan)
    boxes = np.zeros((count, 4))
    numbers = np.zeros((4, count), np.int64)
    order = np.argsort(track, kind="stable")
    order = order[track[order] >= 0]
    for rows in np.split(order, np.flatnonzero(np.diff(track[order])) + 1) if len(order) else ():
        which = track[rows[0]]
        good = rows[~figures.doubt[rows]]
        best = good if len(good) else rows
        looks[which] = _typical(figures.looks[best].astype(np.float64))
        traits[which] = _median(figures.traits[best])
        boxes[which] = np.median(figures.boxes[rows], axis=0)
        frames = figures.frame[rows]
        numbers[:, which] = (max(1, len(good)), shot[rows[0]], frames.min(), frames.max())
    good_looks, shots, first, last = numbers
    return TrackTraits(looks, traits, good_looks, shots, first, last, boxes)


def _typical(looks: Floats) -> Floats:
    """The mean of unit vectors (n, d) without the quarter least like the mean of all, of length 1:
    those are half hidden, or in the dark of a fade."""
    alike = looks @ looks.mean(0)
    mean = looks[alike >= np.sort(alike)[(len(alike) - 1) // 4]].mean(0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6))


def _median(rows: NDArray[np.float32]) -> Floats:
    """Of each column, over what was measured."""
    found = np.full(rows.shape[1], np.nan)
    known = ~np.isnan(rows)
    for column in np.flatnonzero(known.any(0)):
        found[column] = np.median(rows[known[:, column], column])
    return found


Evidence = Callable[[TrackTraits, Ints, Ints], Floats]
"""(a, b) logarithm of the odds that each of some tracks is the person of each of others."""


def gathered(tracks: TrackTraits, together: Ints, evidence: Evidence | None = None) -> Ints:
    """(t,) person of each track, numbered from 0 in the order of their first track.

    together: (p, 2) pairs of tracks that share a frame, and so are two people. evidence: of faces,
    or `figure_evidence`.
    """
    evidence = evidence or face_evidence
    count = len(tracks)
    if not count:
        return np.zeros(0, np.int64)
    length = tracks.counts
    core = np.sort(np.argsort(-length, kind="stable")[:MOST_TRACKS])
    apart = -evidence(tracks, core, core)
    place = np.full(count, -1, np.int64)
    place[core] = np.arange(len(core))
    pairs = place[together.reshape(-1, 2)]
    pairs = pairs[(pairs >= 0).all(1)]
    apart[pairs[:, 0], pairs[:, 1]] = apart[pairs[:, 1], pairs[:, 0]] = np.inf
    np.fill_diagonal(apart, np.inf)
    person = np.full(count, -1, np.int64)
    person[core] = _chained(apart)
    rest = np.setdiff1d(np.arange(count), core)
    for track in rest:
        nearest = int(evidence(tracks, np.array([track]), core)[0].argmax())
        person[track] = person[core[nearest]]
    _, first, back = np.unique(person, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[back], np.int64)


def figure_evidence(tracks: TrackTraits, some: Ints, others: Ints) -> Floats:
    """Of a segmenter's figures, by the shares of their colours. Measured on drawn characters: tracks
    of one, 0.90 to 1.0; of two, below 0.77 in 98 of a hundred pairs, and below 0.85 in 99."""
    return np.asarray((tracks.looks[some] @ tracks.looks[others].T - ALIKE) * 20)


def face_evidence(tracks: TrackTraits, some: Ints, others: Ints) -> Floats:
    """By face, hair, skin, clothes and place."""
    a, b = some[:, None], others[None, :]
    scaled = tracks.traits[:, SHAPE] / WITHIN * np.sqrt(TELLING / TELLING.sum())
    shape = _distances(np.nan_to_num(scaled), some, others)
    alike = _likeness(tracks.looks[some], tracks.looks[others])
    fewest = np.minimum(tracks.counts[a], tracks.counts[b])
    total = np.full(shape.shape, PRIOR)
    for (least, of_shape, of_look, constant), above in zip(
        FITTED, [*[line[0] for line in FITTED[1:]], np.inf], strict=True
    ):
        fits = (fewest >= least) & (fewest < above)
        total += np.where(fits, of_shape * shape + of_look * alike + constant, 0)
    for group, best, slope, least_evidence in COLOURS:
        values = tracks.traits[:, group].copy()
        values[:, 0] *= LIGHTNESS
        difference = _distances(values, some, others)
        told = np.maximum(best - difference / slope, least_evidence)
        total += np.where(np.isnan(difference), 0, told)
    return total + SAME_PLACE * _same_place(tracks, a, b)


def _likeness(some: Floats, others: Floats) -> Floats:
    """(a, b) product of square crops, or of one with the other's mirror image where that is more:
    a face looks now to one side, now to the other."""
    side = math.isqrt(some.shape[1])
    mirrored = others.reshape(len(others), side, side)[:, :, ::-1].reshape(len(others), -1)
    return np.maximum(some @ others.T, some @ mirrored.T)


def _distances(values: Floats, some: Ints, others: Ints) -> Floats:
    """(a, b) Euclidean; NaN where either was not measured."""
    squares = np.zeros((len(some), len(others)))
    for column in values.T:
        squares += (column[some][:, None] - column[others][None]) ** 2
    return np.asarray(np.sqrt(squares))


def _same_place(tracks: TrackTraits, a: Ints, b: Ints) -> Floats:
    boxes = tracks.boxes
    low = np.maximum(boxes[a, :2], boxes[b, :2])
    high = np.minimum(boxes[a, 2:], boxes[b, 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    sizes = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
    overlap = shared / np.maximum(sizes[a] + sizes[b] - shared, 1e-9)
    near = np.abs(tracks.shots[a] - tracks.shots[b]) <= NEAR_SHOTS
    return np.asarray(np.where(near, np.clip(overlap - 0.3, 0, 0.5) * 2, 0))


def _chained(apart: Floats) -> Ints:
    """(n,) group of each item: average linkage of (n, n) distances, joined while below 0.

    What is infinitely apart never joins. `apart` is changed.
    """
    count = len(apart)
    group, sizes = np.arange(count), np.ones(count)
    alive = np.ones(count, bool)
    chain: list[int] = []
    while True:
        if not chain:
            # Nothing that is left alive can join anything once its nearest is not below 0.
            start = np.flatnonzero(alive & (apart.min(1) < 0))
            if not len(start):
                return group
            chain = [int(start[0])]
        here = chain[-1]
        near = int(apart[here].argmin())
        before = chain[-2] if len(chain) > 1 else -1
        if before >= 0 and apart[here, before] <= apart[here, near]:
            near = before
        if apart[here, near] >= 0:
            chain.clear()
        elif near == before:
            _join(apart, sizes, here, near)
            alive[here] = False
            group[group == here] = near
            del chain[-2:]
        else:
            chain.append(near)


def _join(apart: Floats, sizes: Floats, gone: int, stays: int) -> None:
    """Item `gone` becomes part of `stays`."""
    total = sizes[gone] + sizes[stays]
    mean = (sizes[gone] * apart[gone] + sizes[stays] * apart[stays]) / total
    mean[stays] = np.inf
    apart[stays], apart[:, stays] = mean, mean
    apart[gone], apart[:, gone] = np.inf, np.inf
    sizes[stays] = total
