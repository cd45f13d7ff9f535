"""TextEmotion contract, over every registered backend, and the shipped model's manners."""

from __future__ import annotations

import random
import unicodedata
from typing import Any

import numpy as np
import pytest

from pyojeong import registry
from pyojeong.assets import find_asset, verify_asset
from pyojeong.emotion import Emotion
from pyojeong.errors import MissingWeights
from pyojeong.text import classifier as module
from pyojeong.text.classifier import ASSET, NgramEmotion, load_model

NAMES = [b.name for b in registry.backends() if b.capability == "TextEmotion" and not b.extra]
ODD = [
    "",
    " ",
    "\n",
    "😀",
    "ㅋㅋㅋ",
    "?!",
    "\u200b",
    "\ud800",
    "\u202eabc",
    "ا",
    "１２３",
    "a\u0301" * 99,
    "\x00",
]


@pytest.fixture(params=NAMES, scope="module")
def backend(request: pytest.FixtureRequest) -> Any:
    return registry.load("TextEmotion", request.param)


def test_one_result_per_text_in_order(backend: Any) -> None:
    texts = ["오늘은 정말 신난다!", "", "너무 무서워서 온몸이 떨렸어요.", "I am so sad."]
    found = backend.classify(texts)
    assert len(found) == len(texts)
    assert [backend.classify([t])[0].emotion for t in texts] == [s.emotion for s in found]
    assert all(abs(sum(s.values) - 1) < 1e-6 for s in found)
    assert backend.classify([]) == []


def test_batching_changes_nothing(backend: Any) -> None:
    source = random.Random(1)
    texts = [
        "".join(source.choices("가나다무서워행복해요 .!?abc ", k=source.randrange(40)))
        for _ in range(1100)
    ]
    whole = np.array([s.values for s in backend.classify(texts)])
    single = np.array([backend.classify([t])[0].values for t in texts[::25]])
    assert np.allclose(whole[::25], single, atol=1e-5)
    assert np.array_equal(whole, np.array([s.values for s in backend.classify(texts)]))


@pytest.mark.parametrize("text", ODD)
def test_any_unicode_gives_probabilities(backend: Any, text: str) -> None:
    (scores,) = backend.classify([text])
    assert np.isfinite(scores.values).all()


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u200b\ufeff"])
def test_nothing_to_read_is_neutral(backend: Any, text: str) -> None:
    assert backend.classify([text])[0].emotion is Emotion.NEUTRAL


def test_spelling_of_unicode_does_not_matter(backend: Any) -> None:
    text = "“어머나, 세상에!” 하고 토끼가 깜짝 놀랐어요."
    spellings = [
        text,
        unicodedata.normalize("NFD", text),
        "\u200b".join(text),
        text.replace("“", "「"),
    ]
    values = [s.values for s in backend.classify(spellings)]
    assert np.allclose(values[0], values[1])
    assert np.allclose(values[0], values[2])
    assert np.allclose(values[0], values[3], atol=0.2)


def test_half_width_jamo_read_like_syllables(backend: Any) -> None:
    letters = [unicodedata.name(c) for c in "ㅅㅡㄹㅍㅓ"]
    written = "".join(unicodedata.lookup(f"HALFWIDTH {name}") for name in letters)
    full, narrow = backend.classify(["너무 슬퍼", f"너무 {written}"])
    assert np.allclose(full.values, narrow.values)


@pytest.mark.parametrize("unit", ["가", "x", "무서워 ", "😀", "\u0301", "!"])
def test_a_megabyte_is_read_at_its_ends(backend: Any, unit: str) -> None:
    (scores,) = backend.classify([unit * (10**6 // len(unit))])
    assert 0 < scores.confidence <= 1


def test_shipped_model_is_small_and_certified() -> None:
    asset = find_asset(ASSET)
    assert verify_asset(asset)
    assert asset.size <= 8_000_000
    assert asset.file.endswith(".npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04broken"])
def test_broken_weights_are_named(content: bytes, tmp_path: Any, monkeypatch: Any) -> None:
    broken = tmp_path / "broken.npz"
    broken.write_bytes(content)
    monkeypatch.setattr(module, "asset_path", lambda _: broken)
    load_model.cache_clear()
    try:
        with pytest.raises(MissingWeights, match=r"broken\.npz"):
            NgramEmotion().classify(["안녕"])
    finally:
        load_model.cache_clear()


@pytest.mark.parametrize(
    ("text", "emotions"),
    [
        ("이스트소프트 최종 발표날이 왔어요.", {"neutral"}),
        ("훌륭한 심사위원님들 앞이라 너무 긴장되네요.", {"fear"}),
        ("발표를 하다가 치명적인 실수를 해서 슬펐어요.", {"sadness"}),
        ("실수한 나 자신에게 너무 화가 났어요.", {"anger"}),
        ("비록 실수가 있었지만 성장할 수 있는 좋은 기회였습니다.", {"neutral", "happiness"}),
        ("부트캠프를 하며 많이 배우고 성장한 것 같아서 행복합니다.", {"happiness"}),
        ("오늘은 정말 신난다!", {"happiness"}),
        ("으, 쓰레기통에서 썩은 냄새가 나서 토할 것 같아.", {"disgust"}),
        ("The children laughed and danced with joy.", {"happiness"}),
        ("She was terrified of the dark cellar.", {"fear"}),
        ("He was furious and slammed the door.", {"anger"}),
        ("She cried because her dog had died.", {"sadness"}),
    ],
)
def test_plain_sentences(text: str, emotions: set[str]) -> None:
    (scores,) = registry.load("TextEmotion").classify([text])
    assert scores.emotion.value in emotions, scores.as_dict()
