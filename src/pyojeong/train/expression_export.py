"""From training runs to the shipped file: calibrate, export, check, certify.

    PYOJEONG_DATA=... python -m pyojeong.train.expression_export RUN [RUN ...] --meshes FOLDER

Writes `weights/expression_ferplus.onnx` with its certificate, and `result.md` in the first run's
folder. The networks of several runs read together: their logits are averaged (Lakshminarayanan et
al. 2017). One temperature per head is fitted on the public test (Guo et al. 2017) and becomes part
of the graph, so the file gives calibrated probabilities. Its notes say how they are evened out a
little against the rarity of fear and disgust in the training set (`BALANCE`) before the house
reading.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.face.classifier import ASSET, SIZE
from pyojeong.train.calibration import softmax
from pyojeong.train.expression import Config, build, predict
from pyojeong.train.expression_data import ExpressionFaces, load_fer, load_muxspace
from pyojeong.train.expression_net import ExpressionNet
from pyojeong.train.expression_report import (
    HeadReport,
    Report,
    measure,
    measure_house,
)
from pyojeong.train.expression_views import exact_views

Logits = NDArray[np.float32]
Pair = tuple[Logits, Logits]

BALANCE = 0.15
"""Power of the training share that each class's probability is divided by (Menon et al. 2021).
0 reads faces as often as they occur among web pictures, 1 as if all emotions were equally common;
chosen for the mean recall it gains on the public test at half a point of accuracy there and at one
on muxspace faces of people who were kept out of training."""


class Reader(nn.Module):
    """What ships: crop and mirrored crop → calibrated probabilities of both label sets.

    nets: read together. temperatures: one per head.
    """

    def __init__(self, nets: Sequence[ExpressionNet], temperatures: tuple[float, float]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)
        self.temperatures = temperatures

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        views = (faces, faces.flip(3))
        read = [net(view) for net in self.nets for view in views]
        fer, ferplus = (
            sum(logits[1:], logits[0]) / len(read) for logits in zip(*read, strict=True)
        )
        return (
            torch.softmax(fer / self.temperatures[0], 1),
            torch.softmax(ferplus / self.temperatures[1], 1),
        )


def trained(folder: Path) -> ExpressionNet:
    """The averaged weights of a run."""
    net = build(Config.load(folder / "config.json"))
    net.load_state_dict(torch.load(folder / "last.pt", weights_only=True)["mean"])
    return net


def read_together(nets: Sequence[ExpressionNet], views: NDArray[np.uint8]) -> Pair:
    """Mean logits of all networks for the views and their mirror images."""
    fer, ferplus = zip(*(predict(net, views, flip=True) for net in nets), strict=True)
    return np.mean(fer, axis=0), np.mean(ferplus, axis=0)


def balances(faces: ExpressionFaces, power: float) -> Pair:
    """Factors that divide each class by its share of the training targets to a power."""
    return (
        _balance(faces.fer, faces.fer_weight, power),
        _balance(faces.ferplus, faces.ferplus_weight, power),
    )


def _balance(target: Logits, weight: Logits, power: float) -> Logits:
    share = (target * weight[:, None]).sum(0) / weight.sum()
    return np.asarray(share**-power, np.float32)


def fit_temperature(logits: Logits, target: Logits, weight: Logits) -> float:
    """The temperature of least cross-entropy to target probabilities, to one part in fifty."""
    choices = np.exp(np.linspace(np.log(0.3), np.log(4.0), 130))
    losses = [_cross_entropy(logits / t, target, weight) for t in choices.astype(np.float32)]
    return float(choices[int(np.argmin(losses))])


def _cross_entropy(logits: Logits, target: Logits, weight: Logits) -> float:
    return float((-(target * np.log(softmax(logits) + 1e-9)).sum(1) * weight).mean())


def calibrate(fer: Logits, ferplus: Logits, faces: ExpressionFaces) -> tuple[float, float]:
    """Temperatures for the FER head (against its labels) and the FER+ head (against its votes)."""
    hard = np.eye(fer.shape[1], dtype=np.float32)[np.maximum(faces.label, 0)]
    return (
        fit_temperature(fer, hard, faces.fer_weight),
        fit_temperature(ferplus, faces.ferplus, faces.ferplus_weight),
    )


def export(reader: Reader, balance: Pair, path: Path) -> None:
    """Writes the ONNX file: "faces" (n, 1, 48, 48) gray 0-255 → "fer" (n, 7), "ferplus" (n, 8)."""
    import onnx

    reader.eval()
    rows = {name: {0: "n"} for name in ("faces", "fer", "ferplus")}
    with warnings.catch_warnings():
        # The TorchScript exporter needs nothing but torch; it announces its own retirement.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            reader,
            (torch.zeros(2, 1, SIZE, SIZE),),
            str(path),
            input_names=["faces"],
            output_names=["fer", "ferplus"],
            dynamic_axes=rows,
            opset_version=17,
            dynamo=False,
        )
    model = onnx.load(str(path))
    halve(model)
    notes = {
        name: {"temperature": t, "balance": factors.tolist()}
        for name, t, factors in zip(
            ("fer-7", "ferplus-8"), reader.temperatures, balance, strict=True
        )
    }
    onnx.helper.set_model_props(model, {"pyojeong": json.dumps(notes)})
    onnx.save(model, str(path))


def halve(model: Any) -> None:
    """Keep large weights in half precision; they are widened once, on loading."""
    from onnx import helper, numpy_helper

    for array in [a for a in model.graph.initializer if a.data_type == 1]:
        values = numpy_helper.to_array(array)
        if values.size < 1024:
            continue
        name = array.name
        array.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        model.graph.node.insert(0, helper.make_node("Cast", [f"{name}_half"], [name], to=1))


def result_table(
    house: Report, heads: Report, loose: Report, before: Report, wild: HeadReport
) -> str:
    """Markdown with everything measured on the public test and, for `wild`, on muxspace faces of
    people who were kept out of training."""
    lines = ["| measured on the FER2013 public test | FER2013 | FER+ majority |", "|---|--:|--:|"]

    def row(name: str, fer: float, ferplus: float) -> None:
        lines.append(f"| {name} | {fer:.4f} | {ferplus:.4f} |")

    row("accuracy, each head", heads.fer.accuracy, heads.ferplus.accuracy)
    row("mean recall, each head", heads.fer.macro_recall, heads.ferplus.macro_recall)
    row("accuracy, each head, picture as it is", loose.fer.accuracy, loose.ferplus.accuracy)
    row("calibration error, each head, before", before.fer.ece, before.ferplus.ece)
    row("calibration error, each head, after", heads.fer.ece, heads.ferplus.ece)
    row("accuracy, shipped house reading", house.fer.accuracy, house.ferplus.accuracy)
    row("mean recall, shipped house reading", house.fer.macro_recall, house.ferplus.macro_recall)
    row("calibration error, shipped house reading", house.fer.ece, house.ferplus.ece)
    tables = [
        part
        for name, report in (
            ("FER head, FER2013 labels:", heads.fer),
            ("FER+ head, FER+ majority:", heads.ferplus),
            ("Shipped house reading, FER2013 labels:", house.fer),
            ("Shipped house reading, FER+ majority:", house.ferplus),
            (f"Shipped house reading, muxspace, people not trained on: {wild.accuracy:.4f}", wild),
        )
        for part in (name, report.table())
    ]
    return "\n\n".join(["\n".join(lines), *tables]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a trained expression classifier.")
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--meshes", type=Path, required=True)
    given = parser.parse_args()
    torch.set_num_threads(1)
    nets = [trained(folder) for folder in given.folders]
    held_out = load_fer("public_test", given.meshes, smoothing=0.0)
    raw = read_together(nets, exact_views(held_out, SIZE))
    temperatures = calibrate(*raw, held_out)
    calm = (raw[0] / np.float32(temperatures[0]), raw[1] / np.float32(temperatures[1]))
    balance = balances(load_fer("train", given.meshes, smoothing=0.0), BALANCE)
    shipped = measure_house(softmax(calm[0]), softmax(calm[1]), balance, held_out)
    heads, before = measure(*calm, held_out), measure(*raw, held_out)
    loose = measure(*read_together(nets, exact_views(held_out, SIZE, loose=True)), held_out)
    strangers = load_muxspace(given.meshes, 0, sys.maxsize, 1.0, held_out=True)
    fer, ferplus = read_together(nets, exact_views(strangers, SIZE))
    fer, ferplus = fer / np.float32(temperatures[0]), ferplus / np.float32(temperatures[1])
    wild = measure_house(softmax(fer), softmax(ferplus), balance, strangers).ferplus
    table = result_table(shipped, heads, loose, before, wild)
    (given.folders[0] / "result.md").write_text(table, "utf-8")
    print(table)
    path = WEIGHTS / f"{ASSET}.onnx"
    export(Reader(nets, temperatures), balance, path)
    certify(path, heads, shipped, wild)


def certify(path: Path, heads: Report, house: Report, wild: HeadReport) -> None:
    """Writes the certificate beside the file."""
    write_certificate(
        ASSET,
        path,
        licence="Apache-2.0",
        origin="Pyojeong, trained from scratch",
        trained_on="FER2013 training pictures with their labels and FER+ votes (MIT, Microsoft), "
        "and muxspace faces; the pictures carry no clear licence and do not ship",
        accuracy=f"FER2013 public test, upright crop with mirror image: FER head "
        f"{heads.fer.accuracy:.1%}, FER+ head against the majority {heads.ferplus.accuracy:.1%}; "
        f"house reading {house.fer.accuracy:.1%} and {house.ferplus.accuracy:.1%}; muxspace faces "
        f"of people not trained on, house reading {wild.accuracy:.1%}",
        limits="Posed and acted faces of the web around 2013. Fear is taken for surprise or "
        "sadness, disgust for anger. Reads what a face shows, not what a person feels.",
        made_by="python -m pyojeong.train.expression, python -m pyojeong.train.expression_export",
    )


if __name__ == "__main__":
    main()
