"""A small transformer that reads one language: pieces in; evidence, kind of text, intensity out.

The file is an ONNX network with its vocabulary in the metadata, made by `train/text_export.py`.
BERT's encoder (Devlin et al. 2019), three layers, weights as bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import MissingWeights
from pyojeong.network import Network
from pyojeong.text.wordpiece import WordPiece, padded

_BATCH_PIECES = 1536


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of n texts. logits: (n, kinds, 7), what readers of each kind of text would say. kinds:
    (n, kinds) logits of which kind each text is. intensity: (n,) in [0, 1]."""

    logits: NDArray[np.float32]
    kinds: NDArray[np.float32]
    intensity: NDArray[np.float32]


class Transformer:
    """asset: name of its certificate. Nothing is read before the first text."""

    def __init__(self, asset: str) -> None:
        self._network = Network(asset, threads=2)
        self._asset = asset

    @cached_property
    def _cutter(self) -> WordPiece:
        try:
            notes = json.loads(self._network.metadata["pyojeong"])
            return WordPiece(notes["pieces"], int(notes["longest"]))
        except (KeyError, ValueError, TypeError) as error:
            raise MissingWeights(
                f"{self._asset} has no vocabulary: {error}",
                f"{self._asset}에 어휘가 없습니다: {error}",
            ) from error

    def read(self, folded: Sequence[str]) -> Evidence:
        """Evidence for texts in the spelling of `features.fold`; those of similar length are
        read together. Raises MissingWeights, InferenceFailed."""
        ids = [self._cutter.encode(text) for text in folded]
        lengths = np.array([len(i) for i in ids], np.int64)
        order = np.argsort(lengths, kind="stable")
        parts: list[list[NDArray[np.float32]]] = []
        for rows in _batches(order, lengths):
            parts.append(self._network.run(padded([ids[r] for r in rows])))
        back = np.argsort(order, kind="stable")
        logits, kinds, intensity = (
            np.concatenate(found)[back] for found in zip(*parts, strict=True)
        )
        return Evidence(logits, kinds, intensity)


def _batches(order: NDArray[np.int64], lengths: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Neighbours in the order, about `_BATCH_PIECES` pieces at a time."""
    filled = np.cumsum(lengths[order]) // _BATCH_PIECES
    return np.split(order, np.flatnonzero(np.diff(filled)) + 1)
