"""Who the figures of a film are: tracks in shots, and persons across shots by class or by cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.cast import CLUSTER, Person
from pyojeong.film.figures import Figures
from pyojeong.film.people import gathered, track_traits
from pyojeong.film.tracks import tracked
from pyojeong.film.types import Shot

Ints = NDArray[np.int64]

BRIEF_S, BRIEF_SHARE = 1.0, 0.02
"""People seen for less than so many seconds and less than this share of the film are left out
unless people.toml takes them in: mostly passers-by, and tracks that resemble nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """shot, track: (n,) of each row; track -1 for what is probably no figure, else from 0 in the
    order of appearance. person_of_track: (t,) id, from 1. people: who there is, by id."""

    shot: Ints
    track: Ints
    person_of_track: Ints
    people: tuple[Person, ...]
    notes: tuple[str, ...]


def identified(
    figures: Figures,
    shots: Sequence[Shot],
    sampled: Ints,
    times: NDArray[np.float64],
    labels: tuple[str, ...] | None,
) -> Identities:
    """Tracks and persons. sampled, times: (m,) frames that were looked at, and their seconds.
    labels: names of the classes; None where people are told apart by their traits."""
    tracks = tracked(figures, shots, sampled)
    if labels is None:
        traits = track_traits(figures, tracks.track, tracks.shot)
        person = gathered(traits, sharing(figures.frame, tracks.track))
        return _clustered(figures, tracks.shot, tracks.track, person, times)
    person = class_of_tracks(figures, tracks.track)
    count = np.bincount(person, minlength=len(labels))
    people = tuple(
        Person(at + 1, _clean(label) or f"class {at + 1}")
        for at, label in enumerate(labels)
        if count[at]
    )
    return Identities(tracks.shot, tracks.track, person + 1, people, ())


def _clean(label: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in label).split())[:80]


def class_of_tracks(figures: Figures, track: Ints) -> Ints:
    """(t,) the class with most of the scores of each track."""
    count, kinds = int(track.max(initial=-1)) + 1, int(figures.kinds.max(initial=0)) + 1
    votes = np.zeros((count, kinds))
    known = track >= 0
    np.add.at(votes, (track[known], figures.kinds[known]), figures.scores[known])
    return np.asarray(votes.argmax(1), np.int64) if count else np.zeros(0, np.int64)


def sharing(frame: Ints, track: Ints) -> Ints:
    """(p, 2) pairs of tracks that are seen in one frame."""
    known = np.flatnonzero(track >= 0)
    order = known[np.argsort(frame[known], kind="stable")]
    pairs: set[tuple[int, int]] = set()
    bounds = np.flatnonzero(np.diff(frame[order])) + 1
    for rows in np.split(order, bounds) if len(order) else ():
        own = sorted(track[rows].tolist())
        pairs.update((a, b) for at, a in enumerate(own) for b in own[at + 1 :])
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def _clustered(
    figures: Figures, shot: Ints, track: Ints, cluster: Ints, times: NDArray[np.float64]
) -> Identities:
    """Clusters as people, numbered by how long they are seen."""
    count = int(cluster.max(initial=-1)) + 1
    known = track >= 0
    looks = np.bincount(cluster[track[known]], minlength=count)
    rank = np.argsort(np.argsort(-looks, kind="stable"))
    person = rank[cluster] + 1 if len(cluster) else np.zeros(0, np.int64)
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    least = min(BRIEF_S, BRIEF_SHARE * len(times) * step)
    people = []
    for at in range(count):
        seconds = float(np.sort(looks)[::-1][at]) * step
        own = np.flatnonzero(person == at + 1) + 1
        shown = ", ".join(map(str, own[:12])) + (" ..." if len(own) > 12 else "")
        about = f"{seconds:.1f} s, tracks {shown}"
        people.append(Person(at + 1, f"{CLUSTER}{at + 1}", seconds < least, (), about))
    notes = (
        "People were told apart by measurements (proportions of the face, colours of skin, hair "
        "and clothes), not recognised: one person may appear as two, and two who look alike as "
        "one. Name and merge them in people.toml.",
    )
    return Identities(shot, track, np.asarray(person, np.int64), tuple(people), notes)
