"""What is wrong with single pictures: unreadable, dark, blurred, a bad box, no face.

Measured on each row's picture as it will be used, cut to its box.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.boxes import repaired
from pyojeong.data.dataset import Dataset, Image
from pyojeong.errors import BadInput
from pyojeong.face.quality import CROP, sharpness
from pyojeong.media.image import Rgb

DARK = 30.0
"""Level, 0-255, that nineteen pixels in twenty of a dark picture lie below."""

BLURRED = 0.55
"""Sharpness (`face.quality.sharpness`) below which a picture is blurred, in use at 48 px."""

Finder = Callable[[Image], bool]
"""Whether a picture shows a face."""


def darkness(image: Image) -> float:
    """Level, 0-255, that 95 % of the pixels lie below."""
    gray = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    return float(np.percentile(gray, 95))


def blur(image: Rgb) -> float:
    """Sharpness of the picture at 48 px: 1 in clear faces, 0.5 in badly blurred ones."""
    gray = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, (CROP, CROP), interpolation=cv2.INTER_AREA)
    return sharpness(np.asarray(small, np.float32))


def face_finder() -> Finder:
    """Looks as `pyojeong faces` does, and for pictures that are one cropped face each."""
    from pyojeong.face.cropped import CroppedReader
    from pyojeong.registry import load

    detector = load("FaceDetector")
    cropped = CroppedReader(classifier=load("ExpressionClassifier"))

    def shows_face(image: Image) -> bool:
        if min(image.shape[:2]) >= 128 and len(detector.detect(image)):
            return True
        return cropped.fit(image) is not None

    return shows_face


def faults_of(image: Image, finder: Finder | None) -> dict[str, str]:
    """{kind: what was measured} of one picture, worst first."""
    found = {}
    level, sharp = darkness(image), blur(image)
    if level < DARK:
        found["dark"] = f"95 % of the pixels are below {level:.0f} of 255"
    elif sharp < BLURRED:
        found["blurred"] = f"sharpness {sharp:.2f}, least {BLURRED}"
    if finder is not None and not finder(image):
        found["no face"] = "no face was found"
    return found


def inspect(
    dataset: Dataset,
    finder: Finder | None,
    progress: Callable[[float], None] = lambda share: None,
) -> list[dict[str, str]]:
    """`faults_of` each row; besides "unreadable" and "bad box"."""
    found = []
    for row in range(len(dataset)):
        found.append(_row(dataset, row, finder))
        progress((row + 1) / len(dataset))
    return found


def _row(dataset: Dataset, row: int, finder: Finder | None) -> dict[str, str]:
    box = dataset.boxes[row]
    try:
        if not np.isnan(box).all():
            whole = dataset.pictures.read(int(dataset.rows[row]))
            size = (whole.shape[1], whole.shape[0])
            _, state = repaired(box.tolist(), size)
            if state == "dropped":
                return {"bad box": f"{_text(box)} in a picture of {size[0]} x {size[1]} px"}
        return faults_of(dataset.read(row), finder)
    except BadInput as error:
        return {"unreadable": str(error)}


def repair_boxes(dataset: Dataset) -> tuple[NDArray[np.float32], int]:
    """Boxes cut to their pictures, and how many that changed. Those beyond repair stay."""
    boxes, changed = dataset.boxes.copy(), 0
    for row in np.flatnonzero(~np.isnan(boxes).all(1)).tolist():
        try:
            image = dataset.pictures.read(int(dataset.rows[row]))
        except BadInput:
            continue
        box, state = repaired(boxes[row].tolist(), (image.shape[1], image.shape[0]))
        if box is not None and state == "repaired":
            boxes[row], changed = box, changed + 1
    return boxes, changed


def _text(box: NDArray[np.float32]) -> str:
    return "(" + ", ".join(f"{side:.0f}" for side in box.tolist()) + ")"
