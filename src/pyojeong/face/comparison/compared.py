"""One picture seen by every detector."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import Emotion, EmotionScores
from pyojeong.errors import BadInput, InferenceFailed, PyojeongError
from pyojeong.face.comparison.labels import Labels
from pyojeong.face.comparison.margins import readings
from pyojeong.face.comparison.matching import same_faces
from pyojeong.face.report.record import shown
from pyojeong.face.types import ExpressionClassifier, FaceDetector, FaceMesher, Faces, Image
from pyojeong.media.image import read_image, to_srgb
from pyojeong.media.listing import Listed


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one detector made of a picture: faces, time in ms, and what went wrong."""

    faces: Faces
    ms: float
    error: PyojeongError | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """A picture, and what each detector found, in the detectors' order.

    image: its path as shown. size: width and height, px; (0, 0) where it could not be read.
    table: (faces, detectors), see `matching.same_faces`. margins: one list of readings per margin,
    of the first detector's faces, the largest first. error: why the picture could not be read.
    """

    image: str
    size: tuple[int, int] = (0, 0)
    looks: tuple[Look, ...] = ()
    table: NDArray[np.intp] | None = None
    margins: Sequence[Sequence[EmotionScores]] = ()
    label: Emotion | None = None
    error: PyojeongError | None = None

    @property
    def faces(self) -> NDArray[np.intp]:
        """The table, empty where there is none."""
        return np.zeros((0, len(self.looks)), np.intp) if self.table is None else self.table

    @property
    def disputed(self) -> NDArray[np.bool_]:
        """(faces,): those that some detector, which did not fail, has not found."""
        ran = [look.error is None for look in self.looks]
        return np.asarray((self.faces[:, ran] < 0).any(1), bool)

    def alone(self, detector: int) -> int:
        """Faces that only this detector found."""
        found = self.faces >= 0
        return int((found[:, detector] & (found.sum(1) == 1)).sum())

    def missed(self, detector: int) -> int:
        """Faces that more than half of the detectors found, this one not."""
        found = self.faces >= 0
        return int((~found[:, detector] & (2 * found.sum(1) > len(self.looks))).sum())

    def as_item(self, names: Sequence[str]) -> dict[str, Any]:
        """For JSON."""
        if self.error is not None:
            return {"image": self.image, "error": self.error.en}
        detectors = {
            name: {
                "faces": [
                    {"box": [round(float(v), 1) for v in box], "score": round(float(score), 4)}
                    for box, score in zip(look.faces.boxes, look.faces.scores, strict=True)
                ],
                "ms": round(look.ms, 2),
                "error": None if look.error is None else look.error.en,
            }
            for name, look in zip(names, self.looks, strict=True)
        }
        return {
            "image": self.image,
            "width": self.size[0],
            "height": self.size[1],
            "label": self.label,
            "detectors": detectors,
            "same_faces": self.faces.tolist(),
        }


class Comparer:
    """Shows a picture to every detector, and the first one's faces to the classifier."""

    def __init__(
        self,
        detectors: Sequence[FaceDetector],
        mesher: FaceMesher,
        classifier: ExpressionClassifier,
        margins: Sequence[float],
        labels: Labels,
    ) -> None:
        self._detectors, self._mesher, self._classifier = detectors, mesher, classifier
        self._margins, self._labels = margins, labels
        # Networks are opened when first used, which is not to count.
        for detector in detectors:
            _look(detector, np.full((320, 320, 3), 128, np.uint8))

    def see(self, found: Listed) -> tuple[Compared, Image | None]:
        """The picture compared, and its pixels. What is wrong with it is kept, never raised."""
        name = shown(found.path)
        if found.error is not None:
            return Compared(name, error=found.error), None
        try:
            image = to_srgb(read_image(found.path)).rgb
        except BadInput as error:
            return Compared(name, error=error), None
        # One picture in a hundred thousand must not end the run, whatever it brings to light.
        except Exception as error:
            return Compared(name, error=_unexpected(found.path, error)), None
        looks = tuple(_look(detector, image) for detector in self._detectors)
        table = same_faces([look.faces.boxes for look in looks])
        read = self._read(image, looks[0].faces)
        label = self._labels.of(found)
        size = (image.shape[1], image.shape[0])
        return Compared(name, size, looks, table, read, label), image

    def _read(self, image: Image, faces: Faces) -> list[list[EmotionScores]]:
        if not len(faces) or not self._margins:
            return []
        sides = faces.boxes[:, 2:] - faces.boxes[:, :2]
        largest_first = np.argsort(-sides.prod(1), kind="stable")
        try:
            meshes = self._mesher.mesh(image, faces[largest_first])
            fitted = [mesh for mesh in meshes if mesh is not None]
            return readings(self._classifier, image, fitted, self._margins)
        except InferenceFailed:
            return []


def _look(detector: FaceDetector, image: Image) -> Look:
    begun = time.perf_counter()
    try:
        faces, error = detector.detect(image), None
    except InferenceFailed as failure:
        faces, error = Faces.empty(), failure
    return Look(faces, 1000 * (time.perf_counter() - begun), error)


def _unexpected(path: Path, error: Exception) -> InferenceFailed:
    name = type(error).__name__
    return InferenceFailed(
        f"{path} could not be read because of a fault in the program ({name}: {error}).",
        f"프로그램 오류로 {path}을(를) 읽지 못했습니다({name}: {error}).",
    )
