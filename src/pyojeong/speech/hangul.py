"""Hangul syllables taken apart and put together (Unicode 3.12: 19 onsets, 21 vowels, 28 codas)."""

from __future__ import annotations

ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_FIRST, _LAST = ord("가"), ord("힣")

CONSONANT_ONSET = "[가-앃자-힣]"
"""Regular expression: a syllable that begins with a consonant."""

TENSED = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ", strict=True))
"""Plain consonant → tense one."""


def is_syllable(char: str) -> bool:
    return _FIRST <= ord(char) <= _LAST


def split_syllable(syllable: str) -> tuple[str, str, str]:
    """(onset, vowel, coda); the coda may be empty. 닭 → ㄷ ㅏ ㄺ."""
    index = ord(syllable) - _FIRST
    return ONSETS[index // 588], VOWELS[index % 588 // 28], CODAS[index % 28]


def join_syllable(onset: str, vowel: str, coda: str = "") -> str:
    index = (ONSETS.index(onset) * 21 + VOWELS.index(vowel)) * 28 + CODAS.index(coda)
    return chr(_FIRST + index)


def with_onset(syllable: str, onset: str) -> str:
    _, vowel, coda = split_syllable(syllable)
    return join_syllable(onset, vowel, coda)


def with_coda(syllable: str, coda: str) -> str:
    onset, vowel, _ = split_syllable(syllable)
    return join_syllable(onset, vowel, coda)


def tensed(syllable: str) -> str:
    """With a tense onset, where there is one: 가 → 까, 나 → 나."""
    onset = split_syllable(syllable)[0]
    return with_onset(syllable, TENSED.get(onset, onset))
