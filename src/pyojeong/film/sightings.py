"""Sightings: one row per character and sampled frame, its emotions smoothed along the track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.face.video.smoothing import smoothed_scores
from pyojeong.film.cast import Roles
from pyojeong.film.emotions import least_clear
from pyojeong.film.figures import Figures
from pyojeong.film.identity import Identities
from pyojeong.film.types import FilmReading, Sightings

Ints = NDArray[np.int64]

PAUSE_S = 1.0
"""Scores are smoothed through absences shorter than this."""

MOST_THUMBS, THUMB_S = 2000, 4.0
"""Most thumbnails, and seconds of a track between two."""


def sightings_of(
    figures: Figures, found: Identities, roles: Roles
) -> tuple[Sightings, NDArray[np.intp]]:
    """The sightings, and the row of `figures` that each comes from."""
    rows = _kept(figures, found, roles)
    own, track = figures[rows], found.track[rows]
    scores = smoothed_along(own.time, own.raw, track)
    clear = np.nan_to_num(scores, nan=0.0).max(1, initial=0.0) >= least_clear(scores.shape[1])
    made = Sightings(
        frame=own.frame,
        time=own.time,
        shot=found.shot[rows],
        track=track + 1,
        character=roles.of_track[track],
        boxes=own.boxes,
        area=own.area,
        raw=own.raw,
        scores=scores,
        unsure=own.doubt | ~clear,
    )
    return made, rows


def _kept(figures: Figures, found: Identities, roles: Roles) -> NDArray[np.intp]:
    """Rows of characters of the report: of two of one character in one frame, that of the track
    seen longest."""
    rows = np.flatnonzero(found.track >= 0)
    rows = rows[roles.of_track[found.track[rows]] >= 0]
    if not len(rows):
        return rows
    tracks = found.track[rows]
    length = np.bincount(tracks)[tracks]
    who = roles.of_track[tracks]
    order = np.lexsort((-figures.scores[rows], tracks, -length, who, figures.frame[rows]))
    rows, who = rows[order], who[order]
    again = (np.diff(figures.frame[rows]) == 0) & (np.diff(who) == 0)
    kept: NDArray[np.intp] = rows[np.concatenate([[True], ~again])]
    return kept


def smoothed_along(
    times: NDArray[np.float64], raw: NDArray[np.float32], track: Ints
) -> NDArray[np.float32]:
    """(n, k) smoothed within each track, over rows that could be read; NaN for the others."""
    scores = np.full(raw.shape, np.nan, np.float32)
    readable = np.flatnonzero(~np.isnan(raw).any(1))
    order = readable[np.lexsort((times[readable], track[readable]))]
    if not len(order):
        return scores
    fresh = (np.diff(track[order]) != 0) | (np.diff(times[order]) > PAUSE_S)
    for rows in np.split(order, np.flatnonzero(fresh) + 1):
        values = np.clip(raw[rows].astype(np.float64), 0, None)
        scores[rows] = smoothed_scores(times[rows], values)
    return scores


def chosen_thumbs(sightings: Sightings) -> Ints:
    """Rows worth a thumbnail: of each track the clearest of every few seconds, and its clearest of
    each emotion. Where there would be too many, every character and emotion gets as many of its
    clearest."""
    values = np.nan_to_num(sightings.scores, nan=0.0)
    shown, top = values.argmax(1), values.max(1, initial=0.0)
    top = np.where(sightings.unsure, top * 0.5, top)
    stretch = np.floor(sightings.time / THUMB_S).astype(np.int64)
    picked: set[int] = set()
    for parts in ((sightings.track, stretch), (sightings.track, shown)):
        order = np.lexsort((sightings.time, -top, *parts[::-1]))
        keys = np.stack([part[order] for part in parts], 1)
        # The first row of each group is its clearest.
        first = np.ones(len(keys), bool)
        first[1:] = (np.diff(keys, axis=0) != 0).any(1)
        picked.update(order[first].tolist())
    rows = np.array(sorted(picked), np.int64)
    kinds = sightings.character[rows] * values.shape[1] + shown[rows]
    order = np.lexsort((rows, -top[rows], kinds))
    begins = np.flatnonzero(np.append(True, np.diff(kinds[order]) != 0)) if len(rows) else order
    rank = np.arange(len(rows)) - np.repeat(begins, np.diff(np.append(begins, len(rows))))
    chosen = np.lexsort((rows[order], -top[rows[order]], rank))[:MOST_THUMBS]
    return np.asarray(np.sort(rows[order[chosen]]), np.int64)


@dataclass(frozen=True, slots=True)
class Told:
    """A character in numbers. seconds: on screen. shares: of each emotion, among the sightings that
    are sure. unsure: share of the sightings that are not."""

    name: str
    seconds: float
    shares: dict[str, float]
    unsure: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "name": self.name,
            "seconds": round(self.seconds, 2),
            "emotions": {name: round(share, 4) for name, share in self.shares.items()},
            "unsure": round(self.unsure, 4),
        }


def told(reading: FilmReading) -> list[Told]:
    """Every character in numbers, in the order of the reading's characters."""
    rows = reading.sightings
    found = []
    for at, character in enumerate(reading.characters):
        own = np.flatnonzero(rows.character == at)
        sure = own[~rows.unsure[own]]
        shown = np.bincount(rows.scores[sure].argmax(1), minlength=len(reading.emotions))
        shares = (shown / max(len(sure), 1)).tolist()
        unsure = float(rows.unsure[own].mean()) if len(own) else 0.0
        named = dict(zip(reading.emotions, shares, strict=True))
        found.append(Told(character.name, reading.seconds(own), named, unsure))
    return found
