"""The end of a run: the best weights calibrated, measured, exported and described."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from pyojeong.media.files import atomic_path
from pyojeong.train.calibration import find_temperature
from pyojeong.train.classifier.config import Config
from pyojeong.train.classifier.crops import Crops, Views, together
from pyojeong.train.classifier.folder import RESULT
from pyojeong.train.classifier.keeping import BEST
from pyojeong.train.classifier.lesson import Lesson
from pyojeong.train.classifier.measuring import (
    count_flops,
    count_parameters,
    measures,
    time_network,
)
from pyojeong.train.classifier.schooling import Parts
from pyojeong.train.classifier.teaching import best_epoch

MODEL, PREDICTIONS = "model.onnx", "predictions.npz"
Export = Callable[..., None]
"""As `pyojeong.train.export_classifier.export`."""
THUMB = 48
"""Side of the kept pictures, px."""


def finish(
    config: Config,
    lesson: Lesson,
    parts: Parts,
    classes: tuple[str, ...],
    folder: Path,
    note: str,
    export: Export,
) -> None:
    """Write model.onnx, predictions.npz and, last, result.json. Raises OutputFailed."""
    state = torch.load(folder / BEST, weights_only=True, map_location="cpu")["state_dict"]
    lesson.load_state_dict(state)
    lesson.to("cuda" if torch.cuda.is_available() else "cpu").eval()
    val, test = (predict(lesson, crops, config.train.batch) for crops in (parts.val, parts.test))
    temperature = find_temperature(val[0], val[1])
    _write_predictions(folder / PREDICTIONS, parts.test, val, test)
    result: dict[str, Any] = {"model": config.model.name, "classes": list(classes)}
    result |= measures(test[0], test[1], temperature) | {"temperature": temperature}
    result |= _story(lesson, parts, len(test[1])) | _cost(lesson, parts.train.side)
    export(
        lesson.cpu().net,
        folder / MODEL,
        labels=classes,
        mean=tuple(lesson.mean.tolist()),
        std=tuple(lesson.std.tolist()),
        side=parts.train.side,
        temperature=temperature,
        crop_margin=config.data.crop_margin,
        gray=config.data.gray,
        boxes=bool(np.isfinite(parts.train.dataset.boxes).all(1).mean() > 0.5),
        notes=result | {"note": note, "settings": config.to_toml()},
    )
    result["file_mb"] = round((folder / MODEL).stat().st_size / 1e6, 3)
    text = json.dumps(result | {"note": note, "state": "finished"}, ensure_ascii=False, indent=1)
    with atomic_path(folder / RESULT) as part:
        part.write_text(text + "\n", "utf-8")


def _story(lesson: Lesson, parts: Parts, tested: int) -> dict[str, Any]:
    """How the training went and on what it was measured."""
    return {
        "epochs": len(lesson.history),
        "best_epoch": best_epoch(lesson.history) + 1,
        "seconds": lesson.history[-1]["seconds"],
        "measured_on": parts.measured,
        "train_pictures": len(parts.train),
        "test_pictures": tested,
    }


def _cost(lesson: Lesson, side: int) -> dict[str, Any]:
    return {
        "parameters": count_parameters(lesson.net),
        "flops": count_flops(lesson.net, side),
        "ms_per_picture": round(time_network(lesson.net, side), 3),
    }


Predicted = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.intp]]
"""Logits (n, k), labels (n,), and the rows they belong to (n,)."""


def predict(lesson: Lesson, crops: Crops, batch: int) -> Predicted:
    """Uncalibrated logits in full precision, of the pictures that can be read."""
    views = Views(crops, 0)
    logits, labels, rows = [], [], []
    with torch.inference_mode():
        for at in _slices(len(crops), batch):
            pictures, _, truth, counted = together([views[0, row, True] for row in at])
            made = lesson(pictures.to(lesson.device)).float().cpu()
            logits.append(made[counted].numpy())
            labels.append(truth[counted].numpy())
            rows.append(np.asarray(at)[counted.numpy()])
    return np.concatenate(logits), np.concatenate(labels), np.concatenate(rows)


def _slices(rows: int, batch: int) -> Iterator[range]:
    for start in range(0, rows, batch):
        yield range(start, min(rows, start + batch))


def _write_predictions(path: Path, crops: Crops, val: Predicted, test: Predicted) -> None:
    logits, labels, rows = test
    names = np.array([crops.dataset.name(int(row)) for row in rows], dtype=np.str_)
    thumbs = np.stack([_thumb(crops[int(row)]) for row in rows])
    with atomic_path(path) as part:
        np.savez_compressed(
            part,
            logits=logits,
            labels=labels,
            names=names,
            thumbs=thumbs,
            val_logits=val[0],
            val_labels=val[1],
        )


def _thumb(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    way = cv2.INTER_AREA if len(image) > THUMB else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (THUMB, THUMB), interpolation=way), np.uint8)
