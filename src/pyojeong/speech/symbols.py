"""Signs, emoji and chat jamo: said in words, or left out.

Only letters, figures, spaces and the marks that shape the melody of a sentence reach the
engine: no markup, control or emoji character can be read out or obeyed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from pyojeong.speech.pronounced import Pronounced

Parts = Iterator[tuple[str, tuple[int, int]]]

_SPOKEN: dict[str, dict[str, str]] = {
    "ko": {"&": " 앤드 ", "@": " 골뱅이 ", "+": " 플러스 ", "×": " 곱하기 ",
           "%": " 퍼센트 ", "°": " 도 ", "$": " 달러 "},
    "en": {"&": " and ", "@": " at ", "=": " equals ", "+": " plus ", "×": " times ",
           "÷": " divided by "},
}  # fmt: skip
_KEPT = {"ko": frozenset(".,!?;:'\"()"), "en": frozenset(".,!?;:'\"()-%")}
_SAME = {
    "‘": "'", "’": "'", "“": '"', "”": '"', "「": '"', "」": '"', "『": '"', "』": '"', "《": '"', "》": '"',
    "〈": '"', "〉": '"', "—": ", ", "―": ", ", "–": "-", "−": "-", "、": ",", "。": ".", "〜": "~", "∼": "~",
    "ㆍ": "·", "·": "·", "‥": "...", "º": "°",
}  # fmt: skip
_CHAT = {"ㅋ": "크", "ㅎ": "흐"}
_CHAT_WORDS = {
    "ㅇㅇ": "응",
    "ㅇㅋ": "오케이",
    "ㄴㄴ": "노노",
    "ㄱㄱ": "고고",
    "ㄱㅅ": "감사",
    "ㅊㅋ": "축하",
    "ㄷㄷ": "덜덜",
}
_JAMO_NAME_TEXT = """
기역 니은 디귿 리을 미음 비읍 시옷 이응 지읒 치읓 키읔 티읕 피읖 히읗 쌍기역 쌍디귿 쌍비읍 쌍시옷
쌍지읒
"""
_JAMO_NAMES = dict(
    zip(
        "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㄲㄸㅃㅆㅉ",
        _JAMO_NAME_TEXT.split(),
        strict=True,
    )
)
_VOWEL_JAMO = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
# A base with its combining marks, or a syllable in conjoining jamo: what NFC makes into one.
_CLUSTER = re.compile(
    r"[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|.[\u0300-\u036f]*", re.DOTALL
)
_JAMO_RUN = re.compile(r"[ㄱ-ㅎㅏ-ㅣ]+")


def compose(text: str) -> Pronounced:
    """Unicode compatibility forms made plain (NFKC): decomposed Hangul, ３, ㎞, ①, …"""
    return Pronounced.joined(
        (_plain(match.group()), match.span()) for match in _CLUSTER.finditer(text)
    )


def _plain(cluster: str) -> str:
    if cluster in _SAME:
        return _SAME[cluster]
    # NFKC would turn ㅋ into a conjoining jamo, and ² or ³ after a unit into a figure.
    if "\u3130" <= cluster <= "\u318f" or cluster in "²³º°":
        return cluster
    plain = unicodedata.normalize("NFKC", cluster)
    return " " + plain if "⁄" in plain else plain  # 1½ is 1 1⁄2, not 11⁄2


def spell_symbols(text: str, lang: Literal["ko", "en"]) -> Pronounced:
    """The text without emoji, markup and unknown scripts, its signs in words."""
    return Pronounced.joined(_spelled(text, lang))


def _spelled(text: str, lang: Literal["ko", "en"]) -> Parts:
    at = 0
    for run in _JAMO_RUN.finditer(text):
        yield from _signs(text, at, run.start(), lang)
        yield _chat(run.group()), run.span()
        at = run.end()
    yield from _signs(text, at, len(text), lang)


def _signs(text: str, start: int, end: int, lang: Literal["ko", "en"]) -> Parts:
    for i in range(start, end):
        char = text[i]
        if _is_letter(char) or char in _KEPT[lang]:
            yield char, (i, i + 1)
        else:
            yield _SPOKEN[lang].get(char, "\n" if char == "\n" else " "), (i, i + 1)


def _is_letter(char: str) -> bool:
    """Hangul, Latin letters and figures; other scripts are not in these voices."""
    return (
        (char.isascii() and char.isalnum())
        or "가" <= char <= "힣"
        or ("À" <= char <= "ɏ" and char.isalpha())
    )


def _chat(run: str) -> str:
    """ㅋㅋㅋ → 크크크, ㅠㅠ → nothing, ㄱ → 기역."""
    if run in _CHAT_WORDS:
        return _CHAT_WORDS[run]
    if len(run) == 1:
        return _lone(run)
    laughs = [c for c in run if c in _CHAT]
    return "".join(_CHAT[c] for c in laughs[:3]) or " "


def _lone(jamo: str) -> str:
    if jamo in _JAMO_NAMES:
        return _JAMO_NAMES[jamo]
    if jamo in "ㅠㅜㅡ":
        return " "  # tears and a flat mouth, not letters
    return chr(0xC544 + 28 * _VOWEL_JAMO.index(jamo)) if jamo in _VOWEL_JAMO else " "
