"""Where a film's words are taken from."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from pyojeong.errors import MissingExtra
from pyojeong.film.study import HEARD, StudyOptions, with_lines
from pyojeong.film.types import FilmReading, Sightings
from pyojeong.media.cues import Cue, read_srt, write_srt
from pyojeong.media.encode import VideoWriter

NONE = {
    "frame": np.int64, "time": np.float64, "shot": np.int64, "track": np.int64,
    "character": np.int64, "area": np.float32, "unsure": np.bool_,
}  # fmt: skip


@pytest.fixture
def reading():
    """A film of two seconds in which nobody was seen."""
    wide = {
        name: np.zeros((0, n), np.float32) for name, n in (("boxes", 4), ("raw", 7), ("scores", 7))
    }
    sightings = Sightings(**{name: np.zeros(0, kind) for name, kind in NONE.items()}, **wide)
    times = np.arange(0, 2, 0.1)
    return FilmReading(
        "a.mp4",
        2.0,
        64,
        48,
        0.1,
        np.arange(20),
        times,
        (),
        (),
        ("joy",) * 7,
        sightings,
        (),
        {},
        {},
        (),
    )


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "a.mp4"
    with VideoWriter(path, 64, 48, fps=10, audio_rate=22_050) as writer:
        for _ in range(20):
            writer.write_frame(np.zeros((48, 64, 3), np.uint8))
        writer.write_audio(np.full(44_100, 0.5, np.float32))
    return path


def test_no_model_is_opened_where_there_are_subtitles(tmp_path, film, reading, monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    write_srt(tmp_path / "a.srt", [Cue(0, 1, "I am so happy today!")])
    found = with_lines(
        film, tmp_path, reading, StudyOptions(subtitles=tmp_path / "a.srt", speech_model="small")
    )
    assert [line.text for line in found.lines] == ["I am so happy today!"]
    assert found.lines[0].scores.argmax() == 0
    with pytest.raises(MissingExtra, match="speech-to-text"):
        with_lines(film, tmp_path, reading, StudyOptions(speech_model="small"))


def test_what_is_heard_is_written_down_and_kept(tmp_path, film, reading, monkeypatch):
    fake = ModuleType("faster_whisper")
    said = SimpleNamespace(start=0.2, end=1.5, text="I feel so sad and lonely.", no_speech_prob=0.0)
    fake.WhisperModel = lambda *_, **__: SimpleNamespace(
        transcribe=lambda *_, **__: (iter([said]), None)
    )
    monkeypatch.setitem(sys.modules, "faster_whisper", fake)
    (tmp_path / HEARD).parent.mkdir()
    assert with_lines(film, tmp_path, reading, StudyOptions()).lines == ()
    (line,) = with_lines(film, tmp_path, reading, StudyOptions(speech_model="small")).lines
    assert (line.start, line.end, line.text) == (0.2, 1.5, "I feel so sad and lonely.")
    assert read_srt(tmp_path / HEARD) == [Cue(0.2, 1.5, "I feel so sad and lonely.")]
