"""The runner, with a stand-in for training that takes a moment: kept, gone on with, recorded."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.errors import BadSettings, InferenceFailed
from pyojeong.train.experiment.folder import alone, failure, run_folder, state_of
from pyojeong.train.experiment.grid import parse_grid
from pyojeong.train.experiment.runner import run_grid

HERE = Path(__file__).parent
GRID = """
seeds = [1, 2]
[[factor]]
name = "train.batch"
values = [16, 32, 64]
"""
# Counts its calls; fails, dies or waits where a file beside it says so.
STAND_IN = f"""
import os, sys, time, json
from pathlib import Path
sys.path.insert(0, {str(HERE)!r})
folder = Path(sys.argv[1])
with (folder / "calls").open("a") as stream:
    stream.write("x")
orders = json.loads((Path(__file__).parent / "orders.json").read_text())
for word, order in orders.items():
    if word in folder.name:
        if order == "die":
            os.kill(os.getpid(), 9)
        if order == "fail":
            print("all went wrong")
            sys.exit(3)
        if order == "wait":
            (folder / "checkpoints").mkdir(exist_ok=True)
            (folder / "checkpoints/last.ckpt").touch()
            time.sleep(60)
from conftest import write_run
write_run(folder)
"""


@pytest.fixture
def program(tmp_path):
    """program(**orders) → what runs a run; orders: word in its name → "die", "fail", "wait"."""

    def make(**orders):
        (tmp_path / "orders.json").write_text(json.dumps(orders), "utf-8")
        (tmp_path / "stand_in.py").write_text(STAND_IN, "utf-8")
        return (sys.executable, str(tmp_path / "stand_in.py"))

    return make


def calls(folder):
    return {
        p.parent.name.split("-s")[0]: p.stat().st_size for p in folder.glob("runs/*-s1-*/calls")
    }


def test_finished_runs_are_kept(tmp_path, program):
    grid, folder, told = parse_grid(GRID), tmp_path / "study", []
    run_grid(grid, folder, source="here", tell=told.append, program=program())
    assert len(told) == 6
    assert "accuracy" in told[0]
    run_grid(grid, folder, source="here", tell=told.append, program=program())
    assert len(told) == 6
    assert set(calls(folder).values()) == {1}


def test_a_run_that_fails_is_recorded_and_tried_again(tmp_path, program):
    grid, folder, told = parse_grid(GRID), tmp_path / "study", []
    orders = {"batch-16": "fail", "batch-64-s2": "die"}
    run_grid(grid, folder, tell=told.append, program=program(**orders), lang="ko")
    reasons = {run.label: failure(run_folder(folder, run.name), "ko") for run in grid.runs[::-1]}
    assert "all went wrong" in reasons["batch=16"]
    assert reasons["base"] == ""
    assert sum("실패" in line for line in told) == 3
    died = next(r for r in grid.runs if r.name.startswith("batch-64-s2"))
    assert "signal 9" in failure(run_folder(folder, died.name), "en")
    run_grid(grid, folder, tell=told.append, program=program())
    assert all(state_of(run_folder(folder, run.name)) == "finished" for run in grid.runs)
    assert calls(folder) == {"base": 1, "batch-16": 2, "batch-64": 1}


def test_when_all_fail_it_is_an_error(tmp_path, program):
    with pytest.raises(InferenceFailed, match="all went wrong"):
        run_grid(
            parse_grid(""), tmp_path / "study", tell=lambda _: None, program=program(base="fail")
        )


def test_only_some(tmp_path, program):
    told = []
    run_grid(parse_grid(GRID), tmp_path / "s", only=["64"], tell=told.append, program=program())
    assert len(told) == 2


def test_several_at_a_time_come_to_the_same(tmp_path, program):
    grid, told = parse_grid(GRID), []
    orders = {"batch-16-s1": "fail"}
    run_grid(grid, tmp_path / "s", jobs=3, tell=told.append, program=program(**orders))
    run_grid(grid, tmp_path / "t", jobs=1, tell=lambda _: None, program=program(**orders))
    states = [
        [state_of(run_folder(tmp_path / name, run.name)) for run in grid.runs] for name in "st"
    ]
    assert states[0] == states[1]
    assert states[0].count("failed") == 1
    assert [line[:5] for line in told] == [f"[{n}/6]" for n in range(1, 7)]


@pytest.mark.skipif(sys.platform != "linux", reason="SIGINT, /proc")
def test_ctrl_c_ends_all_that_run_at_a_time(tmp_path, program):
    words = program(base="wait", batch="wait")
    code = (
        "import sys; from pathlib import Path\n"
        "from pyojeong.train.experiment.grid import parse_grid\n"
        "from pyojeong.train.experiment.runner import run_grid\n"
        f"run_grid(parse_grid({GRID!r}), Path({str(tmp_path / 's')!r}), jobs=3, "
        f"program={words!r})\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code], start_new_session=True, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("s/runs/*/checkpoints/last.ckpt"))) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(started.pid, signal.SIGINT)
    assert started.wait(60) != 0
    with alone(tmp_path / "s"):
        assert len(list(tmp_path.glob("s/runs/*"))) == 3


def test_other_pictures_need_another_folder(tmp_path, program):
    grid = parse_grid("")
    run_grid(grid, tmp_path / "s", source="here", tell=lambda _: None, program=program())
    with pytest.raises(BadSettings, match="other pictures"):
        run_grid(grid, tmp_path / "s", source="there", tell=lambda _: None, program=program())


@pytest.mark.skipif(sys.platform == "win32", reason="no flock")
def test_two_at_once_are_refused(tmp_path, program):
    folder = tmp_path / "s"
    folder.mkdir()
    with alone(folder), pytest.raises(BadSettings, match="Another process"):
        run_grid(parse_grid(""), folder, tell=lambda _: None, program=program())


@pytest.mark.skipif(sys.platform != "linux", reason="SIGINT, /proc")
def test_ctrl_c_stops_the_run_and_the_next_call_goes_on(tmp_path, program):
    words = program(base="wait")
    code = (
        "import sys; from pathlib import Path\n"
        "from pyojeong.train.experiment.grid import parse_grid\n"
        "from pyojeong.train.experiment.runner import run_grid\n"
        f"run_grid(parse_grid(''), Path({str(tmp_path / 's')!r}), program={words!r})\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code], start_new_session=True, stderr=subprocess.DEVNULL
    )
    grid = parse_grid("")
    where = run_folder(tmp_path / "s", grid.runs[0].name)
    deadline = time.monotonic() + 60
    while not (where / "checkpoints/last.ckpt").is_file():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(started.pid, signal.SIGINT)
    assert started.wait(60) != 0
    assert state_of(where) == "half"
    told = []
    run_grid(grid, tmp_path / "s", tell=told.append, program=program())
    assert "went on" in told[0]


def test_the_reason_of_a_training_error_is_kept(tmp_path):
    """The real program, with settings that training refuses."""
    from pyojeong.train.experiment import one
    from pyojeong.train.experiment.folder import SETTINGS

    (tmp_path / SETTINGS).write_text('[data]\nsource = ""\n', "utf-8")
    assert one.main(tmp_path, os.getppid()) == 1
    assert "--data" in failure(tmp_path, "en")
    assert "사진" in failure(tmp_path, "ko")
