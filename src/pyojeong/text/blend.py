"""TextEmotion "blend": words and sentences read together, Korean and English, 20 megabytes.

The n-gram models of `classifier.py` and `kind_words.py` know many words, the transformer of
`transformer.py` how they combine. What counts as neutral differs between a story, a comment and a film line: the
answer is a mixture over these kinds of text, weighted by how much the text looks like each
(mixture of experts, Jacobs et al. 1991). Weights fitted on validation data, which also calibrates
the probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import asset_path
from pyojeong.emotion import EmotionScores, Unsure
from pyojeong.errors import MissingWeights
from pyojeong.text.classifier import NgramModel, load_model, probabilities
from pyojeong.text.features import GROUPS, extract, fold
from pyojeong.text.kind_words import load_kind_words
from pyojeong.text.language import Language, detect_language
from pyojeong.text.normalize import normalize
from pyojeong.text.transformer import Evidence, Transformer
from pyojeong.text.types import FLAT_BELOW

ASSET = "text_emotion_blend_v1"
TRANSFORMERS = {"ko": "text_emotion_ko_v1", "en": "text_emotion_en_v1"}
_BATCH = 512
_NEUTRAL = (0.0,) * 6 + (1.0,)


@dataclass(frozen=True, slots=True)
class Words:
    """What the n-grams say of n texts. emotions: (n, 7) evidence. own: (n, k, 7) the same by what
    words mean in each kind of text. kinds: (n, k) evidence for the kinds of text of one language.
    count: (n,) features of words, 1 where there is no word."""

    emotions: NDArray[np.float32]
    own: NDArray[np.float32]
    kinds: NDArray[np.float32]
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Blend:
    """How one language's two models are weighed for each of k kinds of text.

    sentence: (k,) weight of the transformer. words: (k,) weight of the n-grams, own: (k,) of the
    kind's own. bias: (k, 7).
    kind_sentence, kind_words: (k,) the same for the kinds of text themselves, kind_bias: (k,).
    """

    sentence: NDArray[np.float32]
    words: NDArray[np.float32]
    own: NDArray[np.float32]
    bias: NDArray[np.float32]
    kind_sentence: NDArray[np.float32]
    kind_words: NDArray[np.float32]
    kind_bias: NDArray[np.float32]

    def mixed(self, evidence: Evidence, words: Words) -> NDArray[np.float32]:
        """(n, 7) probabilities."""
        logits = evidence.logits * self.sentence[:, None] + self.bias
        logits = logits + words.emotions[:, None] * self.words[:, None]
        logits = logits + words.own * self.own[:, None]
        powers = np.exp(logits - logits.max(axis=2, keepdims=True))
        answers = powers / powers.sum(axis=2, keepdims=True)
        kinds = evidence.kinds * self.kind_sentence + words.kinds * self.kind_words
        kinds = probabilities(kinds + self.kind_bias)
        return np.asarray((kinds[..., None] * answers).sum(1), np.float32)


class BlendEmotion:
    """TextEmotion "blend"; each language's weights are read on first use. Safe to share between
    threads."""

    name = "blend"

    def __init__(self) -> None:
        self._transformers = {lang: Transformer(asset) for lang, asset in TRANSFORMERS.items()}

    def classify(self, texts: Sequence[str]) -> list[EmotionScores]:
        """Calibrated probabilities and intensity, one result per text, in order.

        A text without a letter, digit or sign reads as neutral; of a very long one the
        beginning and the end are read. Raises MissingWeights, InferenceFailed.
        """
        found: list[EmotionScores] = []
        for start in range(0, len(texts), _BATCH):
            found.extend(self._classify([normalize(t) for t in texts[start : start + _BATCH]]))
        return found

    def _classify(self, texts: Sequence[str]) -> list[EmotionScores]:
        model, blends = load_model(), load_blends()
        languages = [detect_language(t) for t in texts]
        values = np.zeros((len(texts), 7), np.float32)
        intensity = np.zeros(len(texts), np.float32)
        signs = np.zeros(len(texts), np.int64)
        for lang, transformer in self._transformers.items():
            rows = [n for n, found in enumerate(languages) if (found == "ko") == (lang == "ko")]
            if not rows:
                continue
            folded = [fold(texts[n]) for n in rows]
            words = read_words(model, folded, lang)
            evidence = transformer.read(folded)
            values[rows] = blends[lang].mixed(evidence, words)
            signs[rows] = words.count
            intensity[rows] = evidence.intensity
        return [
            _scores(*read)
            for read in zip(texts, languages, values, intensity, signs.tolist(), strict=True)
        ]


def read_words(model: NgramModel, folded: Sequence[str], lang: str) -> Words:
    """What the n-grams say of texts in one language."""
    features = extract(folded, model.lexicon, model.bits)
    emotions, kinds = model.evidence(features)
    half = kinds.shape[1] // len(TRANSFORMERS)
    start = half * list(TRANSFORMERS).index(lang)
    count = np.bincount(features.rows[GROUPS.index("words")], minlength=len(folded))
    own = load_kind_words()[lang].evidence(features)
    return Words(emotions, own, kinds[:, start : start + half], count)


def _scores(
    text: str,
    language: Language,
    values: NDArray[np.float32],
    intensity: np.float32,
    signs: int,
) -> EmotionScores:
    if signs <= 1:
        return EmotionScores(_NEUTRAL, ASSET, intensity=0.0, unsure=Unsure.SHORT)
    unsure = None
    letters = sum(map(str.isalnum, text[:200]))
    if language == "other" and letters:
        unsure = Unsure.LANGUAGE
    elif letters == 1:
        unsure = Unsure.SHORT
    elif values.max() < FLAT_BELOW:
        unsure = Unsure.FLAT
    strength = min(max(float(intensity), 0.0), 1.0)
    return EmotionScores(tuple(values.tolist()), ASSET, intensity=strength, unsure=unsure)


@cache
def load_blends() -> Mapping[str, Blend]:
    """The shipped weights per language. Raises MissingWeights when the file is absent or broken."""
    path = asset_path(ASSET)
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return {lang: _blend(arrays, lang) for lang in TRANSFORMERS}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise MissingWeights(
            f"{path.name} cannot be read ({error}). Install pyojeong again.",
            f"{path.name}을(를) 읽을 수 없습니다({error}). pyojeong을 다시 설치하세요.",
        ) from error


def _blend(arrays: Mapping[str, NDArray[Any]], lang: str) -> Blend:
    return Blend(**{f.name: arrays[f"{lang}_{f.name}"].astype(np.float32) for f in fields(Blend)})
