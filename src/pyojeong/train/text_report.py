"""Numbers of a text classifier per source: accuracy, top-2, macro-F1, calibration, per class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS
from pyojeong.text.classifier import NgramEmotion, NgramModel
from pyojeong.train.calibration import calibration_error
from pyojeong.train.text_data import Rows


@dataclass(frozen=True, slots=True)
class Report:
    """One source. ece: expected calibration error over 15 bins (Guo et al. 2017). confusion:
    [truth][read] counts in the order of `EMOTIONS`."""

    source: str
    rows: int
    accuracy: float
    top2: float
    macro_f1: float
    ece: float
    f1: dict[str, float]
    confusion: list[list[int]]

    def line(self) -> str:
        return (
            f"{self.source}: accuracy {self.accuracy:.3f}, macro-F1 {self.macro_f1:.3f}, "
            f"top-2 {self.top2:.3f}, ECE {self.ece:.3f} (n={self.rows})"
        )


def report(model: NgramModel, rows: Rows, suffix: str = "") -> list[Report]:
    """One report per source of the rows."""
    scores = NgramEmotion(model).classify(rows.texts)
    values = np.array([s.values for s in scores], np.float64).reshape(-1, len(EMOTIONS))
    found = []
    for source in sorted(set(rows.sources.tolist())):
        chosen = rows.sources == source
        found.append(measure(source + suffix, values[chosen], rows.labels[chosen]))
    return found


def measure(source: str, values: NDArray[np.float64], labels: NDArray[np.int64]) -> Report:
    """values: (n, 7) probabilities; labels: (n,). Macro-F1 is over the classes that occur."""
    read = values.argmax(1)
    confusion = np.zeros((7, 7), np.int64)
    np.add.at(confusion, (labels, read), 1)
    hits = np.diag(confusion)
    f1 = 2 * hits / np.maximum(confusion.sum(0) + confusion.sum(1), 1)
    occurs = confusion.sum(1) > 0
    top2 = (np.argsort(-values, axis=1)[:, :2] == labels[:, None]).any(1)
    return Report(
        source,
        len(labels),
        round(float((read == labels).mean()), 4),
        round(float(top2.mean()), 4),
        round(float(f1[occurs].mean()), 4),
        round(calibration_error(values, labels), 4),
        {e.value: round(float(v), 3) for e, v in zip(EMOTIONS, f1, strict=True)},
        confusion.tolist(),
    )
