"""Fine-tunes an encoder to read emotion: `pyojeong train text --encoder FOLDER|ID --data ...`.

BERT and its kin with a new last layer over the seven house emotions (Devlin et al. 2019), AdamW
(Loshchilov & Hutter 2019), cross-entropy to soft labels. One run is one folder: `train.json` (all
that decides the result), `log.jsonl` (one line per epoch), `checkpoint.safetensors` while it
runs, and in the end a model folder that `--classifier hf --model FOLDER` reads, the same as
`model.onnx`, `result.json` and a draft of a model card. A run that was stopped and goes on ends
with the numbers of an unbroken one.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as fn

from pyojeong.emotion import EMOTIONS
from pyojeong.errors import BadInput, BadSettings
from pyojeong.media.files import atomic_path
from pyojeong.text.checkpoint import Checkpoint, find_checkpoint, read_checkpoint
from pyojeong.text.encoder import choose_device, load_network, load_subwords, quiet_transformers
from pyojeong.text.subwords import Subwords
from pyojeong.train.encoder_config import Config
from pyojeong.train.encoder_export import RESULT, Finished, finish, log_lines
from pyojeong.train.encoder_state import State, load_weights, restore, save, save_weights
from pyojeong.train.text_report import Report, measure
from pyojeong.train.text_tables import Labelled, read_tables

Floats = NDArray[np.float32]
Tell = Callable[[str], None]
CONFIG, LOG = "train.json", "log.jsonl"
CHECKPOINT, BEST = "checkpoint.safetensors", "best.safetensors"
_DROPOUTS = ("classifier_dropout", "seq_classif_dropout", "cls_dropout")


@dataclass(frozen=True, slots=True)
class Encoded:
    """n texts in pieces. targets: (n, 7) float32."""

    ids: list[list[int]]
    targets: Floats

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def labels(self) -> NDArray[np.int64]:
        return np.asarray(self.targets.argmax(1), np.int64)


def run(config: Config, folder: Path, resume: bool = False, tell: Tell = print) -> Finished:
    """Train, or go on, until the folder holds the finished model.

    Raises BadInput, BadSettings, MissingWeights, OutputFailed.
    """
    config = open_folder(config, folder, resume)
    learned, held = split_rows(config, tell)
    checkpoint = read_checkpoint(find_checkpoint(config.encoder))
    subwords = load_subwords(checkpoint, min(config.max_len, checkpoint.longest))
    state = start(config, checkpoint, subwords, fingerprint(learned, held))
    if (folder / CHECKPOINT).is_file():
        restore(state, folder / CHECKPOINT)
        tell(f"continues at step {state.step}")
    train(config, state, encoded(learned, subwords), encoded(held, subwords), folder, tell)
    if config.keep == "best":
        load_weights(state.net, folder / BEST)
    validation = encoded(held, subwords)
    logits = predict(state.net, validation, subwords.pad)
    facts = {"train_rows": len(learned), "valid_rows": len(held), "seconds": round(state.seconds)}
    facts["epoch"] = state.best[1] if config.keep == "best" else config.epochs
    finished = finish(config, state.net, subwords, logits, validation.targets, folder, facts)
    for name in (CHECKPOINT, BEST):
        (folder / name).unlink(missing_ok=True)
    return finished


def open_folder(config: Config, folder: Path, resume: bool) -> Config:
    """Make the run's folder, or find the config of the run to go on with. Raises BadSettings."""
    if (folder / RESULT).is_file():
        raise BadSettings(
            f"{folder} holds a finished run. Choose another folder.",
            f"{folder}에는 끝난 학습이 있습니다. 다른 폴더를 고르세요.",
        )
    if resume:
        return Config.load(folder / CONFIG)
    if (folder / CHECKPOINT).is_file():
        raise BadSettings(
            f"{folder} holds a run that was stopped. Add --resume, or choose another folder.",
            f"{folder}에는 중단된 학습이 있습니다. --resume을 붙이거나 다른 폴더를 고르세요.",
        )
    if not config.data:
        raise BadSettings(
            "Name the tables to learn from: --data PATH.",
            "학습할 표를 지정하세요: --data PATH.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    config.save(folder / CONFIG)
    return config


def split_rows(config: Config, tell: Tell) -> tuple[Labelled, Labelled]:
    """Rows to learn from and rows held out, without a text in common. Raises BadInput."""
    rows = read_tables(config.data, config.table)
    tell("\n".join(report.note().en for report in rows.reports))
    if config.valid:
        held = read_tables(config.valid, config.table)
        known = set(held.texts)
        learned = rows.where([text not in known for text in rows.texts])
    else:
        # By the text itself, so that doubles stay on one side.
        share = int(config.valid_share * 2**32)
        chosen = np.array([crc32(text.encode("utf-8")) < share for text in rows.texts])
        learned, held = rows.where(~chosen), rows.where(chosen)
    if len(learned) < 2 or len(held) < 2:
        raise BadInput(
            f"{len(learned)} texts to learn from and {len(held)} held out are too few.",
            f"학습 글 {len(learned)}개, 검증 글 {len(held)}개는 너무 적습니다.",
        )
    tell(f"{len(learned):,} texts to learn from, {len(held):,} held out")
    return learned, held


def fingerprint(*parts: Labelled) -> str:
    digest = hashlib.sha256()
    for part in parts:
        for text in part.texts:
            digest.update(text.encode("utf-8") + b"\0")
        digest.update(part.targets.tobytes())
    return digest.hexdigest()


def encoded(rows: Labelled, subwords: Subwords) -> Encoded:
    return Encoded(subwords.encode(rows.texts), rows.targets)


def start(config: Config, checkpoint: Checkpoint, subwords: Subwords, data: str) -> State:
    """The pretrained network with a new last layer from the seed."""
    device = choose_device(config.device)
    torch.manual_seed(config.seed)
    names = dict(enumerate(e.value for e in EMOTIONS))
    net = load_network(
        checkpoint,
        subwords.size,
        num_labels=len(names),
        id2label=names,
        label2id={name: number for number, name in names.items()},
        problem_type="single_label_classification",
        ignore_mismatched_sizes=True,
        **_dropout(checkpoint, config.dropout),
    ).to(device)
    plain = [p for p in net.parameters() if p.ndim < 2]
    heavy = [p for p in net.parameters() if p.ndim >= 2]
    groups: list[dict[str, Any]] = [
        {"params": heavy, "weight_decay": config.decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return State(net, torch.optim.AdamW(groups, lr=config.rate, eps=1e-8), data)


def _dropout(checkpoint: Checkpoint, share: float) -> dict[str, float]:
    """The change of config that sets the dropout before the last layer, where there is one."""
    from transformers import AutoConfig

    with quiet_transformers():
        config = AutoConfig.from_pretrained(str(checkpoint.folder), local_files_only=True)
    return next(({name: share} for name in _DROPOUTS if hasattr(config, name)), {})


def train(
    config: Config, state: State, learned: Encoded, held: Encoded, folder: Path, tell: Tell
) -> None:
    """Steps until the last epoch is done; a checkpoint after each epoch and now and then."""
    pad = int(state.net.config.pad_token_id or 0)
    weights = class_weights(config, learned.targets)
    steps = math.ceil(len(learned) / config.batch)
    while state.step < steps * config.epochs:
        epoch, done = divmod(state.step, steps)
        for rows in list(batches(config, len(learned), epoch))[done:]:
            began = time.monotonic()
            state.losses += train_step(config, state, learned, rows, weights, steps, pad)
            state.seconds += time.monotonic() - began
            if state.step % config.save_every == 0 and state.step % steps:
                save(state, folder / CHECKPOINT)
        end_epoch(state, held, steps, pad, folder)
        save(state, folder / CHECKPOINT)
        with atomic_path(folder / LOG) as part:
            part.write_text(log_lines(state.history), "utf-8")
        tell(log_lines(state.history[-1:]).strip())


def batches(config: Config, rows: int, epoch: int) -> Iterator[NDArray[np.int64]]:
    """Row numbers of an epoch's batches, in an order that seed and epoch alone decide."""
    order = np.random.default_rng((config.seed, epoch)).permutation(rows)
    for at in range(0, rows, config.batch):
        yield order[at : at + config.batch]


def train_step(
    config: Config,
    state: State,
    learned: Encoded,
    rows: NDArray[np.int64],
    weights: Tensor,
    steps: int,
    pad: int,
) -> float:
    """One step down the gradient; the loss."""
    state.net.train()
    for group in state.optimizer.param_groups:
        group["lr"] = learning_rate(config, state.step, steps * config.epochs)
    logits = forward(state.net, [learned.ids[r] for r in rows], pad)
    target = torch.from_numpy(learned.targets[rows]).to(logits.device)
    loss = soft_loss(logits, target, weights.to(logits.device))
    state.optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(state.net.parameters(), config.clip)
    state.optimizer.step()
    state.step += 1
    return loss.item()


def forward(net: Any, rows: list[list[int]], pad: int) -> Tensor:
    """(n, labels) logits of texts in pieces, on the network's device."""
    width = max(map(len, rows))
    device = next(net.parameters()).device
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows], device=device)
    mask = torch.tensor([[1] * len(r) + [0] * (width - len(r)) for r in rows], device=device)
    logits: Tensor = net(input_ids=ids, attention_mask=mask).logits
    return logits


def soft_loss(logits: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy to target probabilities, each class counting by its weight."""
    heavy = target * weights
    return -(heavy * fn.log_softmax(logits.float(), 1)).sum() / heavy.sum().clamp_min(1e-9)


def class_weights(config: Config, targets: Floats) -> Tensor:
    """(7,) ones, or the mean frequency by each class's own, at most 10."""
    if config.class_weights == "none":
        return torch.ones(targets.shape[1])
    mass = targets.sum(0).astype(np.float64)
    weights = np.clip(mass[mass > 0].mean() / np.maximum(mass, 1e-9), 0, 10)
    return torch.from_numpy(weights.astype(np.float32))


def learning_rate(config: Config, step: int, total: int) -> float:
    """Linear warm-up, then as the schedule says."""
    warm = config.warmup * total
    if step < warm:
        return config.rate * step / warm
    left = (total - step) / max(1.0, total - warm)
    if config.schedule == "constant":
        return config.rate
    return config.rate * (left if config.schedule == "linear" else _cosine(left))


def _cosine(left: float) -> float:
    return (1 - math.cos(math.pi * left)) / 2


def end_epoch(state: State, held: Encoded, steps: int, pad: int, folder: Path) -> None:
    """Measure on the held-out rows, note it, keep the weights when they are the best so far."""
    found = report(predict(state.net, held, pad), held)
    epoch = state.step // steps
    state.history.append(
        {
            "epoch": epoch,
            "loss": round(state.losses / steps, 5),
            "accuracy": found.accuracy,
            "macro_f1": found.macro_f1,
            "ece": found.ece,
        }
    )
    state.losses = 0.0
    # The later of equals has seen more.
    if found.macro_f1 >= state.best[0]:
        state.best = found.macro_f1, epoch
        save_weights(state.net, folder / BEST)


@torch.no_grad()
def predict(net: Any, rows: Encoded, pad: int, batch: int = 64) -> Floats:
    """(n, 7) logits, in the order of the rows."""
    net.eval()
    order = sorted(range(len(rows)), key=lambda r: len(rows.ids[r]))
    logits = np.zeros(rows.targets.shape, np.float32)
    for at in range(0, len(order), batch):
        part = order[at : at + batch]
        made = forward(net, [rows.ids[r] for r in part], pad)
        logits[part] = made.float().cpu().numpy()
    return logits


def report(logits: Floats, rows: Encoded) -> Report:
    chances = torch.softmax(torch.from_numpy(logits).double(), 1).numpy()
    return measure("validation", chances, rows.labels)
