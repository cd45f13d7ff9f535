"""Real networks and files, nothing replaced: what a trained model says of itself, and the reader
that takes its file."""

import json
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")
pytest.importorskip("onnx", reason="onnx is in the train extra")

from PIL import Image

from pyojeong.cli import main as cli
from pyojeong.face.cropped import whole_picture
from pyojeong.face.exported import ExportedClassifier
from pyojeong.train.calibration import softmax
from pyojeong.train.classifier.config import Config
from pyojeong.train.classifier.run import run

CLASSES = ("neutral", "happiness", "sadness")
SETTINGS = {
    "model.name": "pyojeong-small",
    "data.side": 32,
    "train.epochs": 2,
    "train.batch": 8,
    "train.workers": 0,
    "train.precision": "32",
    "augment.kind": "none",
}


def assert_reads_the_same(folder, read):
    """The exported file gives the calibrated scores of torch for every test picture."""
    result = json.loads((folder / "result.json").read_text("utf-8"))
    reader = ExportedClassifier(folder / "model.onnx")
    with np.load(folder / "predictions.npz") as kept:
        expected = softmax(kept["logits"], result["temperature"])
        names = kept["names"].tolist()
    assert len(names) == 12
    for name, row in zip(names, expected, strict=True):
        picture = read(name)
        height, width = picture.shape[:2]
        (scores,) = reader.classify(picture, [whole_picture(width, height)])
        for label, value in zip(result["classes"], row, strict=True):
            assert scores[label] == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize("gray", [False, True])
def test_the_file_reads_what_torch_reads(drawn, tmp_path, gray):
    data = replace(drawn(), classes=CLASSES)
    config = Config().with_values(SETTINGS | {"data.gray": gray})
    run(config, tmp_path / "run", data=data, tell=lambda text: None)
    assert_reads_the_same(
        tmp_path / "run", lambda name: data.pictures.read(int(name.removeprefix("drawn-")))
    )
    result = json.loads((tmp_path / "run/result.json").read_text("utf-8"))
    assert "from scratch" in result["note"]
    assert result["file_mb"] > 0.1


@pytest.mark.parametrize("kind", ["none", "basic"])
def test_from_a_folder_to_a_reader(drawn, tmp_path, monkeypatch, capsys, kind):
    pytest.importorskip("pyojeong.data.load")
    if kind != "none":
        pytest.importorskip("pyojeong.train.augment")
    data, faces, out = drawn(), tmp_path / "faces", tmp_path / "run"
    for row in range(len(data)):
        folder = faces / str(data.splits[row]) / CLASSES[data.labels[row]]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(data.read(row)).save(folder / f"{row}.png")
    words = [f"{name}={value}" for name, value in (SETTINGS | {"augment.kind": kind}).items()]
    words = [part for word in words for part in ("--set", word)]
    monkeypatch.setattr(
        "sys.argv",
        ["pyojeong", "train", "expression", "--data", str(faces), "--out", str(out), *words],
    )
    with suppress(SystemExit):
        cli.main()
    assert (out / "result.json").is_file(), capsys.readouterr().err
    assert_reads_the_same(out, lambda name: np.asarray(Image.open(faces / name)))
