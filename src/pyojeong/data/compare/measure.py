"""What can be measured of each picture of a set: how it was taken, framed and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import Dataset, Image
from pyojeong.errors import BadInput
from pyojeong.face.reader import ReadFace

PROPERTIES = (
    "size",
    "light",
    "contrast",
    "colour",
    "sharpness",
    "face",
    "found",
    "yaw",
    "pitch",
    "roll",
)
"""Columns of `Measured.values`; NaN where no face was found, which `found` says.

size: root of the picture's area, px. light, contrast: mean and spread of luma, 0 to 1. colour: mean
spread between the channels, 0 (gray) to 1. sharpness: `face.quality`. face: longer side of the
mesh over the longer side of the picture. yaw, pitch, roll: degrees."""


class Reader(Protocol):
    """`face.cropped.CroppedReader`, or a stand-in."""

    def read(self, image: Image) -> list[ReadFace]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A sample of a set. rows: (n,) int64 of `dataset` that could be read. values: (n, 10) float64
    of PROPERTIES. probabilities: (n, 7) of the house emotions. unread: pictures that were broken.
    """

    dataset: Dataset
    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    unread: int

    def column(self, name: str) -> NDArray[np.float64]:
        return self.values[:, PROPERTIES.index(name)]

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.dataset.labels[self.rows]


def measure_set(
    dataset: Dataset,
    reader: Reader,
    most: int,
    seed: int,
    progress: Callable[[float], None] = lambda share: None,
) -> Measured:
    """Of at most `most` pictures, drawn by `seed`. Raises BadInput where none can be read."""
    chosen = np.random.default_rng(seed).permutation(len(dataset))[:most]
    chosen.sort()
    rows, values, probabilities = [], [], []
    for done, row in enumerate(chosen.tolist()):
        try:
            image = dataset.read(row)
        except BadInput:
            continue
        face = reader.read(image)[0]
        rows.append(row)
        values.append(_picture(image) + _face(image, face))
        probabilities.append(face.scores.values if face.scores else (np.nan,) * 7)
        progress((done + 1) / len(chosen))
    if not rows:
        raise BadInput(
            f"{dataset.title} has no picture that can be read.",
            f"{dataset.title}에 읽을 수 있는 사진이 없습니다.",
        )
    found = np.array(values, np.float64), np.array(probabilities, np.float64)
    return Measured(dataset, np.array(rows, np.int64), *found, len(chosen) - len(rows))


def _picture(image: Image) -> tuple[float, ...]:
    luma = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    spread = image.max(axis=2).astype(np.int16) - image.min(axis=2)
    size = float(np.sqrt(image.shape[0] * image.shape[1]))
    return size, float(luma.mean()) / 255, float(luma.std()) / 255, float(spread.mean()) / 255


def _face(image: Image, face: ReadFace) -> tuple[float, ...]:
    nothing = float("nan")
    if face.mesh is None or face.quality is None:
        return nothing, nothing, 0.0, nothing, nothing, nothing
    quality, points = face.quality, face.mesh.points[:468, :2]
    share = float(np.ptp(points, axis=0).max()) / max(image.shape[:2])
    return quality.sharpness, share, 1.0, quality.yaw, quality.pitch, quality.roll
