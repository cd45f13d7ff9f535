"""Mouth movement: shapes, closure, pauses, and that it follows the sound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from pyojeong.expression import ARKIT_52, Expression
from pyojeong.speech.espeak import EspeakVoice
from pyojeong.speech.mouth_shapes import mouth_shapes
from pyojeong.speech.types import Phone, Prosody, Speech
from pyojeong.speech.visemes import VisemeTrack, viseme_track
from pyojeong.testing import FakeVoice

KOREAN = [
    "이스트소프트 최종 발표날이 왔어요.",
    "훌륭한 심사위원님들 앞이라 너무 긴장되네요.",
    "발표를 하다가 치명적인 실수를 해서 슬펐어요.",
    "비록 실수가 있었지만 성장할 수 있는 좋은 기회였습니다.",
    "옛날 옛적에 깊은 산속에 호랑이 한 마리가 살았어요.",
    "바람이 불어와 나뭇잎이 우수수 떨어졌습니다.",
]
ENGLISH = [
    "Once upon a time there was a little fox who lived in the woods.",
    "Suddenly, the door flew open, and a giant walked in!",
    "The thunder rolled over the valley all night long.",
    "What a wonderful surprise you have prepared for me!",
    "Nobody knew where the blue bird had gone.",
    "In the morning, everything was quiet and peaceful again.",
]
OPENING = [ARKIT_52.index(n) for n in ("jawOpen", "mouthLowerDownLeft", "mouthUpperUpLeft")]
JAW = ARKIT_52.index("jawOpen")


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakVoice]:
    with EspeakVoice() as made:
        yield made


def hummed(*sounds: tuple[str, float]) -> Speech:
    """Equal loudness in every sound; "" is a pause."""
    rate = 22050
    phones, parts, at = [], [], 0.0
    for name, length in sounds:
        time = np.arange(round(length * rate)) / rate
        parts.append(np.sin(2 * np.pi * 200 * time) * (0.3 if name else 0))
        if name:
            phones.append(Phone(name, at, at + length))
        at += length
    return Speech(np.concatenate(parts).astype(np.float32), rate, tuple(phones), ())


def test_no_sound_no_movement() -> None:
    for speech in (
        Speech(np.zeros(0, np.float32), 22050, (), ()),
        Speech(np.zeros(22050, np.float32), 22050, (), ()),
        FakeVoice().speak("😀", "ko", Prosody()),
    ):
        track = viseme_track(speech, 24)
        assert track.at(0.0) == Expression()
        assert not track.sample([0.0, 0.5, 1.0]).any()


def test_shape_range_and_agreement() -> None:
    speech = FakeVoice().speak("나비가 날아요. 봄이에요!", "ko", Prosody())
    track = viseme_track(speech, 24)
    times = np.arange(-0.5, speech.duration_s + 0.5, 1 / 24)
    rows = track.sample(times)
    assert rows.shape == (len(times), 52)
    assert rows.dtype == np.float32
    assert rows.min() >= 0
    assert rows.max() <= 1
    np.testing.assert_allclose(track.at(float(times[20])).vector(), rows[20], atol=1e-6)
    shuffled = np.random.default_rng(0).permutation(len(times))
    np.testing.assert_array_equal(track.sample(times[shuffled]), rows[shuffled])
    assert track.sample([]).shape == (0, 52)


def test_mouth_is_shut_before_after_and_in_pauses() -> None:
    track = viseme_track(hummed(("a", 0.3), ("", 0.5), ("a", 0.3)))
    assert not track.sample([-0.2, -0.1, 0.45, 0.55, 0.65, 1.25, 3.0]).any()
    assert track.at(0.15)["jawOpen"] > 0.4
    assert track.at(0.95)["jawOpen"] > 0.4


def test_lips_move_before_the_sound() -> None:
    track = viseme_track(hummed(("s", 0.2), ("u", 0.3), ("a", 0.2)))
    assert track.at(-0.03).coefficients
    assert track.at(0.17)["mouthPucker"] > 0.15


@pytest.mark.parametrize("phone", ["m", "b", "p", "ph", "p-"])
@pytest.mark.parametrize("fps", [24, 30, 60])
def test_bilabials_shut_the_lips_in_some_frame(phone: str, fps: int) -> None:
    for shift in np.linspace(0, 1 / fps, 7):
        track = viseme_track(hummed(("a", 0.15 + shift), (phone, 0.06), ("a", 0.15)), fps)
        rows = track.sample(np.arange(0, 0.36, 1 / fps))
        mid = rows[(np.arange(len(rows)) / fps > 0.1) & (np.arange(len(rows)) / fps < 0.3)]
        assert mid[:, OPENING].sum(axis=1).min() < 0.02
        assert mid[:, ARKIT_52.index("mouthPressLeft")].max() > 0.3


def held(phone: str) -> Expression:
    return viseme_track(hummed((phone, 0.6))).at(0.3)


def test_vowels_open_by_their_height() -> None:
    jaw = {v: held(v)["jawOpen"] for v in "ɐʌoiuɯeɛ"}
    assert jaw["ɐ"] > jaw["ʌ"] > jaw["o"] > max(jaw["i"], jaw["u"], jaw["ɯ"])
    assert jaw["ɐ"] > jaw["ɛ"] > jaw["i"]


def test_shapes_differ_to_the_eye() -> None:
    shapes = {
        p: np.array(held(p).vector())
        for p in ["ɐ", "o", "u", "i", "ɯ", "e", "f", "θ", "l", "s", "ʃ", "w", "m"]
    }
    names = list(shapes)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            assert np.abs(shapes[a] - shapes[b]).max() > 0.05, (a, b)
    assert held("u")["mouthPucker"] > 0.6
    assert held("o")["mouthFunnel"] > 0.4
    assert held("i")["mouthStretchLeft"] > 0.2
    assert held("f")["mouthRollLower"] > 0.4
    assert held("θ")["tongueOut"] > 0.2
    assert held("l")["jawOpen"] > held("s")["jawOpen"]


def test_louder_is_wider() -> None:
    speech = hummed(("a", 0.3), ("i", 0.1), ("a", 0.3))
    quiet = speech.samples.copy()
    quiet[: int(0.35 * speech.rate)] *= 0.2
    track = viseme_track(Speech(quiet, speech.rate, speech.phones, ()))
    assert track.at(0.15)["jawOpen"] < 0.6 * track.at(0.55)["jawOpen"]


def test_diphthongs_glide() -> None:
    track = viseme_track(hummed(("aʊ", 0.6)))
    assert track.at(0.12)["jawOpen"] > 0.4
    assert track.at(0.12)["mouthPucker"] < 0.3
    assert track.at(0.5)["mouthPucker"] > 0.5


@pytest.mark.parametrize(
    ("phone", "shapes"),
    [
        ("ˈɐ", ["aa"]),
        ("oʊ", ["oh", "ou"]),
        ("ɜː", ["schwa"]),
        ("əl", ["schwa", "LL"]),
        ("t-", ["DD"]),
        ("tɕ", ["CH"]),
        ("dʒ", ["CH"]),
        ("kh", ["kk"]),
        ("n̩", ["nn"]),
        ("ɑ̃", ["aa"]),
        ("s-", ["SS"]),
        ("?!", ["sil"]),
        ("", ["sil"]),
    ],
)
def test_names_of_sounds(phone: str, shapes: list[str]) -> None:
    assert [s.name for s in mouth_shapes(phone)] == shapes


def test_every_sound_espeak_makes_has_a_shape(voice: EspeakVoice) -> None:
    for lang, texts in (("ko", KOREAN), ("en", ENGLISH)):
        for text in texts:
            for phone in voice.speak(text, lang, Prosody()).phones:  # type: ignore[arg-type]
                assert mouth_shapes(phone.name)[0].name != "sil", phone.name


def follows(track: VisemeTrack, speech: Speech, columns: list[int]) -> float:
    """Correlation of the opening with the RMS envelope (40 ms) at 24 frames per second."""
    times = np.arange(0, speech.duration_s, 1 / 24)
    half = int(0.02 * speech.rate)
    padded = np.pad(speech.samples, half)
    at = (times * speech.rate).astype(int)
    envelope = [np.sqrt(np.mean(padded[i : i + 2 * half] ** 2)) for i in at]
    return float(np.corrcoef(track.sample(times)[:, columns].sum(axis=1), envelope)[0, 1])


@pytest.mark.parametrize(("lang", "texts"), [("ko", KOREAN), ("en", ENGLISH)])
def test_mouth_follows_the_sound(voice: EspeakVoice, lang: str, texts: list[str]) -> None:
    spoken = [voice.speak(t, lang, Prosody()) for t in texts]  # type: ignore[arg-type]
    lips = [follows(viseme_track(s, 24), s, OPENING) for s in spoken]
    jaw = [follows(viseme_track(s, 24), s, [JAW]) for s in spoken]
    assert min(lips) > 0.45
    assert np.mean(lips) > 0.6
    assert np.mean(jaw) > 0.65


def test_mouth_is_shut_in_the_pauses_of_real_speech(voice: EspeakVoice) -> None:
    speech = voice.speak("첫째 문장이에요. 둘째 문장이에요.", "ko", Prosody())
    gaps = [
        (a.end_s, b.start_s)
        for a, b in zip(speech.phones, speech.phones[1:], strict=False)
        if b.start_s - a.end_s > 0.2
    ]
    assert gaps
    for start, end in gaps:
        rows = viseme_track(speech).sample(np.arange(start + 0.08, end - 0.08, 0.01))
        assert rows.max(initial=0) < 0.05
