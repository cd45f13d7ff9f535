"""Totals of a comparison, kept as it runs: their size does not grow with the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pyojeong.face.comparison.compared import Compared
from pyojeong.face.comparison.margins import MarginTally, rounded
from pyojeong.face.comparison.matching import matched

KEPT_FAILURES = 100
"""Failures kept for the end of the run; files have them all."""


@dataclass(slots=True)
class DetectorTally:
    """faces: found in all. pictures: with at least one. alone: faces that no other detector found.
    missed: faces that more than half of the detectors found, this one not. failed: pictures on
    which it failed. slowest, total: ms; timed: pictures it was timed on."""

    name: str
    faces: int = 0
    pictures: int = 0
    alone: int = 0
    missed: int = 0
    failed: int = 0
    timed: int = 0
    total: float = 0.0
    slowest: float = 0.0

    @property
    def mean_ms(self) -> float | None:
        return self.total / self.timed if self.timed else None

    def add(self, compared: Compared, number: int) -> None:
        look = compared.looks[number]
        self.alone += compared.alone(number)
        if look.error is not None:
            self.failed += 1
            return
        self.missed += compared.missed(number)
        self.faces += len(look.faces)
        self.pictures += bool(len(look.faces))
        self.timed += 1
        self.total += look.ms
        self.slowest = max(self.slowest, look.ms)

    def as_item(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "faces": self.faces,
            "pictures_with_faces": self.pictures,
            "alone": self.alone,
            "missed": self.missed,
            "failed": self.failed,
            "mean_ms": None if self.mean_ms is None else round(self.mean_ms, 2),
            "slowest_ms": round(self.slowest, 2),
            "total_s": round(self.total / 1000, 3),
        }


@dataclass(slots=True)
class PairTally:
    """Agreement of two detectors: faces that both found, and those each found in all."""

    first: str
    second: str
    both: int = 0
    of_first: int = 0
    of_second: int = 0

    @property
    def f1(self) -> float | None:
        """2 both / (first + second): 1 where they always agree; None where neither found any."""
        found = self.of_first + self.of_second
        return 2 * self.both / found if found else None

    @property
    def jaccard(self) -> float | None:
        """both / either."""
        either = self.of_first + self.of_second - self.both
        return self.both / either if either else None

    def as_item(self) -> dict[str, Any]:
        return {
            "detectors": [self.first, self.second],
            "both": self.both,
            "f1": rounded(self.f1),
            "jaccard": rounded(self.jaccard),
        }


class Tally:
    """The whole comparison so far."""

    def __init__(self, names: Sequence[str], margins: Sequence[float]) -> None:
        self.names = tuple(names)
        self.detectors = [DetectorTally(name) for name in names]
        self.pairs = [PairTally(a, b) for a, b in combinations(names, 2)]
        self.margins = [MarginTally(margin) for margin in margins]
        self._plain = list(margins).index(0.0) if margins else 0
        self.pictures = self.unreadable = self.disputed = self.faces = self.agreed = 0
        self.failures: list[tuple[str, str, str, str]] = []

    def add(self, compared: Compared) -> None:
        self.pictures += 1
        for failure in failures_of(compared, self.names):
            if len(self.failures) < KEPT_FAILURES:
                self.failures.append(failure)
        if compared.error is not None:
            self.unreadable += 1
            return
        disputed = compared.disputed
        self.faces += len(disputed)
        self.agreed += int((~disputed).sum())
        self.disputed += bool(disputed.any())
        for number, detector in enumerate(self.detectors):
            detector.add(compared, number)
        for pair, (a, b) in zip(self.pairs, combinations(compared.looks, 2), strict=True):
            if a.error is None and b.error is None:
                pair.both += len(matched(a.faces.boxes, b.faces.boxes))
                pair.of_first += len(a.faces)
                pair.of_second += len(b.faces)
        if compared.margins:
            plain = compared.margins[self._plain]
            for margin, read in zip(self.margins, compared.margins, strict=True):
                margin.add(read, plain, compared.label)

    def as_item(self) -> dict[str, Any]:
        """For JSON: everything but the pictures."""
        return {
            "detectors": [each.as_item() for each in self.detectors],
            "pairs": [each.as_item() for each in self.pairs],
            "margins": [each.as_item() for each in self.margins],
            "count": self.pictures,
            "unreadable": self.unreadable,
            "disputed_pictures": self.disputed,
            "faces": self.faces,
            "found_by_all": self.agreed,
        }


def failures_of(compared: Compared, names: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """(picture, detector or "", reason in English, in Korean) of what went wrong."""
    if compared.error is not None:
        return [(compared.image, "", compared.error.en, compared.error.ko)]
    return [
        (compared.image, name, look.error.en, look.error.ko)
        for name, look in zip(names, compared.looks, strict=True)
        if look.error is not None
    ]
