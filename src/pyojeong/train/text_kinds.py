"""Trains what words mean in each kind of text: `python -m pyojeong.train.text_kinds`.

One logistic regression per labelled source (`text/kind_words.py`) by averaged stochastic descent
(Bottou 2010), features weighted by how rare they are (Sparck Jones 1972), classes by a mild power
of their rarity; then only the features that move most are kept, as bytes. Settings were chosen on
validation data. Stories have none: what all sources teach together reads them better. Needs
PYOJEONG_DATA; about three minutes on one core. Run before `train/text_reader.py`, which weighs it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import SGDClassifier

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.text.features import extract
from pyojeong.text.kind_words import ASSET, READ, KindWords, packed
from pyojeong.train.text_data import KINDS, Rows, training_rows, validation_rows
from pyojeong.train.text_report import measure

_CHUNK = 8192
_QUANTILE = 0.9999
_LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Config:
    """strength: inverse of the penalty, per row. balance: power of a class's rarity that it is
    weighted with, per source. kept: features per source that have weights. seen: rows of the source
    a feature must be in, per 10,000 rows and at least 2.
    """

    bits: int = 20
    strength: float = 4.0
    balance: tuple[tuple[str, float], ...] = (
        ("goemotions_ko", 0.3),
        ("kote", 0.9),
        ("goemotions_en", 0.3),
        ("xed_en", 0.3),
    )
    kept: int = 40_000
    seen: float = 1.0
    epochs: int = 8
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Learned:
    """One source's weights: buckets, (buckets, 7) weights, (7,) bias."""

    buckets: NDArray[np.int64]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def main() -> None:
    """Learn every source, measure, write the asset."""
    config, rows = Config(), training_rows()
    arrays: dict[str, NDArray[np.generic]] = {}
    lines: list[str] = []
    for lang, kinds in KINDS.items():
        learned = {kind: learn(rows.of(kind), config) for kind in kinds[1:]}
        words = joined(learned, kinds, config)
        arrays |= packed(words, lang)
        lines += [line for kind in kinds[1:] for line in measured(words, kinds, kind, config)]
    for line in lines:
        print(line)
    write(arrays, config, lines)


def learn(rows: Rows, config: Config) -> Learned:
    """Weights of one source's features."""
    balance = dict(config.balance)[str(rows.sources[0])]
    table = matrix(rows.texts, config.bits)
    seen = np.bincount(table.indices, minlength=2**config.bits)
    least = max(2, round(config.seen * len(rows) / 10_000))
    columns = np.flatnonzero(seen >= least)
    rarity = np.log(len(rows) / seen[columns]) + 1
    weighted = table[:, columns].multiply(rarity).tocsr()
    length = np.sqrt(weighted.multiply(weighted).sum(1)).mean()
    # A row that raters disagree on speaks for each of its classes, with that class's share.
    row, label = np.nonzero(rows.targets > _LEAST)
    weight = rows.targets[row, label]
    shares = np.bincount(label, weight, minlength=7) / weight.sum()
    model = SGDClassifier(
        loss="log_loss",
        alpha=1 / (config.strength * len(rows)),
        max_iter=config.epochs,
        tol=None,
        average=3 * len(rows),
        class_weight={n: (7 * share) ** -balance for n, share in enumerate(shares)},
        random_state=config.seed,
    ).fit(weighted[row] / length, label, sample_weight=weight)
    weights = (model.coef_ * rarity / length).T
    moves = np.abs(weights).max(1) * np.sqrt(seen[columns])
    best = np.sort(np.argsort(-moves, kind="stable")[: config.kept])
    return Learned(
        columns[best], weights[best].astype(np.float32), model.intercept_.astype(np.float32)
    )


def joined(learned: dict[str, Learned], kinds: tuple[str, ...], config: Config) -> KindWords:
    """The weights of one language's kinds in one table."""
    buckets = np.unique(np.concatenate([part.buckets for part in learned.values()]))
    table = np.zeros((len(buckets) + 1, len(kinds), 7), np.int8)
    scale = np.zeros(len(kinds), np.float32)
    bias = np.zeros((len(kinds), 7), np.float32)
    for kind, part in learned.items():
        at = kinds.index(kind)
        # A few outliers would cost all other weights their precision.
        scale[at] = np.quantile(np.abs(part.weights), _QUANTILE) / 127
        steps = np.clip(np.round(part.weights / scale[at]), -127, 127).astype(np.int8)
        table[np.searchsorted(buckets, part.buckets), at] = steps
        bias[at] = part.bias
    rows = np.full(2**config.bits, len(buckets), np.int32)
    rows[buckets] = np.arange(len(buckets))
    return KindWords(rows, table, scale, bias)


def matrix(texts: list[str], bits: int) -> csr_matrix:
    """(n, 2**bits) float32: features by one over the root of the size of their group."""
    rows, columns, values = [], [], []
    for at in range(0, len(texts), _CHUNK):
        found = extract(texts[at : at + _CHUNK], {}, bits)
        for ids, owners in zip(found.ids[: len(READ)], found.rows, strict=False):
            size = np.bincount(owners, minlength=found.texts)
            rows.append(owners + at)
            columns.append(ids.astype(np.int64))
            values.append((1 / np.sqrt(np.maximum(size, 1)))[owners].astype(np.float32))
    places = (np.concatenate(rows), np.concatenate(columns))
    return csr_matrix((np.concatenate(values), places), (len(texts), 2**bits))


def measured(words: KindWords, kinds: tuple[str, ...], kind: str, config: Config) -> list[str]:
    """Accuracy of one source's words alone on its validation rows."""
    rows = validation_rows().of(kind)
    found = words.evidence(extract(rows.texts, {}, config.bits))[:, kinds.index(kind)]
    powers = np.exp(found - found.max(1, keepdims=True)).astype(np.float64)
    return [measure(kind, powers / powers.sum(1, keepdims=True), rows.labels).line()]


def write(arrays: dict[str, NDArray[np.generic]], config: Config, lines: list[str]) -> None:
    """The asset and its certificate."""
    path = WEIGHTS / f"{ASSET}.npz"
    np.savez_compressed(path, allow_pickle=False, **arrays)
    settings = ", ".join(f"{name} {value}" for name, value in asdict(config).items())
    write_certificate(
        ASSET,
        path,
        licence="Apache-2.0; trained on MIT, Apache-2.0 and CC BY 4.0 data (NOTICE)",
        origin="trained from scratch for Pyojeong",
        trained_on="KOTE (MIT, Jeon Duyoung 2022), GoEmotions and its Korean translation "
        f"(Apache-2.0), XED English (CC BY 4.0); {settings}",
        accuracy="alone: " + "; ".join(lines),
        limits="Never used alone: each kind's raters and habits, and words only.",
        made_by="python -m pyojeong.train.text_kinds",
    )


if __name__ == "__main__":
    main()
