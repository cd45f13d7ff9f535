"""A comparison from the grid file to the report: six real runs on drawn faces, killed once."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")
pytest.importorskip("onnx", reason="onnx is in the train extra")

from pyojeong.face.exported import ExportedClassifier
from pyojeong.train.experiment.folder import GRID, run_folder, state_of
from pyojeong.train.experiment.grid import parse_grid

FACES = Path(__file__).parents[1] / "faces_made.py"
STUDY = """
title = "Drawn faces"
seeds = [1, 2]
[base.model]
name = "pyojeong-small"
[base.data]
side = 24
[base.augment]
kind = "none"
[base.optimizer]
rate = 0.003
[base.train]
epochs = 3
batch = 20
workers = 0
precision = "32"
[[factor]]
name = "model.head"
values = ["linear", "dropout"]
[[factor]]
name = "preset"
values = ["sgd-step"]
[[ensemble]]
name = "both heads"
name_ko = "두 머리층"
members = ["base", "head=dropout"]
[[ensemble]]
name = "both heads, stacked"
members = ["base", "head=dropout"]
kind = "stacked"
"""
# The real program, but the pictures are drawn.
PROGRAM = """
import importlib.util, os, sys
spec = importlib.util.spec_from_file_location("faces_made", {faces!r})
made = importlib.util.module_from_spec(spec)
sys.modules["faces_made"] = made
spec.loader.exec_module(made)
from pathlib import Path
from pyojeong.train.classifier import run
from pyojeong.train.experiment import one
run._loaded = lambda config: made.made_faces(people=9, takes=2, side=24)
sys.exit(one.main(Path(sys.argv[1]), int(sys.argv[2])))
"""
OUTSIDE = """
import sys
from pathlib import Path
from pyojeong.train.experiment.grid import read_grid
from pyojeong.train.experiment.runner import run_grid
run_grid(read_grid(Path({grid!r})), Path({out!r}), source="drawn", program=[sys.executable, {program!r}])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL")
def test_six_runs_killed_once(tmp_path):
    (tmp_path / GRID).write_text(STUDY, "utf-8")
    (tmp_path / "one.py").write_text(PROGRAM.format(faces=str(FACES)), "utf-8")
    out = tmp_path / "study"
    program, grid = str(tmp_path / "one.py"), str(tmp_path / GRID)
    outside = OUTSIDE.format(grid=grid, out=str(out), program=program)
    surroundings = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    words = [sys.executable, "-c", outside]
    runs = parse_grid(STUDY).runs
    assert len(runs) == 6

    # Killed in the middle of the second run, once it has something to go on from.
    process = subprocess.Popen(words, env=surroundings, stdout=subprocess.DEVNULL)
    second = run_folder(out, runs[1].name)
    deadline = time.monotonic() + 300
    while state_of(second) != "half":
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    first = (run_folder(out, runs[0].name) / "result.json").stat().st_mtime_ns

    done = subprocess.run(
        words, env=surroundings, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "went on" in done.stdout.splitlines()[0]
    assert len(done.stdout.splitlines()) == 5 + 4
    assert (run_folder(out, runs[0].name) / "result.json").stat().st_mtime_ns == first
    assert {state_of(run_folder(out, run.name)) for run in runs} == {"finished"}
    epochs = [json.loads(line)["epoch"] for line in (second / "log.jsonl").read_text().splitlines()]
    assert epochs == [1, 2, 3]
    _check_report(out)


def _check_report(out):
    from pyojeong.train.experiment.report.make import make_report

    made = make_report(out, "ko")
    page = made.page.read_text("utf-8")
    assert len(made.entries) == 3 + 2
    assert len(re.findall("<details", page)) == 6 + 4
    assert "Drawn faces" in page
    assert all(len(entry.runs) == 2 for entry in made.entries)
    assert "두 머리층" in page
    assert "함께 읽기" in page
    together = next(e for e in made.entries if e.label == "both heads")
    told = together.runs[0].result
    assert told["accuracy"] == pytest.approx(told["ensemble"]["accuracy"])
    assert told["ensemble"]["gain"] == pytest.approx(
        told["accuracy"] - max(m["accuracy"] for m in told["ensemble"]["members"])
    )
    # One file, which reads like any other.
    where = out / "runs" / together.runs[0].plan["name"]
    assert ExportedClassifier(where / "model.onnx").card.members == 2
