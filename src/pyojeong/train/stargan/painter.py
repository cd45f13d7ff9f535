"""The training loop of StarGAN, to be read from top to bottom.

Chance restarts from (seed, step, set, process) before every step and checkpoints fall on lines of
the log, so a run that was killed ends with the numbers of an unbroken one (same machine, same
number of threads and processes).
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pyojeong.errors import BadSettings
from pyojeong.train.stargan.config import Config
from pyojeong.train.stargan.domains import Domain, Feeder, span, wish_length, wishes
from pyojeong.train.stargan.losses import gradient_penalty, label_loss
from pyojeong.train.stargan.nets import Critic, Generator
from pyojeong.train.stargan.processes import Place, average_gradients, mean_over

PARTS = ("critic", "critic_labels", "penalty", "fooling", "labels", "reconstruction")
"""What a line of the log holds: means over its steps."""


class Painter:
    """Generator, critic and all that a step changes. half: whether in bfloat16."""

    def __init__(self, config: Config, domains: Sequence[Domain], place: Place, half: bool):
        self.config, self.domains, self.place, self.half = config, list(domains), place, half
        torch.manual_seed(config.train.seed)
        data, net, own = config.data, config.net, config.optimizer
        labels = sum(len(d.labels) for d in domains)
        self.generator = Generator(
            wish_length(domains), net.width, net.blocks, net.kind == "quick"
        ).to(place.device)
        self.critic = Critic(data.side, labels, net.critic_width, net.critic_layers).to(
            place.device
        )
        self.kept = copy.deepcopy(self.generator).requires_grad_(False)
        betas = (own.beta1, own.beta2)
        self.adam = torch.optim.Adam(self.generator.parameters(), own.rate, betas)
        self.critic_adam = torch.optim.Adam(self.critic.parameters(), own.critic_rate, betas)
        self.feeders = [
            Feeder(d.train, config.train.batch, (config.train.seed, at), place.rank, place.world)
            for at, d in enumerate(domains)
        ]
        self.step, self.history = 0, list[dict[str, Any]]()
        self.sums, self.counts = torch.zeros(len(PARTS)), torch.zeros(len(PARTS))
        self.seconds, self.began = 0.0, time.monotonic()

    def learn(self, after: Callable[[], None]) -> None:
        """To the last step; `after` is called whenever a line of the log is done."""
        train = self.config.train
        self.began = time.monotonic()
        while self.step < train.steps:
            self._set_rates()
            painted = (self.step + 1) % self.config.optimizer.critic_steps == 0
            for at in range(len(self.domains)):
                self._one_set(at, painted)
            self.step += 1
            if painted:
                self._keep()
            if self.step % train.log_steps == 0 or self.step == train.steps:
                self._note()
                after()

    def _one_set(self, at: int, painted: bool) -> None:
        """A step of the critic on set `at`, and where `painted` one of the generator."""
        place = (self.config.train.seed, self.step, at, self.place.rank)
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1)[0]))
        pictures, labels = self.feeders[at](self.step)
        real = to_input(torch.from_numpy(pictures).to(self.place.device))
        truth = torch.from_numpy(labels).to(self.place.device)
        goal = truth[torch.randperm(len(truth))]
        self._criticise(at, real, truth, goal)
        if painted:
            self._paint(at, real, truth, goal)

    def _criticise(self, at: int, real: Tensor, truth: Tensor, goal: Tensor) -> None:
        weights, domain = self.config.loss, self.domains[at]
        share = torch.rand(len(real), 1, 1, 1).to(real.device)
        with self._precision():
            with torch.no_grad():
                made = self.generator(real, wishes(self.domains, at, goal)).float()
            score, logits = self.critic(real)
            gap = self.critic(made)[0].float().mean() - score.float().mean()
            said = label_loss(logits[:, span(self.domains, at)], truth, domain.exclusive)
            steep = gradient_penalty(self.critic, real, made, share)
        loss = gap + weights.classes * said + weights.penalty * steep
        self._apply(self.critic_adam, self.critic, loss)
        self._count(0, gap, said, steep)

    def _paint(self, at: int, real: Tensor, truth: Tensor, goal: Tensor) -> None:
        weights, domain = self.config.loss, self.domains[at]
        self.critic.requires_grad_(False)
        with self._precision():
            made = self.generator(real, wishes(self.domains, at, goal))
            score, logits = self.critic(made)
            fooling = -score.float().mean()
            said = label_loss(logits[:, span(self.domains, at)], goal, domain.exclusive)
            again = self.generator(made, wishes(self.domains, at, truth))
            away = (real - again.float()).abs().mean()
        loss = fooling + weights.classes * said + weights.reconstruction * away
        self._apply(self.adam, self.generator, loss)
        self.critic.requires_grad_(True)
        self._count(3, fooling, said, away)

    def _precision(self) -> Any:
        return torch.autocast(self.place.device.type, torch.bfloat16, enabled=self.half)

    def _apply(self, adam: torch.optim.Optimizer, net: nn.Module, loss: Tensor) -> None:
        adam.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(net, self.place)
        adam.step()

    def _keep(self) -> None:
        """The kept weights follow the learned ones; at first closely, so that they catch up."""
        done = self.step // self.config.optimizer.critic_steps
        old = min(self.config.optimizer.ema, done / (done + 10))
        with torch.no_grad():
            for kept, now in zip(self.kept.parameters(), self.generator.parameters(), strict=True):
                kept.lerp_(now, 1 - old)

    def _set_rates(self) -> None:
        own, steps = self.config.optimizer, self.config.train.steps
        left = min(1.0, (1 - self.step / steps) / max(1 - own.steady, 1e-9))
        for adam, rate in ((self.adam, own.rate), (self.critic_adam, own.critic_rate)):
            for group in adam.param_groups:
                group["lr"] = rate * left

    # --- the log ---------------------------------------------------------------------------------

    def _count(self, first: int, *values: Tensor) -> None:
        parts = slice(first, first + len(values))
        self.sums = self.sums.to(self.place.device)
        self.sums[parts] += torch.stack([value.detach().float() for value in values])
        self.counts[parts] += 1

    def _note(self) -> None:
        sums = mean_over(self.sums.to(self.place.device), self.place).cpu()
        means = (sums / self.counts.clamp(min=1)).tolist()
        if not np.isfinite(means).all():
            raise BadSettings(
                f"The losses are no numbers any more at step {self.step}; lower optimizer.rate, or "
                'set train.precision = "32".',
                f"{self.step}번째 단계에서 손실이 발산했습니다. optimizer.rate를 낮추거나 "
                'train.precision = "32"로 하세요.',
            )
        line: dict[str, Any] = {"step": self.step}
        line |= {n: m for n, m, c in zip(PARTS, means, self.counts.tolist(), strict=True) if c}
        self.history.append(line | {"seconds": round(self.worked(), 2)})
        self.sums, self.counts = torch.zeros(len(PARTS)), torch.zeros(len(PARTS))

    def worked(self) -> float:
        """Seconds of training so far, interruptions left out."""
        return self.seconds + time.monotonic() - self.began

    # --- what a checkpoint holds -----------------------------------------------------------------

    _HELD = ("generator", "critic", "kept", "adam", "critic_adam")

    def state(self) -> dict[str, Any]:
        held = {name: getattr(self, name).state_dict() for name in self._HELD}
        facts = {"step": self.step, "history": self.history, "seconds": self.worked()}
        return held | facts | {"world": self.place.world}

    def load(self, state: dict[str, Any]) -> None:
        """Raises BadSettings where the run began with another number of processes."""
        if state["world"] != self.place.world:
            raise BadSettings(
                f"The run began with {state['world']} processes, not {self.place.world}.",
                f"이 학습은 프로세스 {state['world']}개로 시작했습니다(지금 {self.place.world}개).",
            )
        for name in self._HELD:
            getattr(self, name).load_state_dict(state[name])
        self.step, self.history = state["step"], list(state["history"])
        self.seconds = state["seconds"]


def to_input(pictures: Tensor) -> Tensor:
    """uint8 (n, s, s, 3) → float32 (n, 3, s, s) in -1...1."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1


def to_pictures(made: Tensor) -> Tensor:
    """float (n, 3, s, s) in -1...1 → uint8 (n, s, s, 3)."""
    scaled = ((made.float() + 1) * 127.5).round().clamp(0, 255)
    return scaled.permute(0, 2, 3, 1).to(torch.uint8)
