"""Frames not worth keeping: empty, credits, blurred, nearly the same as one before, nobody in it.

Each test is a measurement with a limit, made on the copy of 320 x 180 px that shots are found on;
the first that holds is the reason.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.types import Image
from pyojeong.film.looks import HEIGHT, WIDTH, sharpness
from pyojeong.film.shots import EMPTY
from pyojeong.film.types import Segmenter

Reason = Literal["black", "credits", "blurred", "duplicate", "nobody"]
"""Why a frame is left out; "black" stands for any empty frame."""

REASONS: tuple[Reason, ...] = get_args(Reason)

BLURRED = 0.2
"""Sharpness (`looks.sharpness`) below which the whole frame is blurred."""

CHANGED = 4.0
"""Mean difference of gray levels in some block of 20 x 20 px from which on a frame is another."""

KEPT_IN_MIND = 24
"""Kept frames that a frame is compared with: film goes back and forth between a few pictures."""

GROUND, MOST_INK, LEAST_LETTERS = 0.72, 0.2, 7
"""Credits: least share of the picture that is one gray level, most share of letters, least count."""

Finder = Callable[[Image], bool]
"""Whether a picture shows somebody."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is left out. finder: looks for characters; None keeps frames without any."""

    black: bool = True
    credits: bool = True
    blurred: bool = True
    duplicates: bool = True
    finder: Finder | None = None


class FrameFilter:
    """Judges frames in order; remembers those it kept."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._kept: deque[NDArray[np.float32]] = deque(maxlen=KEPT_IN_MIND)

    def judge(self, image: Image) -> Reason | None:
        """Why an RGB frame (H, W, 3) is left out; None if it is kept."""
        rules = self._rules
        gray = measured(image)
        # First: small letters on black leave a page nearly black.
        if rules.credits and is_credits(gray):
            return "credits"
        if rules.black and is_empty(gray):
            return "black"
        # A picture that had to be enlarged is no sharper than it was.
        if rules.blurred and sharpness(gray) < BLURRED * min(1.0, image.shape[1] / WIDTH):
            return "blurred"
        blocks = gray.astype(np.float32)
        if rules.duplicates and any(_same(blocks, other) for other in reversed(self._kept)):
            return "duplicate"
        if rules.finder is not None and not rules.finder(image):
            return "nobody"
        self._kept.append(blocks)
        return None


def figure_finder(segmenter: Segmenter) -> Finder:
    """Whether a segmenter finds any figure."""
    return lambda image: bool(len(segmenter.segment([image])[0]))


def measured(image: Image) -> NDArray[np.uint8]:
    """Gray (180, 320) of an RGB picture."""
    way = cv2.INTER_AREA if image.shape[1] > WIDTH else cv2.INTER_LINEAR
    small = cv2.resize(np.ascontiguousarray(image), (WIDTH, HEIGHT), interpolation=way)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def is_empty(gray: NDArray[np.uint8]) -> bool:
    """Whether nothing is to be seen: black, white, or any plain tone."""
    coarse = cv2.resize(gray, (16, 9), interpolation=cv2.INTER_AREA)
    # A dark scene may be plain as a whole and still show a face in some corner.
    return float(coarse.std()) < EMPTY and float(gray.std()) < 2 * EMPTY


def is_credits(gray: NDArray[np.uint8]) -> bool:
    """Whether this is text on a plain ground: many small marks in rows, and little else."""
    level = int(np.argmax(np.bincount(gray.ravel(), minlength=256)))
    off = cv2.absdiff(gray, np.full_like(gray, level))
    if np.mean(off < 14) < GROUND:
        return False
    ink = (off > 60).astype(np.uint8)
    share = float(ink.mean())
    if not 0.002 < share < MOST_INK:
        return False
    count, _, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = boxes[1:count]
    wide, tall, area = boxes[:, 2], boxes[:, 3], boxes[:, 4]
    letters = (tall >= 2) & (tall <= 40) & (wide <= 110) & (wide * tall >= 6)
    letters &= area < 0.02 * gray.size
    # Letters hold nearly all of the ink, and stand on common lines.
    if letters.sum() < LEAST_LETTERS or area[letters].sum() < 0.8 * area.sum():
        return False
    return _in_rows(boxes[letters])


def _in_rows(boxes: NDArray[Any]) -> bool:
    """Whether most boxes have three others at their height, of about their size."""
    middle, tall = boxes[:, 1] + boxes[:, 3] / 2, boxes[:, 3].astype(np.float64)
    near = np.abs(middle[:, None] - middle[None]) < 0.5 * np.maximum(tall[:, None], tall[None])
    alike = np.maximum(tall[:, None], tall[None]) < 3.0 * np.minimum(tall[:, None], tall[None])
    return bool(np.mean((near & alike).sum(1) >= 4) > 0.6)


def _same(a: NDArray[np.float32], b: NDArray[np.float32]) -> bool:
    """Whether nothing has changed anywhere: a mouth that opens makes another picture."""
    apart = np.abs(a - b).reshape(9, 20, 16, 20).mean((1, 3))
    return float(apart.max()) < CHANGED
