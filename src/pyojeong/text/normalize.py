"""One spelling for every text: NFC, whole Hangul syllables, plain spaces and line ends.

Everything that reads text works on `normalize(text)`; positions in results refer to it.
"""

from __future__ import annotations

import re
import unicodedata

_CHUNK = 1024
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u3164\u115f\u1160\uffa0]")
# Zero-width and direction marks, soft hyphen, control characters; ZWJ is kept inside emoji.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b\u200c"
    "\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
    "|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_HALF_WIDTH = re.compile("[\uffa1-\uffdc]+")

_LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"


def normalize(text: str) -> str:
    r"""The text in NFC with `\n` line ends, plain spaces and no invisible characters.

    Half-width jamo are joined into syllables; lone surrogates become U+FFFD. Letters, case,
    punctuation and the number of line breaks stay. Idempotent; linear time for any input.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    text = _SURROGATES.sub("\ufffd", text)
    text = _HALF_WIDTH.sub(lambda run: _join_half_width(run.group()), text)
    # Invisible characters go first: they may stand between a letter and its mark.
    return _SPACES.sub(" ", _nfc(_INVISIBLE.sub("", text)))


def _nfc(text: str) -> str:
    """NFC in pieces: CPython's is quadratic in the length of a run of combining marks."""
    if len(text) <= _CHUNK:
        return unicodedata.normalize("NFC", text)
    pieces, start = [], 0
    while start < len(text):
        end = _safe_cut(text, start + _CHUNK)
        pieces.append(unicodedata.normalize("NFC", text[start:end]))
        start = end
    return "".join(pieces)


def _safe_cut(text: str, at: int) -> int:
    """The next place from `at` where nothing joins across, or `at` where there is none near."""
    for position in range(at, min(at + 256, len(text))):
        char = text[position]
        if char < "\u0300" or "\u3000" <= char <= "\ud7a3":
            return position
    return min(at, len(text))


def _join_half_width(run: str) -> str:
    letters = [unicodedata.normalize("NFKD", c) for c in run]
    # NFKD gives conjoining jamo; their compatibility letter is found by name.
    compat = [_compatibility_letter(c, fallback) for c, fallback in zip(run, letters, strict=True)]
    out: list[str] = []
    at = 0
    while at < len(compat):
        syllable, used = _syllable(compat, at)
        out.append(syllable)
        at += used
    return "".join(out)


def _compatibility_letter(half: str, fallback: str) -> str:
    name = unicodedata.name(half, "").removeprefix("HALFWIDTH ")
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return fallback


def _syllable(letters: list[str], at: int) -> tuple[str, int]:
    """The syllable that starts at `at` and how many letters it takes (1 when there is none)."""

    def letter(offset: int) -> str:
        return letters[at + offset] if at + offset < len(letters) else " "

    lead, vowel, tail = letter(0), letter(1), letter(2)
    if lead not in _LEADS or vowel not in _VOWELS:
        return lead, 1
    code = 0xAC00 + (_LEADS.index(lead) * 21 + _VOWELS.index(vowel)) * 28
    # A consonant closes the syllable unless a vowel follows and claims it.
    if tail != " " and tail in _TAILS and letter(3) not in _VOWELS:
        return chr(code + _TAILS.index(tail)), 3
    return chr(code), 2
