"""From what an exported YOLOv8-seg network gives to figures: one reading for films and training.

Letterboxing, suppression and masks follow Jocher et al. 2023, Ultralytics YOLOv8 ("native" masks),
and are written anew here.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput
from pyojeong.face.suppression import overlaps
from pyojeong.media.image import Rgb

STRIDE = 32
"""Sides of an input are multiples of it, px."""
GRAY = 114
"""Around a picture of another shape."""
_CANDIDATES, _MOST = 3_000, 100
_FARTHEST = 100_000.0
_LONGEST_NAMES, _MOST_CLASSES = 200_000, 1_000

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture lies in the network's input. scale: input px per picture px. left, top: px of
    gray before it. width, height: of the input."""

    scale: float
    left: int
    top: int
    width: int
    height: int


def snug(height: int, width: int, most: tuple[int, int]) -> Fit:
    """A picture as large as it goes into (height, width) `most`, in the smallest input of multiples
    of 32 that holds it."""
    scale = min(most[0] / height, most[1] / width)
    small = (max(1, round(height * scale)), max(1, round(width * scale)))
    h, w = (math.ceil(s / STRIDE) * STRIDE for s in small)
    return fitted(height, width, h, w, scale)


def fitted(height: int, width: int, h: int, w: int, scale: float | None = None) -> Fit:
    """A picture in the middle of an input (h, w), as large as it goes or at that scale."""
    scale = scale or min(h / height, w / width)
    free = (w - round(width * scale)) / 2, (h - round(height * scale)) / 2
    return Fit(scale, round(free[0] - 0.1), round(free[1] - 0.1), w, h)


def letterbox(image: Rgb, fit: Fit, shrink: int = cv2.INTER_LINEAR) -> Rgb:
    """The picture scaled, gray around it, (fit.height, fit.width, 3) uint8."""
    height, width = image.shape[:2]
    size = (max(1, round(width * fit.scale)), max(1, round(height * fit.scale)))
    made = np.full((fit.height, fit.width, 3), GRAY, np.uint8)
    if size != (width, height):
        way = shrink if fit.scale < 1 else cv2.INTER_LINEAR
        image = np.asarray(
            cv2.resize(np.ascontiguousarray(image), size, interpolation=way), np.uint8
        )
    made[fit.top : fit.top + size[1], fit.left : fit.left + size[0]] = image
    return made


def pick(
    rows: Floats, classes: int, threshold: float, iou: float
) -> tuple[Floats, Floats, NDArray[np.int64], Floats]:
    """Boxes (n, 4) xyxy in px of the input, scores, classes and coefficients of distinct figures,
    best first, from rows (m, 4 + classes + p). Rows with numbers that are none are left out."""
    chances = rows[:, 4 : 4 + classes]
    scores = chances.max(1, initial=0)
    sound = np.isfinite(rows).all(1) & (np.abs(rows[:, :4]) < _FARTHEST).all(1)
    good = np.flatnonzero((scores > threshold) & sound & (rows[:, 2:4] > 0).all(1))
    good = good[np.argsort(-scores[good], kind="stable")][:_CANDIDATES]
    kinds = chances[good].argmax(1).astype(np.int64)
    half = rows[good, 2:4] / 2
    boxes = np.concatenate([rows[good, :2] - half, rows[good, :2] + half], axis=1)
    kept: list[int] = []
    left = np.arange(len(good))
    while len(left) and len(kept) < _MOST:
        first = int(left[0])
        kept.append(first)
        same = (overlaps(boxes[first], boxes[left])[0] > iou) & (kinds[left] == kinds[first])
        same[0] = True
        left = left[~same]
    picked = good[kept]
    return boxes[kept], scores[picked], kinds[kept], rows[picked, 4 + classes :]


def cut_out(
    boxes: Floats,
    scores: Floats,
    kinds: NDArray[np.int64],
    parts: Floats,
    proto: Floats,
    fit: Fit,
    height: int,
    width: int,
) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.bool_]]:
    """Boxes (n, 4), scores, classes and masks (n, height, width) in px of the picture, from what
    `pick` gives and the prototypes; whoever has no pixel is left out."""
    shift = np.array([fit.left, fit.top, fit.left, fit.top], np.float32)
    placed = (boxes - shift) / np.float32(fit.scale)
    placed = np.clip(placed, 0, np.array([width, height, width, height], np.float32))
    masks = np.zeros((len(boxes), height, width), np.bool_)
    for mask, box, row in zip(masks, placed, parts, strict=True):
        _cut(mask, box, np.einsum("p,phw->hw", row, proto), fit)
    seen = masks.any((1, 2)) if len(masks) else np.zeros(0, bool)
    return placed[seen], scores[seen], kinds[seen], masks[seen]


def _cut(mask: NDArray[np.bool_], box: Floats, logits: Floats, fit: Fit) -> None:
    """Fill in a mask inside its box: where the prototypes' sum, interpolated, is positive."""
    # The pixels from the box's left and upper edge to those before its right and lower one.
    x0, y0, x1, y1 = (math.ceil(float(v)) for v in box)
    if x1 <= x0 or y1 <= y0:
        return
    across, down = fit.width / logits.shape[1], fit.height / logits.shape[0]
    # Cells of the gray margin say nothing about figures that the picture's edge cuts off.
    left, right = _margin(fit.left, fit.width, mask.shape[1] * fit.scale, across)
    top, bottom = _margin(fit.top, fit.height, mask.shape[0] * fit.scale, down)
    logits = logits[top : logits.shape[0] - bottom, left : logits.shape[1] - right]
    # From pixel centres of the picture to those of the prototypes.
    a, b = fit.scale / across, fit.scale / down
    matrix = np.array(
        [
            [a, 0, (x0 + 0.5) * a + fit.left / across - left - 0.5],
            [0, b, (y0 + 0.5) * b + fit.top / down - top - 0.5],
        ]
    )
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(
        logits.astype(np.float32),
        matrix,
        (x1 - x0, y1 - y0),
        flags=way,
        borderMode=cv2.BORDER_REPLICATE,
    )
    mask[y0:y1, x0:x1] = made > 0


def _margin(before: int, side: int, inner: float, cell: float) -> tuple[int, int]:
    """Whole cells of gray before and after the picture."""
    return int(before / cell), int((side - before - max(1, round(inner))) / cell)


def names_of(text: str, path: Path) -> tuple[str, ...]:
    """Class names from the metadata, a dict or list written in Python, which is read and never
    run. Raises BadInput."""
    try:
        if len(text) > _LONGEST_NAMES:
            raise ValueError(f"{len(text)} characters")
        table = ast.literal_eval(text)
        if isinstance(table, dict):
            table = [table[n] for n in range(len(table))]
        names = tuple(map(str, table)) if isinstance(table, list | tuple) else ()
        if not 1 <= len(names) <= _MOST_CLASSES:
            raise ValueError(f"{len(names)} names")
    # Deeply nested text exhausts the reader in one of several ways.
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError) as error:
        raise BadInput(
            f"{path} has no readable class names in its metadata ({error}); export it with "
            "`yolo export format=onnx`.",
            f"{path}: 메타데이터에 읽을 수 있는 클래스 이름이 없습니다({error}). "
            "`yolo export format=onnx`로 내보내세요.",
        ) from error
    return names
