"""What a character looks like: the five that have names, and any number of strangers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyojeong.data.cartoon.canvas import Colour, hsv

NAMES = ("haru", "bulkon", "miru", "bora", "solbi")
"""The five of the cast, in the order of their class numbers."""

STRANGER = "figure"
"""Class of everybody else, after the five."""

LABELS = (*NAMES, STRANGER)


@dataclass(frozen=True, slots=True)
class Style:
    """All that stays the same about a character. Lengths are in half heights of the head.

    name: class name. head: (half width, power of the superellipse, taper: the top wider where
    positive, bumps around the rim, their depth). body: (half width, height). colour, second, ink:
    of the skin, of the pattern and the crest, of lines and pupils. outline: width of lines.
    texture, crest, eyes, brows, mouth, nose: kinds, in the tables below. eye: (half width, half
    height, distance from the middle, height on the face). iris: colour. limbs: (width, length).
    arched: whether closed eyes smile as arches. blush: on the cheeks. face: (size of the features,
    their place below the middle).
    """

    name: str
    head: tuple[float, float, float, int, float]
    body: tuple[float, float]
    colour: Colour
    second: Colour
    ink: Colour
    outline: float
    texture: str
    crest: str
    eyes: str
    eye: tuple[float, float, float, float]
    iris: Colour
    brows: str
    mouth: str
    nose: str
    limbs: tuple[float, float]
    arched: bool
    blush: float
    face: tuple[float, float]


KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "texture": {"train": ("plain", "spots", "bands", "belly"), "test": ("checks", "slants")},
    "crest": {
        "train": ("none", "ears", "horns", "antennae", "leaf", "tuft", "rays"),
        "test": ("spikes", "cap", "buns"),
    },
    "eyes": {"train": ("round", "dot", "iris"), "test": ("square", "ringed")},
    "brows": {"train": ("line", "bar", "arc", "none"), "test": ("bushy", "dashes")},
    "mouth": {"train": ("line", "lips", "thin"), "test": ("muzzle", "fang")},
    "nose": {"train": ("none", "dot", "triangle"), "test": ("wide", "hook")},
}
"""Parts that training draws, and parts that only the characters of the test set have."""

CAST: tuple[Style, ...] = (
    Style(
        "haru", (1.05, 2.0, 0.0, 0, 0.0), (0.52, 0.95), (255, 206, 58), (244, 140, 38), (84, 46, 18),
        0.055, "plain", "rays", "round", (0.25, 0.32, 0.42, -0.12), (90, 56, 30), "line", "line",
        "none", (0.17, 0.72), True, 0.5, (1.0, 0.05),
    ),
    Style(
        "bulkon", (1.02, 4.5, 0.1, 0, 0.0), (0.7, 0.9), (222, 62, 52), (255, 158, 46), (62, 14, 18),
        0.075, "belly", "horns", "round", (0.24, 0.22, 0.44, -0.1), (46, 20, 20), "bar", "lips",
        "triangle", (0.24, 0.66), False, 0.0, (1.0, 0.05),
    ),
    Style(
        "miru", (0.86, 2.0, -0.45, 0, 0.0), (0.42, 0.85), (84, 152, 232), (176, 216, 255),
        (22, 44, 96), 0.05, "spots", "tuft", "iris", (0.24, 0.28, 0.36, 0.02), (40, 96, 190), "arc",
        "line", "dot", (0.15, 0.7), True, 0.35, (0.95, 0.2),
    ),
    Style(
        "bora", (0.74, 2.4, 0.12, 0, 0.0), (0.36, 1.15), (160, 96, 208), (236, 190, 255),
        (52, 22, 78), 0.045, "bands", "antennae", "dot", (0.15, 0.24, 0.3, -0.1), (52, 22, 78),
        "line", "thin", "none", (0.12, 0.86), False, 0.4, (0.9, 0.05),
    ),
    Style(
        "solbi", (1.12, 2.0, -0.1, 9, 0.055), (0.5, 0.85), (96, 184, 92), (44, 118, 66), (20, 54, 32),
        0.06, "belly", "leaf", "iris", (0.23, 0.25, 0.4, -0.06), (120, 84, 30), "bar", "lips",
        "dot", (0.18, 0.66), True, 0.25, (0.95, 0.08),
    ),
)  # fmt: skip


def stranger(seed: int, split: str) -> Style:
    """Somebody made up from a seed. split: "train", or "test" for characters whose texture, crest,
    eyes, brows, mouth and nose are all of kinds that training never draws."""
    rng = np.random.default_rng((seed, 1 if split == "test" else 0, 77))

    def kind(part: str) -> str:
        choices = KINDS[part][split]
        return choices[int(rng.integers(len(choices)))]

    colour, second, ink = _colours(rng)
    bumps = int(rng.choice((0, 0, 0, 5, 7) if split == "test" else (0, 0, 0, 0, 3, 4, 9)))
    wide, high = rng.uniform(0.17, 0.29), rng.uniform(0.19, 0.34)
    if split == "test":
        high = float(np.clip(high, 0.85 * wide, 1.25 * wide))
    return Style(
        STRANGER,
        (
            _of(rng, 0.75, 1.15),
            _of(rng, 1.8, 4.5),
            _of(rng, -0.4, 0.3),
            bumps,
            _of(rng, 0.02, 0.06),
        ),
        (_of(rng, 0.36, 0.7), _of(rng, 0.75, 1.15)),
        colour,
        second,
        ink,
        _of(rng, 0.035, 0.08),
        kind("texture"),
        kind("crest"),
        kind("eyes"),
        (wide, high, _of(rng, 0.32, 0.46), _of(rng, -0.2, 0.05)),
        hsv(_of(rng, 0, 1), _of(rng, 0.4, 0.9), _of(rng, 0.3, 0.7)),
        kind("brows"),
        kind("mouth"),
        kind("nose"),
        (_of(rng, 0.12, 0.24), _of(rng, 0.62, 0.86)),
        bool(rng.random() < 0.5),
        float(rng.choice((0.0, 0.3, 0.6))),
        (_of(rng, 0.88, 1.05), _of(rng, 0.0, 0.15)),
    )


def _colours(rng: np.random.Generator) -> tuple[Colour, Colour, Colour]:
    hue = _of(rng, 0, 1)
    skin = hsv(hue, _of(rng, 0.15, 0.85), _of(rng, 0.6, 1.0))
    second = hsv(hue + _of(rng, -0.2, 0.2), _of(rng, 0.3, 0.9), _of(rng, 0.4, 1.0))
    return skin, second, hsv(hue, _of(rng, 0.3, 0.9), _of(rng, 0.1, 0.3))


def _of(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))
