"""The ONNX file of an ensemble: its members' graphs side by side, and a vote over them.

It is a file like any that `export_classifier` writes, so `face/exported.py` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput, OutputFailed
from pyojeong.face.exported import FORMAT, INPUT, KEY, OUTPUT, Card
from pyojeong.media.files import atomic_path

LEAST = 1e-6
"""Probabilities are not taken to be smaller, so that their logarithm exists."""
_OPSET = 17
"""What `export_classifier` writes."""


@dataclass(frozen=True, slots=True, eq=False)
class Vote:
    """How m members become one, for k classes.

    slopes: (m,) shares of a mean, or (k, m·k) of a regression on log-probabilities. offsets: (k,)
    of the regression, None for a mean. temperature: divides the result's logarithms.
    """

    slopes: NDArray[np.float64]
    offsets: NDArray[np.float64] | None = None
    temperature: float = 1.0


def write_ensemble(
    out: Path,
    members: Sequence[tuple[Path, Sequence[int]]],
    card: Card,
    vote: Vote,
    notes: Mapping[str, Any],
) -> None:
    """Write one self-contained file.

    members: each one's file, and where in its output each label of `card` is; all take pictures
    of the card's side. Raises BadInput (a member of another kind), OutputFailed.
    """
    import onnx

    helper = onnx.helper
    nodes, constants, read = [], [], []
    for at, (file, order) in enumerate(members):
        graph = _renamed(file, f"member{at}/")
        nodes.append(helper.make_node("Identity", [INPUT], [f"member{at}/{INPUT}"]))
        nodes += list(graph.node)
        constants += [*graph.initializer, _constant(f"order{at}", np.array(order, np.int64))]
        gathered = [f"member{at}/{OUTPUT}", f"order{at}"]
        nodes.append(helper.make_node("Gather", gathered, [f"read{at}"], axis=1))
        read.append(f"read{at}")
    voting, more = _vote(read, vote)
    shape: list[Any] = ["n", card.side, card.side, 3]
    graph = helper.make_graph(
        nodes + voting,
        "ensemble",
        [helper.make_tensor_value_info(INPUT, onnx.TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, ["n", len(card.labels)])],
        constants + more,
    )
    opset = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    helper.set_model_props(model, {KEY: _about(card, len(members), vote, notes)})
    _save(model, out)


def _renamed(file: Path, prefix: str) -> Any:
    import onnx

    model = onnx.load_model_from_string(file.read_bytes())
    kinds = {entry.domain: entry.version for entry in model.opset_import}
    if kinds != {"": _OPSET} or model.functions:
        raise BadInput(
            f"{file} uses operators {kinds}; members need those of ONNX {_OPSET}, as pyojeong "
            "train expression writes.",
            f"{file}의 연산자는 {kinds}입니다. pyojeong train expression이 쓰는 ONNX {_OPSET}이어야 "
            "합니다.",
        )
    return onnx.compose.add_prefix(model, prefix).graph


def _save(model: Any, out: Path) -> None:
    try:
        data = model.SerializeToString()
    except Exception as error:  # protobuf's own, beyond 2 GiB
        raise OutputFailed(
            f"{out} would be larger than 2 GiB, which ONNX cannot hold.",
            f"{out}이(가) ONNX의 한계인 2GiB를 넘게 됩니다.",
        ) from error
    with atomic_path(out) as part:
        part.write_bytes(data)


def _vote(read: list[str], vote: Vote) -> tuple[list[Any], list[Any]]:
    """Nodes and constants from the members' probabilities to the ensemble's."""
    from onnx import helper

    node = helper.make_node
    values: dict[str, Any] = {"least": LEAST, "temperature": vote.temperature}
    if vote.offsets is None:
        values |= {f"share{i}": share for i, share in enumerate(vote.slopes)}
        nodes = [node("Mul", [name, f"share{i}"], [f"part{i}"]) for i, name in enumerate(read)]
        nodes.append(node("Sum", [f"part{i}" for i in range(len(read))], ["mean"]))
        nodes += [node("Max", ["mean", "least"], ["kept"]), node("Log", ["kept"], ["logs"])]
    else:
        values |= {"slopes": vote.slopes, "offsets": vote.offsets}
        nodes = [node("Concat", read, ["all"], axis=1)]
        nodes += [node("Max", ["all", "least"], ["kept"]), node("Log", ["kept"], ["given"])]
        nodes.append(node("Gemm", ["given", "slopes", "offsets"], ["logs"], transB=1))
    nodes.append(node("Div", ["logs", "temperature"], ["cooled"]))
    nodes.append(node("Softmax", ["cooled"], [OUTPUT], axis=1))
    return nodes, [_constant(name, np.array(value, np.float32)) for name, value in values.items()]


def _constant(name: str, value: NDArray[Any]) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(value, name)


def _about(card: Card, members: int, vote: Vote, notes: Mapping[str, Any]) -> str:
    about = {
        "format": FORMAT,
        "labels": list(card.labels),
        "side": card.side,
        "crop": {"boxes": card.boxes, "margin": card.margin},
        "temperature": vote.temperature,
        "members": members,
        "notes": dict(notes),
    }
    return json.dumps(about, ensure_ascii=False)
