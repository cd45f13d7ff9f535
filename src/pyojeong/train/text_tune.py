"""Teaches an encoder to read emotion: one loop for teacher and shipped readers, both languages.

Sources differ in whom they ask and what they call neutral, so each has a head of its own beside
the shared one (as in Daume 2007), and the net guesses which source a text resembles. Soft
targets; a teacher's logits where there are some (Hinton et al. 2015); weights averaged over the
steps.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as fn

from pyojeong.text.features import fold
from pyojeong.text.wordpiece import WordPiece
from pyojeong.train.text_data import Rows
from pyojeong.train.text_net import Encoder, Layer, mean_state

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Config:
    """mass: share of each source in what is drawn. draws: rows drawn in all. tokens: pieces per
    batch. balance: 0 keeps the classes' frequencies within a source, 1 makes them equal.
    taught: weight of a teacher's answers against the labels. hidden: share of the pieces that are
    hidden at a step. fine: weight of the finer labels (KOTE's 43, GoEmotions' 28) beside the seven.
    """

    mass: dict[str, float]
    domains: tuple[str, ...]
    draws: int
    rate: float = 3e-4
    warm: float = 0.06
    tokens: int = 1024
    balance: float = 0.35
    drop: float = 0.1
    hidden: float = 0.0
    taught: float = 0.5
    fine: float = 0.0
    average: float = 0.998
    seed: int = 0
    layer_decay: float = field(default=0.8)


class Reader(nn.Module):
    """Encoder and heads. sources: those with a head. domains: those the net tells apart. fine:
    number of finer labels, which help to learn and are not asked for later."""

    def __init__(
        self, encoder: Encoder, sources: tuple[str, ...], domains: tuple[str, ...], fine: int = 0
    ) -> None:
        super().__init__()
        width = encoder.pieces.weight.shape[1]
        self.encoder, self.sources, self.domains = encoder, sources, domains
        self.mix = nn.Linear(2 * width, width)
        self.shared = nn.Linear(width, 7)
        self.own = nn.Parameter(torch.zeros(len(sources), width + 1, 7))
        self.domain = nn.Linear(width, len(domains))
        self.intensity = nn.Linear(width, 1)
        self.fine = nn.Linear(width, fine) if fine else None
        self.drop = 0.1

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (n, sources, 7), of the domains (n, domains), intensity (n,) before sigmoid."""
        return self.answers(self.pooled(ids))

    def pooled(self, ids: Tensor) -> Tensor:
        """(n, width): what each text says."""
        states = self.encoder(ids).float()
        largest = states.masked_fill((ids == 0)[..., None], -1e4).amax(1)
        pooled = torch.cat([mean_state(states, ids), largest], 1)
        return fn.dropout(torch.tanh(self.mix(pooled)), self.drop, self.training)

    def answers(self, pooled: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What `forward` gives, from what `pooled` gave."""
        own = torch.einsum("nw,swe->nse", pooled, self.own[:, :-1]) + self.own[:, -1]
        logits = self.shared(pooled)[:, None] + own
        return logits, self.domain(pooled), self.intensity(pooled)[:, 0]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows with their pieces; source: number of the head; domain: number or -100; teacher:
    (n, 7) log-probabilities, NaN where there is no teacher. unknown: what stands for a hidden
    piece. fine: (n, finer labels) uint8, rows of zeros where there are none."""

    ids: list[list[int]]
    rows: Rows
    source: NDArray[np.int64]
    domain: NDArray[np.int64]
    teacher: Floats
    unknown: int
    fine: NDArray[np.uint8]


def encoded(
    rows: Rows,
    cutter: WordPiece,
    sources: tuple[str, ...],
    domains: tuple[str, ...],
    teacher: Floats | None = None,
    fine: NDArray[np.uint8] | None = None,
) -> Encoded:
    """The rows as a `Reader` learns them."""
    if teacher is None:
        teacher = np.full((len(rows), 7), np.nan, np.float32)
    return Encoded(
        [cutter.encode(fold(t)) for t in rows.texts],
        rows,
        np.array([sources.index(s) for s in rows.sources]),
        np.array([domains.index(s) if s in domains else -100 for s in rows.sources]),
        teacher,
        cutter.unknown,
        np.zeros((len(rows), 0), np.uint8) if fine is None else fine,
    )


def tune(reader: Reader, data: Encoded, config: Config, say: str = "") -> Reader:
    """The reader after its lessons, weights averaged."""
    reader.encoder.drop = config.drop
    reader.drop = max(2 * config.drop, 0.1)
    for layer in reader.encoder.modules():
        if isinstance(layer, Layer):
            layer.drop = config.drop
    torch.manual_seed(config.seed)
    optimiser = torch.optim.AdamW(_groups(reader, config), betas=(0.9, 0.98), fused=True)
    first = [group["lr"] for group in optimiser.param_groups]
    batches = list(_batches(data, config))
    average = copy.deepcopy(reader)
    mean = 0.0
    for step, chosen in enumerate(batches):
        progress = step / len(batches)
        factor = min(progress / config.warm, (1 - progress) / (1 - config.warm))
        for group, rate in zip(optimiser.param_groups, first, strict=True):
            group["lr"] = rate * max(factor, 0.01)
        reader.train()
        with torch.autocast("cpu", torch.bfloat16):
            loss = _loss(reader, data, chosen, config)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimiser.step()
        keep = min(config.average, 1 - 1 / (step + 1))
        with torch.no_grad():
            for a, b in zip(average.parameters(), reader.parameters(), strict=True):
                a.lerp_(b, 1 - keep)
        mean = 0.99 * mean + 0.01 * float(loss.detach()) if step else float(loss.detach())
        if step % 200 == 199:
            print(f"{say} step {step + 1}/{len(batches)} loss {mean:.3f}", flush=True)
    return average.eval()


def _groups(reader: Reader, config: Config) -> list[dict[str, object]]:
    """Deeper layers learn slower, heads five times as fast."""
    groups: list[dict[str, object]] = []
    depth = len(reader.encoder.layers)
    for name, weights in reader.named_parameters():
        rate = config.rate
        if name.startswith("encoder.layers."):
            rate *= config.layer_decay ** (depth - 1 - int(name.split(".")[2]))
        elif name.startswith("encoder."):
            rate *= config.layer_decay**depth
        else:
            rate = max(5 * rate, 5e-4)
        decay = 0.02 if weights.ndim > 1 else 0.0
        groups.append({"params": [weights], "lr": rate, "weight_decay": decay})
    return groups


def _loss(reader: Reader, data: Encoded, chosen: NDArray[np.int64], config: Config) -> Tensor:
    ids = torch.from_numpy(padded([data.ids[r] for r in chosen]))
    inner = (ids != 0) & (torch.rand(ids.shape) < config.hidden)
    inner[:, 0] = False
    ids = torch.where(inner, data.unknown, ids)
    pooled = reader.pooled(ids)
    logits, domain, intensity = reader.answers(pooled)
    own = logits[torch.arange(len(chosen)), torch.from_numpy(data.source[chosen])]
    found = torch.log_softmax(own.float(), 1)
    target = data.rows.targets[chosen]
    taught = data.teacher[chosen]
    there = ~np.isnan(taught[:, :1])
    mixed = np.where(
        there, (1 - config.taught) * target + config.taught * np.exp(np.nan_to_num(taught)), target
    )
    loss = -(torch.from_numpy(mixed.astype(np.float32)) * found).sum(1).mean()
    where = torch.from_numpy(data.domain[chosen])
    if bool((where >= 0).any()):
        loss = loss + 0.2 * fn.cross_entropy(domain.float(), where)
    if reader.fine is not None:
        loss = loss + config.fine * _fine_loss(reader.fine(pooled).float(), data.fine[chosen])
    felt = data.rows.intensities[chosen]
    known = torch.from_numpy(~np.isnan(felt))
    if bool(known.any()):
        gap = torch.sigmoid(intensity.float())[known] - torch.from_numpy(felt)[known]
        loss = loss + 1.0 * gap.square().mean()
    return loss


def _fine_loss(logits: Tensor, labels: NDArray[np.uint8]) -> Tensor:
    """Sum over the finer labels of each row, mean over the batch; rows without any teach none."""
    there = np.flatnonzero(labels.any(1))
    if len(there) == 0:
        return logits.new_zeros(())
    target = torch.from_numpy(labels[there].astype(np.float32))
    losses = fn.binary_cross_entropy_with_logits(logits[there], target, reduction="sum")
    return losses / len(labels)


def _batches(data: Encoded, config: Config) -> Iterator[NDArray[np.int64]]:
    """Rows drawn by source and class, those of similar length together."""
    random = np.random.default_rng(config.seed)
    chance = sampling(data.rows, config)
    lengths = np.array([len(i) for i in data.ids])
    drawn = random.choice(len(lengths), config.draws, p=chance)
    for drawn_together in np.array_split(drawn, max(config.draws // 4000, 1)):
        block = drawn_together[np.argsort(lengths[drawn_together], kind="stable")]
        ends = np.cumsum(lengths[block] + 2)
        parts = np.split(block, np.flatnonzero(np.diff(ends // config.tokens)) + 1)
        for at in random.permutation(len(parts)):
            yield parts[at]


def sampling(rows: Rows, config: Config) -> NDArray[np.float64]:
    """(n,) chance of each row; sums to 1."""
    chance = np.zeros(len(rows))
    labels = rows.labels
    for name, mass in config.mass.items():
        inside = np.flatnonzero(rows.sources == name)
        if len(inside) == 0:
            continue
        counts = np.maximum(np.bincount(labels[inside], minlength=7), 1)
        weights = counts[labels[inside]].astype(np.float64) ** -config.balance
        chance[inside] = mass * weights / weights.sum()
    return np.asarray(chance / chance.sum(), np.float64)


def outputs(
    reader: Reader, texts: list[str], cutter: WordPiece, quick: bool = False
) -> tuple[Floats, Floats, Floats]:
    """(n, sources, 7) logits, (n, domains) logits, (n,) intensities in [0, 1] of the texts.

    quick: in half precision, enough for a teacher.
    """
    ids = [cutter.encode(fold(t)) for t in texts]
    order = np.argsort([len(i) for i in ids], kind="stable")
    logits = np.zeros((len(ids), len(reader.sources), 7), np.float32)
    domains = np.zeros((len(ids), len(reader.domains)), np.float32)
    felt = np.zeros(len(ids), np.float32)
    for rows in np.array_split(order, max(len(order) // 128, 1)):
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=quick):
            a, b, c = reader(torch.from_numpy(padded([ids[r] for r in rows])))
        logits[rows], domains[rows] = a.float().numpy(), b.float().numpy()
        felt[rows] = torch.sigmoid(c.float()).numpy()
    return logits, domains, felt


def padded(rows: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """(n, longest row) int64, filled up with 0."""
    table = np.zeros((len(rows), max(map(len, rows), default=1)), np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return table
