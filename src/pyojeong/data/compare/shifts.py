"""How far two measured sets lie apart: property by property, in their classes, and as a whole."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.compare.measure import PROPERTIES, Measured
from pyojeong.data.compare.statistics import auc, class_distance, holm, ks, psi, psi_of
from pyojeong.registry import missing_extra
from pyojeong.text.label_map import emotion_named, label_key

SURE, FAR, FOLDS, DRAWS, FEW = 0.05, 0.1, 5, 500, 10
"""A finding has an adjusted p below SURE and a distance of FAR or more. Fewer than FEW pictures on
a side tell nothing of the whole."""


@dataclass(frozen=True, slots=True)
class Shift:
    """name: one of PROPERTIES, or "classes". distance: Kolmogorov-Smirnov, for classes total
    variation; both 0 to 1. p: adjusted by Holm. a, b: medians, for found the shares, NaN for
    classes."""

    name: str
    distance: float
    psi: float
    p: float
    a: float
    b: float
    spread: float

    @property
    def found(self) -> bool:
        return self.p < SURE and self.distance >= FAR


@dataclass(frozen=True, slots=True)
class Drift:
    """How well a classifier tells the sets apart: area under the ROC curve with its 95% interval;
    0.5 is not at all. None of it with FEW pictures or less."""

    auc: float
    low: float
    high: float


def shifts(a: Measured, b: Measured) -> list[Shift]:
    """Of all properties and the classes, the largest first; those found before the others."""
    rows = [_shift(name, a.column(name), b.column(name)) for name in PROPERTIES]
    rows.append(_classes(a, b))
    adjusted = holm([row.p for row in rows])
    made = [replace(row, p=p) for row, p in zip(rows, adjusted, strict=True)]
    return sorted(made, key=lambda s: (not s.found, -round(s.distance, 3), -s.spread))


def _shift(name: str, a: NDArray[np.float64], b: NDArray[np.float64]) -> Shift:
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    distance, p = ks(a, b)
    if not len(a) or not len(b):
        return Shift(name, 0.0, 0.0, 1.0, float("nan"), float("nan"), 0.0)
    middle = np.mean if name == "found" else np.median
    ends = float(middle(a)), float(middle(b))
    scale = float(np.sqrt((a.var() + b.var()) / 2)) + 1e-9
    return Shift(name, distance, psi(a, b), p, *ends, abs(ends[0] - ends[1]) / scale)


def class_counts(a: Measured, b: Measured) -> tuple[list[str], NDArray[np.int64]]:
    """Names of the classes of both, one for each emotion however it is spelled, and counts
    (2, k)."""
    names: dict[str, str] = {}
    for one in (a, b):
        for name in one.dataset.classes:
            names.setdefault(_class_key(name), name)
    place = {key: number for number, key in enumerate(names)}
    counts = np.zeros((2, len(names)), np.int64)
    for line, one in zip(counts, (a, b), strict=True):
        for label in one.labels[one.labels >= 0].tolist():
            line[place[_class_key(one.dataset.classes[label])]] += 1
    return list(names.values()), counts


def _class_key(name: str) -> str:
    """ "angry", "anger" and "분노" are one class."""
    emotion = emotion_named(name)
    return label_key(name) if emotion is None else emotion.value


def _classes(a: Measured, b: Measured) -> Shift:
    _, (first, second) = class_counts(a, b)
    distance, p = class_distance(first, second)
    nothing = float("nan")
    if not first.sum() or not second.sum():
        return Shift("classes", 0.0, 0.0, 1.0, nothing, nothing, 0.0)
    stable = psi_of(first / first.sum(), second / second.sum())
    return Shift("classes", distance, stable, p, nothing, nothing, 0.0)


def drift(a: Measured, b: Measured, seed: int) -> Drift | None:
    """Of a logistic regression on properties and probabilities, each row judged by a model that has
    not seen it. Raises MissingExtra without scikit-learn."""
    if min(len(a.rows), len(b.rows)) < FEW:
        return None
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_predict
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise missing_extra("scikit-learn", "train") from error
    described = np.vstack([_described(a), _described(b)])
    middle = np.nan_to_num(
        np.nanmedian(np.vstack([described, np.zeros_like(described[:1])]), axis=0)
    )
    described = np.where(np.isfinite(described), described, middle)
    truth = np.arange(len(described)) >= len(a.rows)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500, C=0.3))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = cross_val_predict(model, described, truth, cv=folds, method="decision_function")
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(DRAWS):
        some = np.concatenate(
            [
                rng.choice(np.flatnonzero(truth == side), (truth == side).sum())
                for side in (False, True)
            ]
        )
        drawn.append(auc(scores[some], truth[some]))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Drift(auc(scores, truth), float(low), float(high))


def _described(one: Measured) -> NDArray[np.float64]:
    return np.hstack([one.values, np.log(np.maximum(one.probabilities, 1e-4))])
