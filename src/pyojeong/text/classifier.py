"""TextEmotion "ngram": a linear model over hashed n-grams, a few megabytes, Korean and English.

Multinomial logistic regression on the features of `features.py`, its weights kept as bytes, its
probabilities calibrated by one temperature per language on validation data (Guo et al. 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import asset_path
from pyojeong.emotion import EMOTIONS, EmotionScores
from pyojeong.errors import MissingWeights
from pyojeong.text.features import GROUPS, Features, Lexicon, extract
from pyojeong.text.language import detect_language

ASSET = "text_emotion_ngram_v1"
_BATCH = 512
_NEUTRAL = (0.0,) * 6 + (1.0,)


@dataclass(frozen=True, slots=True)
class NgramModel:
    """The learned part.

    table: (2**bits, 7) int8, one row per bucket. scale: (7,) float32, worth of one step of the
    table per emotion. group_scale: one factor per group of `GROUPS`. bias: (7,).
    temperature: {"ko", "en"} → divisor of the logits. lexicon: word classes.
    """

    table: NDArray[np.int8]
    scale: NDArray[np.float32]
    group_scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: dict[str, float]
    lexicon: Lexicon

    @property
    def bits(self) -> int:
        return int(self.table.shape[0]).bit_length() - 1

    def logits(self, features: Features) -> NDArray[np.float32]:
        """(n, 7) float32: evidence for each emotion, before calibration."""
        total = np.tile(self.bias, (features.texts, 1))
        for ids, rows, scale in zip(features.ids, features.rows, self.group_scale, strict=True):
            size = np.bincount(rows, minlength=features.texts)
            present = np.flatnonzero(size)
            if len(present) == 0:
                continue
            # Rows ascend, so each text's features lie together.
            starts = (np.cumsum(size) - size)[present]
            sums = np.add.reduceat(self.table[ids], starts, axis=0, dtype=np.int32)
            total[present] += scale * self.scale * sums / np.sqrt(size[present, None])
        return np.asarray(total, np.float32)


class NgramEmotion:
    """TextEmotion "ngram"; weights are read on first use. Safe to share between threads."""

    name = "ngram"

    def __init__(self, model: NgramModel | None = None) -> None:
        self._model = model

    def classify(self, texts: Sequence[str]) -> list[EmotionScores]:
        """Calibrated probabilities, one result per text, in order.

        A text without a letter, digit or sign reads as neutral; of a very long one the
        beginning and the end are read. Raises MissingWeights.
        """
        model = self._model or load_model()
        found: list[EmotionScores] = []
        for start in range(0, len(texts), _BATCH):
            found.extend(_classify(model, texts[start : start + _BATCH]))
        return found


def probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


@cache
def load_model() -> NgramModel:
    """The shipped model. Raises MissingWeights when its file is absent or broken."""
    path = asset_path(ASSET)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            bits = zip(arrays["lexicon_keys"].tolist(), arrays["lexicon_classes"], strict=True)
            table = np.zeros((2 ** int(arrays["bits"]), len(EMOTIONS)), np.int8)
            table[arrays["buckets"]] = arrays["weights"]
            return NgramModel(
                table=table,
                scale=arrays["scale"],
                group_scale=arrays["group_scale"],
                bias=arrays["bias"],
                temperature={
                    "ko": float(arrays["temperature"][0]),
                    "en": float(arrays["temperature"][1]),
                },
                lexicon={key: int(classes) for key, classes in bits},
            )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise MissingWeights(
            f"{path.name} cannot be read ({error}). Install pyojeong again.",
            f"{path.name}을(를) 읽을 수 없습니다({error}). pyojeong을 다시 설치하세요.",
        ) from error


def _classify(model: NgramModel, texts: Sequence[str]) -> list[EmotionScores]:
    features = extract(texts, model.lexicon, model.bits)
    languages = [detect_language(t) for t in texts]
    divisors = [model.temperature.get(lang, model.temperature["en"]) for lang in languages]
    scores = probabilities(model.logits(features) / np.array(divisors, np.float32)[:, None])
    words = np.bincount(features.rows[GROUPS.index("words")], minlength=len(texts))
    return [
        EmotionScores(tuple(row) if count > 1 else _NEUTRAL, ASSET)
        for row, count in zip(scores.tolist(), words.tolist(), strict=True)
    ]
