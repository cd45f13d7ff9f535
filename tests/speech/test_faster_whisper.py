"""SpeechToText through faster-whisper, with a module that stands in for it."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from pyojeong import registry
from pyojeong.errors import InferenceFailed, MissingExtra, MissingWeights
from pyojeong.media.cues import Cue


def segment(start, end, text, no_speech=0.1):
    return SimpleNamespace(start=start, end=end, text=text, no_speech_prob=no_speech)


@pytest.fixture
def whisper(monkeypatch):
    """A module whose model says what `segments` holds, and keeps what it was asked."""
    fake = ModuleType("faster_whisper")
    fake.segments, fake.asked, fake.opened = [], [], []

    class WhisperModel:
        def __init__(self, name, **options):
            if name == "absent":
                raise FileNotFoundError("model.bin")
            fake.opened.append((name, options))

        def transcribe(self, audio, **options):
            fake.asked.append((audio, options))
            return iter(fake.segments), SimpleNamespace(language="ko")

    fake.WhisperModel = WhisperModel
    monkeypatch.setitem(sys.modules, "faster_whisper", fake)
    return fake


def test_segments_become_cues_inside_the_sound(whisper):
    whisper.segments = [
        segment(1.5, 9.0, " 안녕! "),
        segment(-0.2, 1.0, " Hi."),
        segment(1.0, 1.2, "  "),
        segment(1.0, 1.2, "Thanks for watching", 0.9),
        segment(float("nan"), 1.2, "?"),
    ]
    heard = registry.load("SpeechToText").transcribe(np.zeros(8000 * 2, np.float32), 8000, "ko")
    assert heard == [Cue(0.0, 1.0, "Hi."), Cue(1.5, 2.0, "안녕!")]
    ((sound, options),) = whisper.asked
    assert (len(sound), sound.dtype) == (32_000, np.float32)
    assert options["language"] == "ko"
    assert options["vad_filter"]


def test_nothing_is_fetched_unasked(whisper):
    for download in (False, True):
        registry.load("SpeechToText", "faster-whisper", model="tiny", download=download)
    assert [options["local_files_only"] for _, options in whisper.opened] == [True, False]
    with pytest.raises(MissingWeights, match="absent"):
        registry.load("SpeechToText", model="absent")


def test_no_sound_asks_nobody(whisper):
    assert registry.load("SpeechToText").transcribe(np.zeros(0, np.float32), 16_000) == []
    assert whisper.asked == []


def test_a_failure_on_the_way_is_told(whisper):
    def broken():
        yield segment(0, 1, "a")
        raise RuntimeError("out of memory")

    whisper.segments = broken()
    with pytest.raises(InferenceFailed, match="out of memory"):
        registry.load("SpeechToText").transcribe(np.zeros(16_000, np.float32), 16_000)


def test_without_the_package_the_install_line_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(MissingExtra, match=r'pip install "pyojeong\[speech-to-text\]"'):
        registry.load("SpeechToText")
