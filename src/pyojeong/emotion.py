"""What is felt: probabilities over the seven house emotions, and tables to other label sets.

The seven are Ekman's six basic emotions (Ekman 1992) plus neutral. Pure Python, no numpy:
the vocabularies load with `import pyojeong`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pyojeong.errors import BadInput, BadSettings


class Emotion(StrEnum):
    """The seven house emotions, in the order every array of scores uses."""

    HAPPINESS = "happiness"
    ANGER = "anger"
    SADNESS = "sadness"
    FEAR = "fear"
    SURPRISE = "surprise"
    DISGUST = "disgust"
    NEUTRAL = "neutral"


EMOTIONS: tuple[Emotion, ...] = tuple(Emotion)

KOREAN_NAMES: dict[Emotion, str] = {
    Emotion.HAPPINESS: "기쁨",
    Emotion.ANGER: "분노",
    Emotion.SADNESS: "슬픔",
    Emotion.FEAR: "두려움",
    Emotion.SURPRISE: "놀람",
    Emotion.DISGUST: "혐오",
    Emotion.NEUTRAL: "중립",
}


CIRCUMPLEX: dict[Emotion, tuple[float, float]] = {
    Emotion.HAPPINESS: (0.81, 0.51),
    Emotion.ANGER: (-0.51, 0.59),
    Emotion.SADNESS: (-0.63, -0.27),
    Emotion.FEAR: (-0.64, 0.60),
    Emotion.SURPRISE: (0.40, 0.67),
    Emotion.DISGUST: (-0.60, 0.35),
    Emotion.NEUTRAL: (0.0, 0.0),
}
"""Valence (pleasure) and arousal of each emotion, both -1 to 1: mean ratings of the words happy,
angry, sad, fearful, surprised and disgusted in Russell & Mehrabian 1977, "Evidence for a
three-factor theory of emotions", Table 4; neutral is the origin of the plane (Russell 1980)."""


def parse_emotion(name: str) -> Emotion:
    """House emotion for an English or Korean name (case ignored).

    Raises BadSettings with the list of names for anything else.
    """
    wanted = name.strip().casefold()
    for emotion in EMOTIONS:
        if wanted in (emotion.value, KOREAN_NAMES[emotion]):
            return emotion
    names = ", ".join(EMOTIONS)
    raise BadSettings(
        f"Unknown emotion {name!r}. Use one of: {names}.",
        f"모르는 감정입니다: {name!r}. 다음 중에서 고르세요: {names}.",
    )


def parse_mix(text: str) -> dict[Emotion, float]:
    """Read "sadness:0.7+fear:0.3" (English or Korean names; no number means 1).

    Each intensity is in [0, 1]; an emotion named twice keeps the last. Raises BadSettings.
    """
    mix: dict[Emotion, float] = {}
    for part in text.split("+"):
        name, colon, number = part.partition(":")
        try:
            intensity = float(number) if colon else 1.0
        except ValueError:
            intensity = math.nan
        if not 0 <= intensity <= 1:
            raise BadSettings(
                f"{number.strip()!r} is no intensity; use a number from 0 to 1, as in sadness:0.8.",
                f"{number.strip()!r}: 세기는 0에서 1 사이의 수입니다. 예: sadness:0.8.",
            )
        mix[parse_emotion(name)] = intensity
    return mix


class Unsure(StrEnum):
    """Why a reading should not be relied on."""

    LANGUAGE = "language"
    SHORT = "short"
    FLAT = "flat"
    BLUR = "blur"
    SMALL = "small"
    POSE = "pose"
    OCCLUDED = "occluded"


UNSURE_WORDS: dict[Unsure, tuple[str, str]] = {
    Unsure.LANGUAGE: ("a language the reader does not know", "읽을 줄 모르는 언어"),
    Unsure.SHORT: ("too short to tell", "너무 짧음"),
    Unsure.FLAT: ("no emotion stands out", "두드러진 감정 없음"),
    Unsure.BLUR: ("too blurred to tell", "너무 흐림"),
    Unsure.SMALL: ("face too small to tell", "얼굴이 너무 작음"),
    Unsure.POSE: ("face turned too far away", "얼굴이 너무 돌아감"),
    Unsure.OCCLUDED: ("too much of the face hidden", "얼굴이 많이 가려짐"),
}
"""Each reason in English and Korean."""


@dataclass(frozen=True, slots=True)
class EmotionScores:
    """Probabilities of the seven house emotions, with the name of what produced them.

    values: seven floats in [0, 1] in the order of `EMOTIONS`, summing to 1 (checked to 1e-3,
    then normalised). source: backend or asset that read them. label_set: the label set the
    source itself uses, before mapping. intensity: how strongly it is felt, 0 to 1, where the
    source says. unsure: why the reading should not be relied on, if so.
    label_sets: (name in `LABEL_SETS`, probabilities of its classes in order) for label sets the
    source knows beside its own reading.
    """

    values: tuple[float, ...]
    source: str
    label_set: str = "house-7"
    intensity: float | None = None
    unsure: Unsure | None = None
    label_sets: tuple[tuple[str, tuple[float, ...]], ...] = ()

    def __post_init__(self) -> None:
        if len(self.values) != len(EMOTIONS):
            raise ValueError(f"expected {len(EMOTIONS)} scores, got {len(self.values)}")
        total = math.fsum(self.values)
        low, high = min(self.values), max(self.values)
        if not (math.isfinite(total) and low >= -1e-6 and high <= 1 + 1e-3):
            raise ValueError(f"scores are not probabilities: {self.values}")
        if abs(total - 1) > 1e-3:
            raise ValueError(f"scores sum to {total}, not 1")
        if self.intensity is not None and not 0 <= self.intensity <= 1:
            raise ValueError(f"intensity {self.intensity} is not in 0-1")
        object.__setattr__(self, "values", tuple(max(0.0, float(v)) / total for v in self.values))

    @classmethod
    def from_mapping(
        cls, scores: Mapping[str, float], source: str, label_set: str = "house-7"
    ) -> EmotionScores:
        """From `{emotion name: probability}`; absent emotions count 0. Raises ValueError."""
        unknown = set(scores) - {e.value for e in EMOTIONS}
        if unknown:
            raise ValueError(f"not house emotions: {sorted(unknown)}")
        return cls(tuple(float(scores.get(e.value, 0.0)) for e in EMOTIONS), source, label_set)

    @property
    def emotion(self) -> Emotion:
        """The most probable emotion (the first of equals)."""
        return EMOTIONS[self.values.index(max(self.values))]

    @property
    def confidence(self) -> float:
        """Probability of `emotion`."""
        return max(self.values)

    @property
    def valence(self) -> float:
        """How pleasant, -1 to 1: mean of `CIRCUMPLEX`, weighted by the probabilities."""
        return math.fsum(v * CIRCUMPLEX[e][0] for e, v in zip(EMOTIONS, self.values, strict=True))

    @property
    def arousal(self) -> float:
        """How stirred up, -1 (sleepy) to 1: mean of `CIRCUMPLEX`, weighted likewise."""
        return math.fsum(v * CIRCUMPLEX[e][1] for e, v in zip(EMOTIONS, self.values, strict=True))

    def __getitem__(self, emotion: Emotion | str) -> float:
        return self.values[EMOTIONS.index(Emotion(emotion))]

    def as_dict(self, digits: int = 4) -> dict[str, float]:
        return {e.value: round(v, digits) for e, v in zip(EMOTIONS, self.values, strict=True)}

    def as_reading(self) -> dict[str, Any]:
        """For JSON (docs/json.md): emotion, confidence, scores and what else the source says."""
        reading: dict[str, Any] = {
            "emotion": self.emotion.value,
            "confidence": round(self.confidence, 4),
            "scores": self.as_dict(),
        }
        if self.intensity is not None:
            reading["intensity"] = round(self.intensity, 3)
        if self.unsure is not None:
            reading["unsure"] = self.unsure.value
        return reading


@dataclass(frozen=True, slots=True)
class LabelSet:
    """A foreign vocabulary and its weights onto the house emotions.

    weights: label → {house emotion: weight in [0, 1]}. A label with no weights says nothing
    about emotion and is left out of the mapping.
    """

    name: str
    weights: Mapping[str, Mapping[Emotion, float]]
    reference: str

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.weights)

    def to_house(self, scores: Sequence[float], source: str) -> EmotionScores:
        """Map one score per label (non-negative, any scale) to house probabilities.

        Everything zero, or only labels without weights, reads as neutral.
        Raises BadInput when the number of scores is wrong.
        """
        if len(scores) != len(self.weights):
            raise BadInput(
                f"{self.name} has {len(self.weights)} labels, got {len(scores)} scores.",
                f"{self.name}의 라벨은 {len(self.weights)}개인데 점수가 {len(scores)}개입니다.",
            )
        totals = dict.fromkeys(EMOTIONS, 0.0)
        for score, row in zip(scores, self.weights.values(), strict=True):
            for emotion, weight in row.items():
                totals[emotion] += max(0.0, float(score)) * weight
        total = math.fsum(totals.values())
        if total <= 0:
            return EmotionScores((0.0,) * 6 + (1.0,), source, self.name)
        return EmotionScores(tuple(totals[e] / total for e in EMOTIONS), source, self.name)

    def from_house(self, scores: EmotionScores) -> dict[str, float]:
        """Spread house probabilities over the labels, by each label's share of its emotion."""
        mass = {e: math.fsum(row.get(e, 0.0) for row in self.weights.values()) for e in EMOTIONS}
        spread = {
            label: math.fsum(scores[e] * w / mass[e] for e, w in row.items() if mass[e] > 0)
            for label, row in self.weights.items()
        }
        total = math.fsum(spread.values())
        return {k: v / total for k, v in spread.items()} if total > 0 else spread


def _one_to_one(pairs: Iterable[tuple[str, Emotion]]) -> dict[str, dict[Emotion, float]]:
    return {label: {emotion: 1.0} for label, emotion in pairs}


def _grouped(groups: Mapping[Emotion, str]) -> dict[str, dict[Emotion, float]]:
    return _one_to_one((label, e) for e, labels in groups.items() for label in labels.split())


# Short names keep the tables below readable.
_H, _A, _S, _F, _P, _D, _N = EMOTIONS

_KOTE: dict[str, dict[Emotion, float]] = {
    "불평/불만": {_A: 0.5},
    "환영/호의": {_H: 0.5},
    "감동/감탄": {_H: 1},
    "지긋지긋": {_A: 0.5, _D: 0.5},
    "고마움": {_H: 1},
    "슬픔": {_S: 1},
    "화남/분노": {_A: 1},
    "존경": {_H: 0.5},
    "기대감": {_H: 0.5},
    "우쭐댐/무시함": {_D: 0.5},
    "안타까움/실망": {_S: 0.75},
    "비장함": {},
    "의심/불신": {_A: 0.25, _F: 0.25},
    "뿌듯함": {_H: 1},
    "편안/쾌적": {_H: 0.75},
    "신기함/관심": {_P: 0.5},
    "아껴주는": {_H: 0.75},
    "부끄러움": {_S: 0.25, _F: 0.25},
    "공포/무서움": {_F: 1},
    "절망": {_S: 1},
    "한심함": {_D: 0.5, _A: 0.25},
    "역겨움/징그러움": {_D: 1},
    "짜증": {_A: 1},
    "어이없음": {_A: 0.5, _P: 0.25},
    "없음": {_N: 1},
    "패배/자기혐오": {_S: 0.75},
    "귀찮음": {_D: 0.25},
    "힘듦/지침": {_S: 0.75},
    "즐거움/신남": {_H: 1},
    "깨달음": {_P: 0.25},
    "죄책감": {_S: 0.5},
    "증오/혐오": {_D: 0.75, _A: 0.5},
    "흐뭇함(귀여움/예쁨)": {_H: 1},
    "당황/난처": {_P: 0.5, _F: 0.25},
    "경악": {_P: 1},
    "부담/안_내킴": {_F: 0.5, _D: 0.25},
    "서러움": {_S: 1},
    "재미없음": {_D: 0.25},
    "불쌍함/연민": {_S: 0.75},
    "놀람": {_P: 1},
    "행복": {_H: 1},
    "불안/걱정": {_F: 1},
    "기쁨": {_H: 1},
    "안심/신뢰": {_H: 0.5},
}

_GOEMOTIONS: dict[str, dict[Emotion, float]] = _grouped(
    {
        _A: "anger annoyance disapproval",
        _D: "disgust",
        _F: "fear nervousness",
        _H: "joy amusement approval excitement gratitude love optimism relief pride admiration "
        "desire caring",
        _S: "sadness disappointment embarrassment grief remorse",
        _P: "surprise realization confusion curiosity",
        _N: "neutral",
    }
)

LABEL_SETS: dict[str, LabelSet] = {
    s.name: s
    for s in (
        LabelSet(
            "house-7", _one_to_one((e.value, e) for e in EMOTIONS), "Ekman 1992, plus neutral"
        ),
        LabelSet("kote-43", _KOTE, "KOTE, Jeon et al. 2022: 43 emotions and 없음 (none)"),
        LabelSet("goemotions-27", _GOEMOTIONS, "GoEmotions, Demszky et al. 2020: Ekman grouping"),
        LabelSet(
            "fer-7",
            _one_to_one(
                [
                    ("angry", _A),
                    ("disgust", _D),
                    ("fear", _F),
                    ("happy", _H),
                    ("sad", _S),
                    ("surprise", _P),
                    ("neutral", _N),
                ]
            ),
            "FER2013, Goodfellow et al. 2013",
        ),
        LabelSet(
            "ferplus-8",
            {
                "neutral": {_N: 1.0},
                "happiness": {_H: 1.0},
                "surprise": {_P: 1.0},
                "sadness": {_S: 1.0},
                "anger": {_A: 1.0},
                "disgust": {_D: 1.0},
                "fear": {_F: 1.0},
                # Contempt has no house emotion; it is nearest to disgust (Ekman & Friesen 1986).
                "contempt": {_D: 1.0},
            },
            "FER+, Barsoum et al. 2016",
        ),
        LabelSet(
            "aihub-7",
            {
                "기쁨": {_H: 1.0},
                # 당황 is flustered surprise with unease.
                "당황": {_P: 0.7, _F: 0.3},
                "분노": {_A: 1.0},
                "불안": {_F: 1.0},
                "상처": {_S: 1.0},
                "슬픔": {_S: 1.0},
                "중립": {_N: 1.0},
            },
            "AI-Hub emotional dialogue and Korean emotion faces",
        ),
        LabelSet(
            "film-5",
            _one_to_one(
                [("joy", _H), ("sadness", _S), ("anger", _A), ("fear", _F), ("disgust", _D)]
            ),
            "the five emotions of the film Inside Out (2015)",
        ),
    )
}
"""Every label set Pyojeong reads, by name."""
