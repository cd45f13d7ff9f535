"""`pyojeong train characters`: from a set or the drawn cartoon to a file that films take."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")
pytest.importorskip("onnx", reason="onnx is in the train extra")

from pyojeong.data.instances.save import save_instances
from pyojeong.film.yolo_seg import YoloSegOnnx
from pyojeong.train.characters.config import Config


@pytest.fixture
def command(program):
    """command("--out", folder, ...) → exit code, standard output, standard error."""
    return partial(program, "train", "characters")


def test_the_cartoon_is_one_kind_of_data(command, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("pyojeong.train.characters.gathering._HELD", 3)
    settings = tmp_path / "small.toml"
    settings.write_text(tiny.with_values({"train.steps": 2}).to_toml(), "utf-8")
    out = tmp_path / "run"
    code, said, told = command("--config", settings, "-o", out, "--set", "data.cartoon=6")
    assert code == 0, told
    assert said.strip() == str(out)
    assert f"pyojeong film movie.mp4 --characters {out / 'model.onnx'} -o report/" in told
    assert "mask mAP50-95" in told
    result = json.loads((out / "result.json").read_text("utf-8"))
    assert result["title"] == "cartoon"
    assert YoloSegOnnx(out / "model.onnx").labels[:2] == ("haru", "bulkon")
    assert command("--config", settings, "-o", out)[0] == 5, "a finished run is not begun again"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--out"),
        (("-o", "run"), "data.cartoon"),
        (("-o", "run", "--resume", "--set", "net.side=64"), "--resume"),
        (("-o", "run", "--resume"), "config.toml"),
        (("-o", "run", "--set", "net.sides=64"), "net.side"),
        (("-o", "run", "--set", "data.cartoon=6", "--set", "net.start=nobody"), "net.start"),
    ],
)
def test_mistakes_are_named(command, tmp_path, monkeypatch, words, said):
    monkeypatch.setattr("pyojeong.train.characters.gathering._HELD", 1)
    monkeypatch.chdir(tmp_path)
    code, _, told = command(*words)
    assert code != 0
    assert said in told


def test_the_experiment_of_the_shipped_network_can_be_read():
    root = Path(__file__).parents[3]
    config = Config.read(root / "experiments/cartoon/characters.toml")
    assert (config.data.cartoon, config.net.side, config.net.start) == (4500, 416, "")


def test_a_folder_of_outlined_pictures_is_learned_from(command, outlined, tiny, tmp_path):
    folder, out = tmp_path / "set", tmp_path / "run"
    save_instances(replace(outlined, labels=(*outlined.labels[:-1], "새 인물")), folder, "coco")
    settings = tmp_path / "small.toml"
    settings.write_text(tiny.with_values({"train.steps": 2}).to_toml(), "utf-8")
    code, _, told = command(folder, "--config", settings, "--out", out)
    assert code == 0, told
    result = json.loads((out / "result.json").read_text("utf-8"))
    assert result["pictures"] == {"train": 10, "val": 4}
    assert YoloSegOnnx(out / "model.onnx").labels[-1] == "새 인물"
