"""Trains TextEmotion "ngram": `PYOJEONG_DATA=... python -m pyojeong.train.text_emotion`.

Logistic regression beside a small hidden layer (fastText, Joulin et al. 2017) over the features
of `text/features.py`, by Adagrad (Duchi et al. 2011), with a part of the features dropped at every
step (Wager et al. 2013) and soft targets. Sources differ in what they call neutral: each has its
own bias while training (Daume 2007), and the shipped model keeps those of the stories. Chosen on
validation data; takes some minutes on one core. Writes the asset, its certificate and the numbers
in `benchmarks/text_emotion.json`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.text.classifier import ASSET, NgramModel, languages, probabilities
from pyojeong.text.features import Lexicon, extract
from pyojeong.train.text_data import (
    KINDS,
    Rows,
    corpus_part,
    join,
    read_lexicon,
    training_rows,
    validation_rows,
)
from pyojeong.train.text_report import Report, report
from pyojeong.train.text_templates import template_rows

_LEXICON = Path(__file__).with_name("text_lexicon.toml")
_NUMBERS = Path(__file__).parents[3] / "benchmarks" / "text_emotion.json"
_CHUNK = 4096
_KINDS = (*KINDS["ko"], *KINDS["en"])
Floats = NDArray[np.float32]
Batch = tuple[NDArray[np.int64], Floats, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Config:
    """bits: log2 of the number of buckets. buckets: how many of them, the most frequent, have
    weights. hidden: units of the hidden layer. group_scale: per group of features. dropped: share
    of features left out at a step, per group. hidden_dropped: the same of hidden units. balance: 0 keeps the classes'
    frequencies within a source, 1 makes them equal. mass: share of each source.
    """

    bits: int = 20
    buckets: int = 160_000
    hidden: int = 24
    group_scale: tuple[float, ...] = (1.0, 1.0, 2.0, 1.6)
    epochs: int = 2
    batch: int = 256
    rate: float = 0.06
    dropped: tuple[float, ...] = (0.5, 0.5, 0.4, 0.15)
    hidden_dropped: float = 0.4
    balance: float = 0.3
    seed: int = 0
    mass: tuple[tuple[str, float], ...] = (
        ("corpus_ko", 0.20),
        ("corpus_en", 0.15),
        ("templates_ko", 0.03),
        ("templates_en", 0.03),
        ("goemotions_ko", 0.20),
        ("goemotions_en", 0.18),
        ("kote", 0.09),
        ("xed_en", 0.12),
        ("nsmc_keyword_weak", 0.03),
    )


@dataclass(frozen=True, slots=True)
class Matrix:
    """Sparse rows: columns[starts[i]:starts[i + 1]] with their values are row i; groups: number
    of the group of features each is of."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Floats
    groups: NDArray[np.uint8]

    def rows(self, chosen: NDArray[np.int64], dropped: Floats, random: Generator) -> Batch:
        """(columns, values, offsets) of some rows, as an embedding bag wants them.

        dropped: share of each group's features left out by chance; the others grow for it.
        """
        spans = [slice(self.starts[r], self.starts[r + 1]) for r in chosen]
        sizes = np.array([s.stop - s.start for s in spans])
        columns = np.concatenate([self.columns[s] for s in spans])
        shares = dropped[np.concatenate([self.groups[s] for s in spans])]
        kept = random.random(len(shares), np.float32) >= shares
        values = np.concatenate([self.values[s] for s in spans]) * kept / (1 - shares)
        return columns, values, np.cumsum(sizes) - sizes

    def through(self, renumbered: NDArray[np.int32], none: int) -> Matrix:
        """The matrix with its columns renumbered, without those that become `none`."""
        columns = renumbered[self.columns].astype(np.int64)
        kept = columns != none
        owner = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))[kept]
        counts = np.bincount(owner, minlength=len(self.starts) - 1)
        starts = np.concatenate([[0], np.cumsum(counts)])
        return Matrix(starts, columns[kept], self.values[kept], self.groups[kept])


def main() -> None:
    """Train, measure on validation data, write the asset."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--try", action="store_true", dest="trial", help="write nothing")
    parser.add_argument("--set", nargs="*", default=[], help="name=value of the config")
    options = parser.parse_args()
    changes = {k: json.loads(v) for k, _, v in (item.partition("=") for item in options.set)}
    config = Config(**changes)
    torch.manual_seed(config.seed)
    lexicon = {crc32(word.encode()): classes for word, classes in read_lexicon(_LEXICON)}
    model = train(join([training_rows(), template_rows()]), config, lexicon)
    model = calibrated(model, validation_rows())
    results = [*report(model, validation_rows())]
    for line in results:
        print(line.line())
    if not options.trial:
        results += report(model, corpus_part("test"), suffix=" test")
        write(model, config, results)


def train(rows: Rows, config: Config, lexicon: Lexicon) -> NgramModel:
    """The model fitted to the rows, not yet calibrated."""
    matrix = read_matrix(rows.texts, config, lexicon)
    counts = np.bincount(matrix.columns, minlength=2**config.bits)
    kept = np.sort(np.argsort(-counts, kind="stable")[: config.buckets])
    compact = np.full(2**config.bits, config.buckets, np.int32)
    compact[kept] = np.arange(len(kept))
    net = Network(config, sorted({name for name, _ in config.mass}))
    fit(net, matrix.through(compact, config.buckets), rows, config)
    weights = net.bag.weight.detach().numpy()
    # A few outliers would cost all other weights their precision.
    scale = np.maximum(np.quantile(np.abs(weights), 0.9999, axis=0) / 127, 1e-8)
    table = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    return NgramModel(
        rows=compact,
        table=np.vstack([table, np.zeros_like(table[:1])]),
        scale=scale.astype(np.float32),
        group_scale=np.array(config.group_scale, np.float32),
        hidden_bias=net.hidden_bias.detach().numpy(),
        head=net.head.weight.detach().numpy().T.copy(),
        bias=np.stack([net.bias_of("corpus_ko"), net.bias_of("corpus_en")]),
        temperature=np.ones(2, np.float32),
        lexicon=lexicon,
    )


def read_matrix(texts: list[str], config: Config, lexicon: Lexicon) -> Matrix:
    """Features of all texts, scaled as `NgramModel.logits` scales them."""
    columns, values, groups, counts = [], [], [], []
    for at in range(0, len(texts), _CHUNK):
        found = extract(texts[at : at + _CHUNK], lexicon, config.bits)
        rows = np.concatenate(found.rows)
        order = np.argsort(rows, kind="stable")
        scaled = []
        for owner, scale in zip(found.rows, config.group_scale, strict=True):
            size = np.bincount(owner, minlength=found.texts)
            scaled.append((scale / np.sqrt(np.maximum(size, 1)))[owner])
        columns.append(np.concatenate(found.ids)[order].astype(np.int64))
        values.append(np.concatenate(scaled)[order].astype(np.float32))
        numbers = [np.full(len(ids), n, np.uint8) for n, ids in enumerate(found.ids)]
        groups.append(np.concatenate(numbers)[order])
        counts.append(np.bincount(rows, minlength=found.texts))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return Matrix(starts, np.concatenate(columns), np.concatenate(values), np.concatenate(groups))


class Network(torch.nn.Module):
    """What `NgramModel.logits` computes, with a bias per source, while it learns."""

    def __init__(self, config: Config, sources: list[str]) -> None:
        super().__init__()
        self.sources = sources
        self.inner = 7 + config.hidden
        columns = self.inner + len(_KINDS)
        self.bag = torch.nn.EmbeddingBag(config.buckets, columns, mode="sum", sparse=True)
        torch.nn.init.zeros_(self.bag.weight)
        torch.nn.init.normal_(self.bag.weight[:, 7 : self.inner], std=0.05)
        self.hidden_bias = torch.nn.Parameter(torch.zeros(config.hidden))
        self.drop = torch.nn.Dropout(config.hidden_dropped)
        self.head = torch.nn.Linear(config.hidden, 7, bias=False)
        self.biases = torch.nn.Parameter(torch.zeros(len(sources), 7))

    def forward(
        self,
        columns: torch.Tensor,
        offsets: torch.Tensor,
        values: torch.Tensor,
        source: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of the emotions (n, 7) and of the kinds of text."""
        total = self.bag(columns, offsets, values)
        hidden = self.drop(torch.relu(total[:, 7 : self.inner] + self.hidden_bias))
        logits = total[:, :7] + self.head(hidden) + self.biases[source]
        return logits, total[:, self.inner :]

    def bias_of(self, source: str) -> Floats:
        bias: Floats = self.biases.detach()[self.sources.index(source)].numpy()
        return bias.copy()


def fit(net: Network, matrix: Matrix, rows: Rows, config: Config) -> None:
    """Train the network for the epochs of the config."""
    source = torch.from_numpy(np.searchsorted(net.sources, rows.sources))
    targets = torch.from_numpy(rows.targets)
    dense = [p for name, p in net.named_parameters() if name != "bag.weight"]
    slow = torch.optim.Adagrad([net.bag.weight], lr=config.rate)
    fast = torch.optim.Adam(dense, lr=0.004)
    batches = list(_batches(rows, config))
    random = np.random.default_rng(config.seed)
    dropped = np.array(config.dropped, np.float32)
    for step, chosen in enumerate(batches):
        left = 1 - step / len(batches)
        slow.param_groups[0]["lr"], fast.param_groups[0]["lr"] = config.rate * left, 0.004 * left
        columns, values, offsets = matrix.rows(chosen, dropped, random)
        logits, kinds = net(
            torch.from_numpy(columns),
            torch.from_numpy(offsets),
            torch.from_numpy(values),
            source[chosen],
        )
        loss = -(targets[chosen] * torch.log_softmax(logits, 1)).sum(1).mean()
        loss = loss + _kind_loss(kinds, [net.sources[n] for n in source[chosen]])
        net.zero_grad()
        torch.autograd.backward(loss)
        slow.step()
        fast.step()
        if step % 200 == 0:
            print(f"step {step}/{len(batches)} loss {float(loss.detach()):.3f}", flush=True)


def _kind_loss(logits: torch.Tensor, sources: list[str]) -> torch.Tensor:
    """How badly the kinds are told apart, each language's among themselves."""
    total = torch.zeros(())
    for at in range(0, len(_KINDS), 3):
        names = _KINDS[at : at + 3]
        where = torch.tensor([names.index(s) if s in names else -100 for s in sources])
        if bool((where >= 0).any()):
            part = torch.nn.functional.cross_entropy(logits[:, at : at + 3], where)
            total = total + 0.3 * part
    return total


def _batches(rows: Rows, config: Config) -> Iterator[NDArray[np.int64]]:
    """Row numbers drawn by the weight of their source and class."""
    chance = sampling(rows, config)
    random = np.random.default_rng(config.seed)
    for _ in range(config.epochs * len(rows) // config.batch):
        yield random.choice(len(rows), config.batch, p=chance)


def sampling(rows: Rows, config: Config) -> NDArray[np.float64]:
    """(n,) chance of each row; sums to 1."""
    chance = np.zeros(len(rows))
    labels = rows.labels
    for name, mass in config.mass:
        inside = np.flatnonzero(rows.sources == name)
        if len(inside) == 0:
            continue
        counts = np.maximum(np.bincount(labels[inside], minlength=7), 1)
        weights = counts[labels[inside]].astype(np.float64) ** -config.balance
        chance[inside] = mass * weights / weights.sum()
    return np.asarray(chance / chance.sum(), np.float64)


def calibrated(model: NgramModel, rows: Rows) -> NgramModel:
    """The model with the temperatures that fit the validation rows best.

    Stories weigh as much as all other sources together: they are what is read here.
    """
    spoken = languages(rows.texts)
    parts = [
        model.logits(
            extract(rows.texts[i : i + _CHUNK], model.lexicon, model.bits), spoken[i : i + _CHUNK]
        )
        for i in range(0, len(rows), _CHUNK)
    ]
    logits = np.concatenate(parts)
    found = [_temperature(logits[spoken == n], rows.where(spoken == n)) for n in (0, 1)]
    return replace(model, temperature=np.array(found, np.float32))


def _temperature(logits: Floats, rows: Rows) -> float:
    names, counts = np.unique(rows.sources, return_counts=True)
    at_home = np.char.startswith(names, "corpus")
    shares = np.where(at_home, 1 / max(at_home.sum(), 1), 1 / max((~at_home).sum(), 1)) / counts
    weights = shares[np.searchsorted(names, rows.sources)]

    def loss(temperature: float) -> float:
        found = probabilities(logits / np.float32(temperature))
        return float(-(weights * np.log(found[np.arange(len(rows)), rows.labels] + 1e-9)).sum())

    return float(min(np.geomspace(0.3, 4, 80), key=loss))


def write(model: NgramModel, config: Config, results: list[Report]) -> None:
    """Asset, certificate and numbers."""
    keys = np.array(sorted(model.lexicon), np.uint32)
    path = WEIGHTS / f"{ASSET}.npz"
    np.savez_compressed(
        path,
        used=np.packbits(model.rows < len(model.table) - 1),
        table=model.table[:-1],
        scale=model.scale,
        group_scale=model.group_scale,
        hidden_bias=model.hidden_bias,
        head=model.head,
        bias=model.bias,
        temperature=model.temperature,
        lexicon_keys=keys,
        lexicon_classes=np.array([model.lexicon[int(k)] for k in keys], np.uint8),
    )
    write_certificate(
        ASSET,
        path,
        licence="Apache-2.0; trained on MIT, Apache-2.0, CC BY 4.0 and CC0 data (NOTICE)",
        origin="trained from scratch for Pyojeong",
        trained_on="Pyojeong corpus (CC0), KOTE (MIT, Jeon Duyoung 2022), GoEmotions and its Korean "
        "translation (Apache-2.0), XED English (CC BY 4.0), NSMC reviews (CC0)",
        accuracy="; ".join(r.line() for r in results),
        limits="Reads words, not situations: irony, hints and long contexts escape it. "
        "Korean and English only.",
        made_by="python -m pyojeong.train.text_emotion",
    )
    facts = {"config": asdict(config), "results": [asdict(r) for r in results]}
    _NUMBERS.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
