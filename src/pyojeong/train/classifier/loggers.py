"""TensorBoard and MLflow, for those who watch runs there; `log.jsonl` is always written."""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pyojeong.errors import OutputFailed
from pyojeong.media.files import atomic_path
from pyojeong.registry import missing_extra
from pyojeong.train.typed_toml import Settings

_NEEDED = {"tensorboard": "tensorboard", "mlflow": "mlflow"}
_RUN = "mlflow.json"


def make_loggers(config: Settings, folder: Path) -> list[Any]:
    """Loggers of Lightning that write below the run's folder. Raises MissingExtra."""
    return [_make(name, config, folder) for name in config.get("train.loggers")]


def _make(name: str, config: Settings, folder: Path) -> Any:
    if find_spec(_NEEDED[name]) is None:
        raise missing_extra(f"Logging to {name}", "loggers")
    from lightning.pytorch import loggers

    if name == "tensorboard":
        logger = loggers.TensorBoardLogger(folder, name="", version="tensorboard")
    else:
        logger = _mlflow(loggers, folder)
    logger.log_hyperparams(flat_settings(config))
    return logger


def _mlflow(loggers: Any, folder: Path) -> Any:
    """A run in the store that MLFLOW_TRACKING_URI names, else in files below the run's folder.

    A resumed run goes on with its old number. Raises OutputFailed where the store cannot be used.
    """
    from mlflow.exceptions import MlflowException

    known = folder / _RUN
    number = json.loads(known.read_text("utf-8"))["run"] if known.is_file() else None
    store = os.environ.get("MLFLOW_TRACKING_URI")
    if not store:
        # Files need no database driver; MLflow asks that they be wanted explicitly.
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        store = (folder / "mlruns").resolve().as_uri()
    try:
        logger = loggers.MLFlowLogger("pyojeong", folder.name, store, run_id=number)
        run = logger.run_id
    except MlflowException as error:
        raise OutputFailed(
            f"MLflow cannot log to {store}: {error}",
            f"MLflow가 {store}에 기록할 수 없습니다: {error}",
        ) from error
    with atomic_path(known) as part:
        part.write_text(json.dumps({"run": run}) + "\n", "utf-8")
    return logger


def flat_settings(config: Settings) -> dict[str, str]:
    """`section.name` → value as it is written in the file."""
    section, flat = "", {}
    for line in config.to_toml().splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = match[1]
        elif line:
            name, _, value = line.partition(" = ")
            flat[f"{section}.{name}"] = value.strip('"')
    return flat
