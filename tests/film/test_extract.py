"""Folders of frames: what is in them, and that a killed run ends in the same folder."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction

import cv2
import numpy as np
import pytest

from pyojeong.errors import OutputFailed
from pyojeong.film import extract
from pyojeong.film.extract import extract_frames
from pyojeong.film.filters import Rules
from pyojeong.film.frame_folder import Wanted
from pyojeong.media.image import read_image
from pyojeong.media.video import VideoWriter


@pytest.fixture(scope="module")
def film(tmp_path_factory, portrait):
    """Ten seconds at 24 a second: black, a face that moves, another view, a still stretch,
    and a blurred end."""
    path = tmp_path_factory.mktemp("extract") / "film.mp4"
    wide = cv2.resize(portrait, (512, 512))
    with VideoWriter(path, 256, 144, audio_rate=None, subtitles=False) as writer:
        for at in range(240):
            if at < 24:
                frame = np.zeros((144, 256, 3), np.uint8)
            elif at < 96:
                frame = wide[40 + at // 2 : 184 + at // 2, 100 + at : 356 + at]
            elif at < 160:
                frame = wide[300:444, 20 + at : 276 + at][:, ::-1]
            elif at < 200:
                frame = wide[20:164, 100:356]
            else:
                frame = cv2.GaussianBlur(wide[60:204, at - 150 : at + 106], (0, 0), 7)
            writer.write_frame(np.ascontiguousarray(frame))
    return path


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def test_pictures_and_tables(film, tmp_path):
    done = extract_frames(film, tmp_path / "out", Wanted(), Rules())
    table = rows(tmp_path / "out/frames.csv")
    assert [int(row["index"]) for row in table] == list(range(0, 240, 4))
    assert done.looked_at == 60
    for row in table:
        assert float(row["time"]) == pytest.approx(int(row["index"]) / 24, abs=1e-6)
        assert bool(row["file"]) != bool(row["dropped"])
    kept = [row for row in table if row["file"]]
    assert done.frames == len(kept)
    assert kept[0]["file"] == "0000024_00h00m01.000s.jpg"
    assert read_image(tmp_path / "out" / kept[0]["file"]).rgb.shape == (144, 256, 3)
    pictures = {p.name for p in (tmp_path / "out").glob("*.jpg")}
    assert pictures == {row["file"] for row in kept}
    reasons = {int(row["index"]): row["dropped"] for row in table}
    assert all(reasons[at] == "black" for at in range(0, 24, 4))
    # The first of the still stretch may look new, the others do not.
    assert all(reasons[at] == "duplicate" for at in range(164, 200, 4))
    assert all(reasons[at] == "blurred" for at in range(204, 240, 4))
    assert sum(done.dropped.values()) == 60 - done.frames
    shots = rows(tmp_path / "out/shots.csv")
    assert [int(s["first"]) for s in shots] == [0, 24, 96, 160, 200]
    assert {int(r["shot"]) for r in table if 100 <= int(r["index"]) < 160} == {2}
    sheet = read_image(tmp_path / "out/dropped.png").rgb
    assert sheet.shape[1] > 1000
    assert not list((tmp_path / "out").glob(".p*"))


def test_best_of_each_shot(film, tmp_path):
    done = extract_frames(film, tmp_path / "out", Wanted(best=True, format="png"), Rules())
    table = rows(tmp_path / "out/frames.csv")
    # Black has no best frame; the blurred shot's is dropped.
    assert [row["shot"] for row in table] == ["1", "2", "3", "4"]
    assert [row["dropped"] for row in table] == ["", "", "", "blurred"]
    assert done.frames == 3
    assert len(list((tmp_path / "out").glob("*.png"))) == 3 + 1


def test_no_filter_keeps_everything(film, tmp_path):
    rules = Rules(black=False, credits=False, blurred=False, duplicates=False)
    done = extract_frames(film, tmp_path / "out", Wanted(seconds=1.0, every=None), rules)
    assert (done.frames, done.dropped) == (10, {})
    assert not (tmp_path / "out/dropped.png").exists()


def test_a_finished_folder_is_left_alone_and_another_choice_refused(film, tmp_path):
    first = extract_frames(film, tmp_path / "out", Wanted(), Rules())
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").iterdir()}
    again = extract_frames(film, tmp_path / "out", Wanted(), Rules())
    assert again.resumed
    assert again.frames == first.frames
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").iterdir()} == before
    with pytest.raises(OutputFailed, match="another film or choice"):
        extract_frames(film, tmp_path / "out", Wanted(every=8), Rules())
    (tmp_path / "out/notes.jpg").write_bytes(b"mine")
    extract_frames(film, tmp_path / "out", Wanted(every=8), Rules(), overwrite=True)
    assert all(int(row["index"]) % 8 == 0 for row in rows(tmp_path / "out/frames.csv"))
    pictures = {p.name for p in (tmp_path / "out").glob("*.jpg")}
    kept = {row["file"] for row in rows(tmp_path / "out/frames.csv") if row["file"]}
    assert pictures == kept | {"notes.jpg"}


def test_parts_make_no_difference_but_for_repeats(film, tmp_path, monkeypatch):
    rules = Rules(duplicates=False)
    extract_frames(film, tmp_path / "whole", Wanted(), rules)
    monkeypatch.setattr(extract, "PART", 37)
    extract_frames(film, tmp_path / "parts", Wanted(), rules)
    whole, parts = contents(tmp_path / "whole"), contents(tmp_path / "parts")
    # The sheet shows some dropped frames of each part.
    assert {**whole, "dropped.png": b""} == {**parts, "dropped.png": b""}


PROGRAM = """
import sys
from pathlib import Path
from pyojeong.film import extract
from pyojeong.film.filters import Rules
from pyojeong.film.frame_folder import Wanted
extract.PART = 24
best = sys.argv[3] == "best"
wanted = Wanted(best=best)
extract.extract_frames(Path(sys.argv[1]), Path(sys.argv[2]), wanted, Rules())
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
@pytest.mark.parametrize("way", ["every", "best"])
def test_killed_at_any_point_it_goes_on_to_the_same_folder(film, tmp_path, monkeypatch, way):
    monkeypatch.setattr(extract, "PART", 24)
    extract_frames(film, tmp_path / "calm", Wanted(best=way == "best"), Rules())
    folder = tmp_path / "killed"
    command = [sys.executable, "-c", PROGRAM, film, folder, way]
    killed = 0
    for parts in (1, 4, 8):
        process = subprocess.Popen(command, env=os.environ)
        while process.poll() is None:
            if len(list(folder.glob(".parts/*.json"))) > parts:
                process.send_signal(signal.SIGKILL)
                killed += 1
                break
            time.sleep(0.002)
        process.wait()
    assert killed
    assert extract_frames(film, folder, Wanted(best=way == "best"), Rules()).resumed
    assert contents(folder) == contents(tmp_path / "calm")
    assert not (folder / ".parts").exists()


def test_a_full_disk_leaves_no_half_file(film, tmp_path, monkeypatch):
    def full(path, picture, quality=95):
        raise OutputFailed("No space left", "공간 부족")

    monkeypatch.setattr(extract, "write_image", full)
    with pytest.raises(OutputFailed):
        extract_frames(film, tmp_path / "out", Wanted(), Rules())
    assert not list((tmp_path / "out").glob("*.*g"))
    assert not (tmp_path / "out/frames.csv").exists()
    monkeypatch.undo()
    assert extract_frames(film, tmp_path / "out", Wanted(), Rules()).resumed


def test_a_folder_that_cannot_be(film, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(OutputFailed):
        extract_frames(film, tmp_path / "file", Wanted(), Rules())


def test_lost_frames_are_rows_without_a_picture(tmp_path, numbered):
    import av

    path = tmp_path / "a.mkv"
    numbered.write(path, range(60), Fraction(1, 25), x264_params="bframes=0:keyint=12:scenecut=0")
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        bodies = [bytes(p) for p in container.demux(video=0) if p.size]
    place = 0
    for number, body in enumerate(bodies):
        place = data.index(body, place + 1)
        if number == 40:
            data[place : place + len(body)] = b"\xff" * len(body)
    path.write_bytes(data)
    done = extract_frames(path, tmp_path / "out", Wanted(), Rules(blurred=False))
    row = next(r for r in rows(tmp_path / "out/frames.csv") if r["index"] == "40")
    assert (row["dropped"], row["file"]) == ("unreadable", "")
    assert done.dropped["unreadable"] >= 1
    found = json.loads((tmp_path / "out/frames.json").read_text("utf-8"))["found"]
    assert found["looked_at"] == 15


def test_real_film(data_folder, tmp_path):
    film = data_folder / "samples/bigbuckbunny.mp4"
    done = extract_frames(film, tmp_path / "out", Wanted(), Rules())
    assert (done.frames, done.looked_at, done.shots) == (33, 33, 1)
    assert len(list((tmp_path / "out").glob("*.jpg"))) == 33
    # Every 25th frame of the film repeats the one before it.
    done = extract_frames(film, tmp_path / "all", Wanted(every=1), Rules())
    gone = [int(r["index"]) for r in rows(tmp_path / "all/frames.csv") if r["dropped"]]
    assert {7, 32, 57, 82, 107} <= {*gone}
    assert len(gone) < 20
