"""One run of StarGAN, from settings to a folder that others read.

    config.toml  versions.json  log.jsonl  checkpoints/last.ckpt  samples/*.png
    samples.png  model.onnx  result.json

`result.json` is written last, so its presence means that the run is complete.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from pyojeong.data.dataset import Dataset
from pyojeong.errors import BadInput, BadSettings, InferenceFailed
from pyojeong.media.files import atomic_path, output_failed
from pyojeong.train.classifier.folder import open_folder, same_data
from pyojeong.train.classifier.keeping import LAST, LOG, log_lines
from pyojeong.train.classifier.loggers import make_loggers
from pyojeong.train.classifier.placing import precision
from pyojeong.train.stargan.config import Config
from pyojeong.train.stargan.finish import finish
from pyojeong.train.stargan.gathering import load_sets, make_domains
from pyojeong.train.stargan.painter import Painter
from pyojeong.train.stargan.processes import my_place
from pyojeong.train.stargan.samples import write_sheet

Tell = Callable[[str], None]
_TORN = (UnpicklingError, RuntimeError, OSError, EOFError, KeyError, TypeError, ValueError)
"""What torch raises for a checkpoint that is none or cut short."""


def run(
    config: Config,
    folder: Path,
    resume: bool = False,
    *,
    sets: list[Dataset] | None = None,
    tell: Tell = print,
) -> None:
    """Train, or go on, until the folder holds the finished model.

    sets: the data sets, where they are at hand already; else `config.data.sources` are read.
    Raises BadInput, BadSettings, MissingExtra, InferenceFailed, OutputFailed; after Ctrl-C the
    folder can be resumed.
    """
    config = open_folder(config, folder, resume)
    found = sets if sets is not None else load_sets(config.data)
    domains = make_domains(found, config)
    made = hashlib.sha256("".join(d.digest for d in domains).encode()).hexdigest()[:16]
    with my_place() as place:
        if place.rank == 0:
            same_data(folder, config, made)
            for note in (note for one in found for note in one.notes):
                tell(note)
        # float16 has too short a range for the gradient of a gradient.
        half = precision(config.train.precision) == "bf16"
        painter = Painter(config, domains, place, half)
        try:
            _load(painter, folder / LAST)
            keeper = Keeper(painter, folder, tell)
            painter.learn(keeper.after_line)
        except torch.OutOfMemoryError as error:
            raise InferenceFailed(
                "The device has too little memory for a step; lower train.batch or data.side.",
                "장치의 메모리가 부족합니다. train.batch나 data.side를 줄이세요.",
            ) from error
        if place.rank == 0:
            finish(painter, folder)


class Keeper:
    """Writes log, checkpoints and sample sheets while a run goes, in the first process alone."""

    def __init__(self, painter: Painter, folder: Path, tell: Tell) -> None:
        self.painter, self.folder, self.tell = painter, folder, tell
        self.first = painter.place.rank == 0
        self.loggers = make_loggers(painter.config, folder) if self.first else []
        self.saved = time.monotonic()

    def after_line(self) -> None:
        if not self.first:
            return
        painter, train = self.painter, self.painter.config.train
        line = painter.history[-1]
        last = painter.step == train.steps
        with atomic_path(self.folder / LOG) as part:
            part.write_text(log_lines(painter.history), "utf-8")
        self.tell(log_lines([line]).strip())
        for logger in self.loggers:
            numbers = {k: v for k, v in line.items() if k != "step"}
            logger.log_metrics(numbers, painter.step)
            if last:
                logger.finalize("success")
        if self._wants_sheet():
            self._sheet()
        if last or time.monotonic() - self.saved >= train.save_seconds:
            save(painter, self.folder / LAST)
            self.saved = time.monotonic()

    def _wants_sheet(self) -> bool:
        """Whether a multiple of `sheet_steps` lies between this line of the log and the last."""
        every, step = self.painter.config.train.sheet_steps, self.painter.step
        before = self.painter.history[-2]["step"] if len(self.painter.history) > 1 else 0
        return every > 0 and step // every > before // every

    def _sheet(self) -> None:
        path = self.folder / "samples" / f"{self.painter.step:07d}.png"
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise output_failed(path, error) from error
        write_sheet(path, self.painter.kept, self.painter.domains)


def save(painter: Painter, path: Path) -> None:
    """A checkpoint, whole or not at all. Raises OutputFailed."""
    with atomic_path(path) as part, part.open("wb") as stream:
        torch.save(painter.state() | {"config": asdict(painter.config)}, stream)
        stream.flush()
        os.fsync(stream.fileno())


def _load(painter: Painter, path: Path) -> None:
    """Go on from a checkpoint where there is one. Raises BadInput, BadSettings."""
    if not path.is_file():
        return
    try:
        state = torch.load(path, weights_only=True, map_location="cpu")
        known = _decisive(state["config"])
    except _TORN as error:
        raise BadInput(
            f"The checkpoint to go on from cannot be read: {error}",
            f"이어 할 체크포인트를 읽을 수 없습니다: {error}",
        ) from error
    if known != _decisive(asdict(painter.config)):
        raise BadSettings(
            "The settings in the folder are not those that its run began with.",
            "폴더의 설정이 학습을 시작했을 때와 다릅니다.",
        )
    painter.load(state)


def _decisive(config: dict[str, Any]) -> dict[str, Any]:
    """The settings that decide the numbers; where the pictures lie and how a run is watched may
    change."""
    free = ("loggers", "save_seconds", "sheet_steps", "judge_steps")
    train = {name: value for name, value in config["train"].items() if name not in free}
    data = {name: value for name, value in config["data"].items() if name != "sources"}
    return config | {"train": train, "data": data}
