"""Settings of a run: typed, read from TOML, every mistake named with the nearest right name.

The sections of the file are the classes below. `Config.with_values({"model.name": "vgg16"})` is
how grids and `--set` change single values.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pyojeong.errors import BadSettings
from pyojeong.media.files import read_text_file


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
class Config:
    """All that decides a run. Raises BadSettings for a value out of range."""

    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    augment: Augmentation = field(default_factory=Augmentation)
    loss: Loss = field(default_factory=Loss)
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)
    train: Train = field(default_factory=Train)

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = self._get(name)
            # A NaN is in no range.
            if not low <= value <= high:
                raise _wrong(name, value, f"{low} - {high}")
        for name, choices in _CHOICES.items():
            if self._get(name) not in choices:
                raise _wrong(name, self._get(name), _guess(self._get(name), choices))
        _check_shares(self.data.shares)
        if list(self.schedule.milestones) != sorted({m for m in self.schedule.milestones if m > 0}):
            raise _wrong("schedule.milestones", self.schedule.milestones, "1 < 2 < 3 ...")
        for logger in self.train.loggers:
            if logger not in _LOGGERS:
                raise _wrong("train.loggers", logger, _guess(logger, _LOGGERS))
        if self.train.devices != "auto" and not _is_count(self.train.devices):
            raise _wrong("train.devices", self.train.devices, "auto, 1, 2, 3, ...")

    def _get(self, name: str) -> Any:
        section, _, key = name.partition(".")
        return getattr(getattr(self, section), key)

    @classmethod
    def from_toml(cls, text: str, base: Config | None = None) -> Config:
        """The settings in a TOML text; what it does not name is as in `base`, else the default.

        Raises BadSettings for broken TOML, an unknown section or name, a wrong type, a value out
        of range.
        """
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadSettings(
                f"The settings are no TOML: {error}.", f"설정이 TOML이 아닙니다: {error}."
            ) from error
        return (base or cls()).with_values(_flat(table))

    @classmethod
    def read(cls, path: Path, base: Config | None = None) -> Config:
        """The settings in a TOML file. Raises BadInput, BadSettings."""
        return cls.from_toml(read_text_file(path).text, base)

    def with_values(self, values: Mapping[str, Any]) -> Config:
        """A copy with other values, named `section.name`. Raises BadSettings."""
        changed: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            section, _, key = name.partition(".")
            changed.setdefault(section, {})[key] = _typed(name, value)
        return replace(
            self, **{s: replace(getattr(self, s), **given) for s, given in changed.items()}
        )

    def to_toml(self) -> str:
        """The whole of the settings; `from_toml` reads the same back."""
        lines: list[str] = []
        for section in fields(self):
            values = getattr(self, section.name)
            lines += [f"[{section.name}]"]
            lines += [f"{f.name} = {_written(getattr(values, f.name))}" for f in fields(values)]
            lines += [""]
        return "\n".join(lines)


def assignment(text: str) -> tuple[str, Any]:
    """Name and value of `section.name=value`, as on the command line: a TOML value, or plain text.

    Raises BadSettings where there is no `=`.
    """
    name, found, value = text.partition("=")
    if not found:
        raise BadSettings(
            f"--set takes section.name=value, not {text!r}.",
            f"--set은 섹션.이름=값 꼴입니다: {text!r}.",
        )
    name = name.strip()
    if _kind(name) is str:
        return name, value.strip().strip('"')
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value.strip()


def _flat(table: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for section, values in table.items():
        if section not in _sections() or not isinstance(values, dict):
            raise _unknown(section, tuple(_sections()))
        flat |= {f"{section}.{name}": value for name, value in values.items()}
    return flat


def _sections() -> dict[str, Any]:
    return {f.name: f.default_factory for f in fields(Config)}


def _kind(name: str) -> type:
    """Type of a setting; tuples are told apart by their items. Raises BadSettings."""
    section, _, key = name.partition(".")
    if section not in _sections():
        raise _unknown(name, _names())
    defaults = _sections()[section]()
    if key not in {f.name for f in fields(defaults)}:
        raise _unknown(name, _names())
    return type(getattr(defaults, key))


def _names() -> tuple[str, ...]:
    return tuple(f"{s}.{f.name}" for s, kind in _sections().items() for f in fields(kind()))


_ITEMS: dict[str, type] = {"data.shares": float, "schedule.milestones": int}
"""Of the settings that are lists, those whose items are not texts."""


def _typed(name: str, value: Any) -> Any:
    kind = _kind(name)
    if kind is tuple:
        item = _ITEMS.get(name, str)
        if isinstance(value, list | tuple):
            return tuple(_one(name, part, item) for part in value)
        return (_one(name, value, item),)
    return _one(name, value, kind)


def _one(name: str, value: Any, kind: type) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if kind is float and whole:
        return float(value)
    # `precision = 16` and `devices = 2` are what people write.
    if name in ("train.precision", "train.devices") and whole:
        return str(value)
    if type(value) is kind:
        return value
    kinds = {bool: "true, false", int: "1, 2, 3 ...", float: "0.5", str: '"text"'}
    raise _wrong(name, value, kinds[kind])


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON leaves the one control character alone that TOML does not allow.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) > 0


def _check_shares(shares: tuple[float, ...]) -> None:
    whole = len(shares) == 3 and all(0 <= s <= 1 for s in shares) and shares[0] > 0
    if not whole or not math.isclose(sum(shares), 1, abs_tol=1e-6):
        raise _wrong("data.shares", shares, "[0.8, 0.1, 0.1]")


def _guess(value: Any, choices: tuple[str, ...]) -> str:
    close = get_close_matches(str(value), choices, n=1)
    return ", ".join(choices) + (f" ({close[0]}?)" if close else "")


def _unknown(name: str, known: tuple[str, ...]) -> BadSettings:
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    section = name.partition(".")[0]
    near = [k for k in known if k.startswith(f"{section}.")] or known
    hint_en = f" Did you mean {close[0]}?" if close else ""
    hint_ko = f" 혹시 {close[0]}인가요?" if close else ""
    listed = ", ".join(near)
    return BadSettings(
        f"There is no setting {name!r}; there are: {listed}.{hint_en}",
        f"{name!r} 설정은 없습니다. 사용 가능: {listed}.{hint_ko}",
    )


def _wrong(name: str, value: Any, wanted: str) -> BadSettings:
    return BadSettings(
        f"{value!r} is no value for {name}; it takes {wanted}.",
        f"{name} 값이 잘못되었습니다: {value!r}. 가능: {wanted}.",
    )
