"""Texts to numbers for encoders: the `tokenizers` library behind a few safe habits.

The same code cuts texts while training, with torch and from an exported file, so the three agree.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EmotionScores, Unsure
from pyojeong.errors import BadInput, InferenceFailed
from pyojeong.text.label_map import NEUTRAL, LabelMap
from pyojeong.text.normalize import normalize

Ids = NDArray[np.int64]
_CHARACTERS_PER_PIECE = 32
_CHUNK = 512
_MARKS = {
    "pad_token": ("[PAD]", "<pad>"),
    "cls_token": ("[CLS]", "<s>"),
    "sep_token": ("[SEP]", "</s>"),
    "unk_token": ("[UNK]", "<unk>"),
    "mask_token": ("[MASK]", "<mask>"),
}


class Subwords:
    """Cuts texts into at most `longest` pieces, the marks at both ends included.

    tokenizer: a `tokenizers.Tokenizer`; it is changed. pad: number that fills up short rows.
    """

    def __init__(self, tokenizer: Any, longest: int, pad: int = 0) -> None:
        # Names of marks, such as [SEP], that stand in a text are ordinary characters.
        tokenizer.encode_special_tokens = True
        tokenizer.no_padding()
        tokenizer.enable_truncation(longest)
        self.longest = longest
        self.pad = pad
        self._tokenizer = tokenizer

    @classmethod
    def from_json(cls, text: str, longest: int, pad: int = 0) -> Subwords:
        """From the content of a tokenizer.json. Raises BadInput, ModuleNotFoundError."""
        from tokenizers import Tokenizer

        try:
            return cls(Tokenizer.from_str(text), longest, pad)
        except Exception as error:
            raise BadInput(
                f"The tokenizer cannot be used: {error}.",
                f"토크나이저를 쓸 수 없습니다: {error}.",
            ) from error

    def to_json(self) -> str:
        return str(self._tokenizer.to_str())

    @property
    def size(self) -> int:
        """Number of pieces there are."""
        return int(self._tokenizer.get_vocab_size())

    @property
    def marks(self) -> dict[str, str]:
        """The special pieces there are, by the names that transformers has for them."""
        return {
            name: spelling
            for name, spellings in _MARKS.items()
            for spelling in spellings
            if self._tokenizer.token_to_id(spelling) is not None
        }

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Piece numbers per text; each text as `prepare` gives it. Raises InferenceFailed."""
        # Threads of the tokenizer do not survive a fork; one is fast enough here.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        rows: list[list[int]] = []
        try:
            for at in range(0, len(texts), _CHUNK):
                cut = [prepare(t, self.longest) for t in texts[at : at + _CHUNK]]
                rows += [found.ids for found in self._tokenizer.encode_batch(cut)]
        except Exception as error:
            raise InferenceFailed(
                f"The tokenizer failed: {error}.", f"토크나이저 실행에 실패했습니다: {error}."
            ) from error
        return rows

    def batches(self, texts: Sequence[str], size: int) -> Iterator[tuple[list[int], Ids, Ids]]:
        """(indices of the texts, ids (n, t), mask (n, t)) in batches of similar length.

        Texts that are empty once normalised are in none.
        """
        shown = [i for i, text in enumerate(texts) if not is_blank(text)]
        rows = self.encode([texts[i] for i in shown])
        order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
        for at in range(0, len(order), size):
            part = order[at : at + size]
            yield [shown[n] for n in part], *self.padded([rows[n] for n in part])

    def padded(self, rows: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
        """(ids, mask), both (n, longest row) int64; the mask is 1 where there is text."""
        ids = np.full((len(rows), max(map(len, rows), default=1)), self.pad, np.int64)
        mask = np.zeros_like(ids)
        for line, shown, row in zip(ids, mask, rows, strict=True):
            line[: len(row)] = row
            shown[: len(row)] = 1
        return ids, mask


def classify(
    texts: Sequence[str],
    subwords: Subwords,
    labels: LabelMap,
    source: str,
    logits: Callable[[Ids, Ids], NDArray[np.float32]],
    batch: int = 32,
) -> list[EmotionScores]:
    """Scores per text, in order; logits: (ids, mask) → (n, labels), calibrated."""
    neutral = EmotionScores(NEUTRAL, source, labels.label_set, unsure=Unsure.SHORT)
    found = [neutral] * len(texts)
    for indices, ids, mask in subwords.batches(texts, batch):
        made = logits(ids, mask)
        if not np.isfinite(made).all():
            raise InferenceFailed(
                f"{source} gave numbers that are not finite; its weights are damaged.",
                f"{source}: 결과가 유한한 수가 아닙니다. 가중치가 손상되었습니다.",
            )
        for index, scores in zip(indices, labels.scores(made, source), strict=True):
            found[index] = scores
    return found


def prepare(text: str, longest: int) -> str:
    """The text normalised, with single spaces, cut where no more pieces could be read."""
    limit = max(2000, longest * _CHARACTERS_PER_PIECE)
    # A first cut keeps normalising cheap; blanks are dropped before the second.
    return " ".join(normalize(text[: 4 * limit]).split())[:limit]


def is_blank(text: str) -> bool:
    return not normalize(text).strip()
