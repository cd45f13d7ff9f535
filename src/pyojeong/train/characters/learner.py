"""What changes while the network learns, and one step of it.

Schedule: AdamW, a short warm-up, then a cosine to a hundredth over the steps of the run, or over
`minutes` of work where that is set (for a shared machine whose speed nobody knows). Smaller pictures
first where asked. An exponential average of the weights is what is measured and kept. Every batch
follows from the seed and the number of the step, so that a run which goes on is one unbroken.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pyojeong.data.instances.decoding import snug
from pyojeong.errors import BadSettings, InferenceFailed
from pyojeong.train.characters.augment import Batch, batch
from pyojeong.train.characters.config import Config
from pyojeong.train.characters.gathering import Material
from pyojeong.train.characters.loss import Targets, loss
from pyojeong.train.characters.net import SegNet
from pyojeong.train.characters.start import begin_with
from pyojeong.train.classifier.placing import precision

_LEAST_STEPS = 25
"""Between two measurements, where the settings leave it open."""
_FIRST = 16
"""Pictures whose statistics the norms begin with."""
_PARTS = ("class", "box", "mask")


class Learner:
    """The network, its average, and where the run stands. history: a line per measurement; best:
    its number, -1 for none yet. known: classes that the start knew by name. fresh: whether to begin
    as the settings say; else `load` follows."""

    def __init__(self, config: Config, material: Material, fresh: bool = True) -> None:
        self.config, self.material = config, material
        self.device = _device(config.train.device)
        self.half = precision(config.train.precision) == "bf16"
        self.train = material.parts["train"]
        self.step, self.seconds = 0, 0.0
        self.history: list[dict[str, Any]] = []
        self.sums = dict.fromkeys(_PARTS, 0.0)
        torch.manual_seed(config.train.seed)
        self.net, self.mean = (SegNet(len(material.labels), config.net.shape()) for _ in range(2))
        self.known = 0
        if config.net.start and fresh:
            first = self._batch(-1, min(_FIRST, len(self.train)))
            self.known = begin_with(
                self.net, material.labels, config.net.start, _pictures(first, torch.device("cpu"))
            )
        self.mean.load_state_dict(self.net.state_dict())
        for one in (self.net, self.mean):
            one.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = torch.optim.AdamW(self._groups(), config.optimizer.rate)

    def _groups(self) -> list[dict[str, Any]]:
        decay = self.config.optimizer.decay
        heavy = [p for p in self.net.parameters() if p.ndim >= 2]
        plain = [p for p in self.net.parameters() if p.ndim < 2]
        return [{"params": heavy, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]

    # --- the schedule ------------------------------------------------------------------------

    @property
    def epoch_steps(self) -> int:
        return math.ceil(len(self.train) / self.config.train.batch)

    @property
    def round_steps(self) -> int:
        """Steps between two measurements."""
        epochs = self.config.train.measure_epochs or math.ceil(_LEAST_STEPS / self.epoch_steps)
        return epochs * self.epoch_steps

    @property
    def done(self) -> float:
        """How much of the schedule is over, 0 to 1."""
        train = self.config.train
        if train.minutes:
            return min(1.0, self.seconds / (60 * train.minutes))
        return min(1.0, self.step / (train.steps or train.epochs * self.epoch_steps))

    @property
    def best(self) -> int:
        """Number of the measurement with the highest mask mAP50-95, the earliest of equals."""
        values = [line["map"] for line in self.history]
        return int(np.argmax(values)) if values else -1

    @property
    def is_over(self) -> bool:
        """Whether the schedule is, or nothing has got better for as long as is waited."""
        patience = self.config.train.patience
        waited = len(self.history) - 1 - self.best if self.history else 0
        return self.done >= 1 or bool(patience and waited >= patience)

    def size(self) -> tuple[int, int]:
        """(width, height) of the pictures at this point, px."""
        train = self.config.train
        if not train.early_side or self.done >= train.early_share:
            return self.material.size
        width, height = self.material.size
        fit = snug(height, width, (train.early_side, train.early_side))
        return fit.width, fit.height

    # --- learning ----------------------------------------------------------------------------

    def learn(self) -> None:
        """One step. Raises InferenceFailed where the loss is no number any more."""
        config, began = self.config, time.monotonic()
        torch.manual_seed(config.train.seed * 1_000_003 + self.step)
        one = self._batch(self.step, config.train.batch)
        for group in self.optimizer.param_groups:
            group["lr"] = rate(config, self.done)
        pictures = _pictures(one, self.device).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            grids, proto = self.net.train()(pictures)
        found = loss(grids, proto, _targets(one, self.device), len(self.material.labels))
        weights = (config.loss.classes, config.loss.boxes, config.loss.masks)
        total: Tensor = sum(  # type: ignore[assignment]
            w * found[name] for w, name in zip(weights, _PARTS, strict=True)
        )
        if not math.isfinite(float(total.detach())):
            raise InferenceFailed(
                f"The loss is no number at step {self.step}; lower optimizer.rate.",
                f"{self.step}단계에서 손실이 숫자가 아닙니다. optimizer.rate를 낮추세요.",
            )
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.optimizer.step()
        self.step += 1
        self._average(min(config.optimizer.average, (1 + self.step) / (10 + self.step)))
        for name in _PARTS:
            self.sums[name] += float(found[name].detach())
        self.seconds += time.monotonic() - began

    def _batch(self, step: int, count: int) -> Batch:
        """Every picture once an epoch, in an order of its own; step -1 is before the first."""
        seed, pictures = self.config.train.seed, len(self.train)
        epochs, at = np.divmod(np.arange(step * count, (step + 1) * count), pictures)
        rows = np.zeros(count, np.int64)
        for epoch in np.unique(epochs):
            order = np.random.default_rng((seed, 18, int(epoch) + 1)).permutation(pictures)
            rows[epochs == epoch] = order[at[epochs == epoch]]
        rng = np.random.default_rng((seed, 17, step + 1))
        return batch(self.train, rows, self.size(), self.config.augment, rng)

    @torch.no_grad()
    def _average(self, keep: float) -> None:
        """Move the mean weights towards the present ones."""
        mine, new = self.mean.state_dict(), self.net.state_dict()
        floats = [k for k, v in mine.items() if v.is_floating_point()]
        torch._foreach_lerp_([mine[k] for k in floats], [new[k] for k in floats], 1 - keep)

    def sheet(self) -> Batch:
        """The first batch that is learned from, to look at."""
        return self._batch(0, self.config.train.batch)

    # --- going on ----------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything needed to go on."""
        return {
            "net": self.net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "known": self.known,
            "sums": dict(self.sums),
            "history": list(self.history),
        }

    def load(self, state: dict[str, Any]) -> None:
        """As `state` left it."""
        self.net.load_state_dict(state["net"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = int(state["step"]), float(state["seconds"])
        self.known = int(state["known"])
        self.sums, self.history = dict(state["sums"]), list(state["history"])


def rate(config: Config, done: float) -> float:
    """Learning rate: linear warm-up, then a cosine to a hundredth."""
    own = config.optimizer
    if done < own.warmup:
        return own.rate * (0.05 + 0.95 * done / own.warmup)
    share = (done - own.warmup) / (1 - own.warmup)
    return own.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


def _device(wanted: str) -> torch.device:
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise BadSettings(
            'train.device = "cuda" needs a GPU that torch can use; "auto" and "cpu" do not.',
            'train.device = "cuda"는 torch가 쓸 수 있는 GPU가 필요합니다. "auto"나 "cpu"를 쓰세요.',
        )
    if wanted == "auto":
        wanted = "cuda" if there else "cpu"
    return torch.device(wanted)


def _pictures(one: Batch, device: torch.device) -> Tensor:
    return torch.from_numpy(one.images).to(device).permute(0, 3, 1, 2).float().div_(255)


def _targets(one: Batch, device: torch.device) -> Targets:
    classes = torch.from_numpy(one.classes).to(device)
    boxes, masks = (torch.from_numpy(a).to(device) for a in (one.boxes, one.masks))
    return Targets(boxes, classes, classes >= 0, masks)
