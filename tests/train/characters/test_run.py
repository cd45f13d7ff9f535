"""Whole runs: what the folder holds, and that a killed run ends as an unbroken one."""

import json
import multiprocessing
import os
import shutil
import signal
import sys
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")
pytest.importorskip("onnx", reason="onnx is in the train extra")

from pyojeong.data.cartoon.style import LABELS  # noqa: E402
from pyojeong.errors import BadInput, BadSettings, InferenceFailed  # noqa: E402
from pyojeong.film.yolo_seg import YoloSegOnnx  # noqa: E402
from pyojeong.media.image import read_image  # noqa: E402
from pyojeong.train.characters.config import Config  # noqa: E402
from pyojeong.train.characters.learner import Learner, rate  # noqa: E402
from pyojeong.train.characters.run import run  # noqa: E402

forked = pytest.mark.skipif(sys.platform != "linux", reason="forks")


def quiet(text):
    """Says nothing."""


def result_of(folder):
    return json.loads((folder / "result.json").read_text("utf-8")) | {"seconds": 0}


def assert_same_run(folder, other):
    """Weights, optimiser, log and numbers are equal to the last bit."""
    ours, theirs = (
        torch.load(one / "checkpoints/last.ckpt", weights_only=True) for one in (folder, other)
    )
    for name in ("net", "mean"):
        assert all(torch.equal(ours[name][key], theirs[name][key]) for key in ours[name])
    logs = [[line | {"seconds": 0} for line in one["history"]] for one in (ours, theirs)]
    assert logs[0] == logs[1]
    assert result_of(folder) == result_of(other)


def test_a_run_leaves_all_that_others_read(finished, tiny):
    folder, told = finished
    assert Config.read(folder / "config.toml") == tiny
    lines = [json.loads(x) for x in (folder / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["step"] for line in lines] == [3, 6]
    assert set(lines[0]) == {
        "epoch", "step", "seconds", "rate", "class", "box", "mask", "map", "map50"
    }  # fmt: skip
    assert told[0] == "One figure was mended."
    result = result_of(folder)
    assert result["state"] == "finished"
    assert (result["steps"], result["measured_on"]) == (6, "val")
    assert result["map"] == pytest.approx(max(line["map"] for line in lines), abs=1e-4)
    assert [row["name"] for row in result["by_class"]] == list(LABELS)
    assert result["pictures"] == {"train": 10, "val": 4}
    assert sum(row["figures"] for row in result["by_class"]) == result["figures"]["val"]
    for name in ("f1", "precision", "recall", "precision_recall"):
        assert read_image(folder / f"curve_{name}.png").width > 1000
    for name in ("confusion", "history_losses", "history_precision", "batches"):
        assert read_image(folder / f"{name}.png").height > 100
    assert not list(folder.rglob("*.part*"))
    assert not (folder / "cache").exists()


def test_the_file_is_a_segmenter_of_films(finished, outlined):
    segmenter = YoloSegOnnx(finished[0] / "model.onnx", threshold=0.01)
    assert segmenter.labels == LABELS
    image = read_image(outlined.pictures[0].file).rgb
    (found,) = segmenter.segment([image])
    assert found.masks.shape[1:] == image.shape[:2]


def test_the_report_needs_nothing_else_and_escapes_names(tiny, outlined, tmp_path):
    hostile = '<script>alert("x")</script>'
    named = tuple(replace(p, name=hostile) for p in outlined.pictures)
    labels = (hostile, *outlined.labels[1:])
    other = replace(outlined, title=hostile, labels=labels, pictures=named)
    config = tiny.with_values({"train.steps": 3})
    run(config, tmp_path / "run", found=other, tell=quiet, lang="ko")
    page = (tmp_path / "run/report.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert '<html lang="ko">' in page
    assert "혼동 행렬" in page
    assert page.count("data:image/png") == 7
    result = result_of(tmp_path / "run")
    assert f"{result['map']:.3f}" in page


@forked
@pytest.mark.parametrize("after", [2, 3, 5])
def test_a_killed_run_goes_on_to_the_same_end(finished, tiny, outlined, tmp_path, after):
    folder = tmp_path / "run"
    process = multiprocessing.get_context("fork").Process(
        target=_killed, args=(tiny, folder, outlined, after)
    )
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    assert (folder / "checkpoints/last.ckpt").is_file()
    assert not (folder / "result.json").exists()
    with pytest.raises(BadSettings, match="--resume"):
        run(tiny, folder, found=outlined, tell=quiet)
    run(Config(), folder, resume=True, found=outlined, tell=quiet)
    assert_same_run(folder, finished[0])


def _killed(config, folder, outlined, after):
    learn = Learner.learn

    def learn_and_die(self):
        if self.step == after:
            os.kill(os.getpid(), signal.SIGKILL)
        learn(self)

    Learner.learn = learn_and_die
    run(config, folder, found=outlined, tell=quiet)


def _stopped(config, folder, outlined, monkeypatch):
    """A run that was stopped after two steps."""
    learn = Learner.learn

    def stop(self):
        if self.step == 2:
            raise KeyboardInterrupt
        learn(self)

    with monkeypatch.context() as patch:
        patch.setattr(Learner, "learn", stop)
        with pytest.raises(KeyboardInterrupt):
            run(config, folder, found=outlined, tell=quiet)
    return folder


def test_a_run_goes_on_only_with_its_own_pictures_and_settings(
    tiny, outlined, tmp_path, monkeypatch
):
    folder = _stopped(tiny, tmp_path / "run", outlined, monkeypatch)
    fewer = replace(outlined, pictures=outlined.pictures[1:])
    with pytest.raises(BadInput):
        run(Config(), folder, resume=True, found=fewer, tell=quiet)
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    text = (other / "config.toml").read_text("utf-8").replace("boxes = 4.0", "boxes = 5.0")
    (other / "config.toml").write_text(text, "utf-8")
    with pytest.raises(BadSettings):
        run(Config(), other, resume=True, found=outlined, tell=quiet)
    (folder / "checkpoints/last.ckpt").write_bytes(b"PK torn")
    with pytest.raises(BadInput):
        run(Config(), folder, resume=True, found=outlined, tell=quiet)


def test_a_checkpoint_runs_no_code(tiny, outlined, tmp_path, monkeypatch):
    folder = _stopped(tiny, tmp_path / "run", outlined, monkeypatch)
    torch.save({"net": Evil(tmp_path / "ran")}, folder / "checkpoints/last.ckpt")
    with pytest.raises(BadInput):
        run(Config(), folder, resume=True, found=outlined, tell=quiet)
    assert not (tmp_path / "ran").exists()


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_run_ends_when_nothing_gets_better(tiny, material):
    config = tiny.with_values({"train.patience": 2, "train.steps": 1000})
    learner = Learner(config, material)
    learner.history = [{"map": value} for value in (0.1, 0.3, 0.3)]
    assert not learner.is_over
    assert learner.best == 1
    learner.history.append({"map": 0.2})
    assert learner.is_over
    patient = Learner(tiny.with_values({"train.patience": 0, "train.steps": 1000}), material)
    patient.history = learner.history * 5
    assert not patient.is_over


def test_early_stopping_keeps_the_best_weights(tiny, outlined, tmp_path, monkeypatch):
    values = iter([0.2, 0.5, 0.4, 0.3, 0.9])
    kept = []

    class Same:
        def __init__(self):
            self.mean = self.at50 = next(values)

    def measured(learner, *_):
        kept.append({k: v.clone() for k, v in learner.state_dict().items()})
        return []

    monkeypatch.setattr("pyojeong.train.characters.run.measure", measured)
    monkeypatch.setattr("pyojeong.train.characters.run.mean_precision", lambda *_: Same())
    config = tiny.with_values({"train.patience": 2, "train.steps": 60})
    run(config, tmp_path / "run", found=outlined, tell=quiet)
    result = result_of(tmp_path / "run")
    assert result["stopped_early"]
    assert (result["steps"], result["best_epoch"]) == (12, 2)
    best = torch.load(tmp_path / "run/checkpoints/best.ckpt", weights_only=True)["mean"]
    assert all(torch.equal(best[k], kept[1][k]) for k in best)


def test_it_learns_a_few_pictures(tiny, material):
    config = tiny.with_values({"train.steps": 200, "train.batch": 6, "optimizer.rate": 1e-2})
    learner = Learner(config, material)
    losses = []
    for _ in range(40):
        before = sum(learner.sums.values())
        learner.learn()
        losses.append(sum(learner.sums.values()) - before)
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:8])


def test_a_loss_that_is_no_number_ends_the_run(tiny, material, monkeypatch):
    learner = Learner(tiny, material)
    nothing = dict.fromkeys(("class", "box", "mask"), torch.tensor(float("nan")))
    monkeypatch.setattr("pyojeong.train.characters.learner.loss", lambda *_: nothing)
    before = {k: v.clone() for k, v in learner.net.state_dict().items() if "running" not in k}
    with pytest.raises(InferenceFailed, match=r"optimizer\.rate"):
        learner.learn()
    assert all(
        torch.equal(learner.net.state_dict()[k], v) for k, v in before.items() if "num" not in k
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there_is_named(tiny, material):
    with pytest.raises(BadSettings, match=r"train\.device"):
        Learner(tiny.with_values({"train.device": "cuda"}), material)


def test_an_epoch_learns_every_picture_once(tiny, material):
    learner = Learner(tiny.with_values({"train.batch": 5}), material)
    rows = []
    learner_batch = "pyojeong.train.characters.learner.batch"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learner_batch, lambda cache, at, *_: rows.extend(at.tolist()))
        for step in range(4):
            learner._batch(step, 5)
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))
    assert rows[:10] != rows[10:]


def test_the_rate_rises_then_falls(tiny):
    rates = [rate(tiny, done) for done in np.linspace(0, 1, 101)]
    assert max(rates) == pytest.approx(tiny.optimizer.rate, rel=1e-3)
    assert rates.index(max(rates)) == 4
    assert rates[-1] == pytest.approx(0.01 * tiny.optimizer.rate)


def test_the_schedule_may_follow_the_clock_and_begin_small(tiny, material):
    config = tiny.with_values(
        {"train.minutes": 1.0, "train.early_side": 64, "train.early_share": 0.5}
    )
    learner = Learner(config, material)
    assert learner.size() == (64, 64)
    learner.seconds = 45.0
    assert learner.done == 0.75
    assert learner.size() == material.size


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("net.side", 100),
        ("net.widths", [8, 8]),
        ("net.depths", [1, 1, 1, -1]),
        ("data.shares", [1.0, 0.0, 0.0]),
        ("augment.largest", 0.5),
        ("train.device", "tpu"),
    ],
)
def test_settings_out_of_range_are_named(name, value):
    with pytest.raises(BadSettings, match=name.replace(".", r"\.")):
        Config().with_values({name: value})
