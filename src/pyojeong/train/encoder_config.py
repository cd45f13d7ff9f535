"""Settings of fine-tuning an encoder: presets, a TOML file, options; typed and checked.

The presets are the settings that the first version of this project was trained with. What it did
not write down is as in the recipes it followed: the NSMC example of KoBERT (SKT), and KoELECTRA's
for NSMC, which keeps its rate to the end.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from pyojeong.errors import BadSettings
from pyojeong.train.text_tables import TableOptions


@dataclass(frozen=True, slots=True)
class Config:
    """All that decides a run.

    encoder: folder or hub id. data, valid: tables, or folders of them; without `valid` a share
    of the texts is held out. max_len: pieces read of a text. rate: highest learning rate.
    warmup: share of the steps in which it rises. schedule: "linear" or "cosine" to zero, or
    "constant". dropout: before the last layer. decay: of the weights, not of biases and norms.
    clip: largest norm of the gradient. class_weights: "none", or "balanced" against the classes'
    frequencies. keep: "best" epoch by macro-F1 on the held-out texts, or "last". save_every: steps
    between checkpoints, beside those after each epoch. text, label, label_set, strength: as
    `TableOptions`.
    """

    encoder: str = ""
    data: tuple[str, ...] = ()
    valid: tuple[str, ...] = ()
    valid_share: float = 0.1
    preset: str = "koelectra"
    max_len: int = 75
    batch: int = 16
    epochs: int = 5
    rate: float = 5e-6
    warmup: float = 0.0
    schedule: str = "constant"
    dropout: float = 0.1
    decay: float = 0.01
    clip: float = 1.0
    class_weights: str = "none"
    keep: str = "best"
    seed: int = 1
    save_every: int = 500
    device: str = "auto"
    text: str = ""
    label: str = ""
    label_set: str = ""
    strength: bool = False

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise _wrong(name, value, f"{low} - {high}")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise _wrong(name, getattr(self, name), ", ".join(choices))

    @property
    def table(self) -> TableOptions:
        return TableOptions(
            self.text or None, self.label or None, self.label_set or None, self.strength
        )

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Config:
        """Raises BadSettings for a file that `save` did not write."""
        try:
            return make(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, AttributeError) as error:
            raise _unreadable(path, error) from error


PRESETS: dict[str, dict[str, Any]] = {
    "kobert": {
        "encoder": "monologg/kobert",
        "max_len": 71,
        "batch": 64,
        "epochs": 5,
        "rate": 5e-5,
        "warmup": 0.1,
        "schedule": "cosine",
        "dropout": 0.5,
    },
    "koelectra": {
        "encoder": "monologg/koelectra-base-v3-discriminator",
        "max_len": 75,
        "batch": 16,
        "epochs": 5,
        "rate": 5e-6,
        "warmup": 0.0,
        "schedule": "constant",
        "dropout": 0.1,
    },
}

_CHOICES = {
    "preset": tuple(PRESETS),
    "schedule": ("linear", "cosine", "constant"),
    "class_weights": ("none", "balanced"),
    "keep": ("best", "last"),
}
_RANGES: dict[str, tuple[float, float]] = {
    "valid_share": (0.001, 0.5),
    "max_len": (4, 512),
    "batch": (1, 4096),
    "epochs": (1, 1000),
    "rate": (1e-9, 1.0),
    "warmup": (0.0, 1.0),
    "dropout": (0.0, 0.95),
    "decay": (0.0, 1.0),
    "clip": (1e-3, 1e6),
    "seed": (0, 2**31),
    "save_every": (1, 10**9),
}


def make(given: Mapping[str, Any], file: Path | None = None) -> Config:
    """A config from the preset, over it the TOML file, over it what is given (None is not).

    Raises BadSettings for an unknown name, a wrong type, or a value out of range.
    """
    wanted = _file_values(file) | {k: v for k, v in given.items() if v is not None}
    checked = {name: _typed(name, value) for name, value in wanted.items()}
    preset = checked.get("preset", Config().preset)
    if preset not in PRESETS:
        raise _wrong("preset", preset, ", ".join(PRESETS))
    base = replace(Config(), preset=preset, **PRESETS[preset])
    return replace(base, **{k: v for k, v in checked.items() if v != "" or k != "encoder"})


def _file_values(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from error


def _typed(name: str, value: Any) -> Any:
    kinds = {f.name: type(f.default) for f in fields(Config) if f.default is not MISSING}
    if name not in kinds:
        raise BadSettings(
            f"Unknown training setting {name!r}; there are: {', '.join(kinds)}.",
            f"모르는 학습 설정 {name!r}. 사용 가능: {', '.join(kinds)}.",
        )
    kind = kinds[name]
    if kind is tuple:
        items = (value,) if isinstance(value, str) else value
        if isinstance(items, list | tuple) and all(isinstance(item, str) for item in items):
            return tuple(items)
    elif kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    elif type(value) is kind:
        return value
    raise _wrong(name, value, kind.__name__)


def _wrong(name: str, value: Any, wanted: str) -> BadSettings:
    return BadSettings(
        f"{value!r} is no value for {name}; it takes {wanted}.",
        f"{name} 값이 잘못되었습니다: {value!r}. 가능: {wanted}.",
    )


def _unreadable(path: Path, error: Exception) -> BadSettings:
    return BadSettings(
        f"Cannot read the settings in {path}: {error}",
        f"설정 파일을 읽을 수 없습니다: {path}: {error}",
    )
