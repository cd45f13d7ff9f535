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
from pyojeong.face.square import around_box, whole_square
from pyojeong.face.types import ExpressionClassifier, FaceMesh, Image
from pyojeong.film.cutouts import masked
from pyojeong.film.types import Instances
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
    def reads_figures(self) -> bool:
        """Whether it reads a segmenter's figures; if not, it needs the mesh of a human face."""
        ...

    def of_meshes(self, image: Image, meshes: Sequence[FaceMesh]) -> tuple[Floats, Flags]:
        """(n, k) probabilities, and (n,) which faces cannot be seen well enough to rely on."""
        ...

    def of_figures(self, image: Image, figures: Instances) -> Floats:
        """(n, k) probabilities."""
        ...


class BuiltInEmotions:
    """The house seven, of human faces."""

    emotions = tuple(emotion.value for emotion in EMOTIONS)
    reads_figures = False

    def __init__(self, classifier: ExpressionClassifier | None = None) -> None:
        self._classifier: ExpressionClassifier = classifier or load("ExpressionClassifier")

    def of_meshes(self, image: Image, meshes: Sequence[FaceMesh]) -> tuple[Floats, Flags]:
        read = self._classifier.classify(image, meshes)
        values = np.array([scores.values for scores in read], np.float32)
        doubts = [measure(image, mesh).doubt for mesh in meshes]
        return values.reshape(-1, len(EMOTIONS)), _flags(doubts)

    def of_figures(self, image: Image, figures: Instances) -> Floats:
        """NaN: it has learned human faces by their mesh."""
        return np.full((len(figures), len(EMOTIONS)), np.nan, np.float32)


class OwnEmotions:
    """An exported classifier with its own labels, whatever they are. Raises MissingWeights,
    BadInput."""

    reads_figures = True

    def __init__(self, path: Path) -> None:
        self._network = ExportedNetwork(path)
        self.emotions = self._network.card.labels

    def of_meshes(self, image: Image, meshes: Sequence[FaceMesh]) -> tuple[Floats, Flags]:
        cuts = [self._network.cut(image, mesh) for mesh in meshes]
        doubts = [measure(image, mesh).doubt for mesh in meshes]
        return self._read(cuts), _flags(doubts)

    def of_figures(self, image: Image, figures: Instances) -> Floats:
        """Cut as its training pictures were: on black along the mask, or from boxes in pictures."""
        card = self._network.card
        if card.boxes:
            boxes = figures.boxes
            return self._read([around_box(image, box, card.margin, card.side) for box in boxes])
        cutouts = [masked(image, mask) for mask in figures.masks]
        return self._read([whole_square(cutout, card.side) for cutout in cutouts])

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
