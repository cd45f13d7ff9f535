"""Single pictures with figures in them, to learn from and to be measured with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.cartoon.canvas import Canvas
from pyojeong.data.cartoon.face import Look
from pyojeong.data.cartoon.feeling import EMOTIONS, feel
from pyojeong.data.cartoon.figure import Pose, draw_figure
from pyojeong.data.cartoon.front import draw_front
from pyojeong.data.cartoon.places import PLACES, draw_place
from pyojeong.data.cartoon.style import CAST, LABELS, Style, stranger

LEAST_SEEN, LEAST_WHOLE = 0.002, 0.12
"""Figures that cover less of the picture, or of which a smaller share is left uncovered by others,
are nobody: a hand at the edge."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """image: RGB uint8 (H, W, 3). masks: (n, H, W) bool, what is seen of each figure. boxes:
    (n, 4) float32 xyxy px, around the masks. classes: (n,) int64 into `style.LABELS`. emotions:
    (n,) int64 into `feeling.EMOTIONS`. intensity: (n,) float32. who: (n,) int64, which character:
    class number of the cast, 1000 + seed of a stranger. whole: (n,) float32, the seen share of
    the figure."""

    image: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    boxes: NDArray[np.float32]
    classes: NDArray[np.int64]
    emotions: NDArray[np.int64]
    intensity: NDArray[np.float32]
    who: NDArray[np.int64]
    whole: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.classes)


def make_pictures(
    n: int,
    seed: int,
    split: str = "train",
    size: tuple[int, int] = (640, 360),
    strangers: float = 0.35,
) -> Iterator[Picture]:
    """n pictures, made one after the other as they are asked for; picture k of a seed is always
    the same. split: "train" or "test", whose places and strangers training never sees. size:
    (width, height) px. strangers: share of figures that are not of the cast."""
    for k in range(n):
        yield make_picture(
            np.random.default_rng((seed, k, split == "test")), split, size, strangers
        )


def make_picture(
    rng: np.random.Generator, split: str, size: tuple[int, int], strangers: float
) -> Picture:
    """One picture."""
    width, height = size
    places = PLACES[split]
    canvas = Canvas(draw_place(places[int(rng.integers(len(places)))], width, height, rng))
    count = int(rng.choice((0, 1, 2, 3, 4), p=(0.03, 0.3, 0.33, 0.22, 0.12)))
    cast = _cast(rng, split, count, strangers)
    tall = float(np.exp(rng.uniform(np.log(0.3), np.log(1.25))))
    drawn: list[tuple[int, Style, int, int, float]] = []
    areas = np.ones(count + 1)
    poses = _poses(rng, [style for _, style in cast], width, height, tall)
    for place, ((who, style), pose) in enumerate(zip(cast, poses, strict=True)):
        emotion, intensity = int(rng.integers(len(EMOTIONS))), float(rng.uniform(0.55, 1.0))
        draw_figure(canvas, place + 1, style, feel(EMOTIONS[emotion], intensity, rng), pose)
        drawn.append((who, style, place + 1, emotion, intensity))
        areas[place + 1] = max(1, int(np.count_nonzero(canvas.owner == place + 1)))
    for _ in range(int(rng.choice((0, 1, 2), p=(0.5, 0.35, 0.15)))):
        draw_front(
            canvas,
            rng,
            rng.uniform(0, width),
            rng.uniform(0.85, 1.1) * height,
            rng.uniform(0.06, 0.2) * height,
        )
    return _gathered(_graded(canvas.image, rng), canvas.owner, drawn, areas)


def _cast(
    rng: np.random.Generator, split: str, count: int, strangers: float
) -> list[tuple[int, Style]]:
    """Different people: number and style of each."""
    known = list(rng.permutation(len(CAST)))
    people: list[tuple[int, Style]] = []
    for _ in range(count):
        if rng.random() < strangers:
            number = int(rng.integers(1_000_000))
            people.append((1000 + number, stranger(number, split)))
        else:
            one = int(known.pop())
            people.append((one, CAST[one]))
    return people


def _poses(
    rng: np.random.Generator, styles: list[Style], width: int, height: int, tall: float
) -> list[Pose]:
    """Most stand side by side, some anywhere; whoever stands lower comes later, in front."""
    places = rng.uniform(0.06, 0.94, len(styles))
    if rng.random() < 0.7:
        slots = (rng.permutation(len(styles)) + 0.5) / max(1, len(styles))
        places = np.clip(slots + rng.normal(0, 0.06, len(styles)), 0.04, 0.96)
    poses = [
        _pose(rng, style, float(x) * width, height, tall)
        for x, style in zip(places, styles, strict=True)
    ]
    order = iter(sorted(p.y for p in poses))
    return [replace(pose, y=next(order)) for pose in poses]


def _pose(rng: np.random.Generator, style: Style, x: float, height: int, tall: float) -> Pose:
    unit = tall * height * rng.uniform(0.85, 1.15) / (1 + 0.82 + style.body[1] + 0.42)
    ground = height * rng.uniform(0.78, 1.0) + max(0.0, tall - 0.75) * height * rng.uniform(
        0.3, 1.0
    )
    look = Look(
        float(rng.uniform(-0.8, 0.8)),
        float(rng.uniform(-0.4, 0.4)),
        (float(rng.uniform(-1, 1)), float(rng.uniform(-0.7, 0.7))),
        0.0 if rng.random() < 0.93 else 1.0,
        float(rng.uniform(0.3, 1.0)) if rng.random() < 0.15 else 0.0,
    )
    return Pose(
        x,
        float(ground),
        float(unit),
        float(rng.normal(0, 5)),
        float(rng.uniform(0, 6.28)) if rng.random() < 0.4 else None,
        (float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1))),
        look,
    )


def _graded(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Light and film: brightness, contrast, tint, a fade, blur, grain."""
    if rng.random() < 0.35:
        return image
    gain = rng.uniform(0.72, 1.15) * (rng.uniform(0.35, 1) if rng.random() < 0.12 else 1)
    tint = gain * rng.uniform(0.93, 1.07, 3)
    made = np.asarray(image * tint + rng.uniform(-12, 12), np.float32)
    if rng.random() < 0.2:
        made = np.asarray(cv2.GaussianBlur(made, (0, 0), rng.uniform(0.4, 1.3)), np.float32)
    if rng.random() < 0.25:
        grain = rng.normal(0, rng.uniform(1, 6), (*made.shape[:2], 1))
        made = np.asarray(made + grain, np.float32)
    return np.clip(made, 0, 255).astype(np.uint8)


def _gathered(
    image: NDArray[np.uint8],
    owner: NDArray[np.uint8],
    drawn: list[tuple[int, Style, int, int, float]],
    areas: NDArray[np.float64],
) -> Picture:
    seen = np.bincount(owner.ravel(), minlength=256)
    kept = [
        d
        for d in drawn
        if seen[d[2]] > LEAST_SEEN * owner.size and seen[d[2]] > LEAST_WHOLE * areas[d[2]]
    ]
    masks = np.stack([owner == d[2] for d in kept]) if kept else np.zeros((0, *owner.shape), bool)
    return Picture(
        image,
        masks,
        boxes_of(masks),
        np.array([LABELS.index(d[1].name) for d in kept], np.int64),
        np.array([d[3] for d in kept], np.int64),
        np.array([d[4] for d in kept], np.float32),
        np.array([d[0] for d in kept], np.int64),
        np.array([seen[d[2]] / areas[d[2]] for d in kept], np.float32),
    )


def boxes_of(masks: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(n, 4) xyxy around the pixels of masks (n, H, W); none may be empty. The right and lower
    edges are those of the last pixels."""
    boxes = np.zeros((len(masks), 4), np.float32)
    for row, mask in zip(boxes, masks, strict=True):
        x, y, w, h = cv2.boundingRect(mask.view(np.uint8))
        row[:] = (x, y, x + w, y + h)
    return boxes


def at_size(picture: Picture, width: int, height: int) -> Picture:
    """The picture shrunk; masks keep the pixels that lie in them by half or more."""
    image = np.asarray(
        cv2.resize(picture.image, (width, height), interpolation=cv2.INTER_AREA), np.uint8
    )
    small = [
        cv2.resize(m.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA) >= 0.5
        for m in picture.masks
    ]
    masks = np.stack(small) if small else np.zeros((0, height, width), bool)
    ratio = np.array([width / picture.image.shape[1], height / picture.image.shape[0]] * 2)
    return replace(
        picture, image=image, masks=masks, boxes=(picture.boxes * ratio).astype(np.float32)
    )
