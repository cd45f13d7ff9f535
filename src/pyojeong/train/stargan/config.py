"""Settings of a run of StarGAN; the numbers of the paper are the defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pyojeong.train.typed_toml import Settings, guess, wrong

SIDES = (32, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class Data:
    """sources: folders of pictures; each is a data set of its own with its own labels, and all are
    learned together. side: of the pictures, px. padding: share of the face box's longer side added
    all round; 0.22 is what the first service cut. classes: emotions to learn, all where empty.
    attributes: of a set in CelebA's layout. hair: those of them that exclude each other.
    split_seed, shares: as for `pyojeong train expression`.
    """

    sources: tuple[str, ...] = ()
    side: int = 128
    padding: float = 0.22
    classes: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young")
    split_seed: int = 0
    shares: tuple[float, ...] = (0.8, 0.1, 0.1)


@dataclass(frozen=True, slots=True)
class Net:
    """width, critic_width: channels of the first layer. blocks: residual blocks of the generator.
    critic_layers: halvings of the critic, 0 for one less than it takes to reach a single px.
    kind: "paper", or "quick" with the departures that `nets.Generator` describes.
    """

    width: int = 64
    blocks: int = 6
    critic_width: int = 64
    critic_layers: int = 0
    kind: str = "paper"


@dataclass(frozen=True, slots=True)
class Loss:
    """Weights of the losses beside the critic's (the paper's lambdas)."""

    classes: float = 1.0
    reconstruction: float = 10.0
    penalty: float = 10.0


@dataclass(frozen=True, slots=True)
class Optimizer:
    """Adam. critic_steps: steps of the critic for one of the generator. steady: share of the run
    before both rates fall to nothing in a straight line. ema: of the weights that are kept.
    """

    rate: float = 1e-4
    critic_rate: float = 1e-4
    beta1: float = 0.5
    beta2: float = 0.999
    critic_steps: int = 5
    steady: float = 0.5
    ema: float = 0.999


@dataclass(frozen=True, slots=True)
class Train:
    """steps: of the critic, on every data set. batch: pictures per step, set and device. precision:
    "auto" is bfloat16 where the device does it well, else "32". log_steps: between two lines of the
    log; a checkpoint is written with a line once save_seconds have passed. sheet_steps: between two
    sample sheets, 0 for none. judge_steps: of the classifier that judges the samples at the end.
    """

    steps: int = 200_000
    batch: int = 16
    seed: int = 1
    precision: str = "auto"
    loggers: tuple[str, ...] = ()
    log_steps: int = 100
    sheet_steps: int = 1000
    save_seconds: float = 300.0
    judge_steps: int = 2000


_RANGES: dict[str, tuple[float, float]] = {
    "data.padding": (0.0, 2.0),
    "data.split_seed": (0, 2**31),
    "net.width": (4, 512),
    "net.blocks": (0, 32),
    "net.critic_width": (4, 512),
    "net.critic_layers": (0, 8),
    "loss.classes": (0.0, 1e4),
    "loss.reconstruction": (0.0, 1e4),
    "loss.penalty": (0.0, 1e4),
    "optimizer.rate": (1e-9, 1.0),
    "optimizer.critic_rate": (1e-9, 1.0),
    "optimizer.beta1": (0.0, 0.9999),
    "optimizer.beta2": (0.0, 0.999999),
    "optimizer.critic_steps": (1, 100),
    "optimizer.steady": (0.0, 1.0),
    "optimizer.ema": (0.0, 0.999999),
    "train.steps": (1, 10**8),
    "train.batch": (2, 4096),
    "train.seed": (0, 2**31),
    "train.log_steps": (1, 10**6),
    "train.sheet_steps": (0, 10**6),
    "train.save_seconds": (0.0, 1e6),
    "train.judge_steps": (1, 10**6),
}


@dataclass(frozen=True, slots=True)
class Config(Settings):
    """All that decides a run. Raises BadSettings for a value out of range."""

    RANGES: ClassVar = _RANGES
    CHOICES: ClassVar = {
        "net.kind": ("paper", "quick"),
        "train.precision": ("auto", "32", "bf16"),
    }
    ITEMS: ClassVar = {"data.shares": float}

    data: Data = field(default_factory=Data)
    net: Net = field(default_factory=Net)
    loss: Loss = field(default_factory=Loss)
    optimizer: Optimizer = field(default_factory=Optimizer)
    train: Train = field(default_factory=Train)

    def __post_init__(self) -> None:
        self.check()
        if self.data.side not in SIDES:
            raise wrong("data.side", self.data.side, ", ".join(map(str, SIDES)))
        for logger in self.train.loggers:
            if logger not in ("mlflow", "tensorboard"):
                raise wrong("train.loggers", logger, guess(logger, ("mlflow", "tensorboard")))
