"""Whole runs: what the folder holds, and that a killed run ends as an unbroken one."""

import json
import multiprocessing
import os
import signal
import socket
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")

import torch

from pyojeong.errors import BadInput, BadSettings
from pyojeong.train.classifier.config import Config
from pyojeong.train.classifier.keeping import Keeping
from pyojeong.train.classifier.lesson import Lesson

forked = pytest.mark.skipif(sys.platform != "linux", reason="forks")
VARIED = {"seconds", "ms_per_picture"}
"""Facts of a result that time decides."""


def result_of(folder):
    return json.loads((folder / "result.json").read_text("utf-8"))


def weights_of(folder, name="last"):
    path = folder / f"checkpoints/{name}.ckpt"
    return torch.load(path, weights_only=True)["state_dict"]


def assert_same_run(folder, other):
    """Weights, predictions and numbers are equal to the last bit."""
    for name in ("last", "best"):
        ours, theirs = weights_of(folder, name), weights_of(other, name)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    with np.load(folder / "predictions.npz") as ours, np.load(other / "predictions.npz") as theirs:
        assert ours.keys() == theirs.keys()
        assert all(np.array_equal(ours[key], theirs[key]) for key in ours)
    ours, theirs = result_of(folder), result_of(other)
    assert {k: v for k, v in ours.items() if k not in VARIED} == {
        k: v for k, v in theirs.items() if k not in VARIED
    }
    logs = [(f / "log.jsonl").read_text("utf-8").splitlines() for f in (folder, other)]
    for line, same in zip(*logs, strict=True):
        assert json.loads(line) | {"seconds": 0} == json.loads(same) | {"seconds": 0}


@pytest.fixture
def chance(monkeypatch):
    """An augmentation that shifts and lightens by chance, in the place of the real one."""

    def make(settings):
        def change(image, random):
            shifted = np.roll(image, int(random.integers(-2, 3)), axis=0)
            return np.clip(shifted + random.integers(0, 30), 0, 255).astype(np.uint8)

        return change

    fake = SimpleNamespace(Augment=SimpleNamespace, make=make)
    fake.Augment = lambda kind, file, pose: (kind, file, pose)
    monkeypatch.setitem(sys.modules, "pyojeong.train.augment", fake)


@pytest.fixture
def shaky(config, chance):
    """Settings with everything that chance or state decides."""
    return config.with_values(
        {
            "augment.kind": "basic",
            "schedule.name": "plateau",
            "schedule.patience": 0,
            "loss.smoothing": 0.1,
            "loss.weights": "balanced",
            "train.save_seconds": 0.0,
        }
    )


def test_a_run_leaves_all_that_others_read(train, config):
    folder = train(config)
    result = result_of(folder)
    assert result["accuracy"] > 0.6
    assert result["state"] == "finished"
    assert (result["classes"], result["measured_on"]) == (["calm", "glad", "sad"], "test")
    assert result["epochs"] == 3
    assert result["parameters"] == 3 * 6 * 9 + 6 + 12 + 96 * 3 + 3
    # Multiply-adds of the convolution (9 x 9 outputs) and of the last layer, each two operations.
    assert result["flops"] == 2 * (81 * 6 * 27 + 96 * 3)
    assert Config.read(folder / "config.toml") == config
    versions = json.loads((folder / "versions.json").read_text("utf-8"))
    assert versions["torch"] == torch.__version__
    assert {"python", "torchvision", "numpy", "pyojeong", "machine", "seed"} <= versions.keys()
    lines = [json.loads(x) for x in (folder / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert set(lines[0]) == {"epoch", "train_loss", "val_loss", "val_accuracy", "lr", "seconds"}
    assert lines[0]["train_loss"] > lines[-1]["train_loss"]
    with np.load(folder / "predictions.npz", allow_pickle=False) as kept:
        assert kept["logits"].shape == kept["val_logits"].shape == (12, 3)
        assert kept["logits"].dtype == np.float32
        assert kept["thumbs"].shape == (12, 48, 48, 3)
        assert kept["names"][0] == "drawn-48"
        assert (kept["logits"].argmax(1) == kept["labels"]).mean() == result["accuracy"]
    exported = json.loads((folder / "model.onnx").read_text("utf-8"))
    assert exported["labels"] == ["calm", "glad", "sad"]
    assert exported["temperature"] == result["temperature"]
    assert not list(folder.rglob("*.part*"))


def test_the_same_seed_is_the_same_run_and_another_is_not(train, shaky):
    first, again = train(shaky, "one"), train(shaky, "two")
    assert_same_run(first, again)
    other = weights_of(train(shaky.with_values({"train.seed": 2}), "three"))
    assert not torch.equal(weights_of(first)["net.0.weight"], other["net.0.weight"])


def test_half_precision(train, config):
    folder = train(config.with_values({"train.precision": "bf16"}))
    assert result_of(folder)["accuracy"] > 0.6
    kept = weights_of(folder)
    assert {value.dtype for value in kept.values()} == {torch.float32, torch.int64}
    exact = weights_of(train(config, "exact"))
    assert not torch.equal(kept["net.6.weight"], exact["net.6.weight"])
    assert torch.allclose(kept["net.6.weight"], exact["net.6.weight"], atol=0.1)


@forked
def test_workers_and_cache_change_nothing(train, shaky):
    plain = train(shaky, "plain")
    settings = {"train.workers": 2, "data.cache": "none"}
    assert_same_run(plain, train(shaky.with_values(settings), "workers"))


# --- killed -----------------------------------------------------------------------------------


def die():
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def deadly(owner, name, calls, after=False):
    """The `calls`-th call of a method kills the process, `after` it or before."""
    real, count = getattr(owner, name), [0]

    def method(*arguments, **named):
        count[0] += 1
        if count[0] == calls and not after:
            die()
        made = real(*arguments, **named)
        if count[0] == calls:
            die()
        return made

    setattr(owner, name, method)
    yield
    setattr(owner, name, real)


def in_a_process(work):
    """Exit code of a forked process that does the work."""
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    # Not join(timeout): it waits for the workers that a killed process leaves behind as well.
    end = time.monotonic() + 120
    while process.exitcode is None and time.monotonic() < end:
        time.sleep(0.005)
    return process.exitcode


@pytest.fixture(scope="module")
def unbroken():
    """Folders of unbroken runs, by what they are compared with."""
    return {}


KILLS = {
    "before anything was saved": (Lesson, "training_step", 1, False, 15),
    "in the first epoch": (Lesson, "training_step", 3, False, 13),
    "between step and checkpoint": (Lesson, "training_step", 4, True, 12),
    "while validating": (Lesson, "validation_step", 2, False, 11),
    "at the end of an epoch": (Lesson, "on_train_epoch_end", 1, True, 11),
    "between best and last": (Keeping, "_save", 5, True, 11),
    "just after an epoch": (Keeping, "on_train_epoch_end", 2, True, 5),
    "in the middle of the second epoch": (Lesson, "training_step", 8, False, 8),
    "in the last step": (Lesson, "training_step", 15, False, 1),
    "after the last epoch": (Keeping, "on_train_epoch_end", 3, True, 0),
}
"""Method, call, whether after it, and how many of the 15 steps are left to do."""


@forked
@pytest.mark.filterwarnings("ignore:.*use of fork.*")
@pytest.mark.parametrize("moment", KILLS)
def test_a_killed_run_ends_as_an_unbroken_one(train, shaky, unbroken, moment, monkeypatch):
    if not unbroken:
        unbroken["shaky"] = train(shaky, "unbroken")
    *when, left = KILLS[moment]
    with deadly(*when):
        assert in_a_process(lambda: train(shaky)) == -signal.SIGKILL
    steps, real = [], Lesson.training_step
    monkeypatch.setattr(Lesson, "training_step", lambda *given: steps.append(0) or real(*given))
    folder = train(shaky, resume=True)
    assert len(steps) == left
    assert_same_run(folder, unbroken["shaky"])


@forked
@pytest.mark.filterwarnings("ignore:.*use of fork.*")
def test_killed_again_and_again_with_a_worker(train, shaky, unbroken, tmp_path):
    if not unbroken:
        unbroken["shaky"] = train(shaky, "unbroken")
    shaky = shaky.with_values({"train.workers": 1})
    for step in (2, 4, 3, 5, 2):
        resume = (tmp_path / "run/config.toml").is_file()
        with deadly(Lesson, "training_step", step, True):
            assert in_a_process(lambda again=resume: train(shaky, resume=again)) == -signal.SIGKILL
    assert_same_run(train(shaky, resume=True), unbroken["shaky"])


@forked
@pytest.mark.filterwarnings("ignore:.*use of fork.*")
@pytest.mark.parametrize("name", ["softmax", "time_network"])
def test_killed_while_it_finishes(train, config, name, tmp_path):
    from pyojeong.train.classifier import finish, measuring

    owner = measuring if name == "softmax" else finish
    with deadly(owner, name, 1):
        assert in_a_process(lambda: train(config)) == -signal.SIGKILL
    assert not (tmp_path / "run/result.json").exists()
    assert_same_run(train(config, resume=True), train(config, "unbroken"))


@forked
@pytest.mark.filterwarnings("ignore:.*use of fork.*")
def test_a_kill_in_the_middle_of_writing_leaves_the_older_checkpoint(train, shaky, tmp_path):
    def torn(trainer, path, *rest):
        path.write_bytes(b"half a checkpoint")
        if (tmp_path / "run/checkpoints/last.ckpt").exists():
            die()
        real(trainer, path, *rest)

    from pyojeong.train.classifier.quiet import Trainer

    real, Trainer.save_checkpoint = Trainer.save_checkpoint, torn
    try:
        assert in_a_process(lambda: train(shaky)) == -signal.SIGKILL
    finally:
        Trainer.save_checkpoint = real
    assert_same_run(train(shaky, resume=True), train(shaky, "unbroken"))


def test_a_run_that_stopped_early_stays_stopped(train, config, tmp_path, monkeypatch):
    """Killed after the epoch that ended it, the run must not train on."""
    early = config.with_values({"train.early_stopping": 1, "optimizer.rate": 5.0})
    early = early.with_values({"optimizer.name": "sgd", "train.epochs": 9})
    first = train(early, "first")
    assert result_of(first)["epochs"] < 9
    with monkeypatch.context() as patch:
        patch.setattr("pyojeong.train.classifier.run.finish", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            train(early)
    assert_same_run(train(early, resume=True), first)


def test_ctrl_c_leaves_a_run_that_goes_on(train, shaky, monkeypatch):
    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        real = Lesson.training_step

        def stopped(self, batch, number):
            if self.global_step == 7:
                raise KeyboardInterrupt
            return real(self, batch, number)

        patch.setattr(Lesson, "training_step", stopped)
        with pytest.raises(KeyboardInterrupt):
            train(shaky)
    assert signal.getsignal(signal.SIGINT) is before
    assert_same_run(train(shaky, resume=True), train(shaky, "unbroken"))


@forked
@pytest.mark.filterwarnings("ignore:.*use of fork.*")
def test_a_terminated_run_leaves_with_its_status_and_goes_on(train, shaky, monkeypatch):
    def terminated():
        real = Lesson.training_step

        def step(self, batch, number):
            if self.global_step == 6:
                os.kill(os.getpid(), signal.SIGTERM)
            return real(self, batch, number)

        Lesson.training_step = step
        train(shaky)

    assert in_a_process(terminated) == 128 + signal.SIGTERM
    assert_same_run(train(shaky, resume=True), train(shaky, "unbroken"))


# --- whose folder -----------------------------------------------------------------------------


def test_a_folder_belongs_to_its_run(train, config, drawn, monkeypatch, tmp_path):
    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr("pyojeong.train.classifier.run.finish", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            train(config)
    with pytest.raises(BadSettings, match="--resume"):
        train(config)
    other = replace(drawn(), labels=np.roll(drawn().labels, 1))
    with pytest.raises(BadInput, match="not those"):
        train(config, resume=True, data=other)
    settings = folder / "config.toml"
    settings.write_text(config.with_values({"optimizer.rate": 0.5}).to_toml(), "utf-8")
    with pytest.raises(BadSettings, match="began with"):
        train(config, resume=True)
    settings.write_text(config.with_values({"train.save_seconds": 5.0}).to_toml(), "utf-8")
    last = folder / "checkpoints/last.ckpt"
    whole = last.read_bytes()
    last.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(BadInput, match="checkpoint"):
        train(config, resume=True)
    last.write_bytes(whole)
    train(config, resume=True)
    with pytest.raises(BadSettings, match="finished run"):
        train(config, resume=True)
    with pytest.raises(BadSettings, match="no run"):
        train(config, "other", resume=True)


def test_a_rate_that_is_too_high_is_named(train, config):
    wild = {"optimizer.name": "sgd", "optimizer.rate": 10.0, "optimizer.momentum": 0.999}
    broken = config.with_values(wild | {"train.epochs": 60})

    def explosive(name, classes, **settings):
        from torch import nn

        net = nn.Sequential(
            nn.Flatten(), *(nn.Linear(n, m) for n, m in ((1200, 99), (99, classes)))
        )
        return SimpleNamespace(net=net, mean=(0.0,) * 3, std=(1e-3,) * 3, side=20, note="wild")

    with pytest.raises(BadSettings, match=r"optimizer\.rate"):
        train(broken, build=explosive)


def test_pictures_that_cannot_be_read_are_left_out(train, config, drawn):
    for cache in ("memory", "none"):
        data = drawn(broken=frozenset({1, 2, 40, 50}))
        folder = train(config.with_values({"data.cache": cache}), cache, data=data)
        with np.load(folder / "predictions.npz") as kept:
            assert "drawn-50" not in kept["names"]
            assert len(kept["labels"]) == len(kept["val_labels"]) == 11
    assert result_of(folder)["accuracy"] > 0.3


def test_what_is_not_trained_stays(train, config, tiny):
    folder = train(config.with_values({"model.part": "head"}))
    torch.manual_seed(config.train.seed)
    begun = tiny("tiny", 3, part="head").net.state_dict()
    learned = weights_of(folder)
    for name in ("0.weight", "0.bias", "1.weight", "1.running_mean", "1.running_var"):
        assert torch.equal(learned[f"net.{name}"], begun[name])
    assert not torch.equal(learned["net.6.weight"], begun["6.weight"])


# --- several devices --------------------------------------------------------------------------


def free_port():
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return link.getsockname()[1]


def as_torchrun(work, world):
    """Exit codes of processes that find the surroundings torchrun gives them."""
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    shared |= {"WORLD_SIZE": str(world), "LOCAL_WORLD_SIZE": str(world), "GROUP_RANK": "0"}
    shared |= {"TORCHELASTIC_RUN_ID": "test", "CUDA_VISIBLE_DEVICES": ""}

    def ranked(rank):
        os.environ.update(shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)})
        work()

    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=ranked, args=(rank,)) for rank in range(world)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        process.kill()
    return [process.exitcode for process in processes]


@forked
@pytest.mark.filterwarnings("ignore:.*use of fork.*")
def test_two_processes_learn_what_one_does(train, shaky, tmp_path):
    """Halves of every batch in two processes, gradients averaged: the same steps as in one."""

    def plain(name, classes, **settings):
        from torch import nn

        net = nn.Sequential(nn.Conv2d(3, 4, 5, 5), nn.Tanh(), nn.Flatten(), nn.Linear(64, classes))
        return SimpleNamespace(net=net, mean=(0.5,) * 3, std=(0.5,) * 3, side=20, note="plain")

    steady = shaky.with_values({"loss.weights": "none", "optimizer.name": "sgd"})
    one = train(steady, "one", build=plain)
    half = steady.with_values({"train.batch": steady.train.batch // 2, "train.save_seconds": 1e6})
    assert as_torchrun(lambda: train(half, "two", build=plain), 2) == [0, 0]
    ours, theirs = weights_of(one), weights_of(tmp_path / "two")
    for key in ours:
        assert torch.allclose(ours[key], theirs[key], atol=1e-5), key
    both = [json.loads((f / "log.jsonl").read_text("utf-8").splitlines()[-1])
            for f in (one, tmp_path / "two")]  # fmt: skip
    assert both[0]["val_loss"] == pytest.approx(both[1]["val_loss"], abs=1e-4)
    assert both[0]["train_loss"] == pytest.approx(both[1]["train_loss"], abs=1e-4)
