"""Prosody numbers, voices of speakers, loudness."""

from __future__ import annotations

import numpy as np
import pytest

from pyojeong.emotion import Emotion
from pyojeong.speech.loudness import level, voiced_rms
from pyojeong.speech.prosody import delivery
from pyojeong.speech.types import Prosody
from pyojeong.speech.voices import NARRATORS, voice_for


def test_neutral_has_no_manner() -> None:
    assert delivery(Prosody(), "ko") == delivery(Prosody(Emotion.NEUTRAL, 1.0), "ko")
    assert delivery(Prosody(Emotion.ANGER, 0.0), "en") == delivery(Prosody(), "en")


@pytest.mark.parametrize("emotion", list(Emotion))
def test_whatever_is_asked_stays_inside_the_limits(emotion: Emotion) -> None:
    for factor in (-1.0, 0.0, 0.01, 1.0, 100.0):
        for intensity in (-1.0, 0.0, 1.0, 5.0):
            how = delivery(Prosody(emotion, intensity, factor, factor, factor), "ko")
            assert 80 <= how.rate <= 350
            assert 0 <= how.pitch <= 100
            assert 0 <= how.pitch_range <= 100
            assert np.isfinite(how.level_db)


def test_pitch_and_volume_are_factors() -> None:
    assert delivery(Prosody(pitch=2**0.5), "en").pitch == 75
    assert delivery(Prosody(volume=2), "en").level_db == pytest.approx(6.02, abs=0.01)


def test_voices_are_stable_and_the_narrator_is_alone() -> None:
    for lang in ("ko", "en"):
        assert voice_for("", lang) == voice_for("  ", lang) == NARRATORS[lang]
        names = ["Tom", "홍길동", "늑대", "Grandma", "x", "Ann", "돌쇠", "순이", "the wolf"]
        voices = [voice_for(n, lang) for n in names]
        assert voices == [voice_for(f" {n.upper()} ", lang) for n in names]
        assert NARRATORS[lang] not in voices
        assert len(set(voices)) > 4


def test_names_that_tell() -> None:
    assert voice_for("할머니", "ko") == "ko+aunty"
    assert voice_for("Grandmother", "en") == "en-us+aunty"
    assert voice_for("어머니", "ko") != voice_for("할머니", "ko")
    men = {f"en-us+{v}" for v in ("m3", "adam", "miguel", "m2", "michel")}
    assert voice_for("the woodcutter man", "en") in men
    assert voice_for("the woman", "en") not in men


def test_level_reaches_its_target_without_clipping() -> None:
    rate = 22050
    tone = np.sin(2 * np.pi * 220 * np.arange(rate) / rate).astype(np.float32)
    speech = np.concatenate([0.02 * tone, np.zeros(rate, np.float32)])
    even = level(speech, rate)
    assert voiced_rms(even, rate) == pytest.approx(0.1, rel=0.05)
    louder = level(speech, rate, 6.0)
    assert voiced_rms(louder, rate) == pytest.approx(0.2, rel=0.05)
    assert np.abs(level(speech, rate, 60.0)).max() <= 0.94
    assert even[0] == 0
    assert speech.max() == pytest.approx(0.02, rel=0.01)


def test_level_of_little_or_nothing() -> None:
    assert len(level(np.zeros(0, np.float32), 22050)) == 0
    assert not level(np.zeros(100, np.float32), 22050).any()
    assert np.isfinite(level(np.ones(1, np.float32), 22050)).all()


def test_no_two_of_a_cast_share_a_voice_while_there_are_some_left():
    cast = ("늑대", "호랑이", "곰", "사자", "토끼", "다람쥐", "생쥐", "병아리", "할머니", "엄마")
    for lang in ("ko", "en"):
        voices = [voice_for(name, lang, cast) for name in cast]
        assert len(set(voices)) == len(cast)
        assert NARRATORS[lang] not in voices
        assert voices == [voice_for(name, lang, cast) for name in cast]
    assert voice_for("할머니", "ko", cast) == voice_for("할머니", "ko")


def test_a_crowd_shares_the_voices_evenly():
    cast = tuple(f"사람{n}" for n in range(40))
    voices = [voice_for(name, "ko", cast) for name in cast]
    counts = [voices.count(v) for v in set(voices)]
    assert max(counts) - min(counts) <= 1


def test_given_names_tell():
    women = {voice_for("the woman", "en"), voice_for("Anna", "en"), voice_for("Lucy", "en")}
    assert not women & {voice_for("the man", "en"), voice_for("Tom", "en")}
