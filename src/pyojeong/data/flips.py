"""Labels that look wrong, by confident learning (Northcutt, Jiang & Chuang 2021).

Each picture is described by what the shipped expression reader says of it. A logistic regression
learns the set's own labels from that, and predicts every row from a model that has not seen it
(five folds; copies of a picture and rows of a person in one fold). A label is doubted where another
class is at least as probable as that class usually is among its own rows, and ranked by how much
more probable the other is.

The reader was trained on FER2013's train part: on those pictures it remembers clean labels and finds
more than it would on others.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import Dataset
from pyojeong.data.fingerprint import Floats
from pyojeong.errors import BadInput
from pyojeong.registry import missing_extra

FOLDS = 5
BATCH = 32
FLOOR = 1e-4
"""Least probability before its logarithm is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Flips:
    """Doubted labels, the most doubtful first.

    rows: (m,) int64. given, guessed: (m,) int64 classes. margin: (m,) float32 in (0, 1], how much
    more probable the guess is. probabilities: (n, k) of all rows, NaN where a row has no label.
    noise: estimated share of wrong labels in the set.
    """

    rows: NDArray[np.int64]
    given: NDArray[np.int64]
    guessed: NDArray[np.int64]
    margin: Floats
    probabilities: Floats
    noise: float


def features(dataset: Dataset, progress: Callable[[float], None] = lambda share: None) -> Floats:
    """(n, 15) float32: logarithms of the reader's FER2013 and FER+ probabilities for the picture
    as it is, cut to its box. Raises BadInput for a picture that cannot be read, MissingWeights."""
    from pyojeong.face.classifier import OnnxExpressionClassifier
    from pyojeong.face.cropped import whole_picture

    reader = OnnxExpressionClassifier()
    found = np.zeros((len(dataset), 15), np.float32)
    for row in range(len(dataset)):
        image = dataset.read(row)
        mesh = whole_picture(image.shape[1], image.shape[0])
        (scores,) = reader.classify(image, [mesh])
        said = dict(scores.label_sets)
        found[row] = (*said["fer-7"], *said["ferplus-8"])
        progress((row + 1) / len(dataset))
    return np.log(np.maximum(found, FLOOR)).astype(np.float32)


def find_flips(
    dataset: Dataset, described: Floats, groups: NDArray[np.int64] | None = None, seed: int = 0
) -> Flips:
    """Doubted labels of a set.

    described: (n, d) features of its rows. groups: (n,) rows that must share a fold, such as
    `split.together`. Raises BadInput where fewer than two classes have five rows, MissingExtra
    without scikit-learn.
    """
    known = np.flatnonzero(dataset.labels >= 0)
    labels = dataset.labels[known]
    counts = np.bincount(labels, minlength=len(dataset.classes))
    if (counts >= FOLDS).sum() < 2:
        raise BadInput(
            f"{dataset.title} has fewer than two classes of {FOLDS} pictures; nothing to compare.",
            f"{dataset.title}에 사진이 {FOLDS}장 이상인 클래스가 둘보다 적어 비교할 수 없습니다.",
        )
    probabilities = np.full((len(dataset), len(counts)), np.nan, np.float32)
    group = known if groups is None else groups[known]
    probabilities[known] = _cross_validated(described[known], labels, group, len(counts), seed)
    rows, guessed, margin, noise = _doubted(probabilities[known], labels)
    rows = known[rows]
    return Flips(rows, dataset.labels[rows], guessed, margin, probabilities, noise)


def _cross_validated(
    x: Floats, labels: NDArray[np.int64], groups: NDArray[np.int64], classes: int, seed: int
) -> Floats:
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedGroupKFold
        from sklearn.preprocessing import StandardScaler
    except ModuleNotFoundError as error:
        raise missing_extra("pyojeong data flips", "train") from error
    found = np.zeros((len(x), classes), np.float32)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # A class with fewer rows than folds is merely absent from some of them.
        warnings.simplefilter("ignore")
        for train, test in folds.split(x, labels, groups):
            scale = StandardScaler().fit(x[train])
            model = LogisticRegression(C=0.3, max_iter=500)
            model.fit(scale.transform(x[train]), labels[train])
            found[np.ix_(test, model.classes_)] = model.predict_proba(scale.transform(x[test]))
    return found


def _doubted(
    probabilities: Floats, labels: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64], Floats, float]:
    """Rows doubted, most first, their likelier class, the margin, and the share doubted."""
    own = probabilities[np.arange(len(labels)), labels]
    usual = np.full(probabilities.shape[1], np.inf, np.float32)
    for label in np.unique(labels):
        usual[label] = own[labels == label].mean()
    confident = np.where(probabilities >= usual, probabilities, 0)
    confident[np.arange(len(labels)), labels] = 0
    guessed = confident.argmax(1).astype(np.int64)
    margin = confident.max(1) - own
    rows = np.flatnonzero(margin > 0)
    rows = rows[np.argsort(-margin[rows], kind="stable")]
    return rows, guessed[rows], margin[rows].astype(np.float32), len(rows) / max(len(labels), 1)
