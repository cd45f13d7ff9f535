"""From a training run to the shipped file: calibrate, export, check, certify.

    PYOJEONG_DATA=... python -m pyojeong.train.expression_export RUN_FOLDER --meshes FOLDER

Writes `weights/expression_ferplus.onnx` with its certificate, and `result.md` in the run's
folder. One temperature per head is fitted on the public test (Guo et al. 2017) and becomes part
of the graph, so the file gives calibrated probabilities.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.face.classifier import ASSET, SIZE
from pyojeong.train.expression import Config, build, predict
from pyojeong.train.expression_data import ExpressionFaces, load_fer
from pyojeong.train.expression_net import ExpressionNet
from pyojeong.train.expression_report import Report, measure, softmax
from pyojeong.train.expression_views import exact_views

Logits = NDArray[np.float32]


class Reader(nn.Module):
    """What ships: crop and mirrored crop → calibrated probabilities of both label sets."""

    def __init__(self, net: ExpressionNet, temperatures: tuple[float, float]) -> None:
        super().__init__()
        self.net = net
        self.temperatures = temperatures

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        plain, mirrored = self.net(faces), self.net(faces.flip(3))
        fer, ferplus = (
            torch.softmax((a + b) / (2 * t), 1)
            for a, b, t in zip(plain, mirrored, self.temperatures, strict=True)
        )
        return fer, ferplus


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


def export(reader: Reader, path: Path) -> None:
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
    facts = {"temperatures": ", ".join(f"{t:.4f}" for t in reader.temperatures)}
    onnx.helper.set_model_props(model, facts)
    onnx.save(model, str(path))


def result_table(upright: Report, loose: Report, before: Report) -> str:
    """Markdown with everything measured on the public test."""
    lines = ["| measured on the FER2013 public test | FER2013 | FER+ majority |", "|---|--:|--:|"]
    for name, report in (("upright crop", upright), ("picture as it is", loose)):
        a, b = report.fer, report.ferplus
        lines.append(f"| accuracy, {name} | {a.accuracy:.4f} | {b.accuracy:.4f} |")
        lines.append(f"| mean recall, {name} | {a.macro_recall:.4f} | {b.macro_recall:.4f} |")
    a, b = before.fer, before.ferplus
    lines.append(f"| calibration error before | {a.ece:.4f} | {b.ece:.4f} |")
    a, b = upright.fer, upright.ferplus
    lines.append(f"| calibration error after | {a.ece:.4f} | {b.ece:.4f} |")
    parts = ["\n".join(lines), "FER2013, upright crop:", a.table(), "FER+:", b.table()]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a trained expression classifier.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--meshes", type=Path, required=True)
    given = parser.parse_args()
    torch.set_num_threads(1)
    net = build(Config.load(given.folder / "config.json"))
    net.load_state_dict(torch.load(given.folder / "last.pt", weights_only=True)["mean"])
    held_out = load_fer("public_test", given.meshes, smoothing=0.0)
    fer, ferplus = predict(net, exact_views(held_out, SIZE), flip=True)
    temperatures = calibrate(fer, ferplus, held_out)
    calibrated = (fer / np.float32(temperatures[0]), ferplus / np.float32(temperatures[1]))
    report = measure(*calibrated, held_out)
    loose = measure(*predict(net, exact_views(held_out, SIZE, loose=True), flip=True), held_out)
    table = result_table(report, loose, measure(fer, ferplus, held_out))
    (given.folder / "result.md").write_text(table, "utf-8")
    print(table)
    path = WEIGHTS / f"{ASSET}.onnx"
    export(Reader(net, temperatures), path)
    certify(path, report)


def certify(path: Path, report: Report) -> None:
    """Writes the certificate beside the file."""
    write_certificate(
        ASSET,
        path,
        licence="Apache-2.0",
        origin="Pyojeong, trained from scratch",
        trained_on="FER2013 training pictures with their labels and FER+ votes (MIT, Microsoft), "
        "and muxspace faces; the pictures carry no clear licence and do not ship",
        accuracy=f"FER2013 public test {report.fer.accuracy:.1%}, "
        f"FER+ majority {report.ferplus.accuracy:.1%} (upright crop, with mirror image)",
        limits="Posed and acted faces of the web around 2013. Fear is taken for surprise or "
        "sadness, disgust for anger. Reads what a face shows, not what a person feels.",
        made_by="python -m pyojeong.train.expression, python -m pyojeong.train.expression_export",
    )


if __name__ == "__main__":
    main()
