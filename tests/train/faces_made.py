"""Simple drawn faces with five expressions: data for whole experiments, the same every time.

A face is told by its mouth, brows and eyes; identity (skin, hair, width, glasses), light, place
and noise change from one picture to the next and say nothing of the class.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pyojeong.data.dataset import Dataset

CLASSES = ("anger", "happiness", "neutral", "sadness", "surprise")
# Bend of the mouth (down is positive), its opening, slant of the brows (inner end down is
# positive), their height, opening of the eyes.
_SHAPES = {
    "anger": (0.5, 0.05, 1.0, 0.6, 0.7),
    "happiness": (-1.0, 0.3, 0.0, 1.0, 0.8),
    "neutral": (0.0, 0.0, 0.0, 1.0, 1.0),
    "sadness": (0.9, 0.0, -0.9, 1.1, 0.6),
    "surprise": (0.0, 1.0, 0.0, 1.7, 1.6),
}
_SKINS = ((246, 214, 188), (224, 182, 148), (190, 140, 105), (140, 95, 66), (252, 228, 210))
_HAIRS = ((35, 28, 26), (92, 60, 38), (180, 140, 80), (120, 120, 125))
HAIRS = ("Black_Hair", "Brown_Hair", "Blond_Hair", "Gray_Hair")
"""Names of the hair colours, as CelebA spells them."""
_FINE = 8
"""Fractional bits of the coordinates that are drawn."""


def draw_face(expression: str, identity: int, take: int, side: int = 48) -> np.ndarray:
    """RGB uint8 (side, side, 3). take: which picture of this person with this expression."""
    person = np.random.default_rng((7, identity))
    chance = np.random.default_rng((11, identity, CLASSES.index(expression), take))
    bend, gape, slant, height, open_eyes = (
        value + chance.normal(0, 0.12) for value in _SHAPES[expression]
    )
    skin = np.array(_SKINS[person.integers(len(_SKINS))], float)
    hair = _HAIRS[person.integers(len(_HAIRS))]
    width = person.uniform(0.30, 0.38)
    glasses = person.random() < 0.3
    image = np.full((side, side, 3), chance.integers(90, 230, 3), np.uint8)
    x, y = 0.5 + chance.normal(0, 0.025, 2)
    pen = _Pen(image, x, y)
    pen.oval(0, -0.06, width + 0.05, 0.43, hair)
    pen.oval(0, 0.04, width, 0.38, tuple(skin))
    for way in (-1, 1):
        pen.oval(0.14 * way, -0.05, 0.055, 0.035 * max(open_eyes, 0.2), (250, 250, 250))
        pen.oval(0.14 * way, -0.05, 0.025, 0.028 * max(open_eyes, 0.2), (30, 25, 25))
        brow = -0.09 - 0.05 * height
        pen.line((0.06 * way, brow + 0.04 * slant), (0.22 * way, brow - 0.03 * slant), hair)
        if glasses:
            pen.ring(0.14 * way, -0.05, 0.085, (40, 40, 50))
    pen.line((0, 0.0), (0.02, 0.09), tuple(skin * 0.75))
    _mouth(pen, bend, max(gape, 0.0))
    light = chance.uniform(0.75, 1.1)
    noisy = image * light + chance.normal(0, 6, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _mouth(pen: _Pen, bend: float, gape: float) -> None:
    across = np.linspace(-1, 1, 9)
    middle = 0.22 - 0.06 * bend * (1 - across**2) + 0.03 * bend
    reach = 0.13 * across * (1 - 0.35 * min(gape, 1))
    half = 0.075 * gape * np.sqrt(np.clip(1 - across**2, 0, 1))
    if gape > 0.15:
        outline = np.r_[np.c_[reach, middle - half], np.c_[reach, middle + half][::-1]]
        pen.shape(outline, (110, 30, 40))
    pen.path(np.c_[reach, middle + half], (150, 50, 60))


def looks_of(identity: int) -> tuple[str, bool]:
    """Hair colour, one of HAIRS, and whether there are glasses: what `draw_face` draws."""
    person = np.random.default_rng((7, identity))
    person.integers(len(_SKINS))
    hair = HAIRS[person.integers(len(_HAIRS))]
    person.uniform(0.30, 0.38)
    return hair, bool(person.random() < 0.3)


class _Pen:
    """Draws in shares of the picture's side, with the face's middle as origin."""

    def __init__(self, image: np.ndarray, x: float, y: float) -> None:
        self.image, self.side, self.origin = image, len(image), np.array((x, y))

    def _at(self, points: object) -> np.ndarray:
        scaled = (np.asarray(points, float) + self.origin) * self.side * 2**_FINE
        return np.round(scaled).astype(np.int32)

    def _wide(self, share: float = 0.02) -> int:
        return max(1, round(share * self.side))

    def oval(self, x: float, y: float, across: float, down: float, colour: tuple) -> None:
        axes = tuple(int(v * self.side * 2**_FINE) for v in (across, down))
        centre = tuple(self._at((x, y)).tolist())
        cv2.ellipse(self.image, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA, _FINE)

    def ring(self, x: float, y: float, radius: float, colour: tuple) -> None:
        axes = (int(radius * self.side * 2**_FINE),) * 2
        centre = tuple(self._at((x, y)).tolist())
        cv2.ellipse(self.image, centre, axes, 0, 0, 360, colour, 1, cv2.LINE_AA, _FINE)

    def line(self, start: tuple, end: tuple, colour: tuple) -> None:
        self.path(np.array((start, end)), colour)

    def path(self, points: np.ndarray, colour: tuple) -> None:
        lines = [self._at(points)]
        cv2.polylines(self.image, lines, False, colour, self._wide(0.035), cv2.LINE_AA, _FINE)

    def shape(self, points: np.ndarray, colour: tuple) -> None:
        cv2.fillPoly(self.image, [self._at(points)], colour, cv2.LINE_AA, _FINE)


@dataclass(frozen=True)
class Drawn:
    """A store of drawn faces: which expression, person and take each is."""

    expressions: tuple[str, ...]
    people: np.ndarray
    takes: np.ndarray
    side: int

    def __len__(self) -> int:
        return len(self.people)

    def name(self, row: int) -> str:
        return f"{self.expressions[row]}/person{self.people[row]:02d}-{self.takes[row]}.png"

    def read(self, row: int) -> np.ndarray:
        people, takes = int(self.people[row]), int(self.takes[row])
        return draw_face(self.expressions[row], people, takes, self.side)


def made_faces(people: int = 12, takes: int = 4, side: int = 48, given: bool = True) -> Dataset:
    """Every person with every expression, `takes` times. given: people are divided among the
    splits, two thirds to train, a sixth each to val and test; else the rows have no split.
    """
    grid = np.indices((people, len(CLASSES), takes)).reshape(3, -1)
    person, label, take = grid
    expressions = tuple(CLASSES[k] for k in label)
    share = person / people
    splits = np.where(share < 2 / 3, "train", np.where(share < 5 / 6, "val", "test"))
    return Dataset(
        "drawn faces",
        CLASSES,
        Drawn(expressions, person, take, side),
        np.arange(len(person)),
        label.astype(np.int64),
        None,
        np.full((len(person), 4), np.nan, np.float32),
        np.array([f"person{p:02d}" for p in person]),
        splits if given else np.full(len(person), ""),
    )


def write_celeba(folder: Path, people: range, takes: int, side: int, held: int = 6) -> Path:
    """Neutral faces in CelebA's layout with hair colour and glasses; the last `held` people are
    the test split."""
    pictures = folder / "img_align_celeba"
    pictures.mkdir(parents=True)
    names = (*HAIRS, "Eyeglasses")
    rows, parts = [], []
    for person in people:
        hair, glasses = looks_of(person)
        for take in range(takes):
            name = f"{len(rows) + 1:06d}.png"
            holds = [hair == h for h in HAIRS] + [glasses]
            rows.append(" ".join([name, *("1" if one else "-1" for one in holds)]))
            parts.append(f"{name} {2 if person in people[-held:] else 0}")
            face = draw_face("neutral", person, take, side)
            cv2.imwrite(str(pictures / name), face[:, :, ::-1])
    lines = [str(len(rows)), " ".join(names), *rows]
    (folder / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "list_eval_partition.txt").write_text("\n".join(parts) + "\n", "utf-8")
    return folder


def write_folders(folder: Path, dataset: Dataset) -> Path:
    """The set as PNG files, SPLIT/CLASS/NAME (CLASS/NAME without splits)."""
    for row in range(len(dataset)):
        path = folder / str(dataset.splits[row]) / dataset.name(row)
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), dataset.read(row)[:, :, ::-1])
    return folder
