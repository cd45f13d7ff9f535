"""Who says a line: a name in the subtitle wins; else who is seen while it is said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.types import FilmReading
from pyojeong.film.utterances import LEAST_S, Utterance

NAMED = 0.98
"""Certainty of a name in the subtitle; whoever wrote it saw and heard the film."""

UNSEEN = 0.15
"""How likely somebody out of the picture speaks, beside one figure that is seen all the time at
the size of the largest (1). An assumption: no labelled film was at hand to measure it."""

CLEAR = 0.5
"""Certainty under which nobody is named: others together are likelier then."""

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Speaker:
    """character: into the reading's characters, None where nobody can be named. certainty: in
    [0, 1], also of whom it would have been. rows: the speaker's sightings during the line."""

    character: int | None
    certainty: float
    rows: Rows


NOBODY: Rows = np.zeros(0, np.intp)


def speaker_of(line: Utterance, reading: FilmReading) -> Speaker:
    """Who says a line.

    The certainty of somebody seen is their share of all weights, `UNSEEN` among them. A weight is
    the share of the line's time in which they are seen, times their height against that of the
    tallest seen: who speaks is mostly shown longest and largest. A name that is none of the
    characters' is somebody else, as long as all of them have names.
    """
    sightings = reading.sightings
    first, last, count = _window(line, reading)
    rows = np.arange(first, last)
    if line.character is not None:
        own = rows[sightings.character[first:last] == line.character]
        return Speaker(line.character, NAMED, own)
    if line.speaker is not None:
        unnamed = [n for n, who in enumerate(reading.characters) if not who.given]
        rows = rows[np.isin(sightings.character[rows], unnamed)]
    if not len(rows):
        return Speaker(None, 0.0, NOBODY)
    who, weights = _weights(rows, reading, count)
    shares = weights / (weights.sum() + UNSEEN)
    best = int(shares.argmax())
    certainty = float(shares[best])
    if certainty < CLEAR:
        return Speaker(None, certainty, NOBODY)
    return Speaker(int(who[best]), certainty, rows[sightings.character[rows] == who[best]])


def _window(line: Utterance, reading: FilmReading) -> tuple[int, int, int]:
    """First and last (excluded) sighting during a line, and how many sampled frames fall in it.

    Widened to `LEAST_S`, and to the distance of two sampled frames, so that one is in it.
    """
    middle = (line.start + line.end) / 2
    half = max(line.end - line.start, LEAST_S, reading.step) / 2
    ends = (middle - half, middle + half)
    first, last = np.searchsorted(reading.sightings.time, ends)
    frames = np.searchsorted(reading.times, ends)
    return int(first), int(last), max(1, int(frames[1] - frames[0]))


def _weights(
    rows: Rows, reading: FilmReading, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Characters among the rows and their weights, each in [0, 1]."""
    own = reading.sightings.character[rows]
    who, at, seen = np.unique(own, return_inverse=True, return_counts=True)
    # The root of an area is a length.
    sides = np.sqrt(np.maximum(reading.sightings.area[rows].astype(np.float64), 1e-9))
    size = np.bincount(at, sides) / seen
    return who, np.minimum(seen / count, 1.0) * size / size.max()
