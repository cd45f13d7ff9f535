"""What words mean in one kind of text: in comments, in film lines.

Beside the n-grams of `classifier.py`, which all sources teach together, each labelled source has a
logistic regression of its own over the same features: a film line and a forum post do not mean the
same by "great", and their raters were asked different things. One byte per feature and emotion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import asset_path
from pyojeong.errors import MissingWeights
from pyojeong.text.features import GROUPS, Features

ASSET = "text_emotion_kinds_v1"
READ = GROUPS[:3]
"""Groups of features that are read: word classes are not."""


@dataclass(frozen=True, slots=True)
class KindWords:
    """rows: (2**bits,) int32, row of the table per bucket; buckets without weights share the last
    row, which is zero. table: (rows, kinds, 7) int8. scale: (kinds,) float32, worth of one step;
    0 for a kind that has no weights of its own. bias: (kinds, 7) float32.
    """

    rows: NDArray[np.int32]
    table: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    def evidence(self, features: Features) -> NDArray[np.float32]:
        """(n, kinds, 7) float32: evidence for the emotions by what each kind's raters meant."""
        shape = self.table.shape[1:]
        total = np.zeros((features.texts, *shape), np.float32)
        for ids, owners in zip(features.ids[: len(READ)], features.rows[: len(READ)], strict=True):
            size = np.bincount(owners, minlength=features.texts)
            present = np.flatnonzero(size)
            if len(present) == 0:
                continue
            # Owners ascend, so each text's features lie together.
            starts = (np.cumsum(size) - size)[present]
            sums = np.add.reduceat(self.table[self.rows[ids]], starts, axis=0, dtype=np.int32)
            total[present] += sums / np.sqrt(size[present, None, None])
        return np.asarray(total * self.scale[:, None] + self.bias, np.float32)


@cache
def load_kind_words() -> Mapping[str, KindWords]:
    """The shipped weights per language. Raises MissingWeights when the file is absent or broken."""
    path = asset_path(ASSET)
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return {lang: _unpacked(arrays, lang) for lang in ("ko", "en")}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise MissingWeights(
            f"{path.name} cannot be read ({error}). Install pyojeong again.",
            f"{path.name}을(를) 읽을 수 없습니다({error}). pyojeong을 다시 설치하세요.",
        ) from error


def _unpacked(arrays: Mapping[str, NDArray[Any]], lang: str) -> KindWords:
    used = np.unpackbits(arrays[f"{lang}_used"]).astype(bool)
    table = arrays[f"{lang}_table"]
    return KindWords(
        np.where(used, np.cumsum(used) - 1, len(table)).astype(np.int32),
        np.concatenate([table, np.zeros_like(table[:1])]),
        arrays[f"{lang}_scale"].astype(np.float32),
        arrays[f"{lang}_bias"].astype(np.float32),
    )


def packed(words: KindWords, lang: str) -> dict[str, NDArray[Any]]:
    """Arrays of the file for one language."""
    return {
        f"{lang}_used": np.packbits(words.rows < len(words.table) - 1),
        f"{lang}_table": words.table[:-1],
        f"{lang}_scale": words.scale,
        f"{lang}_bias": words.bias,
    }
