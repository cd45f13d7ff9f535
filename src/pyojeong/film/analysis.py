"""Who feels what, when: numbers from a film's reading, and how sure they are.

Pictures of one track are not independent: a face that smiles now smiles a sixth of a second later.
So intervals come from a bootstrap that draws whole tracks anew (Künsch 1989, block bootstrap), and
p-values from permutations that give whole tracks to other characters. Cramér's V (1946) is the
strength of a difference; several comparisons are corrected by Holm (1979).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.compare.statistics import holm
from pyojeong.film.types import FilmReading

Floats = NDArray[np.float64]
Interval = tuple[float, float]
DRAWS = 1000
APART_S = 3.0
"""Two peaks of one character lie at least so far apart."""
PEAKS = 4
FEW = 3
"""With fewer tracks nothing is said of how sure a share is."""
MOST_COMPARED = 30
"""Characters compared two by two: those who are longest on screen."""


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One character. seconds: on screen. share: of the film's duration. shots, tracks: how many.
    unsure: share of their pictures whose emotion is not clear. shares: (k,) of the clear ones, with
    intervals (k, 2), NaN with fewer than FEW tracks. breadth: normalised entropy of the shares, 0
    (always the same) to 1, with its interval. changes: (k, k) how often one emotion followed another
    within a track. Shares and breadth are NaN where nothing is clear."""

    index: int
    name: str
    seconds: float
    share: float
    shots: int
    tracks: int
    unsure: float
    shares: Floats
    intervals: Floats
    breadth: float
    breadth_interval: Interval
    changes: NDArray[np.int64]

    @property
    def known(self) -> bool:
        """Whether any picture's emotion is clear."""
        return bool(np.isfinite(self.shares).all())


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two characters. v: Cramér's V of their emotions, 0 to 1. p: chance of one as large if tracks
    were dealt out at random, Holm-corrected. emotion: whose shares lie furthest apart, and by how
    much (first minus second). together: (k, k) seconds in which both are seen, by their emotions."""

    first: int
    second: int
    v: float
    p: float
    emotion: int
    gap: float
    together: Floats


@dataclass(frozen=True, slots=True)
class Peak:
    """A moment of strong feeling. row: of the sightings. score: probability there."""

    character: int
    emotion: int
    time: float
    score: float
    row: int


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """people: as the reading orders its characters, those who are seen. pairs: of those whose
    emotions are known. chi_square, freedom: Pearson's statistic of the clear sightings by character
    and emotion, and its degrees of freedom. v: Cramér's V, the same as a strength. p: from dealings
    of whole tracks, as sightings are not independent. NaN with fewer than two characters."""

    people: tuple[Person, ...]
    pairs: tuple[Pair, ...]
    chi_square: float
    freedom: int
    v: float
    p: float
    peaks: tuple[Peak, ...]


def analyse(reading: FilmReading, seed: int = 0) -> Analysis:
    """All numbers of the report; the same for the same reading and seed."""
    clear = clear_emotions(reading)
    people = tuple(
        _person(reading, index, clear, seed)
        for index in range(len(reading.characters))
        if (reading.sightings.character == index).any()
    )
    known = [person.index for person in people if person.known]
    counts = {index: track_counts(reading, index, clear) for index in known}
    v, p = difference([counts[i] for i in known], seed)
    table = np.stack([counts[i].sum(0) for i in known]) if known else np.zeros((0, 0))
    seconds = {person.index: person.seconds for person in people}
    compared = sorted(sorted(known, key=lambda i: -seconds[i])[:MOST_COMPARED])
    two = list(itertools.combinations(compared, 2))
    # So many that the smallest p is one even after its correction for all pairs.
    dealings = max(999, 40 * len(two) - 1)
    found = [(a, b, *difference([counts[a], counts[b]], seed, dealings)) for a, b in two]
    corrected = holm([p for *_, p in found])
    shares = {person.index: person.shares for person in people}
    pairs = []
    for (a, b, strength, _), chance in zip(found, corrected, strict=True):
        gaps = shares[a] - shares[b]
        most = int(np.abs(gaps).argmax())
        both = _together(reading, a, b, clear)
        pairs.append(Pair(a, b, strength, chance, most, float(gaps[most]), both))
    return Analysis(people, tuple(pairs), *chi_square(table), v, p, _peaks(reading, clear))


def clear_emotions(reading: FilmReading) -> NDArray[np.int64]:
    """(n,) the emotion of each sighting, -1 where it is not clear."""
    seen = reading.sightings
    if not len(seen):
        return np.zeros(0, np.int64)
    finite = np.asarray(np.isfinite(seen.scores).all(1), np.bool_)
    best = np.where(finite[:, None], seen.scores, 0).argmax(1)
    return np.where(finite & ~seen.unsure, best, -1).astype(np.int64)


def track_counts(reading: FilmReading, character: int, clear: NDArray[np.int64]) -> Floats:
    """(t, k) clear pictures of each track of a character, by emotion."""
    seen = reading.sightings
    rows = np.flatnonzero((seen.character == character) & (clear >= 0))
    _, track = np.unique(seen.track[rows], return_inverse=True)
    counts = np.zeros((int(track.max()) + 1 if len(rows) else 0, len(reading.emotions)))
    np.add.at(counts, (track, clear[rows]), 1)
    return counts


def difference(groups: Sequence[Floats], seed: int = 0, dealings: int = 999) -> tuple[float, float]:
    """Cramér's V between groups of tracks (t, k), and the share of that many dealings of the tracks
    to groups of the same sizes whose V is as large. (NaN, NaN) with fewer than two groups."""
    if len(groups) < 2:
        return math.nan, math.nan
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    tracks = np.concatenate(groups)
    chance = np.random.default_rng(seed)
    as_large, seen = 1, float(_vs(owner[None], tracks, len(groups))[0])
    for begin in range(0, dealings, 500):
        count = min(500, dealings - begin)
        dealt = chance.permuted(np.tile(owner, (count, 1)), axis=1)
        as_large += int((_vs(dealt, tracks, len(groups)) >= seen - 1e-12).sum())
    return seen, as_large / (dealings + 1)


def chi_square(table: Floats) -> tuple[float, int]:
    """Pearson's statistic of a table of counts (groups, k) and its degrees of freedom, without
    empty rows and columns; (NaN, 0) where fewer than two are left of either."""
    table = table[table.sum(1) > 0][:, table.sum(0) > 0] if table.size else table
    if min(table.shape) < 2:
        return math.nan, 0
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    return float(((table - expected) ** 2 / expected).sum()), freedom


def _vs(owners: NDArray[np.int64], tracks: Floats, groups: int) -> Floats:
    """(n,) V of n dealings (n, t) of tracks (t, k) to groups."""
    tracks = tracks[:, tracks.sum(0) > 0]
    tables = np.stack([(owners == g).astype(np.float64) @ tracks for g in range(groups)], axis=1)
    rows, columns, total = tables.sum(2), tracks.sum(0), float(tracks.sum())
    expected = rows[:, :, None] * columns / max(total, 1e-12)
    chi = ((tables - expected) ** 2 / np.maximum(expected, 1e-12)).sum((1, 2))
    least = min(groups, len(columns)) - 1
    return np.asarray(np.sqrt(chi / max(total * least, 1e-12)) if least > 0 else chi * 0)


def breadth(shares: Floats) -> Floats:
    """Normalised entropy over the last axis: 0 where one emotion has all, 1 where all are alike."""
    safe = np.where(shares > 0, shares, 1)
    entropy = -(shares * np.log(safe)).sum(-1) / math.log(max(2, shares.shape[-1]))
    made: Floats = np.maximum(entropy, 0.0)
    return made


def _person(reading: FilmReading, index: int, clear: NDArray[np.int64], seed: int) -> Person:
    seen = reading.sightings
    rows = np.flatnonzero(seen.character == index)
    counts = track_counts(reading, index, clear)
    k = len(reading.emotions)
    seconds = reading.seconds(rows)
    shares, intervals = np.full(k, math.nan), np.full((k, 2), math.nan)
    width, ends = math.nan, (math.nan, math.nan)
    if counts.sum():
        shares = counts.sum(0) / counts.sum()
        width = float(breadth(shares))
    if len(counts) >= FEW:
        chance = np.random.default_rng([seed, index])
        drawn = chance.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), DRAWS)
        sums = drawn @ counts
        made = sums / np.maximum(sums.sum(1, keepdims=True), 1)
        intervals = np.quantile(made, (0.025, 0.975), axis=0).T
        low, high = np.quantile(breadth(made), (0.025, 0.975))
        ends = float(low), float(high)
    return Person(
        index,
        reading.characters[index].name,
        seconds,
        seconds / reading.duration if reading.duration > 0 else 0.0,
        len(np.unique(seen.shot[rows])),
        len(np.unique(seen.track[rows])),
        float((clear[rows] < 0).mean()),
        shares,
        intervals,
        width,
        ends,
        _changes(reading, rows, clear),
    )


def _changes(
    reading: FilmReading, rows: NDArray[np.int64], clear: NDArray[np.int64]
) -> NDArray[np.int64]:
    """(k, k) counts of one clear emotion followed by another in the same track."""
    k = len(reading.emotions)
    made = np.zeros((k, k), np.int64)
    track = reading.sightings.track
    kept = rows[clear[rows] >= 0]
    kept = kept[np.lexsort((reading.sightings.time[kept], track[kept]))]
    first, second = kept[:-1], kept[1:]
    same = (track[first] == track[second]) & (clear[first] != clear[second])
    np.add.at(made, (clear[first[same]], clear[second[same]]), 1)
    return made


def _together(reading: FilmReading, a: int, b: int, clear: NDArray[np.int64]) -> Floats:
    """(k, k) seconds in which both are seen with a clear emotion."""
    seen, k = reading.sightings, len(reading.emotions)
    made = np.zeros((k, k))
    felt = [
        {int(seen.frame[row]): int(clear[row]) for row in reading.of(who) if clear[row] >= 0}
        for who in (a, b)
    ]
    both = np.array(sorted(felt[0].keys() & felt[1].keys()), np.int64)
    spans = reading.spans()[np.searchsorted(reading.frames, both)]
    for frame, span in zip(both.tolist(), spans.tolist(), strict=True):
        made[felt[0][frame], felt[1][frame]] += span
    return made


def _peaks(reading: FilmReading, clear: NDArray[np.int64]) -> tuple[Peak, ...]:
    """The surest moments of each character, at most PEAKS: first one of every emotion."""
    seen = reading.sightings
    found: list[Peak] = []
    for index in range(len(reading.characters)):
        rows = np.array([r for r in reading.of(index) if clear[r] >= 0], np.int64)
        strength = seen.scores[rows, clear[rows]] if len(rows) else np.zeros(0)
        order = np.argsort(-strength, kind="stable").tolist()
        own: list[Peak] = []
        for most in (1, PEAKS):
            for at in order:
                row = int(rows[at])
                time, emotion = float(seen.time[row]), int(clear[row])
                near = any(abs(p.time - time) < APART_S for p in own)
                again = sum(p.emotion == emotion for p in own) >= most
                if len(own) < PEAKS and not near and not again:
                    own.append(Peak(index, emotion, time, float(strength[at]), row))
        found += own
    return tuple(sorted(found, key=lambda peak: peak.time))
