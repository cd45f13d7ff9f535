"""Where a run computes and how exactly: devices and precision, as arguments of the Trainer."""

from __future__ import annotations

import os
from typing import Any

import torch

from pyojeong.errors import BadSettings
from pyojeong.train.classifier.config import Train

_PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}


def placing(train: Train) -> dict[str, Any]:
    """Devices, precision and determinism as `lightning.pytorch.Trainer` takes them.

    Under torchrun the processes that it started are the devices.
    """
    devices: Any = train.devices if train.devices == "auto" else int(train.devices)
    settings: dict[str, Any] = {"accelerator": "auto", "devices": devices}
    if "TORCHELASTIC_RUN_ID" in os.environ and "LOCAL_WORLD_SIZE" in os.environ:
        local, world = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["WORLD_SIZE"])
        settings |= {"devices": local, "num_nodes": max(1, world // local)}
    settings["precision"] = _PRECISIONS[precision(train.precision)]
    if torch.cuda.is_available():
        # Layers without a deterministic twin only warn.
        settings["deterministic"] = "warn"
    return settings


def precision(wanted: str) -> str:
    """What is wanted, or for "auto" the half precision that the device does well, else "32".

    Without AVX-512 bfloat16 is many times slower on a CPU than float32. Raises BadSettings.
    """
    if wanted == "16" and not torch.cuda.is_available():
        raise BadSettings(
            'train.precision = "16" needs a GPU; "bf16" and "32" do not.',
            'train.precision = "16"은 GPU가 필요합니다. "bf16"이나 "32"를 쓰세요.',
        )
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "16"
    return "bf16" if "AVX512" in torch.backends.cpu.get_cpu_capability() else "32"
