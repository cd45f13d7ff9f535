"""Train the expression classifier.

    PYOJEONG_DATA=... python -m pyojeong.train.expression RUN_FOLDER --meshes FOLDER [--set k=v ...]

One run is one folder: `config.json` (all that decides the result), `log.jsonl` (one line per
epoch), `last.pt` (everything needed to go on: weights, momentum, average, random state). Started
again on the same folder it goes on where it stopped and, while `minutes` is 0, ends with exactly
the weights an unbroken run ends with. `train/expression_export.py` makes the shipped file.

Schedule: SGD with Nesterov momentum, a short warm-up, then a cosine to zero over `epochs`, or
over `minutes` of work when that is set (for a shared machine whose speed nobody knows). Small
pictures first, full size last (Howard 2018; Tan & Le 2021). An exponential average of the
weights is what is measured and shipped.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from pyojeong.train.expression_data import (
    FER,
    FERPLUS,
    ExpressionFaces,
    join,
    load_fer,
    load_muxspace,
)
from pyojeong.train.expression_net import ExpressionNet
from pyojeong.train.expression_report import measure
from pyojeong.train.expression_start import warm_start
from pyojeong.train.expression_views import Disturb, exact_views, training_views


@dataclass(frozen=True, slots=True)
class Config:
    """All that decides a run. sizes: (share of the schedule, picture side) steps, ascending.

    minutes: 0, or the working time to fit the schedule into instead of `epochs`. heads: weight
    of the FER and the FER+ loss. muxspace: most pictures per class, 0 for none. start: an
    exported file to go on from (see `train/expression_start.py`), "" for random weights.
    """

    seed: int = 1
    stem: int = 32
    widths: tuple[int, ...] = (48, 96, 192)
    blocks: int = 2
    dropout: float = 0.2
    batch: int = 128
    epochs: int = 60
    minutes: float = 0.0
    sizes: tuple[tuple[float, int], ...] = ((0.0, 32), (0.25, 40), (0.5, 48))
    rate: float = 0.1
    warmup: float = 0.03
    momentum: float = 0.9
    decay: float = 5e-4
    average: float = 0.998
    heads: tuple[float, float] = (1.0, 1.0)
    smoothing: float = 0.1
    muxspace: int = 1200
    muxspace_weight: float = 0.5
    start: str = ""
    disturb: Disturb = field(default_factory=Disturb)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Config:
        table = json.loads(path.read_text("utf-8"))
        table["disturb"] = Disturb(**table["disturb"])
        for name in ("widths", "heads"):
            table[name] = tuple(table[name])
        table["sizes"] = tuple((at, size) for at, size in table["sizes"])
        return cls(**table)


@dataclass(slots=True)
class State:
    """What changes while training; all of it is in a checkpoint."""

    net: ExpressionNet
    mean: ExpressionNet
    optimizer: torch.optim.SGD
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0


def start(config: Config, faces: ExpressionFaces) -> State:
    """Fresh weights from the seed, or those of the file that `config.start` names."""
    torch.manual_seed(config.seed)
    net, mean = build(config), build(config)
    if config.start:
        rng = np.random.default_rng(config.seed)
        rows = rng.permutation(len(faces))[:1024]
        views = training_views(faces, rows, picture_side(config, 0), config.disturb, rng)
        warm_start(net, config.start, views)
    mean.load_state_dict(net.state_dict())
    heavy = [p for p in net.parameters() if p.ndim >= 2]
    plain = [p for p in net.parameters() if p.ndim < 2]
    groups: list[dict[str, Any]] = [
        {"params": heavy, "weight_decay": config.decay},
        {"params": plain},
    ]
    optimizer = torch.optim.SGD(groups, config.rate, config.momentum, nesterov=True)
    return State(net, mean, optimizer)


def build(config: Config) -> ExpressionNet:
    """The network a config describes."""
    classes = (len(FER), len(FERPLUS))
    net = ExpressionNet(config.stem, config.widths, config.blocks, config.dropout, classes)
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def train(config: Config, faces: ExpressionFaces, held_out: ExpressionFaces, folder: Path) -> State:
    """Train until the schedule ends, resuming from `folder` where it holds a checkpoint."""
    state = start(config, faces)
    checkpoint = folder / "last.pt"
    if checkpoint.is_file():
        restore(state, checkpoint)
    while progress(config, state, len(faces)) < 1:
        began, losses = time.monotonic(), []
        state.net.train()
        size = picture_side(config, progress(config, state, len(faces)))
        before = state.seconds
        for pictures, rows in batches(config, faces, state.epoch, size):
            losses.append(train_step(config, state, pictures, faces, rows))
            state.seconds = before + time.monotonic() - began
            if progress(config, state, len(faces)) >= 1:
                break
        state.epoch += 1
        report: dict[str, float] = {"epoch": state.epoch, "seconds": round(state.seconds)}
        report |= {"side": size, "loss": round(float(np.mean(losses)), 4)}
        if state.epoch % 2 == 0 or progress(config, state, len(faces)) >= 1:
            report |= measure(*predict(state.mean, exact_views(held_out, 48)), held_out).summary()
        save(state, checkpoint)
        log(folder, report)
    return state


def batches(
    config: Config, faces: ExpressionFaces, epoch: int, size: int
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.intp]]]:
    """One epoch in an order and with disturbances that seed and epoch alone decide."""
    rng = np.random.default_rng((config.seed, epoch))
    order = rng.permutation(len(faces))
    for at in range(0, len(order), config.batch):
        rows = order[at : at + config.batch]
        yield training_views(faces, rows, size, config.disturb, rng), rows


def train_step(
    config: Config,
    state: State,
    pictures: NDArray[np.uint8],
    faces: ExpressionFaces,
    rows: NDArray[np.intp],
) -> float:
    """One step down the gradient, then one of the weight average; the loss."""
    for group in state.optimizer.param_groups:
        group["lr"] = learning_rate(config, progress(config, state, len(faces)))
    x = torch.from_numpy(pictures)[:, None].float().contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        fer, ferplus = state.net(x)
    loss = config.heads[0] * soft_loss(fer, faces.fer[rows], faces.fer_weight[rows])
    loss = loss + config.heads[1] * soft_loss(
        ferplus, faces.ferplus[rows], faces.ferplus_weight[rows]
    )
    state.optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    state.optimizer.step()
    state.step += 1
    update_average(config, state)
    return loss.item()


def fast_bfloat16() -> bool:
    """Whether half precision pays here: without AVX-512 it is twenty times slower than float32."""
    return "AVX512" in torch.backends.cpu.get_cpu_capability()


def soft_loss(logits: Tensor, target: NDArray[np.float32], weight: NDArray[np.float32]) -> Tensor:
    """Cross-entropy to target probabilities, averaged over the batch with a weight per row."""
    rows = -(torch.from_numpy(target) * functional.log_softmax(logits.float(), 1)).sum(1)
    return (rows * torch.from_numpy(weight)).mean()


@torch.no_grad()
def update_average(config: Config, state: State) -> None:
    """Moves the average towards the weights; faster in the first steps, so it starts unbiased."""
    keep = min(config.average, (1 + state.step) / (10 + state.step))
    for slow, fast in zip(
        state.mean.state_dict().values(), state.net.state_dict().values(), strict=True
    ):
        if slow.is_floating_point():
            slow.lerp_(fast, 1 - keep)
        else:
            slow.copy_(fast)


def progress(config: Config, state: State, rows: int) -> float:
    """How much of the schedule is done, from 0 to 1."""
    if config.minutes:
        return min(1.0, state.seconds / (60 * config.minutes))
    return min(1.0, state.step / (config.epochs * math.ceil(rows / config.batch)))


def learning_rate(config: Config, done: float) -> float:
    """Linear warm-up, then half a cosine down to zero."""
    if done < config.warmup:
        return config.rate * (done + 1e-3) / config.warmup
    return config.rate * (1 + math.cos(math.pi * (done - config.warmup) / (1 - config.warmup))) / 2


def picture_side(config: Config, done: float) -> int:
    """Side of the training pictures at this point of the schedule."""
    return [size for at, size in config.sizes if at <= done][-1]


@torch.no_grad()
def predict(
    net: nn.Module, views: NDArray[np.uint8], flip: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits (n, 7) and (n, 8) for gray crops; with `flip` the mean with the mirrored crop."""
    net.eval()
    made: list[tuple[Tensor, Tensor]] = []
    for at in range(0, len(views), 256):
        x = torch.from_numpy(views[at : at + 256])[:, None].float()
        x = x.contiguous(memory_format=torch.channels_last)
        fer, ferplus = net(x)
        if flip:
            mirrored = net(x.flip(3))
            fer, ferplus = (fer + mirrored[0]) / 2, (ferplus + mirrored[1]) / 2
        made.append((fer, ferplus))
    first, second = zip(*made, strict=True)
    return torch.cat(first).numpy(), torch.cat(second).numpy()


def save(state: State, path: Path) -> None:
    """Writes a checkpoint; an interrupted write leaves the older one whole."""
    table = {
        "net": state.net.state_dict(),
        "mean": state.mean.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "random": torch.get_rng_state(),
        "count": [state.epoch, state.step, state.seconds],
    }
    torch.save(table, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def restore(state: State, path: Path) -> None:
    """Continues from a checkpoint that `save` wrote."""
    table = torch.load(path, weights_only=True)
    state.net.load_state_dict(table["net"])
    state.mean.load_state_dict(table["mean"])
    state.optimizer.load_state_dict(table["optimizer"])
    torch.set_rng_state(table["random"])
    state.epoch, state.step = int(table["count"][0]), int(table["count"][1])
    state.seconds = float(table["count"][2])


def log(folder: Path, report: dict[str, float]) -> None:
    print(report, flush=True)
    with (folder / "log.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(report) + "\n")


def _settings(pairs: list[str]) -> dict[str, Any]:
    """Config fields from `name=JSON` pairs."""
    known = {f.name for f in fields(Config)}
    table = {name: json.loads(value) for name, value in (pair.split("=", 1) for pair in pairs)}
    if unknown := set(table) - known:
        raise SystemExit(f"No such setting: {sorted(unknown)}. There are: {sorted(known)}.")
    if "disturb" in table:
        table["disturb"] = Disturb(**table["disturb"])
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the expression classifier.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--meshes", type=Path, required=True)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=JSON")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    saved = given.folder / "config.json"
    config = Config.load(saved) if saved.is_file() else Config(**_settings(given.set))
    config.save(saved)
    config = Config.load(saved)
    faces = load_fer("train", given.meshes, config.smoothing)
    if config.muxspace:
        more = load_muxspace(given.meshes, config.seed, config.muxspace, config.muxspace_weight)
        faces = join(faces, more)
    train(config, faces, load_fer("public_test", given.meshes), given.folder)


if __name__ == "__main__":
    main()
