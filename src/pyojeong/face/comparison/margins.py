"""What a wider or tighter crop does to the expression classifier.

The crop of `align.crop_matrix` is the framing the classifier was trained on: margin 0. A margin m
adds the share m of the square's side on each of its sides, so 0.1 makes it 1.2 times as wide;
below 0 it is cut tighter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyojeong.emotion import Emotion, EmotionScores
from pyojeong.errors import BadSettings
from pyojeong.face.align import crop_matrix
from pyojeong.face.types import ExpressionClassifier, FaceMesh, Image

MARGINS = (-0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.6)
TIGHTEST, WIDEST, MOST = -0.4, 3.0, 20


def checked_margins(margins: Sequence[float]) -> tuple[float, ...]:
    """Sorted, each once, 0 among them. Raises BadSettings."""
    for margin in margins:
        if not TIGHTEST <= margin <= WIDEST:
            raise BadSettings(
                f"A margin lies between {TIGHTEST} and {WIDEST}, got {margin}.",
                f"여백은 {TIGHTEST}에서 {WIDEST} 사이여야 합니다: {margin}.",
            )
    found = tuple(sorted({0.0, *(round(margin, 4) for margin in margins)}))
    if len(found) > MOST:
        raise BadSettings(f"At most {MOST} margins.", f"여백은 최대 {MOST}개입니다.")
    return found


def widened(mesh: FaceMesh, margin: float) -> FaceMesh:
    """A mesh whose crop has the same middle and angle and is 1 + 2 margin times as wide.

    `crop_matrix` follows the points, so the points are spread about the middle of the crop; any
    classifier that looks through it can be asked, and none needs to know of margins.
    """
    if margin == 0:
        return mesh
    # In the crop of 1 px its middle lies at 0.
    matrix = crop_matrix(mesh.points, 1)
    middle = np.linalg.solve(matrix[:, :2].astype(np.float64), -matrix[:, 2].astype(np.float64))
    centre = np.append(middle, 0.0)
    points = centre + (mesh.points - centre) * (1 + 2 * margin)
    return FaceMesh(points.astype(np.float32), mesh.score)


def readings(
    classifier: ExpressionClassifier,
    image: Image,
    meshes: Sequence[FaceMesh],
    margins: Sequence[float],
) -> list[list[EmotionScores]]:
    """One list per margin, with one result per mesh."""
    return [classifier.classify(image, [widened(m, margin) for m in meshes]) for margin in margins]


@dataclass(slots=True)
class MarginTally:
    """What one margin did so far. same: faces read as with margin 0. confidence: sum over faces.
    labelled, right: pictures with a label, and those whose largest face was read so."""

    margin: float
    faces: int = 0
    same: int = 0
    confidence: float = 0.0
    labelled: int = 0
    right: int = 0

    def add(
        self, read: Sequence[EmotionScores], plain: Sequence[EmotionScores], label: Emotion | None
    ) -> None:
        """read, plain: with this margin and with none, the largest face first."""
        self.faces += len(read)
        self.same += sum(a.emotion == b.emotion for a, b in zip(read, plain, strict=True))
        self.confidence += sum(each.confidence for each in read)
        if label is not None and read:
            self.labelled += 1
            self.right += read[0].emotion == label

    @property
    def agreement(self) -> float | None:
        """Share of faces read as with margin 0; None without faces."""
        return self.same / self.faces if self.faces else None

    @property
    def mean_confidence(self) -> float | None:
        return self.confidence / self.faces if self.faces else None

    @property
    def accuracy(self) -> float | None:
        """Share of labelled pictures with a face that were read as labelled."""
        return self.right / self.labelled if self.labelled else None

    def as_item(self) -> dict[str, float | int | None]:
        return {
            "margin": self.margin,
            "faces": self.faces,
            "agreement": rounded(self.agreement),
            "mean_confidence": rounded(self.mean_confidence),
            "labelled": self.labelled,
            "accuracy": rounded(self.accuracy),
        }


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
