"""From an emotion to what a drawn face and body do."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

EMOTIONS = ("happiness", "anger", "sadness", "fear", "disgust")
"""The film's five, in the order of their class numbers (`film-5` in `pyojeong.emotion`)."""


@dataclass(frozen=True, slots=True)
class Feeling:
    """Numbers of the drawn face, 0 where nothing is felt, most from -1 to 1 or 0 to 1.

    inner, outer: how far brow ends are raised. left, right: how far each eye is more open (or, if
    negative, closed). lid: slant of the upper lid, down towards the nose where positive. lower:
    how far the lower lid is raised. pupil: size less or more. curve: corners of the mouth up.
    gape: mouth open. wide: mouth wider. skew: one corner higher. wave: a trembling line. teeth,
    tongue, arch (eyes closed in a smile), tear, sweat, wrinkle, flush: how much of it there is.
    arms: the hands' height, from hanging (-1) to up (1). near: hands by the face. nod: the head
    down where positive. lean: degrees. jitter: trembling.
    """

    inner: float = 0.0
    outer: float = 0.0
    left: float = 0.0
    right: float = 0.0
    lid: float = 0.0
    lower: float = 0.0
    pupil: float = 0.0
    curve: float = 0.0
    gape: float = 0.0
    wide: float = 0.0
    skew: float = 0.0
    wave: float = 0.0
    teeth: float = 0.0
    tongue: float = 0.0
    arch: float = 0.0
    tear: float = 0.0
    sweat: float = 0.0
    wrinkle: float = 0.0
    flush: float = 0.0
    arms: float = -0.6
    near: float = 0.0
    nod: float = 0.0
    lean: float = 0.0
    jitter: float = 0.0


FIELDS = tuple(f.name for f in fields(Feeling))

_MEANS: dict[str, tuple[Feeling, ...]] = {
    "happiness": (
        Feeling(inner=0.25, outer=0.25, lower=0.3, curve=0.9, gape=0.7, wide=0.3, teeth=0.6,
             tongue=0.4, arms=0.6, lean=3, flush=0.3),
        Feeling(inner=0.3, outer=0.2, arch=1.0, curve=1.0, gape=0.35, wide=0.3, arms=0.1, flush=0.4),
        Feeling(inner=0.15, outer=0.15, lower=0.35, curve=0.95, wide=0.35, arms=-0.4, pupil=0.2),
    ),
    "anger": (
        Feeling(inner=-1.0, outer=0.45, left=-0.15, right=-0.15, lid=0.9, curve=-0.55, gape=0.45,
             teeth=1.0, wide=0.15, arms=-0.1, flush=0.6, lean=-4, wrinkle=0.3),
        Feeling(inner=-0.9, outer=0.35, left=-0.3, right=-0.3, lid=0.85, lower=0.2, curve=-0.75,
             wide=-0.15, arms=-0.7, flush=0.4),
        Feeling(inner=-1.0, outer=0.6, lid=1.0, curve=-0.4, gape=0.9, teeth=0.4, tongue=0.3,
             arms=0.7, flush=0.7, jitter=0.3),
    ),
    "sadness": (
        Feeling(inner=0.8, outer=-0.6, left=-0.25, right=-0.25, lid=-0.8, curve=-0.75, wide=-0.25,
             arms=-1.0, nod=0.6, tear=0.8, lean=2),
        Feeling(inner=0.7, outer=-0.6, left=-0.5, right=-0.5, lid=-0.8, curve=-0.6, wide=-0.35,
             arms=-1.0, nod=0.8),
        Feeling(inner=0.9, outer=-0.5, left=-0.4, right=-0.4, lid=-0.7, lower=0.3, curve=-0.85,
             gape=0.5, tear=1.0, arms=-0.7, near=0.3, nod=0.3),
    ),
    "fear": (
        Feeling(inner=0.9, outer=0.3, left=0.45, right=0.45, pupil=-0.6, curve=-0.3, gape=0.5, wave=0.9,
             wide=0.1, teeth=0.6, arms=0.3, near=0.8, sweat=0.7, jitter=1.0),
        Feeling(inner=0.8, outer=0.5, left=0.5, right=0.5, pupil=-0.7, curve=-0.1, gape=1.0, wave=0.4,
             wide=-0.35, arms=0.8, near=0.4, sweat=0.5, jitter=0.5),
        Feeling(inner=0.9, outer=0.1, left=0.35, right=0.35, pupil=-0.6, curve=-0.4, wave=1.0,
             wide=0.1, arms=-0.2, near=0.6, sweat=0.6, jitter=0.8, lean=-5),
    ),
    "disgust": (
        Feeling(inner=-0.6, outer=0.1, left=-0.55, right=-0.15, lower=0.55, curve=-0.45, skew=0.8,
             gape=0.4, tongue=1.0, wrinkle=1.0, arms=-0.3, lean=-6),
        Feeling(inner=-0.5, outer=-0.1, left=-0.5, right=-0.5, lower=0.6, curve=-0.4, skew=0.9,
             wide=-0.1, wrinkle=1.0, arms=0.0, nod=-0.5, lean=-5),
        Feeling(inner=-0.45, outer=0.35, left=-0.1, right=-0.65, lower=0.6, curve=-0.5, skew=-0.9,
             gape=0.25, wave=0.3, tongue=0.5, wrinkle=0.8, arms=0.2, near=0.2),
    ),
}  # fmt: skip


def feel(emotion: str, intensity: float, rng: np.random.Generator) -> Feeling:
    """One way to show an emotion, with some play in it. intensity: 0 (a calm face) to 1."""
    ways = _MEANS[emotion]
    way = ways[int(rng.integers(len(ways)))]
    values: dict[str, float] = {}
    for name in FIELDS:
        calm = getattr(_CALM, name)
        full = getattr(way, name)
        play = 0.12 * abs(full - calm) * rng.standard_normal()
        values[name] = calm + (full - calm) * intensity + play
    values["skew"] += 0.06 * rng.standard_normal()
    values["arms"] += 0.25 * rng.standard_normal()
    return Feeling(**values)


def between(a: Feeling, b: Feeling, share: float) -> Feeling:
    """On the way from one to the other."""
    return Feeling(*(getattr(a, n) + (getattr(b, n) - getattr(a, n)) * share for n in FIELDS))


_CALM = Feeling()
