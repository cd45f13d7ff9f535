"""Ocr "tesseract": the system program Tesseract, Korean and English, offline.

The picture is read as it is first: cleaning a clean page costs more letters than it saves. Where
Tesseract is unsure, or ink is left that it read nothing from, cleaned versions are read too, and
the one that gives the most letters with the most certainty counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import InferenceFailed
from pyojeong.text.ocr import Image, OcrText
from pyojeong.text.page_cleanup import (
    Boxes,
    Page,
    even_page,
    ink_page,
    is_blank,
    letter_boxes,
    page_of,
    sized_page,
    soft_page,
)
from pyojeong.text.tesseract_process import Line, Token, find_tesseract
from pyojeong.text.tesseract_words import confidence_of, with_korean, words_of

_BLOCK, _AUTO = 6, 3
# A page read with this certainty, and nearly all of its ink, is left as it is.
_GOOD = 0.85
_MOST_UNREAD = 0.12
# Letters count for a reading where their certainty is above this, against it below.
_NEUTRAL = 0.6
# Shadows, hair and leaves read as letters: with less certainty than any true page.
_LEAST = 0.55


class TesseractOcr:
    """Ocr "tesseract". Needs the program and its language data kor and eng, version 4 or newer.

    program: name or path. timeout_s: of one run; a picture takes at most seven runs, and no new one
    is begun after twice this time. Raises MissingExtra, InferenceFailed.
    """

    name = "tesseract"

    def __init__(self, program: str = "tesseract", timeout_s: float = 60.0) -> None:
        self._tesseract = find_tesseract(program, ("kor", "eng"), timeout_s)
        self.source = f"tesseract {self._tesseract.version}".strip()

    def read(self, image: Image) -> OcrText:
        """Words of an RGB picture, top to bottom; columns are not parted. Raises InferenceFailed.

        A picture whose best reading is mere guessing (a photo without text) gives none.
        """
        height, width = image.shape[:2]
        raw = page_of(image)
        even = even_page(raw)
        if is_blank(even):
            return OcrText.empty(self.source)
        letters = np.array(
            [even.in_picture(box) for box in letter_boxes(even.gray).tolist()], np.float32
        ).reshape(-1, 4)
        best = self._best(raw, even, letters)
        if best.confidence < _LEAST:
            return OcrText.empty(self.source)
        rows = [
            (text, best.page.in_picture(box), confidence, number)
            for number, line in enumerate(self._koreanised(best))
            if not len(letters) or best.covers(line, letters).any()
            for text, box, confidence in words_of(line)
        ]
        return OcrText.of(rows, self.source, (width, height))

    def _best(self, raw: Page, even: Page, letters: Boxes) -> _Reading:
        """The best of the readings tried; the first good one ends the search."""
        end = time.monotonic() + 2 * self._tesseract.timeout_s
        found: list[_Reading] = []
        for page, layout in _attempts(raw, even):
            try:
                lines = self._tesseract.lines(page.gray, "kor+eng", layout)
            except InferenceFailed:
                # A cleaned page may be too odd for it; the first reading has its say anyway.
                if not found:
                    raise
                continue
            reading = _Reading(page, layout, tuple(lines))
            if reading.is_good(letters):
                return reading
            found.append(reading)
            if time.monotonic() > end:
                break
        return max(found, key=lambda reading: reading.weight)

    def _koreanised(self, reading: _Reading) -> list[Line]:
        lines = list(reading.lines)
        if not any("가" <= c <= "힣" for line in lines for t in line for c in t.text):
            return lines
        korean = self._tesseract.lines(reading.page.gray, "kor", reading.layout)
        return with_korean(lines, korean)


@dataclass(frozen=True, slots=True)
class _Reading:
    page: Page
    layout: int
    lines: tuple[Line, ...]

    @property
    def confidence(self) -> float:
        return confidence_of(self.lines)

    @property
    def weight(self) -> float:
        """Letters times how much better than guessing they were read."""
        letters = sum(len(token.text) for line in self.lines for token in line)
        return letters * (self.confidence - _NEUTRAL)

    def is_good(self, letters: Boxes) -> bool:
        return self.confidence >= _GOOD and self._unread(letters) <= _MOST_UNREAD

    def _unread(self, letters: Boxes) -> float:
        """Share of the picture's letter-like ink that lies outside every token."""
        read = self.covers([token for line in self.lines for token in line], letters)
        areas = np.prod(letters[:, 2:] - letters[:, :2], axis=1)
        return float(areas[~read].sum() / max(1.0, areas.sum()))

    def covers(self, tokens: Sequence[Token], letters: Boxes) -> NDArray[np.bool_]:
        """Which letter boxes of the picture have their middle in a token."""
        middles = (letters[:, :2] + letters[:, 2:]) / 2
        read = np.zeros(len(letters), bool)
        for token in tokens:
            x0, y0, x1, y1 = self.page.in_picture(token.box)
            read |= ((middles >= (x0, y0)) & (middles <= (x1, y1))).all(axis=1)
        return read


def _attempts(raw: Page, even: Page) -> Iterator[tuple[Page, int]]:
    """Pages to read and how, the likeliest first; each is made when its turn comes."""
    yield raw, _BLOCK
    yield even, _BLOCK
    sized = sized_page(even)
    yield sized, _BLOCK
    yield soft_page(sized), _BLOCK
    yield ink_page(sized), _BLOCK
    yield sized, _AUTO
