"""How well an expression classifier reads: accuracy, each class, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS, LABEL_SETS
from pyojeong.face.classifier import house
from pyojeong.train.calibration import calibration_error, softmax
from pyojeong.train.expression_data import FER, FERPLUS, ExpressionFaces


@dataclass(frozen=True, slots=True)
class HeadReport:
    """One head against one label set. recall, precision and count are per class; `confusion`
    (true class, read class) counts. ece is the expected calibration error over 15 bins
    (Naeini et al. 2015)."""

    labels: tuple[str, ...]
    accuracy: float
    recall: tuple[float, ...]
    precision: tuple[float, ...]
    count: tuple[int, ...]
    ece: float
    confusion: NDArray[np.int64]

    @property
    def macro_recall(self) -> float:
        """Mean recall of the classes that occur."""
        return float(np.mean([r for r, n in zip(self.recall, self.count, strict=True) if n]))

    def table(self) -> str:
        """Markdown, one row per class."""
        lines = ["| class | faces | recall | precision | read as |", "|---|--:|--:|--:|---|"]
        for i, label in enumerate(self.labels):
            if not self.count[i]:
                continue
            others = [j for j in np.argsort(-self.confusion[i]) if j != i][:2]
            share = self.confusion[i] / self.count[i]
            read = ", ".join(f"{self.labels[j]} {share[j]:.2f}" for j in others if share[j] > 0)
            cells = (
                label,
                self.count[i],
                f"{self.recall[i]:.3f}",
                f"{self.precision[i]:.3f}",
                read,
            )
            lines.append("| " + " | ".join(map(str, cells)) + " |")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Report:
    """FER: every labelled picture. FER+: pictures whose majority agrees on an emotion."""

    fer: HeadReport
    ferplus: HeadReport

    def summary(self) -> dict[str, float]:
        return {
            "fer": round(self.fer.accuracy, 4),
            "fer_macro": round(self.fer.macro_recall, 4),
            "fer_ece": round(self.fer.ece, 4),
            "ferplus": round(self.ferplus.accuracy, 4),
            "ferplus_macro": round(self.ferplus.macro_recall, 4),
            "ferplus_ece": round(self.ferplus.ece, 4),
        }


def measure(
    fer: NDArray[np.floating], ferplus: NDArray[np.float32], faces: ExpressionFaces
) -> Report:
    """Report on logits (n, 7) and (n, 8) for faces."""
    return Report(
        head_report(softmax(fer), faces.label, FER),
        head_report(softmax(ferplus), faces.majority, FERPLUS),
    )


def measure_house(
    fer: NDArray[np.floating],
    ferplus: NDArray[np.floating],
    balance: tuple[NDArray[np.floating], NDArray[np.float32]],
    faces: ExpressionFaces,
) -> Report:
    """Report on the shipped reading: both heads' probabilities blended into the house seven,
    against each label set mapped the same way."""
    read = np.array([s.values for s in house(fer, ferplus, balance, "")], np.float32)
    names = tuple(emotion.value for emotion in EMOTIONS)
    return Report(
        head_report(read, _to_house(faces.label, "fer-7"), names),
        head_report(read, _to_house(faces.majority, "ferplus-8"), names),
    )


def _to_house(truth: NDArray[np.int64], label_set: str) -> NDArray[np.int64]:
    """House class of each label; -1 stays -1."""
    rows = LABEL_SETS[label_set].weights.values()
    table = [EMOTIONS.index(max(row, key=lambda emotion: row[emotion])) for row in rows]
    return np.where(truth >= 0, np.array(table)[truth], -1)


def head_report(
    probabilities: NDArray[np.floating], truth: NDArray[np.int64], labels: tuple[str, ...]
) -> HeadReport:
    """Report on rows whose true class is known (not -1)."""
    known = truth >= 0
    truth, probabilities = truth[known], probabilities[known]
    read = probabilities.argmax(1)
    confusion = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(confusion, (truth, read), 1)
    hits, n, m = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
    return HeadReport(
        labels,
        float((read == truth).mean()) if len(truth) else 0.0,
        tuple((hits / np.maximum(n, 1)).tolist()),
        tuple((hits / np.maximum(m, 1)).tolist()),
        tuple(n.tolist()),
        calibration_error(probabilities, truth),
        confusion,
    )
