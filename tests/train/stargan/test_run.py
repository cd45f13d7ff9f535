"""Whole runs of StarGAN: what the folder holds, and that a killed run ends as an unbroken one."""

import json
import multiprocessing
import os
import signal
import socket
import sys

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")
pytest.importorskip("onnx", reason="onnx is in the train extra")

import torch

from pyojeong.errors import BadInput, BadSettings
from pyojeong.media.image import read_image
from pyojeong.train.stargan.config import Config
from pyojeong.train.stargan.painter import PARTS, Painter
from pyojeong.train.stargan.run import run

forked = pytest.mark.skipif(sys.platform != "linux", reason="forks")


def quiet(text):
    """Says nothing."""


def result_of(folder):
    result = json.loads((folder / "result.json").read_text("utf-8"))
    return result | {"seconds": 0}


def checkpoint_of(folder):
    return torch.load(folder / "checkpoints/last.ckpt", weights_only=True)


def assert_same_run(folder, other):
    """Weights, optimisers, log and numbers are equal to the last bit."""
    ours, theirs = checkpoint_of(folder), checkpoint_of(other)
    for name in ("generator", "critic", "kept"):
        assert all(torch.equal(ours[name][key], theirs[name][key]) for key in ours[name])
    logs = [[line | {"seconds": 0} for line in one["history"]] for one in (ours, theirs)]
    assert logs[0] == logs[1]
    assert result_of(folder) == result_of(other)


def test_a_run_leaves_all_that_others_read(finished, tiny):
    assert Config.read(finished / "config.toml") == tiny
    lines = [json.loads(x) for x in (finished / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["step"] for line in lines] == [2, 4, 6]
    assert set(lines[0]) == {"step", "seconds", *PARTS}
    assert read_image(finished / "samples/0000004.png").width > 4 * 32
    sheet = read_image(finished / "samples.png")
    # Of both sets: the face, three attributes, three emotions, and two gaps.
    assert sheet.width == 7 * 32 + 2 * 4
    result = result_of(finished)
    assert result["state"] == "finished"
    assert (result["steps"], result["generator_steps"]) == (6, 3)
    looks, emotions = result["sets"]
    assert set(looks["by_label"]) == {"Black_Hair", "Brown_Hair", "Eyeglasses"}
    assert set(emotions["by_label"]) == {"happiness", "sadness", "surprise"}
    for one in (looks, emotions):
        assert 0 <= one["accuracy"] <= 1
        assert one["fid"] >= 0
    assert set(emotions["wrong_mask"]) == {"looks"}
    assert "not Inception" in result["fid_features"]
    assert not list(finished.rglob("*.part*"))


def test_kept_weights_follow_the_learned_ones(finished):
    state = checkpoint_of(finished)
    for name, kept in state["kept"].items():
        learned = state["generator"][name]
        assert (kept - learned).abs().max() < 0.01
        assert not torch.equal(kept, learned)


def in_a_process(work):
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(120)
    return process.exitcode


@forked
@pytest.mark.filterwarnings("ignore:.*use of fork.*")
def test_a_killed_run_ends_as_an_unbroken_one(tiny, sets, finished, tmp_path, monkeypatch):
    """kill -9 in the middle of a step, again before the next checkpoint, and while it finishes."""
    folder = tmp_path / "run"

    def killed_at(call):
        def work():
            real, count = Painter._paint, [0]

            def paint(self, *given):
                count[0] += 1
                if count[0] == call:
                    os.kill(os.getpid(), signal.SIGKILL)
                real(self, *given)

            Painter._paint = paint
            resume = (folder / "checkpoints/last.ckpt").is_file()
            run(tiny, folder, resume, sets=sets, tell=quiet)

        return work

    # Both sets are painted once in every second step; there are three such steps.
    assert in_a_process(killed_at(4)) == -signal.SIGKILL
    assert checkpoint_of(folder)["step"] == 2
    assert in_a_process(killed_at(3)) == -signal.SIGKILL
    assert checkpoint_of(folder)["step"] == 4
    assert not (folder / "result.json").exists()
    with pytest.raises(BadSettings, match="--resume"):
        run(tiny, folder, sets=sets, tell=quiet)
    run(tiny, folder, True, sets=sets, tell=quiet)
    assert_same_run(folder, finished)


def test_whose_folder_and_what_checkpoint(tiny, emotions, tmp_path, monkeypatch):
    folder, tiny = tmp_path / "run", tiny.with_values({"train.steps": 2})
    with monkeypatch.context() as patch:
        patch.setattr("pyojeong.train.stargan.run.finish", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(tiny, folder, sets=[emotions], tell=quiet)
    shuffled = emotions.take(np.arange(len(emotions))[::-1])
    with pytest.raises(BadInput, match="not those"):
        run(tiny, folder, True, sets=[shuffled], tell=quiet)
    settings = folder / "config.toml"
    settings.write_text(tiny.with_values({"optimizer.rate": 0.5}).to_toml(), "utf-8")
    with pytest.raises(BadSettings, match="began with"):
        run(tiny, folder, True, sets=[emotions], tell=quiet)
    settings.write_text(tiny.with_values({"train.save_seconds": 5.0}).to_toml(), "utf-8")
    last = folder / "checkpoints/last.ckpt"
    whole = last.read_bytes()
    for broken in (b"cos\nsystem\n(S'true'\ntR.", whole[:5000]):
        last.write_bytes(broken)
        with pytest.raises(BadInput, match="checkpoint"):
            run(tiny, folder, True, sets=[emotions], tell=quiet)
    last.write_bytes(whole)
    run(tiny, folder, True, sets=[emotions], tell=quiet)
    (one,) = result_of(folder)["sets"]
    assert "wrong_mask" not in one


def test_half_precision_and_tensorboard(tiny, emotions, tmp_path):
    pytest.importorskip("tensorboard", reason="tensorboard is in the loggers extra")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    values = {"train.precision": "bf16", "train.loggers": ["tensorboard"], "train.steps": 4}
    run(tiny.with_values(values), tmp_path / "run", sets=[emotions], tell=quiet)
    weights = checkpoint_of(tmp_path / "run")["generator"]
    assert {w.dtype for w in weights.values()} == {torch.float32}
    events = EventAccumulator(str(tmp_path / "run/tensorboard"))
    events.Reload()
    assert [e.step for e in events.Scalars("reconstruction")] == [2, 4]


def test_losses_that_are_no_numbers_name_the_setting(tiny, emotions, tmp_path, monkeypatch):
    broken = torch.tensor(float("nan"))
    monkeypatch.setattr("pyojeong.train.stargan.painter.gradient_penalty", lambda *given: broken)
    with pytest.raises(BadSettings, match=r"optimizer\.rate"):
        run(tiny, tmp_path / "run", sets=[emotions], tell=quiet)


@forked
@pytest.mark.filterwarnings("ignore:.*use of fork.*")
def test_two_processes_learn_the_same_weights(tiny, emotions, tmp_path):
    """As torchrun starts them; both must hold the same networks after every step."""
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        port = link.getsockname()[1]
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}

    def work(rank):
        os.environ.update(shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)})
        real = Painter.learn

        def learn(self, after):
            real(self, after)
            torch.save(self.generator.state_dict(), tmp_path / f"{rank}.pt")

        Painter.learn = learn
        run(tiny, tmp_path / "run", sets=[emotions], tell=quiet)

    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=work, args=(rank,)) for rank in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        process.kill()
    assert [process.exitcode for process in processes] == [0, 0]
    ours, theirs = (torch.load(tmp_path / f"{n}.pt", weights_only=True) for n in range(2))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert result_of(tmp_path / "run")["state"] == "finished"
    alone = tiny.with_values({"train.steps": 2})
    run(alone, tmp_path / "alone", sets=[emotions], tell=quiet)
    assert not torch.equal(
        ours["shrink.0.weight"], checkpoint_of(tmp_path / "alone")["generator"]["shrink.0.weight"]
    )
