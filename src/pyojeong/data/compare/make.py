"""The whole comparison of two sets, and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from pyojeong.data.compare.failure import Failure, failure
from pyojeong.data.compare.measure import Measured, Reader, measure_set
from pyojeong.data.compare.shifts import Drift, Shift, class_counts, drift, shifts
from pyojeong.data.compare.words import accuracy_sentence, drift_sentence, lift_sentence, sentence
from pyojeong.data.dataset import Dataset
from pyojeong.errors import Language


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What was measured of A and B and what follows from it."""

    a: Measured
    b: Measured
    shifts: list[Shift]
    drift: Drift | None
    failure: Failure | None

    @property
    def findings(self) -> list[Shift]:
        return [one for one in self.shifts if one.found]


def open_reader(classifier: Path | None = None) -> Reader:
    """The shipped reader, or with an exported classifier. Raises MissingWeights, BadInput."""
    from pyojeong.face.cropped import CroppedReader
    from pyojeong.face.exported import ExportedClassifier

    return CroppedReader(classifier=ExportedClassifier(classifier) if classifier else None)


def compare(
    a: Dataset,
    b: Dataset,
    reader: Reader,
    most: int = 400,
    seed: int = 0,
    progress: Callable[[float], None] = lambda share: None,
) -> Comparison:
    """Of samples of at most `most` pictures each. Raises BadInput, MissingExtra."""
    first = measure_set(a, reader, most, seed, lambda share: progress(share / 2))
    second = measure_set(b, reader, most, seed, lambda share: progress(0.5 + share / 2))
    found = shifts(first, second), drift(first, second, seed), failure(first, second)
    return Comparison(first, second, *found)


def as_dict(made: Comparison, lang: Language) -> dict[str, object]:
    """For JSON: the numbers of the page. What is not known is null."""
    names, counts = class_counts(made.a, made.b)
    why = made.failure
    return {
        "a": _set(made.a),
        "b": _set(made.b),
        "classes": dict(zip(names, counts.T.tolist(), strict=True)),
        "sentences": sentences(made, lang),
        "findings": [one.name for one in made.findings],
        "shifts": [_tidy(asdict(one)) for one in made.shifts],
        "drift": _tidy(asdict(made.drift)) if made.drift else None,
        "failure": None if why is None else _failure(made.b, why),
    }


def sentences(made: Comparison, lang: Language) -> list[str]:
    """What was found, the largest first."""
    told = [sentence(one, lang) for one in made.findings]
    told.append(drift_sentence(made.drift, bool(told), lang))
    if made.failure:
        told.append(accuracy_sentence(made.failure, lang))
        told += [lift_sentence(one, lang) for one in made.failure.lifts if one.p < 0.05]
    return told


def _set(one: Measured) -> dict[str, object]:
    return {
        "title": one.dataset.title,
        "rows": len(one.dataset),
        "sample": len(one.rows),
        "unread": one.unread,
    }


def _failure(b: Measured, why: Failure) -> dict[str, object]:
    table = asdict(why)
    table["lifts"] = [_tidy(row) for row in table["lifts"]]
    table["mistakes"] = [
        {"picture": b.dataset.name(row), "true": true, "read": read, "confidence": round(sure, 4)}
        for row, true, read, sure in why.mistakes
    ]
    return table


def _tidy(row: dict[str, object]) -> dict[str, object]:
    return {k: _number(v) if isinstance(v, float) else v for k, v in row.items() if k != "spread"}


def _number(value: float) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None
