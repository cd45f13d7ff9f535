"""Segmenter "ultralytics": networks of Ultralytics, read by Ultralytics' own code (AGPL-3.0).

For files that the house's own reading (`yolo_seg.py`) does not know, such as those exported with
suppression inside, and to compare with it. The package is under the AGPL-3.0: who passes on or
serves a program that uses it has to offer that program's source under the same licence. Jocher et
al. 2023, Ultralytics YOLOv8.

Nothing is fetched, reported or installed, and nothing is written to the user's folders.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from pyojeong.data.instances.decoding import names_of
from pyojeong.errors import BadInput, InferenceFailed, MissingExtra
from pyojeong.face.types import Image
from pyojeong.film.types import Instances, check_thresholds, most_masks
from pyojeong.film.weights import Notes, load_weights, read_notes, refuse_pickle
from pyojeong.film.yolo_seg import sides_of
from pyojeong.network import open_file
from pyojeong.vision import vision

PACKAGE = "ultralytics"
_MOST, _SIDE = 100, 640
_ARCHITECTURE = re.compile(r"(yolov?\d{1,2})([nslmx])-seg", re.ASCII)
_LITERALS = ("names", "imgsz", "kpt_shape", "kpt_names", "args", "end2end")
"""Notes of an exported file that Ultralytics reads as Python; its older releases ran them."""

_QUIET = {"YOLO_OFFLINE": "1", "YOLO_AUTOINSTALL": "0", "YOLO_VERBOSE": "0"}


class Ultralytics:
    """Finds figures with Ultralytics' code on the CPU. Not to be shared between threads.

    path: an exported network (.onnx), or weights (.safetensors) whose metadata name `architecture`,
    such as yolov8n-seg, and `names`; also `imgsz` (px) where it is not 640. A .pt is refused: it is
    a pickle. threshold: least probability of a figure. iou: overlap from which two boxes of one
    class are one figure. Raises MissingWeights, BadInput, BadSettings, MissingExtra.
    """

    def __init__(self, path: str | Path, threshold: float = 0.25, iou: float = 0.7) -> None:
        check_thresholds(threshold, iou)
        self.path = Path(path).expanduser().absolute()
        refuse_pickle(self.path)
        notes = read_notes(self.path) if self.path.suffix.lower() == ".safetensors" else None
        if notes is None:
            self._labels, side = _exported(self.path)
        else:
            self._labels, side = notes.names, (notes.size("imgsz", _SIDE),) * 2
        _check_installed()
        with _undisturbed():
            network = str(self.path) if notes is None else _built(notes)
            self._predictor = _predictor(threshold, iou, side)
            # It opens the file when it sees its first picture.
            try:
                self._predictor(source=np.zeros((32, 32, 3), np.uint8), model=network)
            except Exception as error:
                reason = " ".join(str(error).split())[:300]
                raise BadInput(
                    f"{self.path} cannot be used by Ultralytics: {reason}",
                    f"Ultralytics에서 {self.path}을(를) 쓸 수 없습니다: {reason}",
                ) from error

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in their order."""
        return self._labels

    def segment(self, images: Sequence[Image]) -> list[Instances]:
        """Figures of RGB uint8 pictures (H, W, 3), best first. Raises InferenceFailed."""
        return [self._one(image) for image in images]

    def _one(self, image: Image) -> Instances:
        height, width = image.shape[:2]
        self._predictor.args.max_det = min(_MOST, most_masks(height, width))
        try:
            # It takes BGR, and one picture at a time reads the same whatever comes with it.
            (found,) = self._predictor(source=np.ascontiguousarray(image[:, :, ::-1]))
            return _instances(found, height, width)
        except Exception as error:
            raise InferenceFailed(
                f"Ultralytics failed on {self.path.name}: {error}",
                f"Ultralytics가 {self.path.name} 실행에 실패했습니다: {error}",
            ) from error


def _instances(found: Any, height: int, width: int) -> Instances:
    """From Ultralytics' `Results`; who has no pixel is left out."""
    if found.masks is None:
        return Instances.empty(height, width)
    masks = np.asarray(found.masks.data).astype(np.bool_)
    scores = np.asarray(found.boxes.conf, np.float32)
    seen = np.flatnonzero(masks.any((1, 2)))
    order = seen[np.argsort(-scores[seen], kind="stable")]
    if masks.shape[1:] != (height, width):
        raise ValueError(f"masks of {masks.shape[1:]} for a picture of {(height, width)}")
    return Instances(
        np.asarray(found.boxes.xyxy, np.float32)[order],
        scores[order],
        np.asarray(found.boxes.cls).astype(np.int64)[order],
        masks[order],
    )


# --- files ----------------------------------------------------------------------------------


def _exported(path: Path) -> tuple[tuple[str, ...], tuple[int, int]]:
    """Classes of an exported network, and (height, width) of its input. Raises BadInput."""
    if path.suffix.lower() != ".onnx":
        raise BadInput(
            f"Ultralytics reads .onnx and .safetensors here, not {path.name}.",
            f"여기서 Ultralytics는 .onnx와 .safetensors만 읽습니다: {path.name}",
        )
    # Opened here first: as bytes it cannot draw in other files, and its notes are looked at.
    session = open_file(path)
    table: Mapping[str, str] = session.get_modelmeta().custom_metadata_map
    labels = names_of(table.get("names", ""), path)
    for key in _LITERALS:
        _check_literal(path, key, table.get(key, "0"))
    if table.get("task", "segment") != "segment":
        raise BadInput(
            f"{path} is a network for {table['task'][:40]!r}, not one that segments (-seg).",
            f"{path}은(는) 분할(-seg)이 아니라 {table['task'][:40]!r} 신경망입니다.",
        )
    shape = session.get_inputs()[0].shape[2:4]
    fixed = len(shape) == 2 and all(isinstance(n, int) and n > 0 for n in shape)
    return labels, (shape[0], shape[1]) if fixed else sides_of(table.get("imgsz", ""))


def _check_literal(path: Path, key: str, text: str) -> None:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise BadInput(
            f"{path}: its note {key!r} is no plain value; the file is not used.",
            f"{path}: 메타데이터 {key!r}이(가) 단순한 값이 아니라 쓰지 않습니다.",
        ) from error


def _built(notes: Notes) -> Any:
    """The network that the file names, by the plan inside the package, with the file's weights."""
    import yaml

    tasks = import_module("ultralytics.nn.tasks")
    matched = _ARCHITECTURE.fullmatch(notes.architecture)
    folder = Path(sys.modules[PACKAGE].__file__ or "").parent / "cfg/models"
    plans = sorted(folder.glob(f"*/{matched[1]}-seg.yaml")) if matched else []
    if matched is None or not plans:
        raise BadInput(
            f"{notes.path} holds {notes.architecture[:60]!r}; this Ultralytics knows no such "
            "network that segments. One it may know: yolov8n-seg.",
            f"{notes.path}: {notes.architecture[:60]!r}. 설치된 Ultralytics에 그런 분할 신경망이 "
            "없습니다. 예: yolov8n-seg.",
        )
    plan = {**yaml.safe_load(plans[0].read_text("utf-8")), "scale": matched[2]}
    net = tasks.SegmentationModel(plan, nc=len(notes.names), verbose=False)
    load_weights(net, notes)
    net.names = dict(enumerate(notes.names))
    return net


# --- the package ----------------------------------------------------------------------------


def _check_installed() -> None:
    if find_spec(PACKAGE) is None:
        line = 'pip install "pyojeong[ultralytics]"'
        raise MissingExtra(
            f"ultralytics needs an optional package under the AGPL-3.0, which asks you to offer the "
            f"source of a program that you pass on or serve with it. Install it with: {line}. "
            "Exported .onnx files are read without it (--segmenter yolo-seg-onnx).",
            f"ultralytics에는 AGPL-3.0 패키지가 필요합니다. 이 패키지를 쓰는 프로그램을 배포하거나 "
            f"서비스하면 그 소스를 공개해야 합니다. 설치: {line}. "
            "내보낸 .onnx 파일은 이것 없이도 읽습니다(--segmenter yolo-seg-onnx).",
        )
    vision("ops")  # Ultralytics imports torchvision itself


def _predictor(threshold: float, iou: float, side: tuple[int, int]) -> Any:
    made = import_module("ultralytics.models.yolo.segment").SegmentationPredictor(
        overrides={
            "task": "segment",
            "mode": "predict",
            "conf": threshold,
            "iou": iou,
            "imgsz": list(side),
            "max_det": _MOST,
            "retina_masks": True,
            "device": "cpu",
            "save": False,
            "verbose": False,
        }
    )
    # Among them is the one that reports every use to its makers.
    made.callbacks.clear()
    return made


@contextmanager
def _undisturbed() -> Iterator[None]:
    """While the package is first imported and used. It keeps its settings in a folder that goes
    again. What it changes for the whole program is undone: the environment, the threads of OpenCV
    and torch, how numpy prints, and how torch saves."""
    import torch

    environment, printed = dict(os.environ), np.get_printoptions()
    threads, torch_threads, save = cv2.getNumThreads(), torch.get_num_threads(), torch.save
    try:
        with TemporaryDirectory(prefix="pyojeong-") as folder:
            os.environ.update(_QUIET, YOLO_CONFIG_DIR=folder)
            yield
    finally:
        os.environ.clear()
        os.environ.update(environment)
        np.set_printoptions(**printed)
        cv2.setNumThreads(threads)
        torch.set_num_threads(torch_threads)
        torch.save = save
