"""`pyojeong film`, killed at three moments: what it leaves in the end is what a whole run leaves."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.film import make_film


def program(film, folder):
    command = [sys.executable, "-m", "pyojeong", "film", film, "-o", folder, "--workers", "2"]
    command += ["--characters", asset_path("cartoon_characters_v1")]
    command += ["--classifier", asset_path("cartoon_emotions_v1")]
    return subprocess.Popen(
        [*map(str, command), "--lang", "en"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finished(film, folder):
    process = program(film, folder)
    _, said = process.communicate()
    assert process.returncode == 0, said


def left_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL on Windows")
def test_a_cartoon_killed_three_times_leaves_the_identical_report(tmp_path):
    film = tmp_path / "cartoon.mp4"
    # Longer than a segment can be, so that there are several.
    make_film(film, seed=3, seconds=66, size=(320, 180), fps=6)
    begun = time.monotonic()
    finished(film, tmp_path / "whole")
    took = time.monotonic() - begun
    chance, killed = random.Random(5), 0
    while killed < 3:
        process = program(film, tmp_path / "killed")
        time.sleep(took * chance.uniform(0.05, 0.8))
        if process.poll() is None:
            # With its workers, as a machine that loses power would.
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
    finished(film, tmp_path / "killed")
    whole, again = left_in(tmp_path / "whole"), left_in(tmp_path / "killed")
    assert {"report.html", "people.toml", "sightings.csv", "peaks.edl"} <= set(whole)
    assert again.keys() == whole.keys()
    assert [name for name in whole if again[name] != whole[name]] == []
