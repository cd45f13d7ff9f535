"""A small transformer that reads one language: pieces in; evidence, kind of text, intensity out.

The file is an ONNX network with its vocabulary in the metadata, made by `train/text_export.py`.
BERT's encoder (Devlin et al. 2019), three layers, weights as bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import MissingWeights
from pyojeong.network import Network
from pyojeong.text.wordpiece import WordPiece

_BATCH = 48
"""Texts at a time: more gain nothing and cost memory."""


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
        """Evidence for texts in the spelling of `features.fold`.

        Only texts of equal length go through the network together, so that none is filled up and
        each reads the same in any company. Raises MissingWeights, InferenceFailed.
        """
        ids = [self._cutter.encode(text) for text in folded]
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        groups = [
            same[at : at + _BATCH]
            for _, rows in groupby(order, key=lambda row: len(ids[row]))
            for same in [list(rows)]
            for at in range(0, len(same), _BATCH)
        ]
        parts = [self._network.run(np.array([ids[row] for row in group])) for group in groups]
        back = np.argsort(order, kind="stable")
        logits, kinds, intensity = (
            np.concatenate(found)[back] for found in zip(*parts, strict=True)
        )
        return Evidence(logits, kinds, intensity)
