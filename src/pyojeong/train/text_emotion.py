"""Trains TextEmotion "ngram": `PYOJEONG_DATA=... python -m pyojeong.train.text_emotion`.

Multinomial logistic regression with Adagrad (Duchi et al. 2011) over the features of
`text/features.py`, with a part of the features dropped at every step (Wager et al. 2013) and soft
targets. Sources differ in what they call neutral: each has its own bias while training (Daume
2007), and the shipped model keeps that of the stories. Chosen on validation data; takes some
minutes on one core. Writes the asset, its certificate and the numbers in
`benchmarks/text_emotion.json`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.text.classifier import ASSET, NgramModel, probabilities
from pyojeong.text.features import Lexicon, extract
from pyojeong.text.language import detect_language
from pyojeong.train.text_data import Rows, corpus_part, read_lexicon, training_rows, validation_rows
from pyojeong.train.text_report import Report, report

_LEXICON = Path(__file__).with_name("text_lexicon.toml")
_NUMBERS = Path(__file__).parents[3] / "benchmarks" / "text_emotion.json"
_CHUNK = 4096
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Config:
    """bits: log2 of the table. min_count: buckets seen less often are dropped. group_scale: per
    group of features. dropped: share of features left out at a step. balance: 0 keeps the
    classes' frequencies within a source, 1 makes them equal. mass: share of each source.
    """

    bits: int = 20
    min_count: int = 4
    group_scale: tuple[float, ...] = (1.0, 1.0, 2.0, 0.7)
    epochs: int = 3
    batch: int = 256
    rate: float = 0.1
    dropped: float = 0.3
    decay: float = 0.0
    balance: float = 0.25
    seed: int = 0
    mass: tuple[tuple[str, float], ...] = (
        ("corpus_ko", 0.22),
        ("corpus_en", 0.12),
        ("goemotions_ko", 0.21),
        ("goemotions_en", 0.2),
        ("kote", 0.08),
        ("xed_en", 0.12),
        ("nsmc_keyword_weak", 0.05),
    )


@dataclass(frozen=True, slots=True)
class Matrix:
    """Sparse rows: columns[starts[i]:starts[i + 1]] with their values are row i."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Floats

    def rows(
        self, chosen: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
        """(columns, values, offsets) of some rows, as an embedding bag wants them."""
        spans = [slice(self.starts[r], self.starts[r + 1]) for r in chosen]
        sizes = np.array([s.stop - s.start for s in spans])
        columns = np.concatenate([self.columns[s] for s in spans])
        values = np.concatenate([self.values[s] for s in spans])
        return columns, values, np.cumsum(sizes) - sizes


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
    model = train(training_rows(), config, lexicon)
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
    seen = np.bincount(matrix.columns, minlength=2**config.bits) >= config.min_count
    kept = seen[matrix.columns]
    sizes = np.diff(matrix.starts)
    owner = np.repeat(np.arange(len(rows)), sizes)[kept]
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(rows)))])
    matrix = Matrix(starts, matrix.columns[kept], matrix.values[kept])
    weights, bias = fit(matrix, rows, config)
    weights[~seen] = 0
    # A few outliers would cost all other weights their precision.
    scale = np.quantile(np.abs(weights[seen]), 0.9999, axis=0) / 127
    table = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    group_scale = np.array(config.group_scale, np.float32)
    temperature = {"ko": 1.0, "en": 1.0}
    return NgramModel(table, scale.astype(np.float32), group_scale, bias, temperature, lexicon)


def read_matrix(texts: list[str], config: Config, lexicon: Lexicon) -> Matrix:
    """Features of all texts, scaled as `NgramModel.logits` scales them."""
    columns, values, counts = [], [], []
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
        counts.append(np.bincount(rows, minlength=found.texts))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return Matrix(starts, np.concatenate(columns), np.concatenate(values))


def fit(matrix: Matrix, rows: Rows, config: Config) -> tuple[Floats, Floats]:
    """(table, bias of the stories) after the epochs of the config."""
    names = sorted({name for name, _ in config.mass})
    source = torch.from_numpy(np.searchsorted(names, rows.sources))
    table = torch.nn.EmbeddingBag(2**config.bits, 7, mode="sum", sparse=True)
    table.weight.data.zero_()
    biases = torch.zeros(len(names), 7, requires_grad=True)
    targets = torch.from_numpy(rows.targets)
    slow = torch.optim.Adagrad([table.weight], lr=config.rate)
    fast = torch.optim.Adam([biases], lr=0.01)
    batches = list(_batches(rows, config))
    random = np.random.default_rng(config.seed)
    for step, chosen in enumerate(batches):
        for group in slow.param_groups:
            group["lr"] = config.rate * (1 - step / len(batches))
        columns, values, offsets = matrix.rows(chosen)
        values = values * (random.random(len(values)) >= config.dropped) / (1 - config.dropped)
        logits = table(
            torch.from_numpy(columns),
            torch.from_numpy(offsets),
            torch.from_numpy(values.astype(np.float32)),
        )
        logits = logits + biases[source[chosen]]
        loss = -(targets[chosen] * torch.log_softmax(logits, 1)).sum(1).mean()
        slow.zero_grad()
        fast.zero_grad()
        loss.backward()
        slow.step()
        fast.step()
        if step % 200 == 0:
            print(f"step {step}/{len(batches)} loss {float(loss):.3f}", flush=True)
    home = biases.detach().numpy()[names.index("corpus_ko")]
    return table.weight.detach().numpy(), home


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
        weights = counts[labels[inside]] ** -config.balance
        chance[inside] = mass * weights / weights.sum()
    return chance / chance.sum()


def calibrated(model: NgramModel, rows: Rows) -> NgramModel:
    """The model with the temperatures that fit the validation rows best, sources weighing alike."""
    logits = raw_logits(model, rows.texts)
    languages = np.array([detect_language(t) for t in rows.texts])
    found = {}
    for language in ("ko", "en"):
        chosen = languages == language
        sizes = {s: np.sum(chosen & (rows.sources == s)) for s in set(rows.sources.tolist())}
        weight = np.array([1 / sizes[s] if sizes[s] else 0 for s in rows.sources])[chosen]
        truth = np.arange(chosen.sum()), rows.labels[chosen]

        def loss(
            t: float, z: Floats = logits[chosen], y: object = truth, w: object = weight
        ) -> float:
            return float(-(w * np.log(probabilities(z / np.float32(t))[y] + 1e-9)).sum())  # type: ignore[index,operator]

        found[language] = float(min(np.geomspace(0.3, 4, 80), key=loss))
    return NgramModel(model.table, model.scale, model.group_scale, model.bias, found, model.lexicon)


def raw_logits(model: NgramModel, texts: list[str]) -> Floats:
    parts = [
        model.logits(extract(texts[i : i + _CHUNK], model.lexicon, model.bits))
        for i in range(0, len(texts), _CHUNK)
    ]
    return np.concatenate(parts)


def write(model: NgramModel, config: Config, results: list[Report]) -> None:
    """Asset, certificate and numbers."""
    used = np.flatnonzero(np.any(model.table != 0, axis=1))
    keys = np.array(sorted(model.lexicon), np.uint32)
    path = WEIGHTS / f"{ASSET}.npz"
    np.savez_compressed(
        path,
        bits=np.int64(model.bits),
        buckets=used.astype(np.uint32),
        weights=model.table[used],
        scale=model.scale,
        group_scale=model.group_scale,
        bias=model.bias,
        temperature=np.array([model.temperature["ko"], model.temperature["en"]], np.float32),
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
