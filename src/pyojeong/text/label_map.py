"""Labels of foreign text classifiers, mapped to the seven house emotions.

A classifier brings its own words (KOTE's 44, GoEmotions' 28, AI-Hub's 기쁨/당황/분노/…): they are
looked up in `emotion.LABEL_SETS`, or in a file of the user's.
"""

from __future__ import annotations

import json
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import (
    EMOTIONS,
    KOREAN_NAMES,
    LABEL_SETS,
    Emotion,
    EmotionScores,
    LabelSet,
    Unsure,
)
from pyojeong.errors import BadSettings, Language
from pyojeong.text.types import FLAT_BELOW

NEUTRAL = (0.0,) * 6 + (1.0,)
_LARGEST_FILE = 1_000_000

_H, _A, _S, _F, _P, _D, _N = EMOTIONS
# Spellings that no label set has. 상처 and the like are in the sets.
_MORE_NAMES: dict[Emotion, str] = {
    _H: "happy joyful 행복 즐거움",
    _A: "angry mad 화남 화",
    _S: "sad sorrow 우울",
    _F: "fearful scared 공포",
    _P: "surprised 놀라움",
    _D: "disgusted 싫음",
    _N: "none 무감정 평온",
}


@dataclass(frozen=True, slots=True)
class LabelMap:
    """weights: (k, 7) float32 in [0, 1], from each label to the house emotions; a row of zeros
    says nothing. label_set: name of the set, for the record. several: whether a text can have
    several labels at once (a sigmoid per label) or has one (softmax).
    """

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    label_set: str
    several: bool = False

    def house(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, k) logits → (n, 7) probabilities, rows summing to 1.

        One label per text: each label's probability goes to its emotions. Several: an emotion is
        as sure as the surest of its labels, and neutral is at least what the surest label of all
        leaves, so a text that no label claims is neutral. Nothing but labels that say nothing
        reads as neutral.
        """
        if self.several:
            chances = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
            totals = (chances[:, :, None] * self.weights).max(axis=1)
            totals[:, 6] = np.maximum(totals[:, 6], 1 - chances.max(axis=1))
        else:
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            totals = powers / powers.sum(axis=1, keepdims=True) @ self.weights
        sums = totals.sum(axis=1, keepdims=True)
        shares = np.where(sums > 0, totals / np.maximum(sums, 1e-12), np.array(NEUTRAL))
        return np.asarray(shares, np.float32)

    def scores(self, logits: NDArray[np.float32], source: str) -> list[EmotionScores]:
        """One EmotionScores per row of (n, k) logits."""
        found = []
        for row in self.house(logits.astype(np.float64)).tolist():
            unsure = Unsure.FLAT if max(row) < FLAT_BELOW else None
            found.append(EmotionScores(tuple(row), source, self.label_set, unsure=unsure))
        return found


def label_key(label: str) -> str:
    """One spelling per label: NFC, small letters, single spaces for spaces and underscores."""
    return " ".join(unicodedata.normalize("NFC", label).casefold().replace("_", " ").split())


@cache
def keyed(name: str) -> dict[str, Mapping[Emotion, float]]:
    """Weights of a label set by `label_key`."""
    return {label_key(label): row for label, row in LABEL_SETS[name].weights.items()}


@cache
def known_labels() -> dict[str, Mapping[Emotion, float]]:
    """Weights of every label of every set and of usual spellings, by `label_key`."""
    found: dict[str, Mapping[Emotion, float]] = {}
    for emotion in EMOTIONS:
        for name in (KOREAN_NAMES[emotion], *_MORE_NAMES[emotion].split()):
            found.setdefault(label_key(name), {emotion: 1.0})
    for name in LABEL_SETS:
        for label, row in keyed(name).items():
            found.setdefault(label, row)
    return found


@cache
def emotion_named(label: str) -> Emotion | None:
    """The house emotion that a label is a name of, in English or Korean ("happy", "행복"); None
    for labels that only lean towards one, such as contempt."""
    key = label_key(label)
    for emotion in EMOTIONS:
        names = (emotion.value, KOREAN_NAMES[emotion], *_MORE_NAMES[emotion].split())
        if key in map(label_key, names):
            return emotion
    return None


def class_names(names: Sequence[str], lang: Language) -> list[str]:
    """Classes as the page calls them: in Korean, those that mean one house emotion by its name."""
    return [_KOREAN.get(name.casefold(), name) if lang == "ko" else name for name in names]


_KOREAN = (
    {
        name.casefold(): KOREAN_NAMES[emotion]
        for labels in (LABEL_SETS["fer-7"], LABEL_SETS["ferplus-8"])
        for name, row in labels.weights.items()
        for emotion in EMOTIONS
        if row.get(emotion) == 1 and name != "contempt"
    }
    | {emotion.value: KOREAN_NAMES[emotion] for emotion in EMOTIONS}
    | {"contempt": "경멸"}
)


def label_set_of(labels: Iterable[str]) -> LabelSet | None:
    """The smallest set that has all the labels, or None."""
    keys = {label_key(label) for label in labels}
    fitting = [s for s in LABEL_SETS.values() if keys <= keyed(s.name).keys()]
    return min(fitting, key=lambda s: len(s.labels), default=None)


def map_labels(
    labels: Sequence[str],
    given: Path | str | Mapping[str, object] | None = None,
    several: bool = False,
) -> LabelMap:
    """The map of a classifier's labels, in its order.

    given: the user's map, or a TOML or JSON file of one (`read_label_file`); it has to cover all
    labels. Without it the label sets decide. Raises BadSettings listing the labels nobody knows.
    """
    rows: Mapping[str, Mapping[Emotion, float]]
    if given is not None:
        table = given if isinstance(given, Mapping) else read_label_file(Path(given))
        rows, name = {label_key(k): _row(k, v) for k, v in table.items()}, "custom"
    else:
        fitting = label_set_of(labels)
        rows = keyed(fitting.name) if fitting else known_labels()
        name = fitting.name if fitting else "mixed"
    if unknown := [label for label in labels if label_key(label) not in rows]:
        raise BadSettings(*_unknown(unknown, given is not None))
    weights = np.zeros((len(labels), len(EMOTIONS)), np.float32)
    for line, label in zip(weights, labels, strict=True):
        for emotion, weight in rows[label_key(label)].items():
            line[EMOTIONS.index(emotion)] = weight
    return LabelMap(tuple(labels), weights, name, several)


def read_label_file(path: Path) -> dict[str, object]:
    """A table label → emotion, or label → {emotion: weight}, from TOML or JSON (by its suffix).

    It may stand under the key "labels". Raises BadSettings.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ValueError(f"more than {_LARGEST_FILE:,} bytes")
        text = path.read_text("utf-8")
        table = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        table = table.get("labels", table)
        if not isinstance(table, dict):
            raise TypeError("no table of labels")
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise BadSettings(
            f"Cannot read the label map {path}: {error}.",
            f"라벨 표 {path}을(를) 읽을 수 없습니다: {error}.",
        ) from error
    return table


def _row(label: str, value: object) -> dict[Emotion, float]:
    table = {value: 1.0} if isinstance(value, str) else value
    try:
        if not isinstance(table, Mapping):
            raise TypeError
        row = {_emotion(str(name)): float(weight) for name, weight in table.items()}
        if not all(0 <= weight <= 1 for weight in row.values()):
            raise ValueError
    except (TypeError, ValueError) as error:
        names = ", ".join(EMOTIONS)
        raise BadSettings(
            f"Label map: {label!r} = {value!r}; use an emotion ({names}) or a table of weights "
            "from 0 to 1.",
            f"라벨 표: {label!r} = {value!r}. 감정({names})이나 0~1의 가중치 표를 쓰세요.",
        ) from error
    return row


def _emotion(name: str) -> Emotion:
    for emotion in EMOTIONS:
        if label_key(name) in (emotion.value, KOREAN_NAMES[emotion]):
            return emotion
    raise ValueError(name)


def _unknown(labels: Sequence[str], custom: bool) -> tuple[str, str]:
    listed = ", ".join(repr(label) for label in labels[:50])
    sets = ", ".join(LABEL_SETS)
    if custom:
        return (
            f"The label map has no entry for: {listed}.",
            f"라벨 표에 없는 라벨: {listed}.",
        )
    return (
        f"Unknown labels: {listed}. Known sets: {sets}. Give a label map, a TOML file with lines "
        'such as "LABEL_0" = "happiness".',
        f"모르는 라벨: {listed}. 아는 라벨 집합: {sets}. "
        '"LABEL_0" = "happiness" 같은 줄로 된 TOML 라벨 표를 주세요.',
    )
