"""Embeddings of n-grams for the profanity model, learned from texts without a label of abuse.

A text is the sum of its features' vectors, and from that several things are guessed at once:
whether a rude word has been cut out of it, the rating of a film review, what raters felt, where the
text is from. Words that mean alike for these come to lie alike, so the few labelled comments teach
about words they do not hold (multi-task learning, Caruana 1997; bags of n-grams, Joulin et al. 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pyojeong.text.lexicon import Lexicon
from pyojeong.train.profanity_data import Unlabelled, features, without_rude_words

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PretrainConfig:
    """buckets: features with a vector, the most frequent. width: of a vector. kept: share of the
    features of a text seen at a step. masked: share of the steps at which rude words are cut out.
    """

    bits: int = 20
    buckets: int = 240_000
    width: int = 64
    epochs: int = 3
    batch: int = 256
    rate: float = 0.05
    kept: float = 0.4
    masked: float = 0.7
    seed: int = 0


def pretrain(
    rows: Unlabelled, lexicon: Lexicon, config: PretrainConfig
) -> tuple[NDArray[np.int64], Floats]:
    """(buckets that have a vector, (buckets, width) vectors)."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(1)
    cut = [without_rude_words(text, lexicon) for text in rows.texts]
    rude = np.array([was for _, was in cut])
    whole = features(rows.texts, config.bits)
    masked = features([cut[i][0] for i in np.flatnonzero(rude)], config.bits)
    kept = _frequent(whole, rows, config)
    whole, masked = whole[:, kept].tocsr(), masked[:, kept].tocsr()
    net = _Network(len(kept), config.width, rows)
    _fit(net, rows, (whole, masked, rude), config)
    return kept, net.bag.weight.detach().numpy()


def _frequent(whole: csr_matrix, rows: Unlabelled, config: PretrainConfig) -> NDArray[np.int64]:
    """The buckets to learn; those of the labelled comments (domain 0) count more."""
    counts = np.bincount(whole.indices, minlength=whole.shape[1])
    own = whole[np.flatnonzero(rows.domain == 0)]
    counts = counts + 20 * np.bincount(own.indices, minlength=whole.shape[1])
    return np.sort(np.argsort(-counts, kind="stable")[: config.buckets])


class _Network(torch.nn.Module):
    def __init__(self, buckets: int, width: int, rows: Unlabelled) -> None:
        super().__init__()
        self.bag = torch.nn.EmbeddingBag(buckets, width, mode="sum", sparse=True)
        torch.nn.init.normal_(self.bag.weight, std=0.05)
        self.bias = torch.nn.Parameter(torch.zeros(width))
        self.drop = torch.nn.Dropout(0.2)
        self.rude = torch.nn.Linear(width, 1)
        self.rating = torch.nn.Linear(width, 11)
        self.emotion = torch.nn.Linear(width, int(rows.emotion.max()) + 1)
        self.feelings = torch.nn.Linear(width, rows.feelings.shape[1])
        self.domain = torch.nn.Linear(width, int(rows.domain.max()) + 1)

    def forward(self, batch: csr_matrix) -> torch.Tensor:
        total = self.bag(
            torch.from_numpy(batch.indices.astype(np.int64)),
            torch.from_numpy(batch.indptr[:-1].astype(np.int64)),
            torch.from_numpy(batch.data),
        )
        hidden: torch.Tensor = self.drop(torch.relu(total + self.bias))
        return hidden


def _fit(
    net: _Network,
    rows: Unlabelled,
    texts: tuple[csr_matrix, csr_matrix, NDArray[np.bool_]],
    config: PretrainConfig,
) -> None:
    whole, masked, rude = texts
    place = np.cumsum(rude) - 1
    random = np.random.default_rng(config.seed)
    chance = np.where(rude, 3.0, 1.0) * np.where(np.isin(rows.domain, (0, 2)), 2.0, 1.0)
    chance /= chance.sum()
    dense = [p for name, p in net.named_parameters() if name != "bag.weight"]
    slow = torch.optim.Adagrad([net.bag.weight], lr=config.rate)
    fast = torch.optim.Adam(dense, lr=0.003)
    steps = config.epochs * len(rude) // config.batch
    for step in range(steps):
        slow.param_groups[0]["lr"] = config.rate * (1 - step / steps)
        fast.param_groups[0]["lr"] = 0.003 * (1 - step / steps)
        chosen = random.choice(len(rude), config.batch, p=chance)
        hidden_words = rude[chosen] & (random.random(config.batch) < config.masked)
        batch = _batch(whole, masked, chosen, np.where(hidden_words, place[chosen], -1))
        left = random.random(len(batch.data), np.float32) < config.kept
        batch.data = batch.data * left / np.float32(config.kept)
        batch.eliminate_zeros()
        loss = _loss(net, net(batch), rows, chosen, (rude[chosen], hidden_words))
        slow.zero_grad()
        fast.zero_grad()
        torch.autograd.backward(loss)
        slow.step()
        fast.step()
        if step % 500 == 0:
            print(f"pretraining, step {step}/{steps}, loss {float(loss.detach()):.3f}", flush=True)


def _batch(
    whole: csr_matrix, masked: csr_matrix, chosen: NDArray[np.int64], instead: NDArray[np.int64]
) -> csr_matrix:
    from scipy.sparse import vstack

    ways = instead >= 0
    order = np.argsort(np.concatenate([np.flatnonzero(~ways), np.flatnonzero(ways)]))
    return vstack([whole[chosen[~ways]], masked[instead[ways]]]).tocsr()[order]


def _loss(
    net: _Network,
    hidden: torch.Tensor,
    rows: Unlabelled,
    chosen: NDArray[np.int64],
    rude: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> torch.Tensor:
    was, cut = rude
    functional = torch.nn.functional
    # A rude word that is still there would be no riddle.
    riddle = cut | ~was
    target = torch.from_numpy(was[riddle].astype(np.float32))
    loss = 2 * functional.binary_cross_entropy_with_logits(net.rude(hidden)[riddle, 0], target)
    loss = loss + 0.2 * functional.cross_entropy(
        net.domain(hidden), torch.from_numpy(rows.domain[chosen])
    )
    share = len(chosen)
    if (rated := rows.rating[chosen] > 0).any():
        found = net.rating(hidden[rated])
        loss = loss + 0.5 * functional.cross_entropy(
            found, torch.from_numpy(rows.rating[chosen][rated])
        )
    if (felt := rows.emotion[chosen] >= 0).any():
        loss = loss + 1.5 * felt.sum() / share * functional.cross_entropy(
            net.emotion(hidden[felt]), torch.from_numpy(rows.emotion[chosen][felt])
        )
    named = rows.feelings[chosen]
    if (several := np.diff(named.indptr) > 0).any():
        loss = loss + 12 * several.sum() / share * functional.binary_cross_entropy_with_logits(
            net.feelings(hidden[several]), torch.from_numpy(named[several].toarray())
        )
    return loss
