"""Face and words together: calibrated late fusion, and where the two differ.

Each source gives probabilities; a logarithmic opinion pool (Genest & Zidek 1986, "Combining
probability distributions", Statistical Science 1(1)) multiplies them, each to the power of its
weight, after its own temperature has made it honest (Guo et al. 2017, arXiv:1706.04599). Two
sources that err independently have weights of 1 each (naive Bayes); two that say the same thing
twice have weights that sum to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.errors import BadInput
from pyojeong.text.label_map import known_labels, label_key
from pyojeong.train.calibration import find_temperature, likelihood_loss, softmax

Probabilities = NDArray[np.floating]
"""(7,) or (n, 7) over the house emotions, rows summing to 1."""

_COUNT = len(EMOTIONS)
_NEUTRAL = EMOTIONS.index(Emotion.NEUTRAL)

SLIP = 0.03
"""Share of every source that is spread evenly before it is pooled, so that no source can forbid
what it holds for impossible: about the calibration error of the text model (0.026-0.052)."""

WORDS_RIGHT, FACE_RIGHT = 0.678, 0.658
"""Measured accuracy over the house seven, from the certificates: of the text model on subtitles of
films (XED, n=1871), of the built-in face classifier on FER2013's public test."""

TOGETHER = 1.5
"""Sum of the weights: between independent (2) and one and the same (1). No film with labels for
both was at hand to measure it; `fit` does where there is one."""


def _log_odds(right: float) -> float:
    """Of being right against one of the other classes (Nitzan & Paroush 1982 for several)."""
    return math.log(right * (_COUNT - 1) / (1 - right))


@dataclass(frozen=True, slots=True)
class Fusion:
    """How much each source counts: weights >= 0, temperatures > 0."""

    face: float
    words: float
    face_temperature: float = 1.0
    words_temperature: float = 1.0

    def pool(self, face: Probabilities, words: Probabilities) -> NDArray[np.float32]:
        """Both together, of the shape given."""
        logs = self.face * _logs(face, self.face_temperature)
        logs = logs + self.words * _logs(words, self.words_temperature)
        pooled = softmax(np.atleast_2d(logs)).reshape(logs.shape)
        return pooled.astype(np.float32)


def weighed(face_right: float, words_right: float) -> Fusion:
    """The fusion of two sources of known accuracy, each above 1/7 and under 1: `TOGETHER` shared
    by the log-odds of being right. Temperatures are 1: the sources are taken as calibrated."""
    face, words = _log_odds(face_right), _log_odds(words_right)
    return Fusion(TOGETHER * face / (face + words), TOGETHER * words / (face + words))


HOUSE_FUSION = weighed(FACE_RIGHT, WORDS_RIGHT)
"""What is used where nothing was fitted: 0.737 for the face and 0.763 for the words."""


def fit(face: Probabilities, words: Probabilities, labels: NDArray[np.int64]) -> Fusion:
    """The fusion under which labels are most likely: temperatures first, each source by itself,
    then the two weights together.

    face, words: (n, 7) readings of the same moments. labels: (n,) into the house emotions, what
    was felt. The loss has one minimum in the weights. Raises BadInput for no rows, other shapes.
    """
    shape = (len(labels), _COUNT)
    if not len(labels) or face.shape != shape or words.shape != shape:
        raise BadInput(
            f"To fit, give as many readings of {_COUNT} emotions of each source as labels.",
            f"맞추려면 두 출처에서 감정 {_COUNT}개의 판독을 라벨 수만큼 주세요.",
        )
    heats = [find_temperature(_logs(source, 1.0), labels) for source in (face, words)]
    logs = [_logs(source, heat) for source, heat in zip((face, words), heats, strict=True)]
    weights = _best_weights(np.stack(logs), labels)
    return Fusion(float(weights[0]), float(weights[1]), *heats)


def _best_weights(logs: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(2,) weights >= 0 with the least loss, by Newton's method on logs (2, n, 7); a weight that
    would be negative is 0."""
    free = [0, 1]
    weights = np.ones(2)
    for _ in range(50):
        shares = softmax(np.tensordot(weights, logs, 1))
        means = (shares * logs).sum(2)
        slope = (means - logs[:, np.arange(len(labels)), labels]).mean(1)
        apart = logs - means[:, :, None]
        # A little ridge: sources that are always right have no best weight.
        bend = np.einsum("nk,ink,jnk->ij", shares, apart, apart) / len(labels) + 1e-4 * np.eye(2)
        step = np.zeros(2)
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], (slope + 1e-4 * weights)[free])
        weights = _lower(weights, step, logs, labels)
        if (weights[free] <= 0).any() and len(free) > 1:
            free = [n for n in free if weights[n] > 0]
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _lower(
    weights: NDArray[np.float64],
    step: NDArray[np.float64],
    logs: NDArray[np.float64],
    labels: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The weights after a step, halved until the loss is no larger."""

    def loss(at: NDArray[np.float64]) -> float:
        ridge = 0.5e-4 * float(at @ at)
        return likelihood_loss(np.tensordot(at, logs, 1), labels) + ridge

    before = loss(weights)
    for halving in range(30):
        after: NDArray[np.float64] = np.maximum(weights - step / 2**halving, 0.0)
        if loss(after) <= before:
            return after
    return weights


def _logs(source: Probabilities, temperature: float) -> NDArray[np.float64]:
    mixed = (1 - SLIP) * np.asarray(source, np.float64) + SLIP / _COUNT
    logs: NDArray[np.float64] = np.log(mixed) / temperature
    return logs


class HouseNames:
    """From a classifier's own emotions to the house seven."""

    def __init__(self, names: Sequence[str]) -> None:
        rows = known_labels()
        self.weights = np.zeros((len(names), _COUNT))
        for line, name in zip(self.weights, names, strict=True):
            for emotion, weight in rows.get(label_key(name), {}).items():
                line[EMOTIONS.index(emotion)] = weight
        self.known: NDArray[np.bool_] = self.weights.sum(0) > 0

    def house(self, scores: Probabilities) -> NDArray[np.float32] | None:
        """(7,) of (k,); None where most of it is in emotions that the house does not know."""
        mapped = np.asarray(scores, np.float64) @ self.weights
        total = mapped.sum()
        if total < 0.5 * np.sum(scores) or total <= 0:
            return None
        made: NDArray[np.float32] = (mapped / total).astype(np.float32)
        return made

    def opened(self, house: Probabilities) -> NDArray[np.float32]:
        """(7,) in which every emotion that the classifier has no name for has 1/7: it cannot say
        anything about that one."""
        open_to = np.where(self.known, self.known.mean() * house, 1 / _COUNT)
        return open_to.astype(np.float32)


# --- differences -----------------------------------------------------------------------------

SURE = 0.5
"""Probability from which a source tells an emotion clearly."""

UNLIKELY = 0.2
"""Probability up to which a source speaks against the other one's emotion."""

_NEAR = {
    frozenset({Emotion.FEAR, Emotion.SURPRISE}),
    frozenset({Emotion.ANGER, Emotion.DISGUST}),
    frozenset({Emotion.HAPPINESS, Emotion.SURPRISE}),
}
"""Pairs that readers of faces mix up, or that are felt together."""


def differ(
    face: Probabilities, words: Probabilities, known: NDArray[np.bool_] | None = None
) -> bool:
    """Whether face and words (7,) tell clearly different emotions, as happy words over a sad face.

    Both are sure (`SURE`) of their own, neither holds the other's for likely (`UNLIKELY`), neither
    is neutral (calm words over a sad face hide nothing), and they are no pair that is often mixed
    up or felt together: fear and surprise, anger and disgust, happiness and surprise. known: (7,)
    which emotions the face's classifier has a name for; words of another one contradict nothing.
    """
    seen, said = int(np.argmax(face)), int(np.argmax(words))
    if known is not None and not known[said]:
        return False
    near = frozenset({EMOTIONS[seen], EMOTIONS[said]}) in _NEAR
    if near or seen == said or _NEUTRAL in (seen, said):
        return False
    sure = min(face[seen], words[said]) >= SURE
    return bool(sure and max(face[said], words[seen]) <= UNLIKELY)
