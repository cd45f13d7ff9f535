"""What happens in a cartoon: shots, who stands where and feels what, and what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyojeong.data.cartoon.feeling import EMOTIONS, Feeling, between, feel
from pyojeong.data.cartoon.places import PLACES
from pyojeong.data.cartoon.words import CONTRARY, LINES

FADE = 0.4
"""Seconds to black, and as many from it."""

CHANGE = 0.35
"""Seconds in which one face becomes another."""

_LEANING = 0.5
"""How often a character feels what is typical of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One character in one shot. who: number in the cast. path: ((share of the width, at the start),
    (at the end)). walks: whether they step while they move. ground: where they stand, share of the
    height. tall: height, share of the picture's. feelings: ((seconds into the shot, emotion,
    intensity, face), ...), the first at 0. facing: yaw. phase: what sets blinks and sways apart."""

    who: int
    path: tuple[float, float]
    walks: bool
    ground: float
    tall: float
    feelings: tuple[tuple[float, str, float, Feeling], ...]
    facing: float
    phase: float

    def at(self, time: float) -> tuple[str, float, Feeling]:
        """(emotion, intensity, face) at a time of the shot, s. Half way to another face the label
        changes."""
        now = 0
        for n, row in enumerate(self.feelings):
            if row[0] <= time:
                now = n
        start, emotion, intensity, face = self.feelings[now]
        if now == 0 or time >= start + CHANGE:
            return emotion, intensity, face
        share = (time - start) / CHANGE
        before = self.feelings[now - 1]
        label = (emotion, intensity) if share >= 0.5 else before[1:3]
        return *label, between(before[3], face, share)


@dataclass(frozen=True, slots=True)
class Said:
    """A line. who: number in the cast. start, end: seconds into the shot. emotion: of the words.
    contrary: whether the face of whoever speaks says something else."""

    who: int
    start: float
    end: float
    text: str
    emotion: str
    contrary: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One shot. frames: how many. begins: "start", "cut" or "fade". seed: of its place and of what
    stands in front (at `front`, share of the width, or nowhere). pan: how the picture moves."""

    place: str
    seed: int
    frames: int
    begins: str
    parts: tuple[Part, ...]
    said: tuple[Said, ...]
    front: float | None
    pan: tuple[float, float]


def write(
    rng: np.random.Generator, seconds: float, fps: float, people: int, language: str, split: str
) -> tuple[Plan, ...]:
    """A script that lasts `seconds`, with `people` characters."""
    left = round(seconds * fps)
    plans: list[Plan] = []
    while left > 0:
        frames = min(left, round(rng.uniform(2.4, 5.0) * fps))
        # No shot shorter than a second.
        if left - frames < fps:
            frames = left
        begins = "start" if not plans else "fade" if rng.random() < 0.22 else "cut"
        before = plans[-1].place if plans else ""
        plans.append(_shot(rng, frames, fps, begins, people, language, split, before))
        left -= frames
    return tuple(plans)


def _shot(
    rng: np.random.Generator,
    frames: int,
    fps: float,
    begins: str,
    people: int,
    language: str,
    split: str,
    before: str,
) -> Plan:
    places = [place for place in PLACES[split] if place not in (before, "shapes")]
    place = places[int(rng.integers(len(places)))]
    seconds = frames / fps
    size = str(rng.choice(("wide", "medium", "close"), p=(0.4, 0.38, 0.22)))
    most = {"wide": 4, "medium": 3, "close": 1}[size]
    count = min(people, int(rng.integers(1, most + 1)))
    chosen = [int(n) for n in rng.permutation(people)[:count]]
    parts = _parts(rng, chosen, size, seconds)
    front = float(rng.uniform(0.1, 0.9)) if rng.random() < 0.3 and size != "close" else None
    pan = (float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1)))
    said = _said(rng, parts, seconds, language, begins)
    return Plan(place, int(rng.integers(2**31)), frames, begins, parts, said, front, pan)


def _parts(
    rng: np.random.Generator, chosen: list[int], size: str, seconds: float
) -> tuple[Part, ...]:
    tall = {"wide": (0.38, 0.52), "medium": (0.62, 0.82), "close": (1.15, 1.4)}[size]
    ground = {"wide": (0.82, 0.94), "medium": (0.9, 1.0), "close": (1.25, 1.4)}[size]
    slots = (np.arange(len(chosen)) + 0.5) / len(chosen)
    grounds = sorted(float(g) for g in rng.uniform(*ground, len(chosen)))
    ends = slots + rng.normal(0, 0.02, len(chosen))
    starts = ends.copy()
    move = rng.random()
    if size != "close" and len(chosen) > 1 and move < 0.25:
        # Two cross.
        starts[[0, 1]] = starts[[1, 0]]
    elif size != "close" and move < 0.5:
        # Somebody comes in or goes out.
        one = int(rng.integers(len(chosen)))
        edge = -0.2 if ends[one] < 0.5 else 1.2
        (starts if rng.random() < 0.6 else ends)[one] = edge
    order = rng.permutation(len(chosen))
    made = []
    for seat, g in zip(order, grounds, strict=True):
        a, b = float(starts[seat]), float(ends[seat])
        facing = float(
            np.clip(np.sign(b - a) * 0.5 if abs(b - a) > 0.1 else rng.uniform(-0.5, 0.5), -0.8, 0.8)
        )
        made.append(
            Part(chosen[seat], (a, b), abs(b - a) > 0.1, g, float(rng.uniform(*tall)),
                 _feelings(rng, chosen[seat], seconds), facing, float(rng.uniform(0, 10)))
        )  # fmt: skip
    return tuple(made)


def _feelings(
    rng: np.random.Generator, who: int, seconds: float
) -> tuple[tuple[float, str, float, Feeling], ...]:
    rows = [(0.0, *_felt(rng, who, ""))]
    if seconds > 2.5 and rng.random() < 0.4:
        rows.append((float(rng.uniform(0.4, 0.6) * seconds), *_felt(rng, who, rows[0][1])))
    return tuple(rows)


def _felt(rng: np.random.Generator, who: int, before: str) -> tuple[str, float, Feeling]:
    emotion = EMOTIONS[who % len(EMOTIONS)]
    if rng.random() > _LEANING or emotion == before:
        others = [e for e in EMOTIONS if e not in (emotion, before)]
        emotion = others[int(rng.integers(len(others)))]
    intensity = float(rng.uniform(0.65, 1.0))
    return emotion, intensity, feel(emotion, intensity, rng)


def _said(
    rng: np.random.Generator, parts: tuple[Part, ...], seconds: float, language: str, begins: str
) -> tuple[Said, ...]:
    seen = [p for p in parts if 0 < p.path[0] < 1 and 0 < p.path[1] < 1]
    start = 0.3 + (FADE if begins == "fade" else 0.0)
    if not seen or seconds < start + 1.6 or rng.random() < 0.2:
        return ()
    part = seen[int(rng.integers(len(seen)))]
    end = min(seconds - 0.2, start + float(rng.uniform(1.6, 2.6)))
    face = part.at((start + end) / 2)[0]
    contrary = bool(rng.random() < 0.25)
    words = face
    if contrary:
        words = CONTRARY[face][int(rng.integers(len(CONTRARY[face])))]
    lines = LINES[language][words]
    return (Said(part.who, start, end, lines[int(rng.integers(len(lines)))], words, contrary),)
