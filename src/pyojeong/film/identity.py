"""Who the figures of a film are: tracks in shots, and persons across shots by class or by cluster."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.cast import CLUSTER, Person
from pyojeong.film.figures import Figures
from pyojeong.film.people import TrackTraits, figure_evidence, gathered, track_traits
from pyojeong.film.tracks import Tracked
from pyojeong.media.files import Note

Ints = NDArray[np.int64]

BRIEF_S, BRIEF_SHARE = 1.0, 0.05
"""People seen for less than so many seconds and less than this share of the film are left out
unless people.toml takes them in: mostly passers-by, and tracks that resemble nobody."""


KINDS = frozenset(
    f"{one}{end}"
    for one in ("character", "face", "figure", "human", "man", "people", "person", "woman")
    for end in ("", "s")
) | {"사람", "얼굴", "인물", "캐릭터"}
"""Names of classes that many share."""

SHARED = 0.1
"""A class of which two are seen in more than this share of its frames is a kind as well."""

THE_SAME = 0.9
"""Likeness of colours above which a class and a cluster are one person. Measured on drawn characters:
of one, 0.90 and more; of two, less than this in 498 of 500 pairs."""

NOTE = Note(
    "People were told apart by measurements (proportions of the face, colours of skin, hair and "
    "clothes), not recognised: one person may appear as two, and two who look alike as one. Name "
    "and merge them in people.toml.",
    "사람은 알아본 것이 아니라 측정값(얼굴의 비율, 피부, 머리, 옷의 색)으로 구별했습니다. 한 사람이 둘로, 닮은 "
    "두 사람이 하나로 나올 수 있으니 people.toml에서 이름을 붙이고 합치세요.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """shot, track: (n,) of each row; track -1 for what is probably no figure, else from 0 in the
    order of appearance. person_of_track: (t,) id, from 1. people: who there is."""

    shot: Ints
    track: Ints
    person_of_track: Ints
    people: tuple[Person, ...]
    notes: tuple[Note, ...]


def identified(
    figures: Figures, found: Tracked, times: NDArray[np.float64], labels: tuple[str, ...] | None
) -> Identities:
    """Who the tracks are. times: (m,) seconds of the frames that were looked at. labels: names of
    the classes; None where people are told apart by their traits."""
    traits = track_traits(figures, found.track, found.shot)
    seen = np.bincount(found.track[found.track >= 0], minlength=len(traits))
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    least = min(BRIEF_S, BRIEF_SHARE * len(times) * step)
    sharing = pairs_in_frames(figures.frame, found.track)
    if labels is None:
        person = _ranked(gathered(traits, sharing), seen) + 1
        some = _people(person, seen * step, least, CLUSTER, 0)
        return Identities(found.shot, found.track, person, some, (NOTE,) if some else ())
    person = class_of_tracks(figures, found.track) + 1
    names = [_clean(label) or f"class {at + 1}" for at, label in enumerate(labels)]
    kinds = [
        at
        for at, name in enumerate(names)
        if (person == at + 1).any()
        and _is_kind(name, np.flatnonzero(person == at + 1), figures.frame, found.track)
    ]
    above = len(labels)
    clusters: list[tuple[str, int, int]] = []
    for at in kinds:
        own = np.flatnonzero(person == at + 1)
        inside = np.isin(sharing, own).all(1)
        groups = gathered(traits[own], np.searchsorted(own, sharing[inside]), figure_evidence)
        person[own] = above + 1 + _ranked(groups, seen[own])
        clusters.append((names[at], above, int(person[own].max(initial=above))))
        above = clusters[-1][2]
    _settle(person, traits, sharing, seen, len(labels))
    given = [
        Person(at + 1, name, about=_about(seen[own].sum() * step, own), given=True)
        for at, name in enumerate(names)
        if at not in kinds and len(own := np.flatnonzero(person == at + 1))
    ]
    clustered = [
        _people(np.where(person <= high, person, 0), seen * step, least, f"{name} ", low)
        for name, low, high in clusters
    ]
    notes = tuple(sorted(_note_on(name) for name, low, high in clusters if high > low))
    return Identities(
        found.shot, found.track, person, (*given, *itertools.chain(*clustered)), notes
    )


def _settle(person: Ints, traits: TrackTraits, sharing: Ints, seen: Ints, classes: int) -> None:
    """Where the segmenter took somebody for another class in some shots, a class and a cluster are
    one person: very alike and never together. Whoever is seen longer keeps the name."""
    for cluster in np.unique(person[person > classes]).tolist():
        for one in np.unique(person[person <= classes]).tolist():
            a, b = np.flatnonzero(person == one), np.flatnonzero(person == cluster)
            if not len(b):
                break
            both = np.isin(sharing, a).any(1) & np.isin(sharing, b).any(1)
            alike = float((traits.looks[a] @ traits.looks[b].T).mean())
            if both.any() or alike < THE_SAME:
                continue
            person[a if seen[a].sum() < seen[b].sum() else b] = (
                cluster if seen[a].sum() < seen[b].sum() else one
            )


def _note_on(kind: str) -> Note:
    return Note(
        f"Figures of class {kind} were told apart by their colours: one may appear as two in "
        "another light. Name and merge them in people.toml.",
        f"{kind} 클래스의 인물은 색으로 구별했습니다. 빛이 달라지면 하나가 둘로 나올 수 있으니 people.toml에서 "
        "이름을 붙이고 합치세요.",
    )


def _is_kind(name: str, tracks: Ints, frame: Ints, track: Ints) -> bool:
    """Whether several figures share a class."""
    if name.casefold() in KINDS:
        return True
    rows = np.isin(track, tracks)
    counts = np.unique(frame[rows], return_counts=True)[1]
    return float((counts > 1).mean()) > SHARED


def _ranked(group: Ints, seen: Ints) -> Ints:
    """(t,) group numbers from 0, the group seen longest first."""
    count = int(group.max(initial=-1)) + 1
    looks = np.bincount(group, seen, minlength=count)
    rank = np.argsort(np.argsort(-looks, kind="stable"))
    return np.asarray(rank[group], np.int64) if count else group


def _people(
    person: Ints, seconds: NDArray[Any], least: float, name: str, above: int
) -> tuple[Person, ...]:
    """Those with ids above a number, called by name and number from 1."""
    found = []
    for number in np.unique(person[person > above]).tolist():
        own = np.flatnonzero(person == number)
        total = float(seconds[own].sum())
        about = _about(total, own)
        found.append(Person(number, f"{name}{number - above}", total < least, (), about))
    return tuple(found)


def _about(seconds: float, tracks: Ints) -> str:
    shown = ", ".join(map(str, (tracks[:12] + 1).tolist())) + (" ..." if len(tracks) > 12 else "")
    return f"{seconds:.1f} s, tracks {shown}"


def _clean(label: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in label).split())[:80]


def class_of_tracks(figures: Figures, track: Ints) -> Ints:
    """(t,) the class with most of the scores of each track."""
    count, kinds = int(track.max(initial=-1)) + 1, int(figures.kinds.max(initial=0)) + 1
    votes = np.zeros((count, kinds))
    known = track >= 0
    np.add.at(votes, (track[known], figures.kinds[known]), figures.scores[known])
    return np.asarray(votes.argmax(1), np.int64) if count else np.zeros(0, np.int64)


def pairs_in_frames(frame: Ints, track: Ints) -> Ints:
    """(p, 2) pairs of tracks that are seen in one frame."""
    known = np.flatnonzero(track >= 0)
    order = known[np.argsort(frame[known], kind="stable")]
    pairs: set[tuple[int, int]] = set()
    bounds = np.flatnonzero(np.diff(frame[order])) + 1
    for rows in np.split(order, bounds) if len(order) else ():
        own = sorted(track[rows].tolist())
        pairs.update((a, b) for at, a in enumerate(own) for b in own[at + 1 :])
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)
