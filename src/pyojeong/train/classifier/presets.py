"""Named settings: the optimisers, schedules and batches of the comparisons this bench repeats.

`--preset sgd-step --preset batch-64` lays the second over the first. The rates are the usual ones
of each method (0.01 for SGD with momentum on small sets, 1e-3 for the kin of Adam); the steps are
those of the original studies: StepLR(7, 0.1), thirty epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from pyojeong.errors import BadSettings
from pyojeong.train.classifier.config import Config


def _pair(optimizer: str, rate: float, decay: float, schedule: str, **more: Any) -> dict[str, Any]:
    settings = {"optimizer.name": optimizer, "optimizer.rate": rate, "optimizer.decay": decay}
    return settings | {"schedule.name": schedule} | {f"schedule.{k}": v for k, v in more.items()}


PRESETS: dict[str, dict[str, Any]] = {
    "adam-plateau": _pair("adam", 1e-3, 0.0, "plateau", patience=3, gamma=0.1),
    "sgd-step": _pair("sgd", 0.01, 5e-4, "step", step=7, gamma=0.1),
    "sgd-multistep": _pair("sgd", 0.01, 5e-4, "multistep", milestones=[15, 25], gamma=0.1),
    "adamw-cosine": _pair("adamw", 1e-3, 1e-2, "cosine"),
    "sgd-restarts": _pair("sgd", 0.01, 5e-4, "restarts", t0=10, tmult=1),
    "adamw-step": _pair("adamw", 1e-3, 1e-2, "step", step=7, gamma=0.1),
    **{f"batch-{n}": {"train.batch": n, "train.epochs": 30} for n in (16, 32, 64)},
}


def preset(names: Sequence[str]) -> Config:
    """The default settings with the named presets over them, in order. Raises BadSettings."""
    config = Config()
    for name in names:
        if name not in PRESETS:
            raise _unknown(name)
        config = config.with_values(PRESETS[name])
    return config


def _unknown(name: str) -> BadSettings:
    listed = ", ".join(PRESETS)
    close = get_close_matches(name, PRESETS, n=1)
    hint_en = f" Did you mean {close[0]}?" if close else ""
    hint_ko = f" 혹시 {close[0]}인가요?" if close else ""
    return BadSettings(
        f"There is no preset {name!r}; there are: {listed}.{hint_en}",
        f"{name!r} 설정 묶음은 없습니다. 사용 가능: {listed}.{hint_ko}",
    )
