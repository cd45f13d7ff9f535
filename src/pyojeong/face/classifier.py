"""Reads the emotion of a face with the network trained by `train/expression.py`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import LABEL_SETS, EmotionScores
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


class OnnxExpressionClassifier:
    """FER+ and FER2013 classes read by one small residual network, mapped to the house seven.

    The file gives calibrated probabilities for both label sets, already averaged over the crop
    and its mirror image. Both are mapped through `LABEL_SETS` and mixed: FER+ is the cleaner vote,
    FER2013 knows more of fear and disgust.
    """

    def __init__(self, asset: str = ASSET) -> None:
        self._network = Network(asset)

    def classify(self, image: Image, meshes: Sequence[FaceMesh]) -> list[EmotionScores]:
        """One result per mesh; a face may lie partly outside the picture.

        Raises MissingWeights, InferenceFailed.
        """
        crops = [gray_crop(image, crop_matrix(mesh.points, SIZE), SIZE) for mesh in meshes]
        return [
            scores
            for at in range(0, len(crops), BATCH)
            for scores in self._read(np.stack(crops[at : at + BATCH]))
        ]

    def _read(self, crops: NDArray[np.uint8]) -> list[EmotionScores]:
        fer, ferplus = self._network.run(crops[:, None].astype(np.float32))
        pairs = zip(fer.tolist(), ferplus.tolist(), strict=True)
        return [blend(a, b, self._network.asset) for a, b in pairs]


def blend(fer: Sequence[float], ferplus: Sequence[float], source: str) -> EmotionScores:
    """The house reading of one face: what 7 FER and 8 FER+ probabilities say, mixed."""
    first = LABEL_SETS["fer-7"].to_house(fer, source).values
    second = LABEL_SETS["ferplus-8"].to_house(ferplus, source).values
    mixed = tuple(FER_SHARE * a + (1 - FER_SHARE) * b for a, b in zip(first, second, strict=True))
    return EmotionScores(mixed, source, "ferplus-8")
