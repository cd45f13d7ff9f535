"""What every registered voice, and the public fake, must do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pyojeong.emotion import Emotion
from pyojeong.registry import backends, load
from pyojeong.speech.types import Prosody, Speech
from pyojeong.speech.visemes import viseme_track
from pyojeong.testing import FakeVoice

VOICES = ["fake", *(b.name for b in backends() if b.capability == "Voice")]
PLAIN = Prosody()

KO = "옛날 옛적에, 호랑이가 살았어요. “무서워!” 12시 30분에 AI가 말했다."
EN = 'Once upon a time, a fox said: "Hello!" It was 12:30.'


@pytest.fixture(scope="module", params=VOICES)
def voice(request: pytest.FixtureRequest) -> Iterator[Any]:
    made = FakeVoice() if request.param == "fake" else load("Voice", request.param)
    yield made
    getattr(made, "close", lambda: None)()


def check(speech: Speech, text: str) -> None:
    assert speech.samples.dtype == np.float32
    assert speech.samples.ndim == 1
    assert np.isfinite(speech.samples).all()
    assert np.abs(speech.samples).max(initial=0) <= 1
    end = speech.duration_s + 1e-6
    for phone in speech.phones:
        assert phone.name
        assert 0 <= phone.start_s <= phone.end_s <= end
    for a, b in pairwise(speech.phones):
        assert a.start_s <= b.start_s
        assert a.end_s <= b.start_s + 1e-6
    for word in speech.words:
        assert 0 <= word.start < word.end <= len(text)
        assert 0 <= word.start_s <= word.end_s <= end
    for c, d in pairwise(speech.words):
        assert c.end <= d.start
        assert c.start_s <= d.start_s


@pytest.mark.parametrize(("text", "lang"), [(KO, "ko"), (EN, "en"), (EN, "ko"), (KO, "en")])
def test_speech_is_sound_with_times(voice: Any, text: str, lang: str) -> None:
    speech = voice.speak(text, lang, PLAIN)
    check(speech, text)
    assert speech.duration_s > 1
    assert len(speech.phones) > 10


def test_words_are_those_of_the_text_given(voice: Any) -> None:
    for text, lang in ((KO, "ko"), (EN, "en")):
        speech = voice.speak(text, lang, PLAIN)
        spoken = [text[w.start : w.end] for w in speech.words]
        assert spoken == [t.strip('.,!?:"“”') for t in text.split()]


def test_words_share_the_time_sensibly(voice: Any) -> None:
    text = "고양이에게 나 고양이에게 나 고양이에게 나"
    words = voice.speak(text, "ko", PLAIN).words
    long = [w.end_s - w.start_s for w in words[::2]]
    short = [w.end_s - w.start_s for w in words[1::2]]
    assert min(long) > 0.1
    assert min(short) > 0.05
    assert sum(long) > 2 * sum(short)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("text", ["", " \n\t", "😀🎉👨‍👩‍👧", "...!?", "()[]{}<>", "\x00\x01\x02"])
def test_nothing_to_say_is_no_sound(voice: Any, text: str, lang: str) -> None:
    speech = voice.speak(text, lang, PLAIN)
    assert len(speech.samples) == 0
    assert speech.phones == ()
    assert speech.words == ()
    assert viseme_track(speech).at(0.0).coefficients == {}


@pytest.mark.parametrize(
    "text",
    [
        '<speak><voice name="de">hello</voice></speak>',
        "[[h@l'oU]] world",
        "before\0after",
        "\x01120k\x01+10S text",
        '"}\n{"text": "x"}',
        "가\u0301나\u200b다\ufeff라\u202e마",
        "퀧뷁쀍 " * 5,
        "a" * 300,
        "㉠㉡ ⅷ ﷽ 𝔥𝔢𝔩𝔩𝔬",
        "\ud800 half a pair",
        "-" * 500 + "끝",
        "&amp; &lt;break time='9999s'/&gt; %s %n ${HOME} `id`",
    ],
)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_hostile_text_is_only_text(voice: Any, text: str, lang: str) -> None:
    speech = voice.speak(text, lang, PLAIN)
    check(speech, text)
    assert speech.duration_s < 60


def test_markup_is_read_not_obeyed(voice: Any) -> None:
    plain = voice.speak("speak slow speak", "en", PLAIN)
    marked = voice.speak("<speak> slow </speak>", "en", PLAIN)
    assert [p.name for p in marked.phones] == [p.name for p in plain.phones]


def test_very_long_text(voice: Any) -> None:
    text = "작은 새가 노래를 부르며 날아갔어요. " * 100
    speech = voice.speak(text, "ko", PLAIN)
    check(speech, text)
    assert len(speech.words) == 100 * 5
    assert speech.duration_s > 100


def test_long_text_without_any_break(voice: Any) -> None:
    text = "가나다라" * 1500
    speech = voice.speak(text, "ko", PLAIN)
    check(speech, text)
    assert speech.duration_s > 300


def test_rate_changes_the_time(voice: Any) -> None:
    slow = voice.speak(KO, "ko", Prosody(rate=0.7)).duration_s
    fast = voice.speak(KO, "ko", Prosody(rate=1.4)).duration_s
    assert slow > 1.4 * fast


def test_every_emotion_and_extreme_prosody(voice: Any) -> None:
    for emotion in Emotion:
        speech = voice.speak("정말이야?", "ko", Prosody(emotion, 1.0))
        check(speech, "정말이야?")
        assert len(speech.samples)
    for extreme in (Prosody(rate=9, pitch=9, volume=9), Prosody(rate=0.2, pitch=0.1, volume=0.1)):
        check(voice.speak("정말이야?", "ko", extreme), "정말이야?")


def test_same_text_sounds_the_same(voice: Any) -> None:
    once, again = (voice.speak(KO, "ko", PLAIN) for _ in range(2))
    assert abs(len(once.samples) - len(again.samples)) < 0.05 * once.rate
    assert [p.name for p in once.phones] == [p.name for p in again.phones]
