"""What the finished runs of a comparison left, read back and checked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput, PyojeongError
from pyojeong.media.files import read_bytes
from pyojeong.train.calibration import softmax
from pyojeong.train.experiment import statistics as st
from pyojeong.train.experiment.folder import (
    RESULT,
    broken,
    failure,
    read_json,
    read_plan,
    run_folder,
    state_of,
)
from pyojeong.train.experiment.predictions import clean, read_predictions

COSTS = ("parameters", "flops", "ms_per_picture", "file_mb", "seconds")
_LOGGED = ("epoch", "train_loss", "val_loss", "val_accuracy", "lr")
_FAR, _MOST_EPOCHS = 1e18, 1e6


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run. plan: of experiment.json. result, versions: its JSON files. logits (n, k),
    labels (n,), names (n,), thumbs (n, 48, 48, 3) uint8 of the measured rows. log: a line an epoch.
    """

    plan: Mapping[str, Any]
    result: Mapping[str, Any]
    versions: Mapping[str, Any]
    settings: str
    log: tuple[Mapping[str, Any], ...]
    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    names: NDArray[np.str_]
    thumbs: NDArray[np.uint8]

    @property
    def classes(self) -> list[str]:
        return list(self.result["classes"])

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """(n, k), calibrated."""
        return softmax(self.logits, float(self.result["temperature"]))

    @cached_property
    def read(self) -> NDArray[np.int64]:
        return np.asarray(self.logits.argmax(1), np.int64)

    @cached_property
    def right(self) -> NDArray[np.float64]:
        """(n,) 1 where right."""
        return np.asarray(self.read == self.labels, np.float64)

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        return st.confusion(self.labels, self.read, len(self.classes))


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run without a result. reason: English and Korean, "" where it has not failed."""

    plan: Mapping[str, Any]
    state: str
    reason: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Experiment:
    plan: Mapping[str, Any]
    runs: tuple[Run, ...]
    unfinished: tuple[Unfinished, ...]


def gather(folder: Path) -> Experiment:
    """The experiment in a folder. Raises BadInput where there is none or its plan is damaged."""
    plan = read_plan(folder)
    runs, unfinished = [], []
    for planned in plan["runs"]:
        where = run_folder(folder, str(planned["name"]))
        state = state_of(where)
        if state == "finished":
            try:
                runs.append(_read(planned, where))
            except PyojeongError as error:
                # One damaged run is told of in the report and does not keep the others from it.
                reason = {"en": clean(error.en), "ko": clean(error.ko)}
                unfinished.append(Unfinished(planned, "damaged", reason))
        else:
            reason = {lang: failure(where, lang) for lang in ("en", "ko")}
            unfinished.append(Unfinished(planned, state, reason))
    return Experiment(plan, tuple(runs), tuple(unfinished))


def _read(plan: Mapping[str, Any], where: Path) -> Run:
    result = _result(where / RESULT)
    arrays = read_predictions(where / "predictions.npz", len(result["classes"]))
    versions = where / "versions.json"
    config = where / "config.toml"
    return Run(
        plan,
        result,
        read_json(versions) if versions.is_file() else {},
        config.read_text("utf-8", "replace") if config.is_file() else "",
        _log(where / "log.jsonl"),
        *arrays,
    )


def _result(path: Path) -> dict[str, Any]:
    """Its numbers are finite, but a cost that was not measured is NaN. Raises BadInput."""
    result = read_json(path)
    for key in ("accuracy", "macro_f1", "temperature"):
        result[key] = _number(result.get(key))
    for key in COSTS:
        value = result.get(key)
        unknown = value is None or (isinstance(value, float) and math.isnan(value))
        result[key] = math.nan if unknown else _number(value)
        if not unknown and not 0 <= result[key] < _FAR:
            raise broken(path)
    best = result.get("best_epoch")
    result["best_epoch"] = 0 if best is None else _number(best)
    classes = result.get("classes")
    named = isinstance(classes, list) and classes and all(isinstance(c, str) for c in classes)
    measured = all(math.isfinite(result[k]) for k in ("accuracy", "macro_f1", "best_epoch"))
    if not named or not measured or not 1e-6 < result["temperature"] < 1e6:
        raise broken(path)
    result["classes"] = [clean(name) for name in result["classes"]]
    result["note"] = clean(str(result.get("note", "")))
    return result


def _number(value: Any) -> float:
    """NaN of what is no number or is too far from nought to draw."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return float(value) if -_FAR < value < _FAR else math.nan


def _log(path: Path) -> tuple[Mapping[str, Any], ...]:
    """A line that was cut short by a kill is left out."""
    lines: list[Mapping[str, Any]] = []
    try:
        text = read_bytes(path, 100_000_000, "max_text_bytes").decode("utf-8", "replace")
    except BadInput:
        return ()
    for line in text.splitlines():
        try:
            made = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(made, dict):
            continue
        numbers = {key: _number(made.get(key)) for key in _LOGGED}
        if 0 <= numbers["epoch"] < _MOST_EPOCHS:
            lines.append(numbers)
    return tuple(lines)
