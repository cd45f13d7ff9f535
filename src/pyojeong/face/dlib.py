"""FaceDetector "dlib": histograms of oriented gradients and a linear classifier, for comparison.

Dalal & Triggs 2005; King 2015, "Max-margin object detection", arXiv:1502.00046. The model is part
of dlib's own code, nothing is fetched. Extra "dlib" (the wheel dlib-bin, or dlib built by hand).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pyojeong.errors import InferenceFailed
from pyojeong.face.keypoints import LARGEST, Floats, as_faces, from_boxes, shrunk
from pyojeong.face.types import Faces, Image

_LEAST_SIDE = 8
"""Smaller pictures are not given to dlib: no face of 80 px is in them even at twice the size."""


class Dlib:
    """Finds near-frontal faces from about 80 px up (40 px in pictures below 640 px, which are
    searched at twice the size).

    Its box already runs from the brows to the chin; the six keypoints are laid into it by a
    template. least: distance to the classifier's boundary from which it is a face. dlib's own is
    0, where cloth and hands pass as well. A face's score is the logistic of twice that distance:
    an order, no probability. Raises ModuleNotFoundError without the extra.
    """

    def __init__(self, least: float = 0.3) -> None:
        import dlib

        self.least = least
        self._detector: Any = dlib.get_frontal_face_detector()

    def detect(self, image: Image) -> Faces:
        """Faces of an RGB picture, best first; an empty result where there are none.

        Raises InferenceFailed.
        """
        if min(image.shape[:2]) < _LEAST_SIDE:
            return Faces.empty()
        small, factor = shrunk(image)
        doubled = int(2 * max(small.shape[:2]) <= LARGEST)
        try:
            found, distances, _ = self._detector.run(small, doubled, self.least)
            edges = [(r.left(), r.top(), r.right() + 1, r.bottom() + 1) for r in found]
        # pybind11 turns what C++ throws into RuntimeError, ValueError, MemoryError ...
        except Exception as error:
            raise InferenceFailed(
                f"dlib failed: {error}", f"dlib가 실패했습니다: {error}"
            ) from error
        boxes = (np.asarray(edges).reshape(-1, 4) / factor).astype(np.float32)
        away: Floats = np.clip(np.asarray(list(distances), np.float32).reshape(-1), -20, 20)
        scores = (1 / (1 + np.exp(-2 * away))).astype(np.float32)
        return as_faces(boxes, scores, from_boxes(boxes), image)
