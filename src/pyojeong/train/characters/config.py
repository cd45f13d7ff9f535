"""Settings of a run that teaches the small network to find and cut out figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pyojeong.data.instances.decoding import STRIDE
from pyojeong.train.characters.net import Shape
from pyojeong.train.typed_toml import Settings, wrong


@dataclass(frozen=True, slots=True)
class Data:
    """source: file or folder of the outlined pictures. split_seed, shares: how a set without splits
    is divided into train, val and test. cartoon: instead of a set, so many pictures of the house's
    cartoon are drawn; strangers: share of their figures that are not of the cast.
    """

    source: str = ""
    split_seed: int = 0
    shares: tuple[float, ...] = (0.8, 0.2, 0.0)
    cartoon: int = 0
    strangers: float = 0.35


@dataclass(frozen=True, slots=True)
class Net:
    """side: longest side of what the network sees, px; the shorter one follows from the set's most
    common shape of picture. widths, depths, neck: as `net.Shape`. start: whose weights to begin
    with, the name of an asset or an ONNX file of an earlier run; "" begins from scratch.
    """

    side: int = 640
    widths: tuple[int, ...] = Shape().widths
    depths: tuple[int, ...] = Shape().depths
    neck: int = Shape().neck
    start: str = "cartoon_characters_v1"

    def shape(self) -> Shape:
        return Shape(self.widths, self.depths, self.neck)


@dataclass(frozen=True, slots=True)
class Augment:
    """What happens to a picture each time it is learned from. mirror, move, blur, light: how often.
    rotate: degrees at most, to either side. smallest, largest: scale of a moved picture; a larger
    one is cropped. softest: of the blur, px of the network's input (sigma).
    """

    mirror: float = 0.5
    move: float = 0.6
    smallest: float = 0.7
    largest: float = 1.35
    rotate: float = 10.0
    blur: float = 0.15
    softest: float = 1.5
    light: float = 0.5


@dataclass(frozen=True, slots=True)
class Loss:
    """Weights of the parts of the loss."""

    classes: float = 0.7
    boxes: float = 4.0
    masks: float = 3.0


@dataclass(frozen=True, slots=True)
class Optimizer:
    """AdamW. rate: at its height, after a linear warm-up over the share `warmup` of the run; a
    cosine to a hundredth follows. decay: of the weights. average: of the weights that are measured
    and kept, per step.
    """

    rate: float = 2e-3
    warmup: float = 0.04
    decay: float = 0.02
    average: float = 0.997


@dataclass(frozen=True, slots=True)
class Train:
    """epochs: times that every picture is learned from; steps, where not 0, counts instead; so does
    minutes, the working time that the schedule is fitted to. early_side, early_share: the share of
    the run that begins with smaller pictures. measure_epochs: between two measurements, 0 for one
    each 25 steps or epoch, whichever is longer. patience: measurements without a better mask
    mAP50-95 after which the run ends, 0 for never. figures: most in a picture. precision: "auto" is
    bfloat16 where the device does it well, else "32". save_seconds: longest time between two
    checkpoints.
    """

    epochs: int = 100
    steps: int = 0
    minutes: float = 0.0
    batch: int = 8
    early_side: int = 0
    early_share: float = 0.35
    measure_epochs: int = 0
    patience: int = 20
    figures: int = 30
    seed: int = 1
    precision: str = "auto"
    device: str = "auto"
    save_seconds: float = 120.0


_RANGES: dict[str, tuple[float, float]] = {
    "data.split_seed": (0, 2**31),
    "data.cartoon": (0, 1_000_000),
    "data.strangers": (0.0, 1.0),
    "net.side": (STRIDE, 2048),
    "net.neck": (8, 1024),
    "augment.mirror": (0.0, 1.0),
    "augment.move": (0.0, 1.0),
    "augment.smallest": (0.1, 1.0),
    "augment.largest": (1.0, 8.0),
    "augment.rotate": (0.0, 180.0),
    "augment.blur": (0.0, 1.0),
    "augment.softest": (0.1, 20.0),
    "augment.light": (0.0, 1.0),
    "loss.classes": (0.0, 1e3),
    "loss.boxes": (0.0, 1e3),
    "loss.masks": (0.0, 1e3),
    "optimizer.rate": (1e-9, 1.0),
    "optimizer.warmup": (0.0, 0.9),
    "optimizer.decay": (0.0, 1.0),
    "optimizer.average": (0.0, 0.999999),
    "train.epochs": (1, 100_000),
    "train.steps": (0, 10**8),
    "train.minutes": (0.0, 1e6),
    "train.batch": (1, 1024),
    "train.early_side": (0, 2048),
    "train.early_share": (0.0, 1.0),
    "train.measure_epochs": (0, 100_000),
    "train.patience": (0, 100_000),
    "train.figures": (1, 255),
    "train.seed": (0, 2**31),
    "train.save_seconds": (0.0, 1e6),
}


@dataclass(frozen=True, slots=True)
class Config(Settings):
    """All that decides a run. Raises BadSettings for a value out of range."""

    RANGES: ClassVar = _RANGES
    CHOICES: ClassVar = {
        "train.precision": ("auto", "32", "bf16"),
        "train.device": ("auto", "cpu", "cuda"),
    }
    ITEMS: ClassVar = {"data.shares": float, "net.widths": int, "net.depths": int}

    data: Data = field(default_factory=Data)
    net: Net = field(default_factory=Net)
    augment: Augment = field(default_factory=Augment)
    loss: Loss = field(default_factory=Loss)
    optimizer: Optimizer = field(default_factory=Optimizer)
    train: Train = field(default_factory=Train)

    def __post_init__(self) -> None:
        self.check()
        for name in ("net.side", "train.early_side"):
            if self.get(name) % STRIDE:
                raise wrong(name, self.get(name), "32, 64, 96 ... 640")
        if len(self.net.widths) != 5 or not all(4 <= w <= 2048 for w in self.net.widths):
            raise wrong("net.widths", self.net.widths, "[16, 32, 64, 96, 128]")
        if len(self.net.depths) != 4 or not all(0 <= d <= 32 for d in self.net.depths):
            raise wrong("net.depths", self.net.depths, "[1, 2, 2, 1]")
        shares = self.data.shares
        whole = (
            len(shares) == 3 and all(0 <= s <= 1 for s in shares) and abs(sum(shares) - 1) < 1e-6
        )
        if not whole or not shares[0] or not shares[1]:
            raise wrong("data.shares", shares, "[0.8, 0.2, 0.0]")
