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


@dataclass(frozen=True, slots=True)
class Part:
    """A member. order: where in its output each label of the ensemble is. side: of the pictures
    it takes, px."""

    file: Path
    order: Sequence[int]
    side: int


def write_ensemble(
    out: Path,
    members: Sequence[Part],
    card: Card,
    vote: Vote,
    notes: Mapping[str, Any],
) -> None:
    """Write one self-contained file.

    Members that take smaller pictures than the card's side get them shrunk inside. Raises BadInput
    (a member of another kind), OutputFailed.
    """
    import onnx

    helper = onnx.helper
    nodes, constants, read = [], [], []
    for at, part in enumerate(members):
        graph = _renamed(part.file, f"member{at}/")
        resizing, more = _resized(f"member{at}/{INPUT}", card.side, part.side)
        nodes += [*resizing, *graph.node]
        constants += [*more, *graph.initializer]
        constants.append(_constant(f"order{at}", np.array(part.order, np.int64)))
        gathered = [f"member{at}/{OUTPUT}", f"order{at}"]
        nodes.append(helper.make_node("Gather", gathered, [f"read{at}"], axis=1))
        read.append(f"read{at}")
    voting, counted = _vote(read, vote)
    shape: list[Any] = ["n", card.side, card.side, 3]
    graph = helper.make_graph(
        nodes + voting,
        "ensemble",
        [helper.make_tensor_value_info(INPUT, onnx.TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, ["n", len(card.labels)])],
        constants + counted,
    )
    opset = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    helper.set_model_props(model, {KEY: _about(card, len(members), vote, notes)})
    _save(model, out)


def _resized(name: str, given: int, wanted: int) -> tuple[list[Any], list[Any]]:
    """Nodes and constants that bring the pictures to a member's side, as its input `name`.

    Areas are averaged by doing it in steps of at most a half (bilinear), as OpenCV's INTER_AREA
    nearly does.
    """
    from onnx import TensorProto, helper

    node = helper.make_node
    if given == wanted:
        return [node("Identity", [INPUT], [name])], []
    sides = [given]
    while sides[-1] > 2 * wanted:
        sides.append((sides[-1] + 1) // 2)
    nodes = [
        node("Cast", [INPUT], [f"{name}/float"], to=TensorProto.FLOAT),
        node("Transpose", [f"{name}/float"], [f"{name}/0"], perm=[0, 3, 1, 2]),
        # Resize takes sizes of all axes; the number of pictures is only known when it runs.
        node("Shape", [INPUT], [f"{name}/count"], start=0, end=1),
    ]
    constants = []
    for step, side in enumerate([*sides[1:], wanted], 1):
        constants.append(_constant(f"{name}/area{step}", np.array([3, side, side], np.int64)))
        nodes += [
            node("Concat", [f"{name}/count", f"{name}/area{step}"], [f"{name}/size{step}"], axis=0),
            node(
                "Resize",
                [f"{name}/{step - 1}", "", "", f"{name}/size{step}"],
                [f"{name}/{step}"],
                mode="linear",
            ),
        ]
    last = f"{name}/{len(sides)}"
    nodes += [
        node("Round", [last], [f"{name}/whole"]),
        node("Cast", [f"{name}/whole"], [f"{name}/bytes"], to=TensorProto.UINT8),
        node("Transpose", [f"{name}/bytes"], [name], perm=[0, 2, 3, 1]),
    ]
    return nodes, constants


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
