"""The whole way from the text given to what the engine gets."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Literal

import pytest

from pyojeong.speech.pronounced import Pronounced
from pyojeong.speech.spelling import spell_out

NASTY = [
    "",
    "나는 3개를 먹었다. 😀 I am 5.",
    "<speak>[[hE]]</speak> &amp; \x00\x01\x1b[31m",
    "㎞ ½ ① Ⅳ ﷺ ３ ＡＢＣ",
    unicodedata.normalize("NFD", "국물이 3개 있다. Ünïcödé"),
    "ㅋㅋㅋㅋㅋㅋ ㅠㅠ ㄱ ㅏ ㅁㄴㅇㄹ",
    "가" * 100 + " " + "a" * 100,
    "1" * 100 + "." + "2" * 100 + "개",
    "\ud800 \udfff \uffff \U0010ffff",
    "“따옴표” 「낫표」 《책》 — … ·",
]


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("text", NASTY)
def test_only_safe_characters_and_true_spans(text: str, lang: Literal["ko", "en"]) -> None:
    spelled = spell_out(text, lang)
    assert re.fullmatch(r"[가-힣A-Za-zÀ-ɏ0-9\s.,!?;:'\"()%-]*", spelled.text)
    assert len(spelled.text) == len(spelled.spans)
    for start, end in spelled.spans:
        assert 0 <= start <= end <= len(text)
    for before, after in pairwise(spelled.spans):
        assert before[0] <= after[0]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("25℃에서 3개", "섭씨 이시보 도에서 세 개"),
        ("ㅋㅋㅋㅋㅋ 웃겨 ㅠㅠ", "크크크 욷껴"),
        ("ㅎㅎ ㅇㅋ", "흐흐 오케이"),
        ("안녕~ 반가워요 ^^ 😀", "안녕 반가워요"),
        (unicodedata.normalize("NFD", "국물"), "궁물"),
        ("A&B + C", "에이 앤드 비 플러스 씨"),
        ("오전 9시 ~ 오후 6시", "오전 아홉 시에서 오후 여섣 시"),
        ("愛 사랑", "사랑"),
        ("１２시 ①번", "열두 시 한 번"),
    ],
)
def test_korean(text: str, spoken: str) -> None:
    assert " ".join(spell_out(text, "ko").text.split()) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("It cost $5 & €1.", "It cost 5 dollars and 1 euro."),
        ("$3 million", "3 million dollars"),
        ("<b>Hi</b> 국물 😀", "b Hi b 궁물"),
        ("It’s “fine” — really…", 'It\'s "fine" , really...'),
    ],
)
def test_english(text: str, spoken: str) -> None:
    assert " ".join(spell_out(text, "en").text.split()) == spoken


def test_spans_point_at_the_number() -> None:
    text = "사과 12개"
    spelled = spell_out(text, "ko")
    at = spelled.text.index("열두")
    assert {text[a:b] for a, b in spelled.spans[at : at + 2]} == {"12개"}


def test_pronounced_chains() -> None:
    first = Pronounced.joined([("세", (0, 1)), (" ", (1, 1)), ("개", (1, 2))])
    later = Pronounced("세개", ((0, 2), (2, 3)))
    assert first.then(later).spans == ((0, 1), (1, 2))
    assert Pronounced.plain("ab").cut(1, 2) == Pronounced("b", ((1, 2),))
    with pytest.raises(ValueError, match="spans"):
        Pronounced("ab", ((0, 1),))
