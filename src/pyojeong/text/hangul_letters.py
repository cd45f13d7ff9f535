"""Hangul letters that stand alone: joined into syllables, read from look-alikes or from keys.

Arithmetic of syllables: Unicode 3.12. Keys: the two-set layout (KS X 5002).
"""

from __future__ import annotations

from collections.abc import Sequence

LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TAILS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"

LIKE_VOWELS = dict.fromkeys("lI|1!丨", "ㅣ") | dict.fromkeys("rト卜", "ㅏ") | {"H": "ㅐ"}
LIKE_CONSONANTS = {"7": "ㄱ", "人": "ㅅ", "亻": "ㅅ", "从": "ㅆ", "口": "ㅁ", "己": "ㄹ", "∧": "ㅅ"}
_SAME_SOUND = {
    "ㅑ": "ㅏ",
    "ㅕ": "ㅓ",
    "ㅛ": "ㅗ",
    "ㅠ": "ㅜ",
    "ㅒ": "ㅐ",
    "ㅖ": "ㅔ",
    "ㅟ": "ㅣ",
    "ㅢ": "ㅣ",
}
# At the end of a syllable these are laughter, or no tail at all.
_NO_TAILS = " ㅋㅎ"
_KEYS = dict(
    zip(
        "qwertasdfgzxcvQWERTyuiophjklbnmOP",
        "ㅂㅈㄷㄱㅅㅁㄴㅇㄹㅎㅋㅌㅊㅍㅃㅉㄸㄲㅆㅛㅕㅑㅐㅔㅗㅓㅏㅣㅠㅜㅡㅒㅖ",
        strict=True,
    )
)
_TWO_VOWELS = {
    "ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ", "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ",
}  # fmt: skip
_TWO_TAILS = {
    "ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ", "ㄹㅅ": "ㄽ",
    "ㄹㅌ": "ㄾ", "ㄹㅍ": "ㄿ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ",
}  # fmt: skip

Syllables = list[tuple[str, int]]
"""Syllables or lone letters, each with the number of letters it was made of."""


def join_letters(letters: Sequence[str]) -> Syllables:
    """Lone letters joined from left to right; everything else stays. Linear."""
    out: Syllables = []
    at = 0
    while at < len(letters):
        found = _syllable(letters, at) if letters[at] in _LEADS else (letters[at], 1)
        out.append(found)
        at += found[1]
    return out


_LEADS = frozenset(LEADS)
_VOWELS = frozenset(VOWELS)
_TAILS = frozenset(TAILS) - set(_NO_TAILS)


def _syllable(letters: Sequence[str], at: int) -> tuple[str, int]:
    """The syllable that starts with the consonant at `at`, or that consonant alone."""

    def letter(offset: int) -> str:
        return letters[at + offset] if at + offset < len(letters) else " "

    if letter(1) not in _VOWELS:
        return letters[at], 1
    vowel, used = letter(1), 2
    if two := _TWO_VOWELS.get(vowel + letter(2)):
        vowel, used = two, 3
    # ㅆㅣㅣㅣㅂ: a vowel held down.
    while letter(used) == vowel:
        used += 1
    code = 0xAC00 + (LEADS.index(letters[at]) * 21 + VOWELS.index(vowel)) * 28
    tail = letter(used)
    if tail not in _TAILS or letter(used + 1) in _VOWELS:
        return chr(code), used
    # Of two consonants the second begins the next syllable if a vowel follows it.
    if (both := _TWO_TAILS.get(tail + letter(used + 1))) and letter(used + 2) not in _VOWELS:
        return chr(code + TAILS.index(both)), used + 2
    return chr(code + TAILS.index(tail)), used + 1


def from_keys(word: str) -> Syllables:
    """A word of Latin letters as Hangul: tlqkf gives 시, 발 with 2 and 3 keys."""
    keys = word if not word.isupper() else word.lower()
    return join_letters([_KEYS.get(key) or _KEYS[key.lower()] for key in keys])


def open_vowel(char: str) -> str:
    """The vowel of a syllable without a final consonant, or a lone vowel itself; else ""."""
    if "ㅏ" <= char <= "ㅣ":
        return char
    if not "가" <= char <= "힣" or (ord(char) - 0xAC00) % 28:
        return ""
    return VOWELS[(ord(char) - 0xAC00) // 28 % 21]


def drawn_out(before: str, char: str) -> str:
    """The syllable `before` where `char` only draws out its vowel (바 and 알: 발); else ""."""
    if not "가" <= before <= "힣" or not (vowel := open_vowel(before)):
        return ""
    if "ㅏ" <= char <= "ㅣ":
        return before if _sound(char) == _sound(vowel) else ""
    code = ord(char) - 0xAC00
    if not 0 <= code < 11172 or LEADS[code // 588] != "ㅇ":
        return ""
    same = _sound(VOWELS[code // 28 % 21]) == _sound(vowel)
    return chr(ord(before) + code % 28) if same else ""


def _sound(vowel: str) -> str:
    return _SAME_SOUND.get(vowel, vowel)
