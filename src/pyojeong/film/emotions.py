"""Emotions of faces in film, by the built-in classifier or one of the user's own training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS
from pyojeong.face.exported import BATCH, ExportedNetwork
from pyojeong.face.quality import FLAT, measure
from pyojeong.face.square import whole_square
from pyojeong.face.types import ExpressionClassifier, FaceMesh, Image
from pyojeong.registry import load

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


class EmotionReader(Protocol):
    """Reads the emotion of faces that were found."""

    @property
    def emotions(self) -> tuple[str, ...]:
        """Names of the k emotions, in the order of the probabilities."""
        ...

    @property
    def reads_cutouts(self) -> bool:
        """Whether it can read figures cut out on black; if not, it needs the mesh of a face."""
        ...

    def of_meshes(self, image: Image, meshes: Sequence[FaceMesh]) -> tuple[Floats, Flags]:
        """(n, k) probabilities, and (n,) which faces cannot be seen well enough to rely on."""
        ...

    def of_cutouts(self, cutouts: Sequence[Image]) -> Floats:
        """(n, k) probabilities of squares that one figure fills."""
        ...


class BuiltInEmotions:
    """The house seven, of human faces."""

    emotions = tuple(emotion.value for emotion in EMOTIONS)
    reads_cutouts = False

    def __init__(self, classifier: ExpressionClassifier | None = None) -> None:
        self._classifier: ExpressionClassifier = classifier or load("ExpressionClassifier")

    def of_meshes(self, image: Image, meshes: Sequence[FaceMesh]) -> tuple[Floats, Flags]:
        read = self._classifier.classify(image, meshes)
        values = np.array([scores.values for scores in read], np.float32)
        doubts = [measure(image, mesh).doubt for mesh in meshes]
        return values.reshape(-1, len(EMOTIONS)), _flags(doubts)

    def of_cutouts(self, cutouts: Sequence[Image]) -> Floats:
        """NaN: it has learned human faces by their mesh."""
        return np.full((len(cutouts), len(EMOTIONS)), np.nan, np.float32)


class OwnEmotions:
    """An exported classifier with its own labels, whatever they are. Raises MissingWeights,
    BadInput."""

    reads_cutouts = True

    def __init__(self, path: Path) -> None:
        self._network = ExportedNetwork(path)
        self.emotions = self._network.card.labels

    def of_meshes(self, image: Image, meshes: Sequence[FaceMesh]) -> tuple[Floats, Flags]:
        cuts = [self._network.cut(image, mesh) for mesh in meshes]
        doubts = [measure(image, mesh).doubt for mesh in meshes]
        return self._read(cuts), _flags(doubts)

    def of_cutouts(self, cutouts: Sequence[Image]) -> Floats:
        side = self._network.card.side
        return self._read([whole_square(cutout, side) for cutout in cutouts])

    def _read(self, crops: Sequence[Image]) -> Floats:
        runs = [
            self._network.probabilities(np.stack(crops[at : at + BATCH]))
            for at in range(0, len(crops), BATCH)
        ]
        empty = np.zeros((0, len(self.emotions)), np.float32)
        return np.concatenate([empty, *runs])


def least_clear(count: int) -> float:
    """Probability that some emotion of `count` must reach, for a face not to be called unsure."""
    return max(FLAT, 1.3 / count)


def _flags(doubts: Sequence[object]) -> Flags:
    return np.array([doubt is not None for doubt in doubts], bool)
