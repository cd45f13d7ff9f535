"""What the finished runs of a comparison left, read back and checked."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput
from pyojeong.media.files import read_bytes
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

_LARGEST = 2_000_000_000
_RESULTS = (
    "accuracy",
    "macro_f1",
    "temperature",
    "parameters",
    "flops",
    "ms_per_picture",
    "seconds",
)


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
        return st.softmax(self.logits, float(self.result["temperature"]))

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
    """The experiment in a folder. Raises BadInput where there is none or a file is damaged."""
    plan = read_plan(folder)
    runs, unfinished = [], []
    for planned in plan["runs"]:
        where = run_folder(folder, str(planned["name"]))
        state = state_of(where)
        if state == "finished":
            runs.append(_read(planned, where))
        else:
            reason = {lang: failure(where, lang) for lang in ("en", "ko")}
            unfinished.append(Unfinished(planned, state, reason))
    return Experiment(plan, tuple(runs), tuple(unfinished))


def _read(plan: Mapping[str, Any], where: Path) -> Run:
    result = read_json(where / RESULT)
    numbers = all(isinstance(result.get(key), int | float) for key in _RESULTS)
    if not numbers or not isinstance(result.get("classes"), list):
        raise broken(where / RESULT)
    arrays = _arrays(where / "predictions.npz", len(result["classes"]))
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


def _arrays(path: Path, classes: int) -> tuple[Any, Any, Any, Any]:
    """logits, labels, names, thumbs. Raises BadInput where they do not fit together."""
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise broken(path)
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            logits, labels, names, thumbs = (
                kept[key] for key in ("logits", "labels", "names", "thumbs")
            )
    except (OSError, TypeError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise broken(path) from error
    n = len(labels)
    fits = logits.shape == (n, classes) and names.shape == (n,) and thumbs.shape[:1] == (n,)
    good = fits and thumbs.shape[1:] == (48, 48, 3) and thumbs.dtype == np.uint8
    if not n or not good or labels.min() < 0 or labels.max() >= classes:
        raise broken(path)
    if not np.isfinite(logits).all():
        raise broken(path)
    return logits.astype(np.float32), labels.astype(np.int64), names.astype(np.str_), thumbs


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
        except ValueError:
            continue
        if isinstance(made, dict):
            lines.append(made)
    return tuple(lines)
