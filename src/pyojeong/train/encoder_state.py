"""The state of a run and its checkpoint: one safetensors file, no pickle, written atomically."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from pyojeong.errors import BadInput, BadSettings
from pyojeong.media.files import atomic_path

NET, OPTIMIZER, RANDOM = "net.", "optimizer.", "random."


@dataclass(slots=True)
class State:
    """What changes while training; all of it is in a checkpoint.

    data: fingerprint of texts and targets. losses: sum over the epoch's steps so far. history:
    one report per epoch. best: (macro-F1, epoch) of the epoch whose weights are kept.
    """

    net: Any
    optimizer: torch.optim.Optimizer
    data: str
    step: int = 0
    losses: float = 0.0
    seconds: float = 0.0
    best: tuple[float, int] = (-1.0, 0)
    history: list[dict[str, float]] = field(default_factory=list)


def save(state: State, path: Path) -> None:
    """Write a checkpoint; an interrupted write leaves the older one whole. Raises OutputFailed."""
    tensors = {NET + name: tensor for name, tensor in state.net.state_dict().items()}
    for number, entry in state.optimizer.state_dict()["state"].items():
        for name, tensor in entry.items():
            tensors[f"{OPTIMIZER}{number}.{name}"] = tensor
    for device, tensor in _random_states().items():
        tensors[RANDOM + device] = tensor
    facts = {
        "data": state.data,
        "step": state.step,
        "losses": state.losses,
        "seconds": state.seconds,
        "best": state.best,
        "history": state.history,
    }
    with atomic_path(path) as part:
        # Copies, because safetensors refuses tensors that share memory.
        flat = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
        save_file(flat, part, metadata={"state": json.dumps(facts)})


def restore(state: State, path: Path) -> None:
    """Go on from a checkpoint that `save` wrote. Raises BadInput for a broken one, BadSettings
    when it was made with other texts."""
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads(file.metadata()["state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if facts["data"] != state.data:
            raise BadSettings(
                "The tables have changed since the run was started; start a new one.",
                "학습을 시작한 뒤 표가 바뀌었습니다. 새로 시작하세요.",
            )
        state.net.load_state_dict(_under(tensors, NET))
        _restore_optimizer(state.optimizer, _under(tensors, OPTIMIZER))
        _set_random_states(_under(tensors, RANDOM))
    except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError, OSError) as error:
        raise BadInput(
            f"The checkpoint {path} cannot be used: {error}",
            f"체크포인트 {path}을(를) 쓸 수 없습니다: {error}",
        ) from error
    state.step, state.losses = int(facts["step"]), float(facts["losses"])
    state.seconds, state.history = float(facts["seconds"]), list(facts["history"])
    state.best = float(facts["best"][0]), int(facts["best"][1])


def save_weights(net: Any, path: Path) -> None:
    """The network's weights alone. Raises OutputFailed."""
    with atomic_path(path) as part:
        tensors = {n: t.detach().cpu().clone().contiguous() for n, t in net.state_dict().items()}
        save_file(tensors, part)


def load_weights(net: Any, path: Path) -> None:
    """Back into the same network."""
    with safe_open(path, framework="pt") as file:
        net.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118


def _restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    table = optimizer.state_dict()
    table["state"] = {}
    for name, tensor in tensors.items():
        number, _, key = name.partition(".")
        table["state"].setdefault(int(number), {})[key] = tensor
    optimizer.load_state_dict(table)


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}


def _random_states() -> dict[str, Tensor]:
    found = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        found["cuda"] = torch.cuda.get_rng_state()
    return found


def _set_random_states(found: dict[str, Tensor]) -> None:
    torch.set_rng_state(found["cpu"])
    if "cuda" in found and torch.cuda.is_available():
        torch.cuda.set_rng_state(found["cuda"])
