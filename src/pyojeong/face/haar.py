"""FaceDetector "haar": the cascade that comes with OpenCV 4, for comparison.

Viola & Jones 2001, "Rapid object detection using a boosted cascade of simple features"; Lienhart
& Maydt 2002 for the turned features. Frontal faces only. OpenCV 5 dropped it.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from pyojeong.errors import InferenceFailed, MissingWeights
from pyojeong.face.keypoints import as_faces, from_boxes, moved, shrunk
from pyojeong.face.types import Faces, Image

FILE = "haarcascade_frontalface_alt2.xml"
"""Of the frontal cascades in OpenCV the one that invents the fewest faces."""

_STEP, _SMALLEST, _SHARE = 1.1, 24, 0.03
"""Ratio of the sizes searched; smallest face, px, and as a share of the longer side."""

_DOWN, _SIDES = 0.095, (0.94, 0.94)
"""From the cascade's square, which starts above the brows, to a box from brows to chin: the mean
over nine faces in photos and paintings that BlazeFace finds as well."""


class Haar:
    """Finds frontal, upright faces; the six keypoints are laid into the box by a template.

    neighbours: least number of overlapping windows that make a face, at least 1. A face's score
    is n / (n + neighbours) for n windows: an order, no probability.
    """

    def __init__(self, neighbours: int = 4) -> None:
        self.neighbours = max(1, neighbours)
        path = Path(cv2.data.haarcascades) / FILE if hasattr(cv2, "data") else Path(FILE)
        try:
            # Read by Python: OpenCV cannot open every path on Windows.
            storage = cv2.FileStorage(
                path.read_text("utf-8"), cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY
            )
            self._cascade = cv2.CascadeClassifier()
            opened = self._cascade.read(storage.getFirstTopLevelNode())
        # OpenCV wraps its error on a file of another kind in a SystemError.
        except (OSError, AttributeError, SystemError, cv2.error) as error:
            raise _missing(path) from error
        if not opened:
            raise _missing(path)

    def detect(self, image: Image) -> Faces:
        """Faces of an RGB picture, best first; an empty result where there are none.

        Raises InferenceFailed.
        """
        small, factor = shrunk(image)
        least = max(_SMALLEST, round(_SHARE * max(small.shape[:2])))
        try:
            gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
            rows, counts = self._cascade.detectMultiScale2(
                gray, scaleFactor=_STEP, minNeighbors=self.neighbours, minSize=(least, least)
            )
        except cv2.error as error:
            raise InferenceFailed(
                f"The Haar cascade failed: {error}", f"Haar 캐스케이드가 실패했습니다: {error}"
            ) from error
        squares = np.asarray(rows, np.float32).reshape(-1, 4)
        found = np.asarray(counts, np.float32).reshape(-1)
        boxes = np.concatenate([squares[:, :2], squares[:, :2] + squares[:, 2:]], axis=1)
        boxes = moved((boxes / factor).astype(np.float32), _DOWN, _SIDES)
        return as_faces(boxes, found / (found + self.neighbours), from_boxes(boxes), image)


def _missing(path: Path) -> MissingWeights:
    return MissingWeights(
        f"This OpenCV has no Haar cascade ({path.name}). Install opencv-python-headless 4.x.",
        f"이 OpenCV에는 Haar 캐스케이드({path.name})가 없습니다. "
        "opencv-python-headless 4.x를 설치하세요.",
    )
