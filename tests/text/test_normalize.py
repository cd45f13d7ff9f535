from __future__ import annotations

import random
import unicodedata

import pytest

from pyojeong.text.language import detect_language
from pyojeong.text.normalize import normalize


def half_width(letters: str) -> str:
    """Compatibility jamo as their half-width forms."""
    return "".join(
        c if c == " " else unicodedata.lookup(f"HALFWIDTH {unicodedata.name(c)}") for c in letters
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("가\u200b나\ufeff다", "가나다"),
        ("e\u200b\u0301", "é"),
        ("가\u00a0나\u3000다", "가 나 다"),
        ("가\r\n나\r다\u2028라\x0b마", "가\n나\n다\n라\n마"),
        ("\u202e거꾸로", "거꾸로"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("가\u200d나", "가나"),
        ("\ud83d", "\ufffd"),
        (half_width("ㄴㅏㄴ ㅏㅁ"), "난 ㅏㅁ"),
        (half_width("ㄷㅏㄺㅇㅣ"), "닭이"),
        (half_width("ㅎㅏㄴㄱㅡㄹ"), "한글"),
        (half_width("ㅋㅋㅋ"), "ㅋㅋㅋ"),
        ("a\x00b", "ab"),
    ],
)
def test_table(text: str, expected: str) -> None:
    assert normalize(text) == expected


@pytest.mark.parametrize("seed", range(20))
def test_idempotent_and_composed(seed: int) -> None:
    source = random.Random(seed)
    alphabet = (
        "가힣ㅋ각a\u0301\u0316e\u200b\u200d\u202e \t\r\n\u2028ﾡￂ\ud800\U0001f600\ufe0f\u1160\u3164"
    )
    text = "".join(source.choices(alphabet, k=source.randrange(3000)))
    once = normalize(text)
    assert normalize(once) == once
    assert "\r" not in once


def test_decomposed_hangul_is_composed_across_pieces() -> None:
    text = "한국어 문장이 길게 이어진다. " * 300
    assert normalize(unicodedata.normalize("NFD", text)) == text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("안녕하세요", "ko"),
        ("Hello there", "en"),
        ("Scott에게 갔다", "ko"),
        ("I love 김치 very much indeed", "en"),
        ("ㅋㅋㅋ", "ko"),
        ("", "other"),
        ("123 !?", "other"),
        ("Привет", "other"),
        ("こんにちは", "other"),
        (unicodedata.normalize("NFD", "안녕"), "ko"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language
