"""Reads the emotion of a face with the network trained by `train/expression.py`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import LABEL_SETS, EmotionScores
from pyojeong.errors import MissingWeights
from pyojeong.face.align import crop_matrix, gray_crop
from pyojeong.face.types import FaceMesh, Image
from pyojeong.network import Network

ASSET = "expression_ferplus"
SIZE = 48
"""Side of the crop the network was trained on, in px: the size of FER2013 pictures."""

FER_SHARE = 0.35
"""Weight of the FER2013 head in the house reading; the rest is the FER+ head's. On the public
test more of it gains accuracy against FER2013's noisy labels and loses against FER+ votes."""

BATCH = 32
"""Most faces in one run, so that a crowd does not take memory with it."""

Floats = NDArray[np.float32]


class OnnxExpressionClassifier:
    """FER+ and FER2013 classes read by one small residual network, mapped to the house seven.

    The file gives calibrated probabilities for both label sets, already averaged over the crop
    and its mirror image. Both are evened out a little, mapped through `LABEL_SETS` and mixed: FER+
    is the cleaner vote, FER2013 knows more of fear and disgust.
    """

    def __init__(self, asset: str = ASSET) -> None:
        self._network = Network(asset)

    def classify(self, image: Image, meshes: Sequence[FaceMesh]) -> list[EmotionScores]:
        """One result per mesh; a face may lie partly outside the picture.

        `label_sets` of a result holds what the two label sets themselves say. Raises
        MissingWeights, InferenceFailed.
        """
        crops = [gray_crop(image, crop_matrix(mesh.points, SIZE), SIZE) for mesh in meshes]
        return [
            scores
            for at in range(0, len(crops), BATCH)
            for scores in self._read(np.stack(crops[at : at + BATCH]))
        ]

    def _read(self, crops: NDArray[np.uint8]) -> list[EmotionScores]:
        fer, ferplus = self._network.run(crops[:, None].astype(np.float32))
        return house(fer, ferplus, self._balances, self._network.asset)

    @cached_property
    def _balances(self) -> tuple[Floats, Floats]:
        try:
            notes = json.loads(self._network.metadata["pyojeong"])
            first, second = (
                np.array(notes[name]["balance"], np.float32) for name in ("fer-7", "ferplus-8")
            )
        except (KeyError, ValueError, TypeError) as error:
            raise MissingWeights(
                f"{self._network.asset} lacks its notes: {error}",
                f"{self._network.asset}에 설명이 없습니다: {error}",
            ) from error
        return first, second


def house(
    fer: Floats, ferplus: Floats, balances: tuple[Floats, Floats], source: str
) -> list[EmotionScores]:
    """The house reading of n faces: what (n, 7) FER and (n, 8) FER+ probabilities say, mixed.

    balances: (7,) and (8,), what each probability is multiplied with first, against the rarity of
    fear and disgust among the training pictures (Menon et al. 2021).
    """
    even = (normalised(fer * balances[0]), normalised(ferplus * balances[1]))
    columns = (fer, ferplus, *even)
    return [
        blend(a, b, source, (("fer-7", tuple(raw)), ("ferplus-8", tuple(rawplus))))
        for raw, rawplus, a, b in zip(*(c.tolist() for c in columns), strict=True)
    ]


def blend(
    fer: Sequence[float],
    ferplus: Sequence[float],
    source: str,
    label_sets: tuple[tuple[str, tuple[float, ...]], ...] = (),
) -> EmotionScores:
    """One face's reading from its balanced 7 FER and 8 FER+ probabilities."""
    first = LABEL_SETS["fer-7"].to_house(fer, source).values
    second = LABEL_SETS["ferplus-8"].to_house(ferplus, source).values
    mixed = tuple(FER_SHARE * a + (1 - FER_SHARE) * b for a, b in zip(first, second, strict=True))
    return EmotionScores(mixed, source, "ferplus-8", label_sets=label_sets)


def normalised(values: Floats) -> Floats:
    """Rows that sum to 1."""
    return np.asarray(values / values.sum(1, keepdims=True), np.float32)
