"""Trains the model of the profanity guard: `PYOJEONG_DATA=... python -m pyojeong.train.profanity WORK`.

Logistic regression on hashed n-grams beside embeddings of them (`profanity_pretrain.py`), with
stories and everyday sentences as further texts that are not abusive. All of it is linear, so it
collapses to one weight per n-gram, kept as a byte. Threshold and calibration come from texts left
out in turn (k-fold); the validation part is scored once, at the end. Some ten minutes on one core.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.text.lexicon import Lexicon, shipped_lexicon
from pyojeong.text.profanity import ProfanityGuard
from pyojeong.text.profanity_model import ASSET, ProfanityModel, packed
from pyojeong.train.profanity_data import Comments, clean_texts, comments, features, unlabelled
from pyojeong.train.profanity_pretrain import PretrainConfig, pretrain

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Config:
    """reviews: film reviews to pre-train on. seeds: one set of embeddings each. embedded: standard
    deviation that the embeddings are scaled to, beside n-grams of length 1 per group. penalty:
    inverse, C of scikit-learn. clean: stories (all), and talk and reviews as many each. clean_weight:
    of one of them in the loss. false_alarms: most per story sentence that the threshold may give.
    """

    bits: int = 20
    reviews: int = 200_000
    seeds: tuple[int, ...] = (0, 1)
    embedded: float = 0.035
    penalty: float = 10.0
    clean: int = 4000
    clean_weight: float = 0.1
    folds: int = 5
    rounds: int = 1
    false_alarms: float = 1e-3


@dataclass(frozen=True, slots=True)
class Texts:
    """n texts as features. embedded: (n, width), standardised. labels: (n,) 1 = abusive. listed:
    (n,) whether the word list finds something. own: (n,) a labelled comment. story: (n,).
    """

    grams: csr_matrix
    embedded: Floats
    labels: NDArray[np.int64]
    listed: Flags
    own: Flags
    story: Flags


@dataclass(frozen=True, slots=True)
class Embeddings:
    """buckets: (k,) that have a vector. vectors: (k, width) already scaled. shift: (width,)."""

    buckets: NDArray[np.int64]
    vectors: NDArray[np.float32]
    shift: Floats

    def of(self, grams: csr_matrix) -> Floats:
        return np.asarray(grams[:, self.buckets] @ self.vectors - self.shift, np.float64)


def main() -> None:
    """Train, choose the threshold, score once, write the asset."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path, help="folder for embeddings, kept for the next run")
    work: Path = parser.parse_args().work
    work.mkdir(parents=True, exist_ok=True)
    config = Config()
    lexicon = shipped_lexicon()
    own = comments("train")
    found = [embeddings(own, lexicon, config, seed, work) for seed in config.seeds]
    texts, spaces = read_texts(own, lexicon, found, config)
    model, facts = fitted(texts, spaces, config)
    path = WEIGHTS / f"{ASSET}.npz"
    np.savez_compressed(path, allow_pickle=False, **packed(model))
    write(path, f"{facts}; {score_validation(model)}")


def embeddings(
    own: Comments, lexicon: Lexicon, config: Config, seed: int, work: Path
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Pre-trained embeddings, from the folder if they lie there already."""
    path = work / f"embeddings_{config.reviews}_{seed}.npz"
    if not path.is_file():
        rows = unlabelled(own.texts, config.reviews, seed)
        buckets, vectors = pretrain(rows, lexicon, PretrainConfig(bits=config.bits, seed=seed))
        np.savez(path, buckets=buckets, vectors=vectors)
    with np.load(path) as arrays:
        return arrays["buckets"], arrays["vectors"]


def read_texts(
    own: Comments,
    lexicon: Lexicon,
    found: list[tuple[NDArray[np.int64], NDArray[np.float32]]],
    config: Config,
) -> tuple[Texts, list[Embeddings]]:
    """The texts to learn from, and the embeddings scaled by what the comments spread over."""
    clean, stories = clean_texts(lexicon, config.clean, seed=0)
    shown = [lexicon.without_innocent(text) for text in [*own.texts, *clean]]
    grams = features(shown, config.bits)
    first = np.arange(grams.shape[0]) < len(own.texts)
    spaces = [_scaled(*pair, grams[: len(own.texts)], config) for pair in found]
    listed = [bool(lexicon.spans(text)) for text in own.texts] + [False] * len(clean)
    place = np.arange(len(first)) - len(own.texts)
    texts = Texts(
        grams,
        np.hstack([space.of(grams) for space in spaces]),
        np.concatenate([own.labels, np.zeros(len(clean), np.int64)]),
        np.array(listed),
        first,
        (place >= 0) & (place < stories),
    )
    return texts, spaces


def _scaled(
    buckets: NDArray[np.int64], vectors: NDArray[np.float32], own: csr_matrix, config: Config
) -> Embeddings:
    spread = own[:, buckets] @ vectors
    scale = config.embedded / spread.std(0) / np.sqrt(len(config.seeds))
    return Embeddings(buckets, vectors * scale, np.asarray(spread.mean(0) * scale, np.float64))


def fitted(texts: Texts, spaces: list[Embeddings], config: Config) -> tuple[ProfanityModel, str]:
    """The model of all texts, and what texts left out in turn say of it."""
    left_out = [_left_out(texts, spaces, config, seed) for seed in range(config.rounds)]
    slope, shift = _calibrated(np.mean(left_out, axis=0), texts)
    chosen = [_threshold(evidence, texts, config) for evidence in left_out]
    threshold = float(np.mean([t for t, _ in chosen]))
    f1 = float(np.mean([_f1(_flagged(e, threshold, texts), texts) for e in left_out]))
    alarms = float(np.mean([(e >= threshold)[texts.story].mean() for e in left_out]))
    model = collapsed(texts, spaces, np.ones(len(texts.labels), bool), config)
    model = replace(
        model, slope=slope, shift=shift, threshold=1 / (1 + np.exp(-slope * threshold - shift))
    )
    facts = (
        f"list or model, texts left out in turn: F1 {f1:.3f} ({int(texts.own.sum())} comments), "
        f"{1000 * alarms:.1f} of 1,000 story sentences that the list passes"
    )
    print(facts)
    return model, facts


def _left_out(texts: Texts, spaces: list[Embeddings], config: Config, seed: int) -> Floats:
    """(n,) evidence of each text by a model that has not seen it."""
    evidence = np.zeros(len(texts.labels))
    folds = StratifiedKFold(config.folds, shuffle=True, random_state=seed)
    for known, held in folds.split(texts.labels, texts.labels + 2 * texts.own):
        seen = np.zeros(len(evidence), bool)
        seen[known] = True
        model = collapsed(texts, spaces, seen, config)
        evidence[held] = texts.grams[held] @ (model.weights * model.scale) + model.bias
    return evidence


def collapsed(
    texts: Texts, spaces: list[Embeddings], seen: Flags, config: Config
) -> ProfanityModel:
    """Logistic regression on the texts that are `seen`, as one byte per n-gram."""
    counts = np.bincount(texts.grams[seen & texts.own].indices, minlength=2**config.bits)
    columns = np.flatnonzero(counts > 1)
    regression = LogisticRegression(C=config.penalty, solver="liblinear")
    both = hstack([texts.grams[seen][:, columns], csr_matrix(texts.embedded[seen])]).tocsr()
    weight = np.where(texts.own[seen], 1.0, config.clean_weight)
    regression.fit(both, texts.labels[seen], sample_weight=weight)
    found = regression.coef_[0]
    weights, bias = np.zeros(2**config.bits), float(regression.intercept_[0])
    weights[columns] = found[: len(columns)]
    at = len(columns)
    for space in spaces:
        direction = found[at : at + len(space.shift)]
        weights[space.buckets] += space.vectors @ direction
        bias -= float(space.shift @ direction)
        at += len(direction)
    scale = float(np.abs(weights).max()) / 127
    return ProfanityModel(
        np.rint(weights / scale).astype(np.int8), scale, bias, slope=1, shift=0, threshold=0.5
    )


def _calibrated(evidence: Floats, texts: Texts) -> tuple[float, float]:
    """Slope and shift of Platt (1999) over the comments that the list passes."""
    asked = texts.own & ~texts.listed
    line = LogisticRegression(C=1e6).fit(evidence[asked][:, None], texts.labels[asked])
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def _threshold(evidence: Floats, texts: Texts, config: Config) -> tuple[float, float]:
    """(evidence, F1) of the best threshold with few false alarms in stories."""
    candidates = np.quantile(evidence[texts.own & ~texts.listed], np.linspace(0.4, 0.99, 240))
    scored = [
        (_f1(_flagged(evidence, float(t), texts), texts), float(t))
        for t in candidates
        if (evidence >= t)[texts.story].mean() <= config.false_alarms
    ]
    best = max(scored)
    return best[1], best[0]


def _flagged(evidence: Floats, threshold: float, texts: Texts) -> Flags:
    return texts.listed | (evidence >= threshold)


def _f1(flagged: Flags, texts: Texts) -> float:
    return f1_score(flagged[texts.own], texts.labels[texts.own])


def f1_score(flagged: Flags, labels: NDArray[np.int64]) -> float:
    """F1 of the abusive class."""
    hits = int((flagged & (labels == 1)).sum())
    return 2 * hits / max(int(flagged.sum()) + int((labels == 1).sum()), 1)


def score_validation(model: ProfanityModel) -> str:
    """What the whole guard makes of the validation part."""
    held = comments("val")
    flagged = np.array([p.found for p in ProfanityGuard(model=model).find(held.texts)])
    hits = int((flagged & (held.labels == 1)).sum())
    facts = (
        f"whole guard, validation: F1 {f1_score(flagged, held.labels):.3f}, precision "
        f"{hits / flagged.sum():.3f}, recall {hits / held.labels.sum():.3f} (n={len(flagged)})"
    )
    print(facts)
    return facts


def write(path: Path, accuracy: str) -> None:
    """The certificate."""
    write_certificate(
        ASSET,
        path,
        licence="Apache-2.0; trained on MIT, Apache-2.0, CC BY 4.0 and CC0 data (NOTICE)",
        origin="trained from scratch for Pyojeong",
        trained_on="labelled comments (MIT, 2runo 2020); without labels of abuse: NSMC reviews (CC0), "
        "KOTE (MIT, Jeon Duyoung 2022), GoEmotions Korean (Apache-2.0), stories (CC BY 4.0), Songys "
        "chatbot (MIT), Pyojeong corpus (CC0)",
        accuracy=accuracy,
        limits="Korean comments of the 2010s. Reads words: quoted abuse, irony and new slang escape "
        "it. Not for judging people.",
        made_by="python -m pyojeong.train.profanity",
    )


if __name__ == "__main__":
    main()
