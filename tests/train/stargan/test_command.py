"""`pyojeong train stargan`: from folders to a file that the editor takes."""

import json
from functools import partial

import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")
pytest.importorskip("onnx", reason="onnx is in the train extra")

from pyojeong.edit.stargan import StarGanEditor


@pytest.fixture
def command(program):
    """command("--out", folder, ...) → exit code, standard output, standard error."""
    return partial(program, "train", "stargan")


def test_two_folders_are_learned_together(command, faces, emotions, celeba, tiny, tmp_path):
    faces.write_folders(tmp_path / "emotions", emotions)
    settings = tmp_path / "joint.toml"
    settings.write_text(tiny.with_values({"train.steps": 2}).to_toml(), "utf-8")
    out = tmp_path / "run"
    sources = ("--data", celeba, "--data", tmp_path / "emotions")
    code, said, told = command(settings, *sources, "--out", out, "--set", "train.judge_steps=2")
    assert code == 0, told
    assert said.strip() == str(out)
    assert "looks" in told
    result = json.loads((out / "result.json").read_text("utf-8"))
    assert [one["title"] for one in result["sets"]] == ["looks", "emotions"]
    editor = StarGanEditor(out / "model.onnx")
    assert editor.labels[-3:] == ("happiness", "sadness", "surprise")
    assert command(settings, "--out", out)[0] == 5, "a finished run is not begun again"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--out"),
        (("--out", "run"), "--data"),
        (("--out", "run", "--resume", "--set", "data.side=64"), "--resume"),
        (("--out", "run", "--resume"), "config.toml"),
        (("--out", "run", "--set", "data.sides=64"), "data.side"),
    ],
)
def test_mistakes_are_named(command, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    code, _, told = command(*words)
    assert code == 5
    assert said in told
