"""The training loop: one Lightning module, read from top to bottom.

What Lightning does not keep exactly by itself is kept here, so that a run that was killed ends
with the numbers of an unbroken one: chance restarts from (seed, step, device) before every step,
sums over an epoch are in the checkpoint, and the schedule is stepped before the checkpoint of the
epoch is written (Lightning steps ReduceLROnPlateau after it).
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pyojeong.errors import BadSettings
from pyojeong.train.classifier.config import Config
from pyojeong.train.classifier.quiet import LightningModule
from pyojeong.train.classifier.teaching import (
    freeze_norms,
    make_optimizer,
    make_schedule,
    normalise,
    soft_loss,
    stalled,
)

Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""Pictures uint8 (n, s, s, 3), targets (n, k), labels (n,), counted (n,) bool."""


class Lesson(LightningModule):
    """Teaches `net` what the settings say. history: a line per epoch that is done.

    mean, std: of the pictures, RGB in 0-1. weights: per class (k,).
    """

    mean: Tensor
    std: Tensor
    weights: Tensor

    def __init__(
        self,
        config: Config,
        net: nn.Module,
        mean: tuple[float, ...],
        std: tuple[float, ...],
        weights: Tensor,
    ) -> None:
        super().__init__()
        self.config, self.net = config, net
        self.register_buffer("mean", torch.tensor(mean), persistent=False)
        self.register_buffer("std", torch.tensor(std), persistent=False)
        self.register_buffer("weights", weights, persistent=False)
        self.history: list[dict[str, Any]] = []
        self.learned, self.held = torch.zeros(2), torch.zeros(3)
        self.schedule: Any = None
        self.schedule_state: dict[str, Any] | None = None
        self.seconds, self.began = 0.0, time.monotonic()

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (n, k) of pictures uint8 (n, s, s, 3)."""
        x = normalise(pictures, self.mean, self.std, self.config.data.gray)
        logits: Tensor = self.net(x)
        return logits

    def configure_optimizers(self) -> Any:
        optimizer = make_optimizer(self.config.optimizer, self.net)
        self.schedule = make_schedule(self.config.schedule, optimizer, self.config.train.epochs)
        if self.schedule_state is not None:
            self.schedule.load_state_dict(self.schedule_state)
        return optimizer

    # --- an epoch ----------------------------------------------------------------------------

    def on_train_start(self) -> None:
        self.began = time.monotonic()
        freeze_norms(self.net.modules())

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        place = (self.config.train.seed, self.global_step, self.global_rank)
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1)[0]))

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        pictures, targets, _, counted = batch
        loss = soft_loss(self(pictures), targets, counted, self.config.loss, self.weights)
        # Kept on the device: reading the number would make every step wait for it.
        count = counted.sum().float()
        self.learned = self.learned.to(count.device) + torch.stack((loss.detach() * count, count))
        return loss

    def on_validation_epoch_start(self) -> None:
        self.held = torch.zeros(3, device=self.device)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        pictures, targets, labels, counted = batch
        logits = self(pictures).float()
        # Plain cross-entropy, so that runs with other losses can be compared.
        losses = -(targets * logits.log_softmax(1)).sum(1)
        right = logits.argmax(1) == labels
        self.held += torch.stack((losses, right.float(), torch.ones_like(losses))) @ counted.float()

    def on_train_epoch_end(self) -> None:
        train, held = (self._over_devices(sums) for sums in (self.learned, self.held))
        self.learned = torch.zeros(2, device=self.device)
        line: dict[str, Any] = {
            "epoch": self.current_epoch + 1,
            "train_loss": train[0] / max(train[1], 1e-9),
            "val_loss": held[0] / max(held[2], 1e-9),
            "val_accuracy": held[1] / max(held[2], 1e-9),
            "lr": float(self.trainer.optimizers[0].param_groups[0]["lr"]),
        }
        self._check(line)
        self.history.append(line | {"seconds": round(self.worked(), 3)})
        self._step_schedule(line["val_loss"])
        for logger in self.loggers:
            logger.log_metrics({k: v for k, v in line.items() if k != "epoch"}, len(self.history))
        if stalled(self.history, self.config.train.early_stopping):
            self.trainer.should_stop = True

    def on_fit_start(self) -> None:
        # Killed between its last checkpoint and the end, a run that had stopped stays stopped.
        if stalled(self.history, self.config.train.early_stopping):
            self.trainer.should_stop = True

    def _over_devices(self, sums: Tensor) -> list[float]:
        return [float(v) for v in self.trainer.strategy.reduce(sums, reduce_op="sum").tolist()]

    def _of_each_device(self, sums: Tensor) -> Tensor:
        """Row r is what device r has."""
        made = [torch.empty_like(sums) for _ in range(self.trainer.world_size)]
        if len(made) == 1:
            return sums[None]
        torch.distributed.all_gather(made, sums)
        return torch.stack(made)

    def _step_schedule(self, loss: float) -> None:
        if self.config.schedule.name == "plateau":
            self.schedule.step(loss)
        else:
            self.schedule.step()

    def _check(self, line: dict[str, Any]) -> None:
        if np.isfinite([line["train_loss"], line["val_loss"]]).all():
            return
        rate, epoch = self.config.optimizer.rate, line["epoch"]
        raise BadSettings(
            f"The loss is no number any more after epoch {epoch}; lower optimizer.rate ({rate}), "
            'or set train.precision = "32".',
            f"에폭 {epoch}에서 손실이 발산했습니다. optimizer.rate({rate})를 낮추거나 "
            'train.precision = "32"로 하세요.',
        )

    # --- what a checkpoint holds beside weights, optimiser and position ------------------------

    def worked(self) -> float:
        """Seconds of training so far, interruptions left out."""
        return self.seconds + time.monotonic() - self.began

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["lesson"] = {
            "config": asdict(self.config),
            "history": self.history,
            "learned": self._of_each_device(self.learned.to(self.device)).cpu(),
            "schedule": self.schedule.state_dict(),
            "seconds": self.worked(),
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        state = checkpoint["lesson"]
        if _decisive(state["config"]) != _decisive(asdict(self.config)):
            raise BadSettings(
                "The settings in the folder are not those that its run began with.",
                "폴더의 설정이 학습을 시작했을 때와 다릅니다.",
            )
        self.history = list(state["history"])
        self.learned = state["learned"][self.global_rank % len(state["learned"])]
        self.schedule_state, self.seconds = state["schedule"], state["seconds"]


def _decisive(config: dict[str, Any]) -> dict[str, Any]:
    """The settings that decide the numbers; how fast and how watched a run is may change."""
    free = ("devices", "workers", "loggers", "save_seconds")
    train = {name: value for name, value in config["train"].items() if name not in free}
    data = {
        name: value for name, value in config["data"].items() if name not in ("source", "cache")
    }
    return config | {"train": train, "data": data}
