"""Pre-trains the Korean encoder: `PYOJEONG_DATA=... python -m pyojeong.train.text_pretrain WORK`.

Three lessons at once on 685k film reviews (CC0) and the other Korean texts: filling in masked
pieces (Devlin et al. 2019), the reviewer's rating, and, for GoEmotions, whose Korean texts are
translations, the place of the English original in the space of MiniLM (Reimers & Gurevych 2020).
Continues from its last checkpoint. About two hours on one core.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as fn

from pyojeong.text.features import fold
from pyojeong.text.wordpiece import WordPiece
from pyojeong.train.text_data import corpus_part, data_folder, translated_pairs
from pyojeong.train.text_net import LONGEST, Encoder, load_minilm, mean_state
from pyojeong.train.text_pieces import learn_pieces, minilm_folder, minilm_pieces

PIECES = "ko_pieces.json"
WEIGHTS = "ko_pretrained.pt"
MASK = 4
SAVE_EVERY = 500
_IGNORED = -100


@dataclass(frozen=True, slots=True)
class Config:
    """pieces: size of the vocabulary. tokens: per batch. cycles: epochs in each of which the
    learning rate rises and falls (Loshchilov & Hutter 2017). masked: share of the pieces hidden.
    """

    pieces: int = 12_000
    width: int = 256
    layers: int = 3
    heads: int = 4
    tokens: int = 4096
    cycles: tuple[float, ...] = (1.5, 0.75)
    rate: float = 1.2e-3
    warm: int = 600
    masked: float = 0.18
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Lessons:
    """n texts as piece numbers; rating 0-9 or -100; parallel: row of `places` or -1."""

    ids: list[list[int]]
    ratings: NDArray[np.int64]
    parallel: NDArray[np.int64]
    places: NDArray[np.float32]


def main() -> None:
    """Pre-train, or go on with it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("work", type=Path, help="folder for vocabulary, checkpoint and log")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    pretrain(options.work, Config())


def pretrain(work: Path, config: Config) -> None:
    """Learn the vocabulary, then the encoder; both end up in `work`."""
    if not (work / PIECES).exists():
        pieces = learn_pieces(_texts_by_weight(), config.pieces)
        (work / PIECES).write_text(json.dumps(pieces, ensure_ascii=False), "utf-8")
    pieces = json.loads((work / PIECES).read_text("utf-8"))
    lessons = _lessons(WordPiece(pieces, LONGEST))
    torch.manual_seed(config.seed)
    student = Student(len(pieces), config)
    _fit(student, lessons, config, work)


def finished(work: Path) -> bool:
    """Whether `work` holds an encoder that has had all its lessons."""
    path = work / WEIGHTS
    return path.exists() and bool(torch.load(path, weights_only=True)["finished"])


class Student(nn.Module):
    """The encoder with what it needs for its lessons."""

    def __init__(self, pieces: int, config: Config) -> None:
        super().__init__()
        self.encoder = Encoder(pieces, config.width, config.layers, config.heads, drop=0.05)
        self.word = nn.Sequential(
            nn.Linear(config.width, config.width), nn.GELU(), nn.LayerNorm(config.width)
        )
        self.word_bias = nn.Parameter(torch.zeros(pieces))
        self.rating = nn.Linear(config.width, 10)
        self.place = nn.Linear(config.width, 384)

    def loss(self, ids: Tensor, hidden: Tensor, ratings: Tensor, places: Tensor | None) -> Tensor:
        """ids with masks; hidden: the true pieces at masked places, -100 elsewhere."""
        states = self.encoder(ids)
        at = hidden != _IGNORED
        logits = fn.linear(self.word(states[at]), self.encoder.pieces.weight, self.word_bias)
        total = fn.cross_entropy(logits.float(), hidden[at])
        pooled = mean_state(states, ids)
        if bool((ratings != _IGNORED).any()):
            total = total + 0.5 * fn.cross_entropy(self.rating(pooled).float(), ratings)
        if places is not None:
            there = places.abs().sum(1) > 0
            near = fn.cosine_similarity(self.place(pooled[there]).float(), places[there])
            total = total + 3.0 * (1 - near).sum() / max(len(ids) / 16, 1)
        return total


def _fit(student: Student, lessons: Lessons, config: Config, work: Path) -> None:
    decayed = [p for p in student.parameters() if p.ndim > 1]
    others = [p for p in student.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=config.rate, betas=(0.9, 0.98), fused=True)
    batches = list(_batches(lessons, config))
    done = 0
    if (work / WEIGHTS).exists():
        saved = torch.load(work / WEIGHTS, weights_only=True)
        student.load_state_dict(saved["student"])
        optimiser.load_state_dict(saved["optimiser"])
        done = saved["step"]
    mean = 0.0
    for step in range(done, len(batches)):
        # Of its own, so that a run that was stopped goes on as if it had not been.
        random = np.random.default_rng([config.seed, step])
        torch.manual_seed(config.seed * 1_000_003 + step)
        for group in optimiser.param_groups:
            group["lr"] = config.rate * _schedule(step, len(batches), config)
        with torch.autocast("cpu", torch.bfloat16):
            loss = student.loss(*_batch(lessons, batches[step], config, random))
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimiser.step()
        mean = 0.98 * mean + 0.02 * float(loss.detach()) if step > done else float(loss.detach())
        if step % 100 == 99:
            print(f"step {step + 1}/{len(batches)} loss {mean:.3f}", flush=True)
        if step % SAVE_EVERY == SAVE_EVERY - 1 or step == len(batches) - 1:
            _save(work, student, optimiser, step + 1, step + 1 == len(batches))


def _save(
    work: Path, student: Student, optimiser: torch.optim.Optimizer, step: int, done: bool
) -> None:
    part = work / f"{WEIGHTS}.part"
    torch.save(
        {
            "student": student.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
            "finished": done,
        },
        part,
    )
    part.replace(work / WEIGHTS)


def _schedule(step: int, steps: int, config: Config) -> float:
    """Share of the learning rate: in each cycle up, then down to almost nothing."""
    ends = np.cumsum(config.cycles) / sum(config.cycles) * steps
    at = int(np.searchsorted(ends, step, side="right"))
    end = ends[min(at, len(ends) - 1)]
    start = end - config.cycles[min(at, len(ends) - 1)] / sum(config.cycles) * steps
    if step - start < config.warm:
        return float((step - start + 1) / config.warm)
    return float(max((end - step) / max(end - start - config.warm, 1), 0.02))


def _batches(lessons: Lessons, config: Config) -> Iterator[NDArray[np.int64]]:
    """Rows of similar length together, about `tokens` pieces a batch."""
    random = np.random.default_rng(config.seed)
    lengths = np.array([len(i) for i in lessons.ids])
    # What is scarce or carries the third lesson is seen more often than a review.
    often = np.where(lessons.parallel >= 0, 4, np.where(lessons.ratings == _IGNORED, 2, 1))
    rows = np.repeat(np.arange(len(lengths)), often)
    epochs = sum(config.cycles)
    wanted = int(len(rows) * epochs)
    order = np.concatenate([random.permutation(rows) for _ in range(int(np.ceil(epochs)))])
    for near in np.array_split(order[:wanted], max(wanted // 20_000, 1)):
        block = near[np.argsort(lengths[near], kind="stable")]
        ends = np.cumsum(np.maximum.accumulate(lengths[block]))
        parts = np.split(block, np.flatnonzero(np.diff(ends // config.tokens)) + 1)
        for at in random.permutation(len(parts)):
            yield parts[at]


def _batch(
    lessons: Lessons, rows: NDArray[np.int64], config: Config, random: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    longest = max(len(lessons.ids[r]) for r in rows)
    ids = np.zeros((len(rows), longest), np.int64)
    for line, row in zip(ids, rows, strict=True):
        line[: len(lessons.ids[row])] = lessons.ids[row]
    # 2 and 3 mark the ends.
    at = (ids > 3) & (random.random(ids.shape) < config.masked)
    hidden = np.where(at, ids, _IGNORED)
    fate = random.random(ids.shape)
    ids = np.where(at & (fate < 0.8), MASK, ids)
    stray = random.integers(MASK + 1, config.pieces, ids.shape)
    ids = np.where(at & (fate > 0.9), stray, ids)
    parallel = lessons.parallel[rows]
    places = None
    if (parallel >= 0).any():
        table = lessons.places[np.maximum(parallel, 0)] * (parallel >= 0)[:, None]
        places = torch.from_numpy(table.astype(np.float32))
    ratings = torch.from_numpy(lessons.ratings[rows])
    return torch.from_numpy(ids), torch.from_numpy(hidden), ratings, places


def _read(name: str) -> pd.DataFrame:
    return pd.read_parquet(data_folder() / f"{name}.parquet")


def _corpus() -> list[str]:
    rows = corpus_part("train")
    return rows.of("corpus_ko").texts


def _texts_by_weight() -> Iterator[str]:
    """Texts to learn the vocabulary from; what is not a review counts four times."""
    yield from map(fold, _read("ko_unlabeled_nsmc").text)
    for _ in range(4):
        for texts in _others():
            yield from texts


def _others() -> Iterator[list[str]]:
    ambiguous = _read("emotion_goemotions_ambiguous_trainval")
    ambiguous = ambiguous[(ambiguous.split == "train") & (ambiguous.lang == "ko")]
    tables = ("emotion_ko_train", "emotion_ko_weak_nsmc_train", "ko_chatbot_songys")
    for table in [*map(_read, (*tables, "ko_unlabeled_stories")), ambiguous]:
        yield [fold(t) for t in table.text]
    yield [fold(t) for t in _corpus()]


def _lessons(cutter: WordPiece) -> Lessons:
    reviews, (korean, places) = _read("ko_unlabeled_nsmc"), _parallel()
    texts = [fold(t) for t in reviews.text]
    ratings = np.clip(reviews.rating.to_numpy(np.int64), 1, 10) - 1
    others = [t for part in _others() for t in part]
    parallel = {fold(t): n for n, t in enumerate(korean)}
    rows = np.array([-1] * len(texts) + [parallel.get(t, -1) for t in others])
    ratings = np.concatenate([ratings, np.full(len(others), _IGNORED)])
    return Lessons([cutter.encode(t) for t in texts + others], ratings, rows, places)


def _parallel() -> tuple[list[str], NDArray[np.float32]]:
    """Korean texts of GoEmotions' training part, and (n, 384) where MiniLM puts the English."""
    korean, english = translated_pairs()
    return korean, places_of(english)


def places_of(texts: list[str]) -> NDArray[np.float32]:
    """(n, 384) unit vectors of English texts by MiniLM."""
    folder = minilm_folder()
    net = load_minilm(folder).eval()
    cutter = WordPiece(minilm_pieces(folder), LONGEST)
    ids = [cutter.encode(fold(t)) for t in texts]
    order = np.argsort([len(i) for i in ids], kind="stable")
    found = np.zeros((len(ids), 384), np.float32)
    for rows in np.array_split(order, max(len(order) // 128, 1)):
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            batch = nn.utils.rnn.pad_sequence(
                [torch.tensor(ids[r]) for r in rows], batch_first=True
            )
            pooled = mean_state(net(batch).float(), batch)
        found[rows] = fn.normalize(pooled.float(), dim=1).numpy()
    return found


if __name__ == "__main__":
    main()
