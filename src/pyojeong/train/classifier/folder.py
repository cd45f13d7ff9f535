"""The folder of a run: who may begin or go on in it, and what it says about its making."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from pyojeong.errors import BadInput, BadSettings
from pyojeong.media.files import atomic_path, output_failed
from pyojeong.train.classifier.keeping import LAST
from pyojeong.train.typed_toml import Settings

CONFIG, VERSIONS, RESULT = "config.toml", "versions.json", "result.json"
Own = TypeVar("Own", bound=Settings)
_PACKAGES = ("torch", "torchvision", "lightning", "numpy", "pyojeong")


def open_folder(config: Own, folder: Path, resume: bool) -> Own:
    """Make the run's folder, or find the settings of the run to go on with.

    A folder whose run never reached its first checkpoint may be begun anew. Raises BadSettings
    where the folder holds another run, or none to resume; OutputFailed.
    """
    if (folder / RESULT).is_file():
        raise BadSettings(
            f"{folder} holds a finished run. Choose another folder.",
            f"{folder}에는 끝난 학습이 있습니다. 다른 폴더를 고르세요.",
        )
    if resume:
        return _settings_in(folder, type(config))
    # Of several processes that train together the first asks; the others may come later.
    if (folder / LAST).is_file() and os.environ.get("LOCAL_RANK", "0") == "0":
        raise BadSettings(
            f"{folder} holds a run that was stopped. Add --resume, or choose another folder.",
            f"{folder}에는 중단된 학습이 있습니다. --resume을 붙이거나 다른 폴더를 고르세요.",
        )
    try:
        (folder / LAST).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_failed(folder, error) from error
    with atomic_path(folder / CONFIG) as part:
        part.write_text(config.to_toml(), "utf-8")
    return config


def _settings_in(folder: Path, kind: type[Own]) -> Own:
    if not (folder / CONFIG).is_file():
        raise BadSettings(
            f"{folder} holds no run that could go on (there is no {CONFIG}).",
            f"{folder}에는 이어 할 학습이 없습니다({CONFIG} 없음).",
        )
    return kind.read(folder / CONFIG)


def same_data(folder: Path, config: Settings, digest: str) -> None:
    """Write `versions.json`, or check that a run which goes on finds the data it began with.

    digest: of rows, labels and splits. Raises BadInput where they are others.
    """
    path = folder / VERSIONS
    if (folder / LAST).is_file() and path.is_file():
        known = json.loads(path.read_text("utf-8")).get("data")
        if known != digest:
            raise BadInput(
                f"The pictures are not those that the run in {folder} began with.",
                f"{folder}의 학습을 시작한 사진들과 다릅니다.",
            )
        return
    facts = versions() | {"seed": config.get("train.seed"), "data": digest}
    with atomic_path(path) as part:
        part.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


def versions() -> dict[str, Any]:
    """Versions of what computed the run, and the machine."""
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else _processor()
    machine = f"{device}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    facts = {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES}
    return facts | {"machine": machine, "threads": torch.get_num_threads()}


def _version(package: str) -> str:
    # The package itself says how it was built; the metadata may not.
    loaded = getattr(sys.modules.get(package), "__version__", None)
    if loaded:
        return str(loaded)
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
