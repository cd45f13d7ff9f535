"""Films read whole, in segments, by several processes, and again after they were killed."""

import dataclasses
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from pyojeong.errors import BadInput, BadSettings, InferenceFailed
from pyojeong.film.executor import Here, LocalProcesses
from pyojeong.film.kept import keep_reading
from pyojeong.film.plan import Choices, planned
from pyojeong.film.readers import BLOCK
from pyojeong.film.run import read_film
from pyojeong.film.segments import SegmentJob
from pyojeong.media.encode import VideoWriter


def same(a, b):
    """Whether two readings are equal to the last bit."""
    if dataclasses.is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, tuple) and len(a) == len(b):
        return all(map(same, a, b))
    return a == b


def read(film, folder, stage, **choices):
    return read_film(film, folder, Choices(**choices), reader=stage.reader)


def test_who_is_seen_when(acted_film, tmp_path, stage):
    reading = read(acted_film, tmp_path, stage)
    rows = reading.sightings
    assert [c.name for c in reading.characters] == ["anger", "joy", "sadness"]
    assert all(c.given for c in reading.characters)
    assert [shot.first for shot in reading.shots] == [0, 48, 96]
    assert np.array_equal(reading.frames, np.arange(0, 144, 4))
    assert np.allclose(reading.times, reading.frames / 24, atol=1e-4)
    seen = {
        c.name: rows.frame[rows.character == at].tolist() for at, c in enumerate(reading.characters)
    }
    assert seen["joy"] == list(range(0, 144, 4))
    # In passing, one hides the other.
    assert set(range(0, 48, 4)) - set(seen["anger"]) <= {20, 24, 28}
    assert seen["sadness"] == [at for at in range(96, 144, 4) if not 108 <= at < 132]


def test_each_shot_has_its_own_tracks_and_a_gap_ends_none(acted_film, tmp_path, stage):
    rows = read(acted_film, tmp_path, stage).sightings
    tracks = {(int(s), int(c)): set() for s, c in zip(rows.shot, rows.character, strict=True)}
    for shot, character, track in zip(rows.shot, rows.character, rows.track, strict=True):
        tracks[int(shot), int(character)].add(int(track))
    assert all(len(own) == 1 for own in tracks.values())
    assert sorted(track for (own,) in tracks.values() for track in [own]) == list(range(1, 6))


def test_emotions_are_smoothed_and_what_is_not_clear_is_unsure(acted_film, tmp_path, stage):
    reading = read(acted_film, tmp_path, stage)
    rows = reading.sightings
    assert reading.emotions == stage.emotions
    assert np.allclose(rows.scores.sum(1), 1, atol=1e-5)
    large = rows.shot == 1
    assert (rows.scores[large].argmax(1) == 0).all()
    assert np.ptp(rows.scores[large][:, 0]) < np.ptp(rows.raw[large][:, 0])
    unclear = rows.scores.max(1) < 1.3 / 3
    assert np.array_equal(rows.unsure, unclear)


def test_thumbnails_are_pictures_of_their_rows(acted_film, tmp_path, stage):
    import cv2

    reading = read(acted_film, tmp_path, stage, segment_s=1.4)
    assert len(reading.thumbs) >= 5
    for row, data in reading.thumbs.items():
        thumb = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
        name = reading.characters[reading.sightings.character[row]].name
        middle = thumb[40:56, 40:56].reshape(-1, 3).mean(0)
        assert np.abs(middle - stage.colours[name]).max() < 70, name


@pytest.mark.parametrize("segment_s", [1.4, 2.7, 4.1])
def test_segments_give_what_one_pass_gives(acted_film, tmp_path, stage, segment_s):
    whole = read(acted_film, tmp_path / "whole", stage)
    parts = read(acted_film, tmp_path / "parts", stage, segment_s=segment_s)
    assert len(list((tmp_path / "whole/work").glob("segment-*"))) == 1
    assert len(list((tmp_path / "parts/work").glob("segment-*"))) > 1
    assert same(whole, parts)


def test_a_second_run_reads_nothing(acted_film, tmp_path, stage):
    first = read(acted_film, tmp_path, stage)
    stage.segmenter.calls.clear()
    assert same(read(acted_film, tmp_path, stage), first)
    assert stage.segmenter.calls == []


def test_other_choices_start_anew(acted_film, tmp_path, stage):
    read(acted_film, tmp_path, stage, segment_s=1.4)
    (tmp_path / "people.toml").unlink()
    reading = read(acted_film, tmp_path, stage, every=12)
    assert np.array_equal(reading.frames, np.arange(0, 144, 12))
    assert len(list((tmp_path / "work").glob("segment-*"))) == 1


def test_a_run_stopped_by_an_error_goes_on_where_it_was(acted_film, tmp_path, stage):
    whole = read(acted_film, tmp_path / "whole", stage)
    plan, goes_on = planned(acted_film, tmp_path / "parts", Choices(segment_s=1.4))
    assert not goes_on
    list(Here(stage.reader).run(plan.jobs[1:2], lambda *_: None))
    plan, goes_on = planned(acted_film, tmp_path / "parts", Choices(segment_s=1.4))
    assert goes_on
    assert [job.number for job in plan.open_jobs] == [0, 2, 3, 4]
    assert same(read(acted_film, tmp_path / "parts", stage, segment_s=1.4), whole)


def test_a_damaged_checkpoint_is_told(acted_film, tmp_path, stage):
    read(acted_film, tmp_path, stage)
    (kept,) = (tmp_path / "work").glob("segment-*")
    kept.write_bytes(kept.read_bytes()[:200])
    with pytest.raises(BadInput, match="segment-00000"):
        read(acted_film, tmp_path, stage)


def test_blocks_do_not_depend_on_segments(acted_film, tmp_path):
    plan, _ = planned(acted_film, tmp_path, Choices(segment_s=2.5))
    assert all(job.picks[0] % BLOCK == 0 for job in plan.jobs)
    assert [job.first for job in plan.jobs][1:] == [job.until for job in plan.jobs][:-1]
    assert plan.jobs[-1].until == 144
    job = plan.jobs[1]
    assert SegmentJob.from_json(job.as_json()) == job


# --- processes ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def portrait_film(tmp_path_factory, portrait):
    """Two shots of a real face, small and short."""
    import cv2

    path = tmp_path_factory.mktemp("faces") / "face.mp4"
    small = cv2.resize(portrait, (192, 192), interpolation=cv2.INTER_AREA)
    with VideoWriter(path, 320, 192, fps=24, crf=16) as writer:
        for at in range(96):
            canvas = np.full((192, 320, 3), 90 if at < 48 else 150, np.uint8)
            left = at if at < 48 else 128 - (at - 48) // 2
            canvas[:, left : left + 192] = small if at < 48 else small[:, ::-1]
            writer.write_frame(canvas)
    return path


@pytest.fixture(scope="module")
def in_one_pass(portrait_film, tmp_path_factory):
    return read_film(portrait_film, tmp_path_factory.mktemp("one"), Choices(every=6))


def test_a_human_face_needs_no_training(in_one_pass):
    rows = in_one_pass.sightings
    assert [c.name for c in in_one_pass.characters] == ["person 1"]
    assert not in_one_pass.characters[0].given
    assert len(rows) == len(in_one_pass.frames)
    assert len(set(rows.track.tolist())) == 2
    assert {in_one_pass.emotions[at] for at in rows.scores.argmax(1)} == {"happiness"}


def test_processes_give_what_one_pass_gives(portrait_film, tmp_path, in_one_pass):
    told = []
    reading = read_film(
        portrait_film,
        tmp_path,
        Choices(every=6, segment_s=2),
        executor=LocalProcesses(2),
        progress=told.append,
    )
    assert len(list((tmp_path / "work").glob("segment-*"))) == 2
    assert same(reading, in_one_pass)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


def test_what_fails_in_a_process_is_told_here(tmp_path, portrait_film):
    plan, _ = planned(portrait_film, tmp_path, Choices(every=6, segment_s=2))
    lost = [dataclasses.replace(job, film=str(tmp_path / "없음.mp4")) for job in plan.jobs]
    with pytest.raises(BadInput, match="없음"):
        list(LocalProcesses(2).run(lost, lambda *_: None))


def test_a_process_that_dies_is_told(tmp_path, portrait_film, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    plan, _ = planned(portrait_film, tmp_path, Choices(every=6))
    with pytest.raises(InferenceFailed, match="--workers"):
        list(LocalProcesses(1).run(plan.jobs, lambda *_: None))


@pytest.mark.parametrize("count", [0, 1000])
def test_absurd_numbers_of_workers(count):
    with pytest.raises(BadSettings):
        LocalProcesses(count)


PROGRAM = """
import sys
from pathlib import Path
from pyojeong.film.executor import Here, LocalProcesses
from pyojeong.film.plan import Choices
from pyojeong.film.run import read_film
workers = int(sys.argv[3])
read_film(Path(sys.argv[1]), Path(sys.argv[2]), Choices(every=3, segment_s=0.9),
          executor=LocalProcesses(workers) if workers > 1 else Here())
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL on Windows")
def test_killed_at_three_moments_it_still_gives_the_same(portrait_film, tmp_path):
    folder = tmp_path / "killed"
    chance = random.Random(7)
    for workers in (1, 2, 1):
        before = len(list(folder.glob("work/segment-*")))
        run = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, portrait_film, folder, str(workers)],
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 30
        while time.monotonic() < until and run.poll() is None:
            if len(list(folder.glob("work/segment-*"))) > before or not before:
                break
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.3))
        run.send_signal(signal.SIGKILL)
        run.wait()
    choices = Choices(every=3, segment_s=0.9)
    again = read_film(portrait_film, folder, choices)
    fresh = read_film(portrait_film, tmp_path / "fresh", choices)
    assert same(again, fresh)
    for place, reading in ((folder, again), (tmp_path / "fresh", fresh)):
        keep_reading(place, reading)
    for name in ("reading.json", "reading.npz", "people.toml", "people.jpg"):
        assert (folder / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()
    assert not list(folder.glob("work/.part-*"))
