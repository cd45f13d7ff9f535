"""How n-grams and transformer are weighed: fitted to the validation rows, a few numbers per kind.

Cross-entropy, each kind of text counting the same; the numbers are few enough (ten per kind)
that fitting them to hundreds of rows does not learn the rows, which `crossed` checks.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pyojeong.text.blend import Blend
from pyojeong.text.transformer import Evidence
from pyojeong.train.text_data import Rows

Floats = NDArray[np.float32]


class _Weights(nn.Module):
    def __init__(self, kinds: int) -> None:
        super().__init__()
        self.sentence = nn.Parameter(torch.full((kinds,), 0.8))
        self.words = nn.Parameter(torch.full((kinds,), 0.3))
        self.bias = nn.Parameter(torch.zeros(kinds, 7))
        self.sharpness = nn.Parameter(torch.ones(()))

    def forward(self, logits: Tensor, kinds: Tensor, ngrams: Tensor) -> Tensor:
        answers = logits * self.sentence[:, None] + self.bias
        answers = torch.log_softmax(answers + ngrams[:, None] * self.words[:, None], 2)
        chance = torch.log_softmax(kinds * self.sharpness, 1)
        return torch.logsumexp(answers + chance[..., None], 1)


def fit(evidence: Evidence, ngrams: Floats, rows: Rows, steps: int = 300) -> Blend:
    """The weights that suit the rows best."""
    logits, kinds, words = map(torch.from_numpy, (evidence.logits, evidence.kinds, ngrams))
    labels = torch.from_numpy(rows.labels)
    names, counts = np.unique(rows.sources, return_counts=True)
    share = 1 / len(names) / counts[np.searchsorted(names, rows.sources)]
    weight = torch.from_numpy(share.astype(np.float32))
    net = _Weights(kinds.shape[1])
    optimiser = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(steps):
        found = net(logits, kinds, words)[torch.arange(len(labels)), labels]
        loss = -(weight * found).sum() + 0.01 * net.bias.square().sum()
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    return Blend(
        net.sentence.detach().numpy(),
        net.words.detach().numpy(),
        net.bias.detach().numpy(),
        float(net.sharpness.detach()),
    )


def crossed(evidence: Evidence, ngrams: Floats, rows: Rows) -> Floats:
    """(n, 7) probabilities of every row by weights fitted without its half."""
    half = np.array([crc32(t.encode()) // 7 % 2 for t in rows.texts], bool)
    found = np.zeros((len(rows), 7), np.float32)
    for part in (half, ~half):
        blend = fit(_of(evidence, ~part), ngrams[~part], rows.where(~part))
        found[part] = blend.mixed(_of(evidence, part), ngrams[part])
    return found


def _of(evidence: Evidence, chosen: NDArray[np.bool_]) -> Evidence:
    return Evidence(evidence.logits[chosen], evidence.kinds[chosen], evidence.intensity[chosen])
