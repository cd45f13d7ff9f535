"""Standard Korean pronunciation: how written Hangul sounds, written in Hangul.

Follows the Standard Pronunciation (표준 발음법, National Institute of Korean Language, notice
2017-13); section numbers in the code are its own. What needs the meaning of a word comes from
the lists in `korean_words.py`; where the standard allows two forms, the one more usual in
speech is taken (particle 의 → 에, 주의 → 주이, 지혜 → 지헤).
"""

from __future__ import annotations

from collections.abc import Iterator

from pyojeong.speech.hangul import TENSED, is_syllable, join_syllable, split_syllable
from pyojeong.speech.korean_lexicon import mark_words
from pyojeong.speech.pronounced import Pronounced

# Sections 8-11: a coda at the end or before a consonant.
_NEUTRAL = {
    "": "", "ㄱ": "ㄱ", "ㄲ": "ㄱ", "ㅋ": "ㄱ", "ㄳ": "ㄱ", "ㄺ": "ㄱ", "ㄴ": "ㄴ", "ㄵ": "ㄴ", "ㄶ": "ㄴ",
    "ㄷ": "ㄷ", "ㅅ": "ㄷ", "ㅆ": "ㄷ", "ㅈ": "ㄷ", "ㅊ": "ㄷ", "ㅌ": "ㄷ", "ㅎ": "ㄷ", "ㄹ": "ㄹ", "ㄼ": "ㄹ",
    "ㄽ": "ㄹ", "ㄾ": "ㄹ", "ㅀ": "ㄹ", "ㅁ": "ㅁ", "ㄻ": "ㅁ", "ㅂ": "ㅂ", "ㅍ": "ㅂ", "ㄿ": "ㅂ", "ㅄ": "ㅂ",
    "ㅇ": "ㅇ",
}  # fmt: skip
# Sections 13-14: what stays and what moves before a vowel.
_MOVING = {
    "ㄳ": ("ㄱ", "ㅆ"), "ㄵ": ("ㄴ", "ㅈ"), "ㄺ": ("ㄹ", "ㄱ"), "ㄻ": ("ㄹ", "ㅁ"), "ㄼ": ("ㄹ", "ㅂ"),
    "ㄽ": ("ㄹ", "ㅆ"), "ㄾ": ("ㄹ", "ㅌ"), "ㄿ": ("ㄹ", "ㅍ"), "ㅄ": ("ㅂ", "ㅆ"),
    "ㅎ": ("", "ㅇ"), "ㄶ": ("", "ㄴ"), "ㅀ": ("", "ㄹ"), "ㅇ": ("ㅇ", "ㅇ"), "": ("", "ㅇ"),
}  # fmt: skip
# Section 12: a coda and the ㅎ after it.
_ASPIRATED = {
    "ㄱ": ("", "ㅋ"), "ㄲ": ("", "ㅋ"), "ㅋ": ("", "ㅋ"), "ㄳ": ("", "ㅋ"), "ㄺ": ("ㄹ", "ㅋ"),
    "ㄷ": ("", "ㅌ"), "ㅌ": ("", "ㅌ"), "ㅅ": ("", "ㅌ"), "ㅆ": ("", "ㅌ"), "ㅊ": ("", "ㅌ"),
    "ㅈ": ("", "ㅊ"), "ㄵ": ("ㄴ", "ㅊ"), "ㅂ": ("", "ㅍ"), "ㅍ": ("", "ㅍ"), "ㅄ": ("", "ㅍ"),
    "ㄼ": ("ㄹ", "ㅍ"), "ㄿ": ("ㄹ", "ㅍ"), "ㄾ": ("ㄹ", "ㅊ"), "ㅎ": ("", "ㅎ"),
}  # fmt: skip
_H_REST = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}
_H_STRONG = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅈ": "ㅊ", "ㅅ": "ㅆ"}
_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}
_PALATAL = {"ㄷ": ("", "ㅈ"), "ㅌ": ("", "ㅊ"), "ㄾ": ("ㄹ", "ㅊ")}
_PLAIN_VOWEL = {"ㅑ": "ㅏ", "ㅒ": "ㅐ", "ㅕ": "ㅓ", "ㅖ": "ㅔ", "ㅛ": "ㅗ", "ㅠ": "ㅜ"}


def pronounce(text: str) -> Pronounced:
    """The text as it sounds, syllable for syllable; other characters stay as they are.

    pronounce("같이 읽고").text == "가치 일꼬". Output and input have the same length, so
    character i of the one stands for character i of the other. Text should be NFC.
    """
    marked = mark_words(text)
    syllables = [list(split_syllable(c)) if is_syllable(c) else None for c in marked]
    for left, right, joined in _meetings(marked):
        first, second = syllables[left], syllables[right]
        if first and second:
            first[2], second[0] = _meet(first[2], second, joined)
    for i, parts in enumerate(syllables):
        if parts:
            parts[1] = _vowel(parts[0], parts[1])
            parts[2] = _NEUTRAL[parts[2]]
            syllables[i] = parts
    spoken = (
        join_syllable(*parts) if parts else char
        for parts, char in zip(syllables, marked, strict=True)
    )
    return Pronounced("".join(spoken), Pronounced.plain(text).spans)


def _meetings(text: str) -> Iterator[tuple[int, int, bool]]:
    """(left, right, inside one word) of syllables that touch or have one space between them."""
    for i, char in enumerate(text[:-1]):
        if not is_syllable(char):
            continue
        if is_syllable(text[i + 1]):
            yield i, i + 1, True
        elif text[i + 1] == " " and i + 2 < len(text) and is_syllable(text[i + 2]):
            yield i, i + 2, False


def _meet(coda: str, after: list[str], joined: bool) -> tuple[str, str]:
    """The coda and the onset of the syllable after it, as they sound together."""
    onset, vowel, end = after
    if onset == "ㅇ":
        return _before_vowel(coda, vowel) if joined else (_NEUTRAL[coda], onset)
    if onset == "ㅎ":
        if coda == "ㄷ" and joined and (vowel == "ㅣ" or vowel + end in ("ㅕ", "ㅕㅆ")):
            return _PALATAL["ㅌ"]  # section 17: 굳히다, 닫혀; but 맏형
        heard = coda if joined else _NEUTRAL[coda]
        return _ASPIRATED.get(heard, (_NEUTRAL[coda], onset))
    if coda in _H_REST and onset in _H_STRONG:
        return _H_REST[coda], _H_STRONG[onset]  # section 12.1-2
    return _before_consonant(coda, onset, joined)


def _before_vowel(coda: str, vowel: str) -> tuple[str, str]:
    if coda in _PALATAL and (vowel == "ㅣ" or (vowel == "ㅕ" and coda != "ㄷ")):
        return _PALATAL[coda]  # section 17
    return _MOVING.get(coda, ("", coda))


def _before_consonant(coda: str, onset: str, joined: bool) -> tuple[str, str]:
    if coda == "ㄺ" and onset == "ㄱ" and joined:
        return "ㄹ", "ㄲ"  # section 11, verb stems; nouns were marked before
    rest = _NEUTRAL[coda]
    if rest in _NASAL:
        if onset in "ㄴㅁ":
            return _NASAL[rest], onset  # section 18
        if onset == "ㄹ" and joined:
            return _NASAL[rest], "ㄴ"  # section 19
        return rest, TENSED.get(onset, onset) if joined else onset  # section 23
    if coda in ("ㄵ", "ㄻ", "ㄼ", "ㄾ") and onset in "ㄱㄷㅅㅈ":
        return rest, TENSED[onset]  # sections 24-25
    return _sonorants(rest, onset) if joined else (rest, onset)


def _sonorants(coda: str, onset: str) -> tuple[str, str]:
    if (coda, onset) in (("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")):
        return "ㄹ", "ㄹ"  # section 20
    if coda in ("ㅁ", "ㅇ") and onset == "ㄹ":
        return coda, "ㄴ"  # section 19
    return coda, onset


def _vowel(onset: str, vowel: str) -> str:
    """Section 5: vowels that lose a glide after a consonant."""
    if onset in "ㅈㅉㅊ":
        return _PLAIN_VOWEL.get(vowel, vowel)
    if vowel == "ㅖ" and onset not in "ㅇㄹㄴ":
        return "ㅔ"
    return "ㅣ" if vowel == "ㅢ" and onset != "ㅇ" else vowel
