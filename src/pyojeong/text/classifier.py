"""TextEmotion "ngram": a small model over hashed n-grams, a few megabytes, Korean and English.

Logistic regression on the features of `features.py` beside one hidden layer over the same
features (as in fastText, Joulin et al. 2017), weights kept as bytes, probabilities calibrated by
one temperature per language on validation data (Guo et al. 2017).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import asset_path
from pyojeong.emotion import EmotionScores
from pyojeong.errors import MissingWeights
from pyojeong.text.features import GROUPS, Features, Lexicon, extract
from pyojeong.text.language import detect_language
from pyojeong.text.normalize import normalize

ASSET = "text_emotion_ngram_v1"
_BATCH = 512
_NEUTRAL = (0.0,) * 6 + (1.0,)


@dataclass(frozen=True, slots=True)
class NgramModel:
    """The learned part: every feature adds evidence for the seven emotions and to a hidden layer.

    rows: (2**bits,) int32, row of the table per bucket; buckets too rare to have one share the
    last row, which is zero. table: (rows, 7 + hidden + kinds) int8: evidence for the emotions,
    input of the hidden layer, evidence for the kinds of text (three Korean, three English: see
    `blend.py`). scale: (columns,) float32, worth of one step of the table. group_scale: one
    factor per group of `GROUPS`. hidden_bias: (hidden,). head: (hidden, 7). bias: (2, 7) and
    temperature: (2,), divisor of the logits, for Korean and for all else. lexicon: word classes.
    """

    rows: NDArray[np.int32]
    table: NDArray[np.int8]
    scale: NDArray[np.float32]
    group_scale: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    head: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: NDArray[np.float32]
    lexicon: Lexicon

    @property
    def bits(self) -> int:
        return len(self.rows).bit_length() - 1

    def logits(self, features: Features, languages: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n, 7) float32: evidence for each emotion, calibrated for each text's language.

        languages: (n,) 0 for Korean, 1 for all else (`languages`).
        """
        evidence = self.evidence(features)[0] + self.bias[languages]
        return np.asarray(evidence / self.temperature[languages, None], np.float32)

    def evidence(self, features: Features) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What the words say, before any expectation of what is common.

        (n, 7) for the emotions and (n, kinds) for the kinds of text, float32.
        """
        total = np.zeros((features.texts, len(self.scale)), np.float32)
        for ids, owners, scale in zip(features.ids, features.rows, self.group_scale, strict=True):
            size = np.bincount(owners, minlength=features.texts)
            present = np.flatnonzero(size)
            if len(present) == 0:
                continue
            # Owners ascend, so each text's features lie together.
            starts = (np.cumsum(size) - size)[present]
            sums = np.add.reduceat(self.table[self.rows[ids]], starts, axis=0, dtype=np.int32)
            total[present] += scale * self.scale * sums / np.sqrt(size[present, None])
        emotions, inner, kinds = np.split(total, [7, 7 + len(self.hidden_bias)], axis=1)
        hidden = np.maximum(inner + self.hidden_bias, 0)
        return np.asarray(emotions + hidden @ self.head, np.float32), kinds


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


def languages(texts: Sequence[str]) -> NDArray[np.int64]:
    """(n,) 0 for each Korean text, 1 for any other."""
    return np.array([detect_language(t) != "ko" for t in texts], np.int64)


def probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


@cache
def load_model() -> NgramModel:
    """The shipped model. Raises MissingWeights when its file is absent or broken."""
    path = asset_path(ASSET)
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return _model(arrays)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise MissingWeights(
            f"{path.name} cannot be read ({error}). Install pyojeong again.",
            f"{path.name}을(를) 읽을 수 없습니다({error}). pyojeong을 다시 설치하세요.",
        ) from error


def _model(arrays: Mapping[str, NDArray[Any]]) -> NgramModel:
    used = np.unpackbits(arrays["used"]).astype(bool)
    table = arrays["table"]
    rows = np.where(used, np.cumsum(used) - 1, len(table)).astype(np.int32)
    classes = zip(arrays["lexicon_keys"].tolist(), arrays["lexicon_classes"].tolist(), strict=True)
    floats = ("scale", "group_scale", "hidden_bias", "head", "bias", "temperature")
    return NgramModel(
        rows=rows,
        table=np.vstack([table, np.zeros_like(table[:1])]),
        **{name: arrays[name].astype(np.float32) for name in floats},
        lexicon=dict(classes),
    )


def _classify(model: NgramModel, texts: Sequence[str]) -> list[EmotionScores]:
    texts = [normalize(t) for t in texts]
    features = extract(texts, model.lexicon, model.bits)
    scores = probabilities(model.logits(features, languages(texts)))
    words = np.bincount(features.rows[GROUPS.index("words")], minlength=len(texts))
    return [
        EmotionScores(tuple(row) if count > 1 else _NEUTRAL, ASSET)
        for row, count in zip(scores.tolist(), words.tolist(), strict=True)
    ]
