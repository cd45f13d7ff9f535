"""What is wrong with single pictures: unreadable, dark, blurred, a bad box, no face.

Measured on each row's picture as it will be used, cut to its box.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.boxes import repaired
from pyojeong.data.dataset import Dataset, Image
from pyojeong.errors import BadInput
from pyojeong.media.image import Rgb

DARK = 30.0
"""Level, 0-255, that nineteen pixels in twenty of a dark picture lie below."""

BLURRED = 0.3
"""`blur` below which a picture is blurred. Of 500 faces at 112 px the least sharp had 0.38, of 300
of FER2013 0.55; blurred by a Gaussian of 5 px, 300 others had at most 0.22."""

SIDE = 48
"""Most pixels a side at which blur is measured. Smaller pictures are not enlarged."""

Finder = Callable[[Image], bool]
"""Whether a picture shows a face."""


def darkness(image: Image) -> float:
    """Level, 0-255, that 95 % of the pixels lie below."""
    gray = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    return float(np.percentile(gray, 95))


def blur(image: Rgb) -> float:
    """Share of the energy of the gradients that a blur of one pixel takes away: 0.4 to 0.8 in
    clear faces, below 0.25 in badly blurred ones, 1 in a plain surface.

    Measured at 48 px or the shorter side. After Crete et al., "The blur effect" (2007): what was
    blurred before loses little by another blur. Grain on top of blur hides it.
    """
    gray = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    side = min(SIDE, *gray.shape)
    small = cv2.resize(gray, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    again = cv2.GaussianBlur(small, (0, 0), 1.0)
    return 1 - _energy(again) / max(_energy(small), 1e-6)


def _energy(gray: NDArray[Any]) -> float:
    if min(gray.shape) < 2:
        return 0.0
    return float((np.diff(gray, axis=0) ** 2).mean() + (np.diff(gray, axis=1) ** 2).mean())


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
    # A dark or blurred face is often not found, and is no picture without a face.
    if not found and finder is not None and not finder(image):
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
