"""Segmenter "yolo-seg-onnx": any exported YOLOv8-seg network, run by ONNX Runtime alone.

The file is laid out as `yolo export format=onnx` writes it: one input (1, 3, h, w), RGB in [0, 1];
output0 (1, 4 + classes + p, n) with each box as middle and size in px, class probabilities and p
mask coefficients; output1 (1, p, h/4, w/4) prototypes; metadata `names`. How its numbers become
figures: `data/instances/decoding.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pyojeong.assets import asset_path
from pyojeong.data.instances.decoding import (
    STRIDE,
    Fit,
    cut_out,
    fitted,
    letterbox,
    names_of,
    pick,
    snug,
)
from pyojeong.errors import BadInput, InferenceFailed
from pyojeong.face.types import Image
from pyojeong.film.types import Instances, check_thresholds, most_masks
from pyojeong.network import open_file

ASSET = "cartoon_characters_v1"
"""The network that is used where no file is named: the characters of the house's cartoon."""

_SIDE, _LARGEST_SIDE = 640, 4_096


class YoloSegOnnx:
    """Finds figures with an exported network. Safe to share between threads.

    path: the ONNX file, the cartoon's own where None. threshold: least probability of a figure.
    iou: overlap from which two boxes of one class are one figure. Raises MissingWeights, BadInput
    for a file that is no such network, BadSettings.
    """

    def __init__(
        self, path: str | Path | None = None, threshold: float = 0.25, iou: float = 0.7
    ) -> None:
        check_thresholds(threshold, iou)
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
        height, width = image.shape[:2]
        boxes, scores, kinds, parts = pick(
            rows[0].T.astype(np.float32), len(self._labels), self._threshold, self._iou
        )
        # Of a very large picture only the best, so that masks stay within bounds.
        n = most_masks(height, width)
        best = boxes[:n], scores[:n], kinds[:n], parts[:n]
        made = cut_out(*best, proto[0].astype(np.float32), fit, height, width)
        return Instances(*made)

    def _fit(self, height: int, width: int) -> Fit:
        """Into the input's fixed size, or the smallest multiple of 32 where it has none."""
        h, w = self._input
        if h and w:
            return fitted(height, width, h, w)
        return snug(height, width, self._side)

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


# --- what the file says about itself --------------------------------------------------------


def sides_of(text: str) -> tuple[int, int]:
    """(height, width) the network learned with, where the metadata says."""
    try:
        height, width = (int(n) for n in ast.literal_eval(text[:100]))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return _SIDE, _SIDE
    if not (STRIDE <= height <= _LARGEST_SIDE and STRIDE <= width <= _LARGEST_SIDE):
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
