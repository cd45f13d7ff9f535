"""Figures one by one, cut out along their contour on black, to learn emotions from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.cartoon.canvas import Canvas
from pyojeong.data.cartoon.face import Look
from pyojeong.data.cartoon.feeling import EMOTIONS, feel
from pyojeong.data.cartoon.figure import LEGS, NECK, Pose, draw_figure
from pyojeong.data.cartoon.front import draw_front
from pyojeong.data.cartoon.style import CAST, stranger
from pyojeong.face.square import cut_out
from pyojeong.media.files import atomic_path

SCENE, MARGIN = 288, 0.04
"""Side of the picture a portrait is drawn in, px; black around the figure, as a share of its
longer side."""


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """image: RGB uint8 (s, s, 3), black where the figure is not. emotion: into `EMOTIONS`. who:
    class number of the cast, or 1000 + seed of a stranger."""

    image: NDArray[np.uint8]
    emotion: int
    who: int


def make_portraits(
    n: int, seed: int, split: str = "train", strangers: float = 0.55
) -> Iterator[Portrait]:
    """n portraits; number k of a seed is always the same. split: "test" for strangers whose parts
    training never draws. strangers: their share; the others are of the cast."""
    for k in range(n):
        yield _portrait(np.random.default_rng((seed, k, split == "test", 5)), split, strangers)


def _portrait(rng: np.random.Generator, split: str, strangers: float) -> Portrait:
    who = int(rng.integers(len(CAST)))
    style = CAST[who]
    if rng.random() < strangers:
        number = int(rng.integers(1_000_000))
        who, style = 1000 + number, stranger(number, split)
    emotion = int(rng.integers(len(EMOTIONS)))
    canvas = Canvas(np.full((SCENE, SCENE, 3), 128, np.uint8))
    size = float(np.exp(rng.uniform(np.log(20), np.log(88))))
    head = (
        SCENE * rng.uniform(0.3, 0.7),
        float(np.clip(rng.uniform(0.3, 0.55) * SCENE, 1.2 * size, None)),
    )
    feet = head[1] + size * (NECK + style.body[1] + LEGS)
    feeling = feel(EMOTIONS[emotion], float(rng.uniform(0.55, 1)), rng)
    draw_figure(canvas, 1, style, feeling, Pose(head[0], feet, size, **_bearing(rng)))
    _hidden(canvas, rng, head, size)
    mask = _retouched(canvas.owner == 1, rng)
    shown = cut_out(canvas.image, mask, MARGIN)
    return Portrait(_lit(shown, rng), emotion, who)


def _bearing(rng: np.random.Generator) -> dict[str, Any]:
    look = Look(
        float(rng.uniform(-0.85, 0.85)),
        float(rng.uniform(-0.45, 0.45)),
        (float(rng.uniform(-1, 1)), float(rng.uniform(-0.7, 0.7))),
        0.0 if rng.random() < 0.94 else 1.0,
        float(rng.uniform(0.2, 1.0)) if rng.random() < 0.2 else 0.0,
        (float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1))),
    )
    return {
        "turn": float(rng.normal(0, 6)),
        "step": float(rng.uniform(0, 6.28)) if rng.random() < 0.4 else None,
        "play": (float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1))),
        "look": look,
    }


def _hidden(
    canvas: Canvas, rng: np.random.Generator, head: tuple[float, float], size: float
) -> None:
    """Sometimes somebody or something stands in front, hardly ever before the face."""
    if rng.random() < 0.15:
        other = stranger(int(rng.integers(1_000_000)), "train")
        side = rng.choice((-1, 1)) * rng.uniform(1.5, 2.4) * size
        feet = head[1] + size * (NECK + other.body[1] + LEGS)
        draw_figure(canvas, 2, other, feel("happiness", 0.5, rng), Pose(head[0] + side, feet, size))
    elif rng.random() < 0.2:
        draw_front(
            canvas,
            rng,
            head[0] + rng.uniform(-2, 2) * size,
            head[1] + rng.uniform(1.6, 3.2) * size,
            rng.uniform(0.4, 0.9) * size,
        )


def _retouched(mask: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """As a network cuts: a pixel too much or too little."""
    step = int(rng.integers(-2, 3))
    kernel = np.ones((abs(step) + 1,) * 2, np.uint8)
    change = cv2.erode if step < 0 else cv2.dilate
    changed = np.asarray(change(mask.view(np.uint8), kernel), bool)
    return changed if changed.any() else mask


def _lit(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    gain = rng.uniform(0.6, 1.2)
    made = np.asarray(image * gain, np.float32)
    if rng.random() < 0.2:
        made = np.asarray(cv2.GaussianBlur(made, (0, 0), rng.uniform(0.4, 1.2)), np.float32)
    return np.asarray(np.clip(made, 0, 255), np.uint8)


def write_portraits(
    folder: Path, counts: dict[str, int], seed: int, side: int = 128, strangers: float = 0.55
) -> None:
    """Class folders for `pyojeong train expression`: `folder/train/anger/0.png` and so on.

    counts: pictures of "train" and "val", which have strangers of their own but made of the same
    parts, and "test", whose parts are others. side: most px.
    """
    for place, (name, count) in enumerate(counts.items()):
        split = "test" if name == "test" else "train"
        share = 1.0 if name == "test" else strangers
        for k, portrait in enumerate(make_portraits(count, seed + 1000 * place, split, share)):
            image = portrait.image
            if len(image) > side:
                image = np.asarray(
                    cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), np.uint8
                )
            path = folder / name / EMOTIONS[portrait.emotion] / f"{k}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(path) as part:
                part.write_bytes(cv2.imencode(".png", image[:, :, ::-1])[1].tobytes())
