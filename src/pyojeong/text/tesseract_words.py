"""Tesseract's tokens made words: syllables rejoined, and Korean taken for English put right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pyojeong.text.tesseract_process import Line, Token

_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z0-9]")
_NOT_KOREAN = re.compile(r"[^가-힣\s.,!?…~'\"“”‘’()\-:;]")

# Measured on rendered pages: white space between Korean words is nearly always wider than this
# share of a syllable's height, the distance of syllables seldom is.
_WORD_GAP = 0.3
# English this sure of itself is left alone, unless the Korean reading is as sure.
_SURE_ENGLISH = 0.85
_AS_SURE = 0.05
# Marks read with less than this are specks.
_LEAST_SURE_MARK = 0.5

Word = tuple[str, tuple[float, float, float, float], float]
"""Text, box (xyxy) and confidence (0 to 1)."""


def words_of(line: Line) -> list[Word]:
    """The words of a line: tokens without white space between them joined, specks left out; none
    where all are marks, for that is a rule or a stain."""
    line = tuple(t for t in line if t.confidence >= _LEAST_SURE_MARK or _is_writing(t.text))
    if not any(_is_writing(t.text) for t in line):
        return []
    height = float(np.median([t.box[3] - t.box[1] for t in line]))
    groups = [[line[0]]]
    for before, token in pairwise(line):
        if _is_apart(before, token, height):
            groups.append([])
        groups[-1].append(token)
    return [_joined(group) for group in groups]


def with_korean(mixed: Sequence[Line], korean: Sequence[Line]) -> list[Line]:
    """Lines read as Korean and English, English that is no English replaced from `korean`, the
    same picture read as Korean only.

    Read together, one Korean word in twenty comes out as Latin letters ("소녀는" as "AGE").
    Read as Korean, true English comes out as figures and marks, never as Hangul: what is Hangul
    there was Korean. Lines without any Hangul are English and stay.
    """
    return [
        _corrected(line, korean) if any(_HANGUL.search(t.text) for t in line) else line
        for line in mixed
    ]


def confidence_of(lines: Sequence[Line]) -> float:
    """Mean over the characters, 0 to 1; 0 where there are none."""
    tokens = [token for line in lines for token in line]
    weights = [len(token.text) for token in tokens]
    return float(np.average([t.confidence for t in tokens], weights=weights)) if tokens else 0.0


def _is_writing(text: str) -> bool:
    return any(map(str.isalnum, text))


def _is_apart(before: Token, token: Token, height: float) -> bool:
    if token.spaced is not None:
        return token.spaced
    if not (_HANGUL.search(before.text[-1]) and _HANGUL.search(token.text[0])):
        # Only Korean words are cut into several tokens.
        return _is_writing(before.text[-1]) and _is_writing(token.text[0])
    return token.box[0] - before.box[2] > _WORD_GAP * height


def _joined(tokens: Sequence[Token]) -> Word:
    boxes = np.array([t.box for t in tokens])
    box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    return "".join(t.text for t in tokens), box, confidence_of([tuple(tokens)])


def _corrected(line: Line, korean: Sequence[Line]) -> Line:
    tops, bottoms = zip(*[(t.box[1], t.box[3]) for t in line], strict=True)
    top, bottom = float(np.median(tops)), float(np.median(bottoms))
    beside = [t for other in korean for t in other if top <= (t.box[1] + t.box[3]) / 2 <= bottom]
    found: list[Token] = []
    for token in line:
        there = [t for t in beside if token.box[0] <= (t.box[0] + t.box[2]) / 2 <= token.box[2]]
        if _is_false_english(token, there):
            first, *rest = there
            found += [Token(first.text, first.box, first.confidence, token.spaced), *rest]
        else:
            found.append(token)
    return tuple(found)


def _is_false_english(token: Token, korean: Sequence[Token]) -> bool:
    text = "".join(t.text for t in korean)
    if _HANGUL.search(token.text) or not _LATIN.search(token.text):
        return False
    if not _HANGUL.search(text) or _NOT_KOREAN.search(text):
        return False
    sure = confidence_of([tuple(korean)])
    return token.confidence < _SURE_ENGLISH or sure >= token.confidence - _AS_SURE
