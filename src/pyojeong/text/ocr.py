"""The capability of reading pictures of text: words with their places, put together as a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pyojeong.text.normalize import normalize

Image = NDArray[np.uint8]
"""RGB uint8 (H, W, 3)."""

# Lines further apart than this many line heights, and than the usual distance, part paragraphs.
_PARAGRAPH_GAP = 0.9
_PARAGRAPH_FACTOR = 1.8


@dataclass(frozen=True, slots=True, eq=False)
class OcrText:
    """Words read from one picture in reading order, one row each.

    words: without white space. boxes: (n, 4) float32, xyxy in px of the picture, clipped to it.
    confidences: (n,) float32 in [0, 1]. lines: (n,) int32, the line each word stands in, from 0
    without gaps. source: what read them, such as "tesseract 5.3.0".
    """

    words: tuple[str, ...]
    boxes: NDArray[np.float32]
    confidences: NDArray[np.float32]
    lines: NDArray[np.int32]
    source: str

    def __post_init__(self) -> None:
        n = len(self.words)
        shapes = (self.boxes.shape, self.confidences.shape, self.lines.shape)
        if shapes != ((n, 4), (n,), (n,)):
            raise ValueError(f"{n} words, boxes, confidences and lines do not agree: {shapes}")
        if n and (self.lines[0] != 0 or not np.isin(np.diff(self.lines), (0, 1)).all()):
            raise ValueError("lines must count up from 0")
        if not all(word and not any(map(str.isspace, word)) for word in self.words):
            raise ValueError("a word is not empty and holds no white space")

    @classmethod
    def empty(cls, source: str) -> OcrText:
        f = np.float32
        return cls((), np.zeros((0, 4), f), np.zeros(0, f), np.zeros(0, np.int32), source)

    @classmethod
    def of(
        cls,
        rows: Sequence[tuple[str, Sequence[float], float, int]],
        source: str,
        size: tuple[int, int],
    ) -> OcrText:
        """From (word, box, confidence, line) rows as engines give them.

        Words are normalised (no invisible or control characters), cut at white space, and empty
        ones left out; boxes are clipped to `size` (width, height), confidences to [0, 1]; lines
        are numbered anew, in the order they come.
        """
        words: list[str] = []
        boxes: list[Sequence[float]] = []
        confidences: list[float] = []
        lines: list[int] = []
        last: int | None = None
        for text, box, confidence, line in rows:
            for word in normalize(text).split():
                number = lines[-1] if lines else -1
                lines.append(number if line == last else number + 1)
                last = line
                words.append(word)
                boxes.append(box)
                confidences.append(confidence)
        if not words:
            return cls.empty(source)
        limits = [*size, *size]
        return cls(
            tuple(words),
            np.clip(np.nan_to_num(np.array(boxes, float)), 0, limits).astype(np.float32),
            np.clip(np.nan_to_num(np.array(confidences, float)), 0, 1).astype(np.float32),
            np.array(lines, np.int32),
            source,
        )

    def __len__(self) -> int:
        return len(self.words)

    @property
    def confidence(self) -> float:
        """Mean over the characters, 0 to 1; 0 where nothing was read."""
        weights = [len(word) for word in self.words]
        return float(np.average(self.confidences, weights=weights)) if weights else 0.0

    @property
    def text(self) -> str:
        r"""All words: a space between those of a line, `\n` between lines, a blank line where
        the distance shows a new paragraph."""
        parts: list[str] = []
        parted = _paragraph_starts(self.boxes, self.lines)
        for i, word in enumerate(self.words):
            if i == 0:
                gap = ""
            elif self.lines[i] == self.lines[i - 1]:
                gap = " "
            else:
                gap = "\n\n" if int(self.lines[i]) in parted else "\n"
            parts += [gap, word]
        return "".join(parts)


class Ocr(Protocol):
    """Reads the text of pictures."""

    def read(self, image: Image) -> OcrText:
        """The words of an RGB picture in reading order; an empty result where there are none."""
        ...


def _paragraph_starts(boxes: NDArray[np.float32], lines: NDArray[np.int32]) -> set[int]:
    """Lines before which the distance is both wide and wider than usual."""
    if not len(lines) or lines[-1] < 2:
        return set()
    numbers = range(int(lines[-1]) + 1)
    tops = np.array([np.median(boxes[lines == n, 1]) for n in numbers])
    bottoms = np.array([np.median(boxes[lines == n, 3]) for n in numbers])
    height = max(1.0, float(np.median(bottoms - tops)))
    gaps = tops[1:] - bottoms[:-1]
    usual = max(0.0, float(np.median(gaps)))
    wide = (gaps > _PARAGRAPH_GAP * height) & (gaps > _PARAGRAPH_FACTOR * usual + 0.1 * height)
    return {int(n) + 1 for n in np.flatnonzero(wide)}
