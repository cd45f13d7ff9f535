"""The learned half of the profanity guard: abuse without a swear word, in Korean.

Logistic regression over the hashed n-grams of `features.py`; how its weights come about is told in
`train/profanity.py`. One byte per n-gram.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import asset_path
from pyojeong.errors import MissingWeights
from pyojeong.text.features import extract

ASSET = "profanity_ngram_v1"
_BATCH = 512
_GROUPS = 3


@dataclass(frozen=True, slots=True)
class ProfanityModel:
    """weights: (2**bits,) int8, evidence per bucket in steps of `scale`; 0 for most. bias: added
    evidence. slope, shift: from evidence to log-odds (Platt 1999). threshold: probability from
    which a text counts as abusive.
    """

    weights: NDArray[np.int8]
    scale: float
    bias: float
    slope: float
    shift: float
    threshold: float

    @property
    def bits(self) -> int:
        return len(self.weights).bit_length() - 1

    def evidence(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(n,) evidence of abuse, not calibrated; of a long text beginning and end are read."""
        parts = [self._evidence(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        return np.concatenate([*parts, np.zeros(0)])

    def _evidence(self, texts: Sequence[str]) -> NDArray[np.float64]:
        found = extract(texts, {}, self.bits)
        total = np.full(found.texts, self.bias)
        for ids, owners in zip(found.ids[:_GROUPS], found.rows[:_GROUPS], strict=True):
            size = np.bincount(owners, minlength=found.texts)
            sums = np.bincount(owners, weights=self.weights[ids], minlength=found.texts)
            total += self.scale * sums / np.sqrt(np.maximum(size, 1))
        return total

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(n,) calibrated probability that a text is abusive."""
        odds = self.slope * self.evidence(texts) + self.shift
        return np.asarray(1 / (1 + np.exp(-odds)), np.float64)


@cache
def load_model() -> ProfanityModel:
    """The shipped model. Raises MissingWeights when its file is absent or broken."""
    path = asset_path(ASSET)
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return unpacked(arrays)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise MissingWeights(
            f"{path.name} cannot be read ({error}). Install pyojeong again.",
            f"{path.name}을(를) 읽을 수 없습니다({error}). pyojeong을 다시 설치하세요.",
        ) from error


def packed(model: ProfanityModel) -> dict[str, NDArray[np.generic]]:
    """Arrays of the file: a bit per bucket, weights only where it is set, and the numbers."""
    used = model.weights != 0
    numbers = [model.scale, model.bias, model.slope, model.shift, model.threshold]
    return {
        "used": np.packbits(used),
        "weights": model.weights[used],
        "numbers": np.array(numbers, np.float64),
    }


def unpacked(arrays: Mapping[str, NDArray[np.generic]]) -> ProfanityModel:
    """The model from the arrays of `packed`. Raises KeyError, ValueError."""
    used = np.unpackbits(np.asarray(arrays["used"], np.uint8)).astype(bool)
    if len(used) == 0 or len(used) & (len(used) - 1):
        raise ValueError(f"{len(used)} buckets")
    weights = np.zeros(len(used), np.int8)
    weights[used] = arrays["weights"]
    scale, bias, slope, shift, threshold = map(float, arrays["numbers"])
    if not np.isfinite([scale, bias, slope, shift]).all() or not 0 < threshold < 1:
        raise ValueError("numbers out of range")
    return ProfanityModel(weights, scale, bias, slope, shift, threshold)
