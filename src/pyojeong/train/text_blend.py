"""How n-grams and transformer are weighed: fitted to the validation rows, a few numbers per kind.

Cross-entropy, each kind of text counting the same; the numbers are few enough (thirteen per kind)
that fitting them to hundreds of rows does not learn the rows, which `crossed` checks.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pyojeong.text.blend import Blend, Words
from pyojeong.text.transformer import Evidence
from pyojeong.train.text_data import Rows

Floats = NDArray[np.float32]
RARITY = 0.5
"""0 fits accuracy, 1 weighs all classes alike; between the two both measures are served."""


class _Weights(nn.Module):
    def __init__(self, kinds: int) -> None:
        super().__init__()
        self.sentence = nn.Parameter(torch.full((kinds,), 0.8))
        self.words = nn.Parameter(torch.full((kinds,), 0.3))
        self.own = nn.Parameter(torch.full((kinds,), 0.3))
        self.bias = nn.Parameter(torch.zeros(kinds, 7))
        self.kind_sentence = nn.Parameter(torch.full((kinds,), 0.7))
        self.kind_words = nn.Parameter(torch.full((kinds,), 0.5))
        self.kind_bias = nn.Parameter(torch.zeros(kinds))

    def forward(self, evidence: Evidence, words: Words) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the emotions (n, 7) and of the kinds (n, kinds)."""
        answers = torch.from_numpy(evidence.logits) * self.sentence[:, None] + self.bias
        said = torch.from_numpy(words.emotions)[:, None] * self.words[:, None]
        said = said + torch.from_numpy(words.own) * self.own[:, None]
        kinds = torch.from_numpy(evidence.kinds) * self.kind_sentence
        kinds = kinds + torch.from_numpy(words.kinds) * self.kind_words + self.kind_bias
        chance = torch.log_softmax(kinds, 1)
        answers = torch.log_softmax(answers + said, 2)
        return torch.logsumexp(answers + chance[..., None], 1), chance


def fit(
    evidence: Evidence, words: Words, rows: Rows, kinds: tuple[str, ...], steps: int = 300
) -> Blend:
    """The weights that suit the rows best. kinds: the rows' sources in the order of evidence."""
    labels = torch.from_numpy(rows.labels)
    where = torch.tensor([kinds.index(source) for source in rows.sources])
    names, counts = np.unique(rows.sources, return_counts=True)
    share = 1 / len(names) / counts[np.searchsorted(names, rows.sources)]
    weight = torch.from_numpy((share * _rarity(rows)).astype(np.float32))
    net = _Weights(len(kinds))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.03)
    at = torch.arange(len(labels))
    for _ in range(steps):
        found, kind = net(evidence, words)
        loss = -(weight * (found[at, labels] + 0.1 * kind[at, where])).sum()
        loss = loss + 0.01 * net.bias.square().sum()
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    return Blend(**{name: weights.detach().numpy() for name, weights in net.named_parameters()})


def _rarity(rows: Rows) -> Floats:
    """(n,) a little above 1 for rare classes of a source, below for common ones; mean 1 each."""
    found = np.ones(len(rows), np.float32)
    for source in np.unique(rows.sources):
        inside = rows.sources == source
        counts = np.maximum(np.bincount(rows.labels[inside], minlength=7), 1)
        weights = counts[rows.labels[inside]].astype(np.float32) ** -RARITY
        found[inside] = weights / weights.mean()
    return found


def crossed(evidence: Evidence, words: Words, rows: Rows, kinds: tuple[str, ...]) -> Floats:
    """(n, 7) probabilities of every row by weights fitted without its half."""
    half = np.array([crc32(t.encode()) // 7 % 2 for t in rows.texts], bool)
    found = np.zeros((len(rows), 7), np.float32)
    for part in (half, ~half):
        blend = fit(*_of(evidence, words, ~part), rows.where(~part), kinds)
        found[part] = blend.mixed(*_of(evidence, words, part))
    return found


def _of(evidence: Evidence, words: Words, chosen: NDArray[np.bool_]) -> tuple[Evidence, Words]:
    return (
        Evidence(evidence.logits[chosen], evidence.kinds[chosen], evidence.intensity[chosen]),
        Words(words.emotions[chosen], words.own[chosen], words.kinds[chosen], words.count[chosen]),
    )
