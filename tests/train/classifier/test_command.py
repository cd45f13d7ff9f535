"""`pyojeong train expression`, and a run of it that is killed from outside."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")

import numpy as np
import torch

from pyojeong.errors import BadSettings

TINY = ("--set", "train.epochs=3", "--set", "train.batch=8", "--set", "train.workers=0",
        "--set", "augment.kind=none", "--set", "train.precision=32")  # fmt: skip

PROGRAM = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("tiny", {conftest!r})
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)
from pyojeong.train import zoo
from pyojeong.train.classifier import run
run._loaded = lambda config: tiny.draw()
run._exporter = lambda: tiny.export_nothing
zoo.build = tiny.build_tiny
from pyojeong.cli.main import main
main()
"""


@pytest.fixture
def command(monkeypatch, program, drawn, tiny, exported):
    """command("--out", folder, ...) → exit code, standard output, standard error."""
    from pyojeong.train import zoo

    monkeypatch.setattr("pyojeong.train.classifier.run._loaded", lambda config: drawn())
    monkeypatch.setattr("pyojeong.train.classifier.run._exporter", lambda: exported)
    monkeypatch.setattr(zoo, "build", tiny, raising=False)

    return partial(program, "train", "expression")


def test_from_settings_to_a_summary(command, tmp_path):
    file = tmp_path / "study.toml"
    file.write_text('[optimizer]\nrate = 0.02\n[model]\nname = "vgg16"\n', "utf-8")
    out = tmp_path / "run"
    code, said, told = command(
        file,
        "--preset",
        "sgd-step",
        "--preset",
        "batch-16",
        "--data",
        tmp_path,
        "--out",
        out,
        *TINY,
    )
    assert code == 0, told
    assert said.strip() == str(out)
    assert "accuracy" in told
    assert "12 pictures (test)" in told
    assert "ECE" in told
    assert "GFLOP" in told
    assert "a tiny network" in told
    from pyojeong.train.classifier.config import Config

    config = Config.read(out / "config.toml")
    assert (config.optimizer.name, config.optimizer.rate) == ("sgd", 0.02)
    assert (config.schedule.name, config.train.batch, config.model.name) == ("step", 8, "vgg16")
    assert config.data.source == str(tmp_path)
    assert json.loads((out / "result.json").read_text("utf-8"))["model"] == "vgg16"


def test_in_korean(command, tmp_path):
    code, _, told = command("--out", tmp_path / "run", "--lang", "ko", *TINY)
    assert code == 0, told
    assert "정확도" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--preset", "sgd"), "sgd-step"),
        (("--set", "model.nam=x"), "model.name"),
        (("--set", "train.epochs"), "section.name=value"),
        (("--resume", "--preset", "sgd-step"), "nothing but --out"),
        (("--resume",), "no run"),
    ],
)
def test_mistakes_are_named(command, tmp_path, arguments, told):
    code, _, said = command("--out", tmp_path / "run", *arguments)
    assert code == 5
    assert told in said


def test_without_a_folder_or_pictures(command, tmp_path, monkeypatch):
    code, _, said = command("--preset", "sgd-step")
    assert (code, "--out" in said) == (5, True)
    from pyojeong.train.classifier.config import Config
    from pyojeong.train.classifier.run import run

    monkeypatch.undo()
    with pytest.raises(BadSettings, match="--data"):
        run(Config(), tmp_path / "run")


def test_ctrl_c_says_how_to_go_on(command, tmp_path, monkeypatch):
    from pyojeong.train.classifier.lesson import Lesson

    def stopped(self, batch, number):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Lesson, "training_step", stopped)
        code, _, told = command("--out", tmp_path / "run", *TINY)
    assert code == 130
    assert "--resume" in told
    code, _, told = command("--out", tmp_path / "run", "--resume")
    assert code == 0, told


@pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL")
def test_killed_from_outside(command, tmp_path):
    """`kill -9` on the real command, wherever it is after its second epoch."""
    program = PROGRAM.format(conftest=str(Path(__file__).with_name("conftest.py")))
    words = [*TINY, "--set", "train.epochs=12", "--set", "train.save_seconds=0"]
    out = tmp_path / "killed"
    surroundings = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    process = subprocess.Popen(
        [sys.executable, "-c", program, "train", "expression", "--out", str(out), *words],
        env=surroundings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and process.poll() is None:
            log = out / "log.jsonl"
            if log.is_file() and len(log.read_text("utf-8").splitlines()) >= 2:
                break
            time.sleep(0.002)
    finally:
        process.kill()
    assert process.wait(10) == -signal.SIGKILL
    done = len((out / "log.jsonl").read_text("utf-8").splitlines())
    assert 2 <= done < 12
    assert command("--out", out, "--resume")[0] == 0
    assert command("--out", tmp_path / "whole", *words)[0] == 0
    ours, theirs = (
        torch.load(f / "checkpoints/last.ckpt", weights_only=True)["state_dict"]
        for f in (out, tmp_path / "whole")
    )
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    with np.load(out / "predictions.npz") as a, np.load(tmp_path / "whole/predictions.npz") as b:
        assert np.array_equal(a["logits"], b["logits"])
    results = [
        json.loads((f / "result.json").read_text("utf-8")) for f in (out, tmp_path / "whole")
    ]
    for name in ("accuracy", "nll", "temperature", "best_epoch", "epochs"):
        assert results[0][name] == results[1][name]
