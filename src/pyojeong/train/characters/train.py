"""Train the network that finds the cartoon's characters.

    python -m pyojeong.train.characters.train RUN_FOLDER [--set key=value ...]

A run is a folder: `config.json` (all that decides the result), `pictures.npz` (the drawn pictures),
`log.jsonl` (a line per hundred steps), `last.pt` (everything needed to go on). Started again on the
same folder it goes on where it stopped. `characters/export.py` makes the ONNX file.

Schedule: AdamW, a short warm-up, then a cosine to zero over `steps`, or over `minutes` of work where
that is set (for a shared machine whose speed nobody knows). Small pictures first, full size last.
An exponential average of the weights is what is measured and shipped.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from pyojeong.data.cartoon.style import LABELS
from pyojeong.errors import BadSettings
from pyojeong.media.files import atomic_path
from pyojeong.train.characters.loss import Targets, loss
from pyojeong.train.characters.net import PROTOTYPE_STRIDE, SegNet, Shape
from pyojeong.train.characters.pictures import MOST, Batch, Drawn, batch, kept


@dataclass(frozen=True, slots=True)
class Config:
    """All that decides a run. pictures: how many are drawn. strangers: share of figures that are
    not of the cast. width: of the pictures the network sees, px; they are 16:9 on a multiple of 32.
    sizes: (share of the schedule, width) steps. weights: of the losses for class, box, mask.
    minutes: 0, or the working time to fit the schedule into instead of `steps`.
    """

    seed: int = 1
    pictures: int = 4500
    strangers: float = 0.35
    width: int = 416
    sizes: tuple[tuple[float, int], ...] = ((0.0, 320), (0.35, 416))
    shape: Shape = field(default_factory=Shape)
    batch: int = 16
    steps: int = 2500
    minutes: float = 0.0
    rate: float = 2e-3
    warmup: float = 0.04
    decay: float = 0.02
    average: float = 0.997
    weights: tuple[float, float, float] = (0.7, 4.0, 3.0)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Config:
        table = json.loads(path.read_text("utf-8"))
        shape = table["shape"]
        table["shape"] = Shape(tuple(shape["widths"]), tuple(shape["depths"]), shape["neck"])
        table["sizes"] = tuple((at, size) for at, size in table["sizes"])
        table["weights"] = tuple(table["weights"])
        return cls(**table)


@dataclass(slots=True)
class State:
    """What changes while training; all of it is in a checkpoint."""

    net: SegNet
    mean: SegNet
    optimizer: torch.optim.AdamW
    step: int = 0
    seconds: float = 0.0


def begin(config: Config) -> State:
    """Fresh weights from the seed."""
    torch.manual_seed(config.seed)
    net, mean = (SegNet(len(LABELS), config.shape) for _ in range(2))
    mean.load_state_dict(net.state_dict())
    heavy = [p for p in net.parameters() if p.ndim >= 2]
    plain = [p for p in net.parameters() if p.ndim < 2]
    groups: list[dict[str, Any]] = [
        {"params": heavy, "weight_decay": config.decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    for one in (net, mean):
        one.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return State(net, mean, torch.optim.AdamW(groups, config.rate))


def save(state: State, path: Path) -> None:
    with atomic_path(path) as part:
        torch.save(
            {
                "net": state.net.state_dict(),
                "mean": state.mean.state_dict(),
                "optimizer": state.optimizer.state_dict(),
                "step": state.step,
                "seconds": state.seconds,
            },
            part,
        )


def resume(config: Config, path: Path) -> State:
    """As `save` left it."""
    state = begin(config)
    found = torch.load(path, weights_only=True)
    state.net.load_state_dict(found["net"])
    state.mean.load_state_dict(found["mean"])
    state.optimizer.load_state_dict(found["optimizer"])
    state.step, state.seconds = found["step"], found["seconds"]
    return state


def progress(config: Config, state: State) -> float:
    """How much of the schedule is done, 0 to 1."""
    if config.minutes:
        return min(1.0, state.seconds / (60 * config.minutes))
    return min(1.0, state.step / config.steps)


def rate(config: Config, done: float) -> float:
    """Learning rate: linear warm-up, then a cosine to a hundredth."""
    if done < config.warmup:
        return config.rate * (0.05 + 0.95 * done / config.warmup)
    share = (done - config.warmup) / (1 - config.warmup)
    return config.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


def side(config: Config, done: float) -> tuple[int, int]:
    """(width, height) of the pictures at that point."""
    width = [size for at, size in config.sizes if at <= done][-1]
    return width, fitting(width)


def fitting(width: int) -> int:
    """Height of a 16:9 picture on a multiple of 32."""
    return math.ceil(width * 9 / 16 / 32) * 32


def targets(drawn: Batch, pictures: int) -> Targets:
    """The figures of a batch, beside one another."""
    height, width = drawn.images.shape[1:3]
    s = PROTOTYPE_STRIDE
    made = Targets(
        torch.zeros(pictures, MOST, 4),
        torch.full((pictures, MOST), -1, dtype=torch.int64),
        torch.zeros(pictures, MOST, dtype=torch.bool),
        torch.zeros(pictures, MOST, height // s, width // s),
    )
    if not len(drawn.of):
        return made
    masks = functional.avg_pool2d(torch.from_numpy(drawn.masks).float()[:, None], s)[:, 0]
    seat = np.array([int((drawn.of[:n] == one).sum()) for n, one in enumerate(drawn.of)])
    place = (torch.from_numpy(drawn.of), torch.from_numpy(seat))
    made.boxes[place] = torch.from_numpy(drawn.boxes)
    made.classes[place] = torch.from_numpy(drawn.classes)
    made.there[place] = True
    made.masks[place] = masks
    return made


def learn(config: Config, state: State, drawn: Drawn) -> dict[str, float]:
    """One step; gives the losses."""
    done = progress(config, state)
    rng = np.random.default_rng((config.seed, 17, state.step))
    torch.manual_seed(config.seed * 1_000_003 + state.step)
    rows = rng.integers(len(drawn), size=config.batch)
    one = batch(drawn, rows, side(config, done), rng)
    pictures = torch.from_numpy(one.images).permute(0, 3, 1, 2).float().div_(255)
    for group in state.optimizer.param_groups:
        group["lr"] = rate(config, done)
    with torch.autocast("cpu", torch.bfloat16):
        grids, proto = state.net(pictures.contiguous(memory_format=torch.channels_last))
    found = loss(grids, proto, targets(one, config.batch), len(LABELS))
    total: Tensor = sum(  # type: ignore[assignment]
        w * part for w, part in zip(config.weights, found.values(), strict=True)
    )
    state.optimizer.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.net.parameters(), 10.0)
    state.optimizer.step()
    state.step += 1
    average(state, min(config.average, (1 + state.step) / (10 + state.step)))
    return {name: float(part.detach()) for name, part in found.items()}


@torch.no_grad()
def average(state: State, keep: float) -> None:
    """Move the mean weights towards the present ones."""
    mine, new = state.mean.state_dict(), state.net.state_dict()
    floats = [k for k, v in mine.items() if v.is_floating_point()]
    torch._foreach_lerp_([mine[k] for k in floats], [new[k] for k in floats], 1 - keep)


def run(config: Config, folder: Path, drawn: Drawn, every: int = 100) -> State:
    """Train to the end of the schedule, from where the folder's checkpoint stands."""
    last = folder / "last.pt"
    state = resume(config, last) if last.is_file() else begin(config)
    state.net.train()
    sums: dict[str, float] = {}
    while progress(config, state) < 1:
        start = time.monotonic()
        for name, value in learn(config, state, drawn).items():
            sums[name] = sums.get(name, 0.0) + value / every
        state.seconds += time.monotonic() - start
        if state.step % every == 0 or progress(config, state) >= 1:
            line = {
                "step": state.step,
                "done": round(progress(config, state), 4),
                "seconds": round(state.seconds, 1),
                "rate": round(rate(config, progress(config, state)), 6),
                **{k: round(v, 4) for k, v in sums.items()},
            }
            sums = {}
            with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
            save(state, last)
    return state


def changed(config: Config, pairs: list[str]) -> Config:
    """The settings with `key=value` pairs, values in JSON. Raises BadSettings."""
    table = asdict(config) | {"shape": config.shape}
    for pair in pairs:
        name, found, value = pair.partition("=")
        if not found or name not in {f.name for f in fields(Config)} - {"shape"}:
            names = ", ".join(f.name for f in fields(Config))
            raise BadSettings(
                f"--set takes name=value with a name of: {names}.",
                f"--set은 이름=값 꼴이며 이름은 다음 중 하나입니다: {names}.",
            )
        read = json.loads(value)
        table[name] = (
            tuple(map(tuple, read))
            if name == "sizes"
            else tuple(read)
            if isinstance(read, list)
            else read
        )
    return Config(**table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="key=value")
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.folder / "config.json"
    config = Config.load(path) if path.is_file() else changed(Config(), given.set)
    config.save(path)
    drawn = kept(
        given.folder / "pictures.npz",
        config.pictures,
        config.seed,
        config.width,
        round(config.width * 9 / 16),
        config.strangers,
    )
    run(config, given.folder, drawn)


if __name__ == "__main__":
    main()
