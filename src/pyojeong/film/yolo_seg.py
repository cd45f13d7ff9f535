"""Segmenter "yolo-seg-onnx": any exported YOLOv8-seg network, run by ONNX Runtime alone.

The file is laid out as `yolo export format=onnx` writes it: one input (1, 3, h, w), RGB in [0, 1];
output0 (1, 4 + classes + p, n) with each box as middle and size in px, class probabilities and p
mask coefficients; output1 (1, p, h/4, w/4) prototypes; metadata `names`. Letterboxing, suppression
and masks follow Jocher et al. 2023, Ultralytics YOLOv8 ("native" masks), and are written anew here.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import asset_path
from pyojeong.errors import BadInput, BadSettings, InferenceFailed
from pyojeong.face.suppression import overlaps
from pyojeong.face.types import Image
from pyojeong.film.types import Instances, most_masks
from pyojeong.network import open_file

ASSET = "cartoon_characters_v1"
"""The network that is used where no file is named: the characters of the house's cartoon."""

_GRAY, _STRIDE, _SIDE = 114, 32, 640
_CANDIDATES, _MOST = 3_000, 100
_FARTHEST = 100_000.0
_LONGEST_NAMES, _MOST_CLASSES, _LARGEST_SIDE = 200_000, 1_000, 4_096

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


class YoloSegOnnx:
    """Finds figures with an exported network. Safe to share between threads.

    path: the ONNX file, the cartoon's own where None. threshold: least probability of a figure.
    iou: overlap from which two boxes of one class are one figure. Raises MissingWeights, BadInput
    for a file that is no such network, BadSettings.
    """

    def __init__(
        self, path: str | Path | None = None, threshold: float = 0.25, iou: float = 0.7
    ) -> None:
        if not (0 < threshold < 1 and 0 < iou <= 1):
            raise BadSettings(
                "threshold and iou lie between 0 and 1.", "threshold와 iou는 0과 1 사이입니다."
            )
        self.path = asset_path(ASSET) if path is None else Path(path).expanduser()
        self._session = open_file(self.path)
        self._threshold, self._iou = threshold, iou
        self._input, self._half = _check_shapes(self.path, self._session)
        metadata = self._session.get_modelmeta().custom_metadata_map
        self._labels = names_of(metadata.get("names", ""), self.path)
        # Pictures shrunk by areas show no false edges; a network of anybody's learned without.
        area = metadata.get("resize") == "area"
        self._shrink = cv2.INTER_AREA if area else cv2.INTER_LINEAR
        self._side = sides_of(metadata.get("imgsz", ""))

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in their order."""
        return self._labels

    def segment(self, images: Sequence[Image]) -> list[Instances]:
        """Figures of RGB uint8 pictures (H, W, 3), best first. Raises InferenceFailed."""
        return [self._one(image) for image in images]

    def _one(self, image: Image) -> Instances:
        fit = self._fit(*image.shape[:2])
        picture = letterbox(image, fit, self._shrink)
        given = (picture.transpose(2, 0, 1)[None] / np.float32(255)).astype(
            np.float16 if self._half else np.float32
        )
        name = self._session.get_inputs()[0].name
        try:
            rows, proto = self._session.run(None, {name: np.ascontiguousarray(given)})[:2]
        except Exception as error:
            raise InferenceFailed(
                f"{self.path.name} failed: {error}",
                f"{self.path.name} 실행에 실패했습니다: {error}",
            ) from error
        self._check(rows, proto)
        found = pick(rows[0].T.astype(np.float32), len(self._labels), self._threshold, self._iou)
        return figures(*found, proto[0].astype(np.float32), fit, image.shape[0], image.shape[1])

    def _fit(self, height: int, width: int) -> Fit:
        """Into the input's fixed size, or the smallest multiple of 32 where it has none."""
        h, w = self._input
        if h and w:
            return fitted(height, width, h, w)
        scale = min(self._side[0] / height, self._side[1] / width)
        small = (max(1, round(height * scale)), max(1, round(width * scale)))
        h, w = (math.ceil(s / _STRIDE) * _STRIDE for s in small)
        return fitted(height, width, h, w, scale)

    def _check(self, rows: Any, proto: Any) -> None:
        parts = rows.shape[1] - 4 - len(self._labels) if rows.ndim == 3 else -1
        if rows.ndim != 3 or proto.ndim != 4 or len(rows) != 1 or parts != proto.shape[1]:
            raise InferenceFailed(
                f"{self.path.name} gave {rows.shape} and {proto.shape}, which is not what a "
                f"YOLOv8-seg of {len(self._labels)} classes gives. Export it without nms and end2end, "
                "or have it read by ultralytics.",
                f"{self.path.name}: 출력 {rows.shape}, {proto.shape}은(는) 클래스 "
                f"{len(self._labels)}개인 YOLOv8-seg의 출력이 아닙니다. nms와 end2end 없이 내보내거나 "
                "ultralytics로 읽으세요.",
            )


def fitted(height: int, width: int, h: int, w: int, scale: float | None = None) -> Fit:
    """A picture in the middle of an input (h, w), as large as it goes or at that scale."""
    scale = scale or min(h / height, w / width)
    free = (w - round(width * scale)) / 2, (h - round(height * scale)) / 2
    return Fit(scale, round(free[0] - 0.1), round(free[1] - 0.1), w, h)


def letterbox(image: Image, fit: Fit, shrink: int = cv2.INTER_LINEAR) -> Image:
    """The picture scaled, gray around it, (fit.height, fit.width, 3) uint8."""
    height, width = image.shape[:2]
    size = (max(1, round(width * fit.scale)), max(1, round(height * fit.scale)))
    made = np.full((fit.height, fit.width, 3), _GRAY, np.uint8)
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


def figures(
    boxes: Floats,
    scores: Floats,
    kinds: NDArray[np.int64],
    parts: Floats,
    proto: Floats,
    fit: Fit,
    height: int,
    width: int,
) -> Instances:
    """Figures in px of the picture; whoever has no pixel is left out."""
    most = most_masks(height, width)
    boxes, scores, kinds, parts = boxes[:most], scores[:most], kinds[:most], parts[:most]
    shift = np.array([fit.left, fit.top, fit.left, fit.top], np.float32)
    placed = (boxes - shift) / np.float32(fit.scale)
    placed = np.clip(placed, 0, np.array([width, height, width, height], np.float32))
    masks = np.zeros((len(boxes), height, width), np.bool_)
    for mask, box, row in zip(masks, placed, parts, strict=True):
        _cut(mask, box, np.einsum("p,phw->hw", row, proto), fit)
    seen = masks.any((1, 2)) if len(masks) else np.zeros(0, bool)
    return Instances(placed[seen], scores[seen], kinds[seen], masks[seen])


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


# --- what the file says about itself --------------------------------------------------------


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


def sides_of(text: str) -> tuple[int, int]:
    """(height, width) the network learned with, where the metadata says."""
    try:
        height, width = (int(n) for n in ast.literal_eval(text[:100]))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return _SIDE, _SIDE
    if not (_STRIDE <= height <= _LARGEST_SIDE and _STRIDE <= width <= _LARGEST_SIDE):
        return _SIDE, _SIDE
    return height, width


def _check_shapes(path: Path, session: Any) -> tuple[tuple[int, int], bool]:
    """((height, width) of the input, 0 where free; whether it takes half precision).

    Raises BadInput."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shape = inputs[0].shape if len(inputs) == 1 else []
    fixed = [n if isinstance(n, int) else 0 for n in shape]
    fits = (
        len(fixed) == 4
        and fixed[0] in (0, 1)
        and fixed[1] in (0, 3)
        and all(0 <= n <= _LARGEST_SIDE for n in fixed)
        and len(outputs) >= 2
        and [len(o.shape) for o in outputs[:2]] == [3, 4]
        and inputs[0].type in ("tensor(float)", "tensor(float16)")
    )
    if not fits:
        raise BadInput(
            f"{path} is no YOLOv8-seg network: it takes one picture (1, 3, h, w) and gives "
            "(1, 4 + classes + 32, n) and (1, 32, h/4, w/4). Export it without --nms.",
            f"{path}은(는) YOLOv8-seg 신경망이 아닙니다: 입력 (1, 3, h, w), 출력 "
            "(1, 4 + 클래스 + 32, n)과 (1, 32, h/4, w/4)가 필요합니다. --nms 없이 내보내세요.",
        )
    return (fixed[2], fixed[3]), inputs[0].type == "tensor(float16)"
