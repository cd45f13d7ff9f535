"""The whole chain, checked on the film it makes: streams, times, subtitles, lips, feelings."""

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from pyojeong import api
from pyojeong.emotion import Emotion
from pyojeong.errors import InferenceFailed
from pyojeong.face.reader import FaceReader
from pyojeong.media.audio import envelope
from pyojeong.media.subtitles import read_srt, read_vtt
from pyojeong.media.video import probe, read_audio, read_frames, read_subtitle_track
from pyojeong.story.film import FilmFormat
from pyojeong.story.storyboard import read_storyboard

FPS = 24
SENTENCES = {
    "이스트소프트 최종 발표날이 왔어요.": {Emotion.NEUTRAL},
    "훌륭한 심사위원님들 앞이라 너무 긴장되네요.": {Emotion.FEAR},
    "발표를 하다가 치명적인 실수를 해서 슬펐어요.": {Emotion.SADNESS},
    "실수한 나 자신에게 너무 화가 났어요.": {Emotion.ANGER},
    "비록 실수가 있었지만 성장할 수 있는 좋은 기회였습니다.": {Emotion.NEUTRAL, Emotion.HAPPINESS},
    "부트캠프를 하며 많이 배우고 성장한 것 같아서 행복합니다.": {Emotion.HAPPINESS},
}


@pytest.fixture(scope="module")
def film(tmp_path_factory, portrait_path):
    output = tmp_path_factory.mktemp("film") / "발표.mp4"
    text = "\n".join(SENTENCES)
    shares = []
    made = api.tell(text, portrait_path, output, progress=shares.append)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    return made


@pytest.fixture(scope="module")
def mouths(film):
    """(frame times, lip opening in eye distances, emotion read) of every second frame."""
    reader = FaceReader()
    rows = []
    for t, frame in read_frames(film.video, every=2):
        face = reader.read(frame)[0]
        assert face.mesh is not None
        assert face.scores is not None
        points = face.mesh.points[:, :2]
        eyes = np.linalg.norm(points[33] - points[263])
        rows.append((t, np.linalg.norm(points[13] - points[14]) / eyes, face.scores.emotion))
    return rows


def test_streams(film):
    info = probe(film.video)
    assert (info.width, info.height) == (1280, 720)
    assert info.fps == pytest.approx(FPS)
    assert film.storyboard.duration_s == pytest.approx(info.duration_s, abs=0.1)
    sound, rate = read_audio(film.video)
    assert len(sound) / rate == pytest.approx(info.duration_s, abs=0.1)
    assert len(list(read_frames(film.video, every=24))) == -(-round(info.duration_s * FPS) // 24)


def test_storyboard(film):
    data = json.loads(film.storyboard_file.read_text("utf-8"))
    assert [s["text"] for s in data["sentences"]] == list(SENTENCES)
    for sentence in data["sentences"]:
        assert Emotion(sentence["emotion"]) in SENTENCES[sentence["text"]]
        assert sentence["speaker"] == "narrator"
        assert sum(sentence["scores"].values()) == pytest.approx(1, abs=1e-3)
        assert 0 < sentence["start_s"] < sentence["end_s"] < data["duration_s"]


def test_subtitles_are_timed_to_their_sentences_in_every_form(film):
    lines = film.storyboard.lines
    for cues in (read_srt(film.srt), read_vtt(film.vtt), read_subtitle_track(film.video)):
        assert [cue.text.replace("\n", " ") for cue in cues] == [line.text for line in lines]
        for cue, line in zip(cues, lines, strict=True):
            assert cue.start_s == pytest.approx(line.start_s, abs=0.05)
            assert cue.end_s == pytest.approx(line.end_s, abs=0.05)


def test_sentences_sound_when_the_storyboard_says(film):
    sound, rate = read_audio(film.video)
    loud = envelope(sound, rate, 100)
    floor = 0.02 * loud.max()
    for line in film.storyboard.lines:
        start, end = round(line.start_s * 100), round(line.end_s * 100)
        heard = np.flatnonzero(loud[start - 20 : end + 20] > floor) + start - 20
        assert heard[0] == pytest.approx(start, abs=10)
        assert heard[-1] == pytest.approx(end, abs=15)


def test_the_mouth_follows_the_sound(film, mouths):
    sound, rate = read_audio(film.video)
    loud = envelope(sound, rate, FPS / 2)
    opening = np.array([row[1] for row in mouths])
    n = min(len(loud), len(opening))
    assert np.corrcoef(loud[:n], opening[:n])[0, 1] >= 0.5


def test_the_mouth_is_closed_in_pauses(film, mouths):
    lines = film.storyboard.lines
    pauses = [
        (0.0, lines[0].start_s),
        *((a.end_s, b.start_s) for a, b in pairwise(lines)),
    ]
    spoken = np.array([o for t, o, _ in mouths if any(x.start_s < t < x.end_s for x in lines)])
    for start, end in pauses:
        still = [o for t, o, _ in mouths if start + 0.15 < t < end - 0.1]
        assert still
        assert max(still) < 0.03
    assert np.percentile(spoken, 90) > 0.05


def test_mid_sentence_faces_read_as_the_emotion(film, mouths):
    for line in film.storyboard.lines:
        if line.emotion is Emotion.NEUTRAL:
            continue
        length = line.end_s - line.start_s
        middle = [e for t, _, e in mouths if abs(t - (line.start_s + line.end_s) / 2) < length / 4]
        share = middle.count(line.emotion) / len(middle)
        assert share > 0.5, (line.text, middle)


def test_faces_change_smoothly(film):
    """No frame jumps: a cut would change the picture far more than any blink does."""
    before, jumps = None, []
    above_subtitle = slice(0, 75)
    for _, frame in read_frames(film.video):
        small = frame[::8, ::8].astype(np.float32)
        if before is not None:
            jumps.append(np.abs(small[above_subtitle] - before[above_subtitle]).mean())
        before = small
    assert max(jumps) < 4


def test_an_edited_storyboard_is_filmed_again(film, tmp_path, portrait_path):
    data = json.loads(film.storyboard_file.read_text("utf-8"))
    data["sentences"] = [dict(data["sentences"][0], emotion="surprise", pause_s=1.5)]
    edited = tmp_path / "edited.json"
    edited.write_text(json.dumps(data), "utf-8")
    output = tmp_path / "again.mp4"
    made = api.tell(read_storyboard(edited), portrait_path, output, film=FilmFormat(320, 180, 12))
    (line,) = made.storyboard.lines
    assert line.emotion is Emotion.SURPRISE
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "again.json",
        "again.mp4",
        "again.srt",
        "again.vtt",
        "edited.json",
    ]


@pytest.mark.parametrize("size", [(128, 128), (360, 640), (1920, 800)])
def test_any_size(tmp_path, portrait_path, size):
    made = api.tell("안녕하세요.", portrait_path, tmp_path / "a.mp4", film=FilmFormat(*size, 8))
    info = probe(made.video)
    assert (info.width, info.height) == size


@pytest.mark.parametrize("error", [KeyboardInterrupt, InferenceFailed("no", "아니요")])
def test_a_run_that_stops_leaves_the_old_files(tmp_path, portrait_path, error):
    old = {}
    for suffix in (".mp4", ".srt", ".vtt", ".json"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(b"old")
        old[path.name] = b"old"

    def stop(share: float) -> None:
        if share > 0.3:
            raise error

    kind = error if isinstance(error, type) else type(error)
    with pytest.raises(kind):
        api.tell(
            "안녕하세요. 반갑습니다.",
            portrait_path,
            tmp_path / "a.mp4",
            film=FilmFormat(320, 180, 12),
            progress=stop,
        )
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == old


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_a_killed_process_leaves_the_old_film(tmp_path, portrait_path, name):
    story = tmp_path / "story.txt"
    story.write_text("옛날 옛날에 호랑이가 살았어요.\n" * 60, "utf-8")
    output = tmp_path / "a.mp4"
    output.write_bytes(b"old")
    arguments = ["story", story, "--face", portrait_path, "-o", output, "--size", "320x180"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pyojeong", *map(str, arguments)], stderr=subprocess.PIPE
    )
    parts = lambda: [p for p in tmp_path.iterdir() if p not in (story, output) and p.stat().st_size]  # noqa: E731
    deadline = time.monotonic() + 60
    while not parts() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, getattr(signal, name))
    _, message = process.communicate(timeout=30)
    assert output.read_bytes() == b"old"
    assert not (tmp_path / "a.srt").exists()
    if name == "SIGINT":
        assert process.returncode == 130
        assert b"nothing was written" in message
        assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "story.txt"]


def test_a_cut_out_portrait_lies_on_white(tmp_path, portrait):
    rgba = np.dstack([portrait, np.full((512, 512), 255, np.uint8)])
    rgba[:, :60] = (255, 0, 255, 0)  # what is transparent may hold any colour
    path = tmp_path / "cut.png"
    Image.fromarray(rgba).save(path)
    made = api.tell("안녕하세요.", path, tmp_path / "a.mp4", film=FilmFormat(640, 360, 4))
    _, frame = next(read_frames(made.video))
    assert frame[50:200, 10:60].min() > 240
