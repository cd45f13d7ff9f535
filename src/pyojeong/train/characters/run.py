"""One run that teaches the small network, from settings to a folder that others read.

    config.toml  versions.json  log.jsonl  batches.png  checkpoints/  cache/
    model.onnx  report.html  curve_*.png  confusion.png  history_*.png  result.json

`cache/` goes when the run ends. `result.json` is written last, so its presence means that the run is
complete. A run that was killed at any point and resumed ends with the numbers of an unbroken one
(same machine, same number of threads), except where `train.minutes` makes the clock decide.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from pyojeong.data.instances.types import InstanceSet
from pyojeong.errors import BadInput, BadSettings, InferenceFailed, Language
from pyojeong.media.files import atomic_path
from pyojeong.media.image import Picture, write_image
from pyojeong.train.characters.cache import drop_caches
from pyojeong.train.characters.config import Config
from pyojeong.train.characters.finish import finish
from pyojeong.train.characters.gathering import CACHE, Material, gather
from pyojeong.train.characters.learner import Learner, rate
from pyojeong.train.characters.measuring import measure
from pyojeong.train.characters.precision import mean_precision
from pyojeong.train.characters.sheets import draw_batch
from pyojeong.train.classifier.folder import open_folder, same_data
from pyojeong.train.classifier.keeping import BEST, LAST, LOG, log_lines

Tell = Callable[[str], None]
BATCHES = "batches.png"
_TORN = (UnpicklingError, RuntimeError, OSError, EOFError, KeyError, TypeError, ValueError)
"""What torch raises for a checkpoint that is none or cut short."""


def run(
    config: Config,
    folder: Path,
    resume: bool = False,
    *,
    found: InstanceSet | None = None,
    tell: Tell = print,
    lang: Language = "en",
) -> None:
    """Train, or go on, until the folder holds the finished network and its report.

    found: the set, where it is at hand already; else `config.data.source` is read. lang: of the
    report. Raises BadInput, BadSettings, MissingWeights, MissingExtra, InferenceFailed,
    OutputFailed; after Ctrl-C the folder can be resumed.
    """
    config = open_folder(config, folder, resume)
    material = gather(config, folder, found)
    same_data(folder, config, material.digest)
    for note in material.notes:
        tell(note)
    try:
        learner = _learner(config, material, folder / LAST)
        if not learner.step:
            sheet = draw_batch(learner.sheet(), material.labels)
            write_image(folder / BATCHES, Picture(sheet))
        _learn(learner, folder, tell)
        learner.mean.load_state_dict(_read(folder / BEST)["mean"])
        finish(learner, folder, lang)
    except torch.OutOfMemoryError as error:
        raise InferenceFailed(
            "The device has too little memory for a step; lower train.batch or net.side.",
            "장치의 메모리가 부족합니다. train.batch나 net.side를 줄이세요.",
        ) from error
    drop_caches(folder / CACHE)


def _learn(learner: Learner, folder: Path, tell: Tell) -> None:
    """To the end of the schedule, or until nothing gets better."""
    saved = time.monotonic()
    while not learner.is_over:
        learner.learn()
        if learner.step % learner.round_steps == 0 or learner.done >= 1:
            _measure(learner)
            if learner.best == len(learner.history) - 1:
                # First, so that a kill in between leaves nothing that the step before did not know.
                _save({"mean": learner.mean.state_dict()}, folder / BEST)
            _save(_whole(learner), folder / LAST)
            saved = time.monotonic()
            with atomic_path(folder / LOG) as part:
                part.write_text(log_lines(learner.history), "utf-8")
            tell(log_lines(learner.history[-1:]).strip())
        elif time.monotonic() - saved >= learner.config.train.save_seconds:
            _save(_whole(learner), folder / LAST)
            saved = time.monotonic()


def _measure(learner: Learner) -> None:
    """Add a line to the history: mean losses since the last one, and precision on val."""
    config, last = learner.config, learner.history[-1]["step"] if learner.history else 0
    pictures = measure(learner.mean, learner.material.parts["val"], config.net.side)
    found = mean_precision(pictures, len(learner.material.labels))
    steps = learner.step - last
    learner.history.append(
        {
            "epoch": round(learner.step / learner.epoch_steps, 2),
            "step": learner.step,
            "seconds": round(learner.seconds, 1),
            "rate": round(rate(config, learner.done), 8),
            **{name: round(value / steps, 5) for name, value in learner.sums.items()},
            "map": round(found.mean, 5),
            "map50": round(found.at50, 5),
        }
    )
    learner.sums = dict.fromkeys(learner.sums, 0.0)


# --- checkpoints -----------------------------------------------------------------------------


def _whole(learner: Learner) -> dict[str, Any]:
    return learner.state() | {"config": asdict(learner.config)}


def _save(state: dict[str, Any], path: Path) -> None:
    """Whole or not at all. Raises OutputFailed."""
    with atomic_path(path) as part, part.open("wb") as stream:
        torch.save(state, stream)


def _read(path: Path) -> Any:
    try:
        return torch.load(path, weights_only=True, map_location="cpu")
    except _TORN as error:
        raise _unreadable(error) from error


def _learner(config: Config, material: Material, path: Path) -> Learner:
    """As the settings say, or as its checkpoint left it. Raises BadInput, BadSettings."""
    if not path.is_file():
        return Learner(config, material)
    state = _read(path)
    learner = Learner(config, material, fresh=False)
    try:
        known = _decisive(state["config"])
        if known == _decisive(asdict(config)):
            learner.load(state)
            return learner
    except _TORN as error:
        raise _unreadable(error) from error
    raise BadSettings(
        "The settings in the folder are not those that its run began with.",
        "폴더의 설정이 학습을 시작했을 때와 다릅니다.",
    )


def _unreadable(error: Exception) -> BadInput:
    return BadInput(
        f"The checkpoint to go on from cannot be read: {error}",
        f"이어 할 체크포인트를 읽을 수 없습니다: {error}",
    )


def _decisive(config: dict[str, Any]) -> dict[str, Any]:
    """The settings that decide the numbers; where things lie may change."""
    free = {"data": ("source",), "net": ("start",), "train": ("save_seconds", "device")}
    return {
        section: {k: v for k, v in values.items() if k not in free.get(section, ())}
        for section, values in config.items()
    }
