"""Faces to train the expression classifier on: pictures, targets, and where each face lies.

FER2013 pictures carry two labels: one hard class of seven, and up to ten FER+ votes over eight
classes (kept as a soft target). The muxspace pictures carry one FER+ style word. A mesh
per picture, made beforehand by `train/expression_meshes.py`, gives the crop the classifier will
see in use; pictures without one are used as they are.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import LABEL_SETS
from pyojeong.face.align import crop_matrix

FER = LABEL_SETS["fer-7"].labels
FERPLUS = LABEL_SETS["ferplus-8"].labels
UNIT = 48
"""Side of the frame that `ExpressionFaces.frames` maps to."""


@dataclass(frozen=True, slots=True, eq=False)
class ExpressionFaces:
    """Labelled faces, one row each.

    images: gray uint8 pictures. fer: (n, 7) and ferplus: (n, 8) float32 target probabilities.
    fer_weight, ferplus_weight: (n,) float32 in [0, 1], 0 where a picture has no such label.
    frames: (n, 2, 3) float32, from picture pixels to a 48 × 48 upright crop; loose: the same for
    the picture as it is. majority: (n,) FER+ class with more than half of the votes, else -1.
    label: (n,) FER class or -1.
    """

    images: list[NDArray[np.uint8]]
    fer: NDArray[np.float32]
    ferplus: NDArray[np.float32]
    fer_weight: NDArray[np.float32]
    ferplus_weight: NDArray[np.float32]
    frames: NDArray[np.float32]
    loose: NDArray[np.float32]
    label: NDArray[np.int64]
    majority: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.images)


def data_folder() -> Path:
    """The data folder that PYOJEONG_DATA names. Raises SystemExit where it names none."""
    named = os.environ.get("PYOJEONG_DATA")
    if not named:
        raise SystemExit("Set PYOJEONG_DATA to the folder with the training data.")
    return Path(named) / "faces"


def load_fer(split: str, meshes: Path, smoothing: float = 0.1) -> ExpressionFaces:
    """The FER2013 split "train" or "public_test" with FER+ votes and meshes.

    A vote for "unknown" or "no face" takes weight from the picture, not from a class.
    """
    table = np.load(data_folder() / f"fer2013_{split}.npz")
    votes = table["ferplus_votes"].astype(np.float32)
    cast, total = votes[:, :8].sum(1), np.maximum(votes.sum(1), 1)
    ferplus = np.where(cast[:, None] > 0, votes[:, :8] / np.maximum(cast, 1)[:, None], 1 / 8)
    label = table["labels"].astype(np.int64)
    images = list(table["images"])
    leader = votes.argmax(1)
    sure = (votes.max(1) * 2 > total) & (leader < 8)
    no_face = votes[:, 9] * 2 > total
    return ExpressionFaces(
        images,
        _smooth(label, len(FER), smoothing),
        ferplus.astype(np.float32),
        ((label >= 0) & ~no_face).astype(np.float32),
        (cast / total).astype(np.float32),
        _frames(images, np.load(meshes / f"fer2013_{split}.npz")["points"]),
        _loose(images),
        label,
        np.where(sure, leader, -1).astype(np.int64),
    )


def load_muxspace(
    meshes: Path,
    seed: int,
    most: int,
    weight: float,
    smoothing: float = 0.2,
    held_out: bool = False,
) -> ExpressionFaces:
    """Muxspace faces, at most `most` per class (nine in ten are neutral or happy).

    Their labels come from one person and some are wrong, hence the weight and the smoothing. The
    faces of one person in seven are kept out of training; `held_out` loads those instead.
    """
    import pandas as pd

    table = pd.read_parquet(data_folder() / "muxspace_112_train.parquet")
    points = np.load(meshes / "muxspace_112_train.npz")["points"]
    label = np.array([FERPLUS.index(word) for word in table["label"]])
    wanted = np.array([_kept_out(who) == held_out for who in table["identity"]])
    rng = np.random.default_rng(seed)
    rows = np.sort(
        np.concatenate(
            [rng.permutation(np.flatnonzero(wanted & (label == c)))[:most] for c in range(8)]
        )
    )
    pictures = [np.frombuffer(table["jpeg"].iloc[r], np.uint8) for r in rows]
    images = [np.asarray(cv2.imdecode(p, cv2.IMREAD_GRAYSCALE), np.uint8) for p in pictures]
    n = len(rows)
    return ExpressionFaces(
        images,
        np.full((n, len(FER)), 1 / len(FER), np.float32),
        _smooth(label[rows], len(FERPLUS), smoothing),
        np.zeros(n, np.float32),
        np.full(n, weight, np.float32),
        _frames(images, points[rows]),
        _loose(images),
        np.full(n, -1),
        label[rows],
    )


def _kept_out(identity: object) -> bool:
    return crc32(str(identity).encode()) % 7 == 0


def join(*parts: ExpressionFaces) -> ExpressionFaces:
    """All rows of several sets, in order."""
    images = [image for part in parts for image in part.images]
    names = [n for n in ExpressionFaces.__slots__ if n != "images"]
    columns = {n: np.concatenate([getattr(p, n) for p in parts]) for n in names}
    return ExpressionFaces(images=images, **columns)


def _smooth(label: NDArray[np.int64], classes: int, smoothing: float) -> NDArray[np.float32]:
    rows = np.full((len(label), classes), smoothing / classes, np.float32)
    rows[np.arange(len(label)), np.maximum(label, 0)] += 1 - smoothing
    return rows


def _loose(images: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """The whole picture as the 48 × 48 frame."""
    ratio = np.array([UNIT / image.shape[0] for image in images], np.float32)
    matrix = np.zeros((len(images), 2, 3), np.float32)
    matrix[:, 0, 0] = matrix[:, 1, 1] = ratio
    matrix[:, :, 2] = ((ratio - 1) / 2)[:, None]
    return matrix


def _frames(images: list[NDArray[np.uint8]], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The upright crop of every picture that has a mesh; the whole picture for the others."""
    matrix = _loose(images)
    for row in np.flatnonzero(np.isfinite(points[:, 0, 0])):
        matrix[row] = crop_matrix(points[row], UNIT)
    return matrix
