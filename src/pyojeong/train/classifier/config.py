"""Settings of a run: typed, read from TOML, every mistake named with the nearest right name.

The sections of the file are the classes below. `Config.with_values({"model.name": "vgg16"})` is
how grids and `--set` change single values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pyojeong.train import typed_toml
from pyojeong.train.typed_toml import Settings, guess, wrong


@dataclass(frozen=True, slots=True)
class Data:
    """source: folder or file of the pictures. classes: the classes to learn and their order, all
    where empty. split_seed, shares: how rows without a split are divided into train, val and test.
    side: of the pictures the network sees, px; 0 is the network's usual one. gray: colours are
    taken away. crop_margin: share of the box's longer side added on each side of it. cache: "auto"
    keeps the cropped pictures in memory where they take less than a quarter of what is free.
    """

    source: str = ""
    classes: tuple[str, ...] = ()
    split_seed: int = 0
    shares: tuple[float, ...] = (0.8, 0.1, 0.1)
    side: int = 0
    gray: bool = False
    crop_margin: float = 0.1
    cache: str = "auto"


@dataclass(frozen=True, slots=True)
class Model:
    """name: one of `pyojeong.train.zoo.NAMES`. head: the last layers. part: what is trained."""

    name: str = "resnet18"
    head: str = "linear"
    part: str = "whole"
    dropout: float = 0.2
    pretrained: bool = False


@dataclass(frozen=True, slots=True)
class Augmentation:
    """What `pyojeong.train.augment.Augment` holds."""

    kind: str = "basic"
    file: str = ""
    pose: float = 0.0


@dataclass(frozen=True, slots=True)
class Loss:
    """smoothing: probability spread over all classes (Szegedy et al. 2016). weights: "balanced"
    weighs a class by the inverse of its frequency. votes: learn from the votes of several people
    where the data has them, not from the majority alone.
    """

    smoothing: float = 0.0
    weights: str = "none"
    votes: bool = True


@dataclass(frozen=True, slots=True)
class Optimizer:
    """momentum: of SGD, or the first beta of Adam. decay: of the weights."""

    name: str = "adamw"
    rate: float = 1e-3
    momentum: float = 0.9
    decay: float = 1e-2


@dataclass(frozen=True, slots=True)
class Schedule:
    """All count epochs. step, gamma: StepLR; milestones, gamma: MultiStepLR; patience, gamma:
    ReduceLROnPlateau on the validation loss; t0, tmult: CosineAnnealingWarmRestarts.
    """

    name: str = "cosine"
    step: int = 7
    gamma: float = 0.1
    milestones: tuple[int, ...] = (15, 25)
    patience: int = 3
    t0: int = 10
    tmult: int = 1


@dataclass(frozen=True, slots=True)
class Train:
    """batch: pictures per step and device. precision: "auto" is the half precision that the device
    does well, else "32". early_stopping: epochs without a better validation loss after which the
    run ends, 0 for never. devices: a number, or "auto" for all GPUs. workers: processes that prepare pictures,
    -1 for one less than the cores. save_seconds: longest time between two checkpoints.
    """

    epochs: int = 30
    batch: int = 32
    seed: int = 1
    precision: str = "auto"
    early_stopping: int = 0
    devices: str = "1"
    workers: int = -1
    loggers: tuple[str, ...] = ()
    save_seconds: float = 120.0


_CHOICES: dict[str, tuple[str, ...]] = {
    "data.cache": ("auto", "memory", "none"),
    "model.head": ("linear", "dropout", "deep", "densenet-512-256"),
    "model.part": ("whole", "head"),
    "augment.kind": ("none", "basic", "autoaugment", "albumentations", "advanced"),
    "loss.weights": ("none", "balanced"),
    "optimizer.name": ("adam", "adamw", "sgd"),
    "schedule.name": ("constant", "cosine", "multistep", "plateau", "restarts", "step"),
    "train.precision": ("auto", "32", "bf16", "16"),
}
_RANGES: dict[str, tuple[float, float]] = {
    "data.split_seed": (0, 2**31),
    "data.side": (0, 2048),
    "data.crop_margin": (0.0, 2.0),
    "model.dropout": (0.0, 0.95),
    "augment.pose": (0.0, 1.0),
    "loss.smoothing": (0.0, 0.9),
    "optimizer.rate": (1e-9, 10.0),
    "optimizer.momentum": (0.0, 0.9999),
    "optimizer.decay": (0.0, 1.0),
    "schedule.step": (1, 100_000),
    "schedule.gamma": (1e-6, 0.999),
    "schedule.patience": (0, 100_000),
    "schedule.t0": (1, 100_000),
    "schedule.tmult": (1, 100),
    "train.epochs": (1, 100_000),
    "train.batch": (1, 65_536),
    "train.seed": (0, 2**31),
    "train.early_stopping": (0, 100_000),
    "train.workers": (-1, 256),
    "train.save_seconds": (0.0, 1e6),
}
_LOGGERS = ("mlflow", "tensorboard")


@dataclass(frozen=True, slots=True)
class Config(Settings):
    """All that decides a run. Raises BadSettings for a value out of range."""

    RANGES: ClassVar = _RANGES
    CHOICES: ClassVar = _CHOICES
    ITEMS: ClassVar = {"data.shares": float, "schedule.milestones": int}

    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    augment: Augmentation = field(default_factory=Augmentation)
    loss: Loss = field(default_factory=Loss)
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)
    train: Train = field(default_factory=Train)

    def __post_init__(self) -> None:
        self.check()
        _check_shares(self.data.shares)
        if list(self.schedule.milestones) != sorted({m for m in self.schedule.milestones if m > 0}):
            raise wrong("schedule.milestones", self.schedule.milestones, "1 < 2 < 3 ...")
        for logger in self.train.loggers:
            if logger not in _LOGGERS:
                raise wrong("train.loggers", logger, guess(logger, _LOGGERS))
        if self.train.devices != "auto" and not is_count(self.train.devices):
            raise wrong("train.devices", self.train.devices, "auto, 1, 2, 3, ...")


def assignment(text: str) -> tuple[str, Any]:
    """As `typed_toml.assignment`, of these settings."""
    return typed_toml.assignment(text, Config)


def is_count(text: str) -> bool:
    """Whether it is a whole number above 0."""
    return text.isascii() and text.isdigit() and int(text) > 0


def _check_shares(shares: tuple[float, ...]) -> None:
    whole = len(shares) == 3 and all(0 <= s <= 1 for s in shares) and shares[0] > 0
    if not whole or not math.isclose(sum(shares), 1, abs_tol=1e-6):
        raise wrong("data.shares", shares, "[0.8, 0.1, 0.1]")
