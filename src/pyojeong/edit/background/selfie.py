"""BackgroundRemover "selfie": people, found by a small network and cut out along their hair."""

from __future__ import annotations

import cv2
import numpy as np

from pyojeong.edit.background.foreground import foreground
from pyojeong.edit.background.matting import full_size, known_parts, soft_mask
from pyojeong.edit.background.segment import people
from pyojeong.edit.background.types import Cutout, Image
from pyojeong.face.types import FaceDetector
from pyojeong.network import Network
from pyojeong.registry import load

LONGEST = 1024
"""Long side, px, of the picture that is worked on before the full one is cut."""


class SelfieRemover:
    """BackgroundRemover "selfie". Works offline, in memory that grows little with the picture.

    Nothing that reads as a person gives an empty cutout.
    """

    name = "selfie"

    def __init__(self) -> None:
        self._network = Network("selfie_segmentation")
        self._detector: FaceDetector = load("FaceDetector")

    def remove(self, image: Image) -> Cutout:
        """Raises MissingWeights, InferenceFailed."""
        small = _shrunk(image)
        boxes = self._detector.detect(small).boxes
        rough = people(self._network, small, boxes)
        if float(rough.max()) < 0.5:
            return Cutout(image.copy(), np.zeros(image.shape[:2], np.uint8))
        known = known_parts(rough, boxes)
        alpha = full_size(image, small, soft_mask(small, rough, known), known)
        return Cutout(foreground(image, alpha), alpha)


def _shrunk(image: Image) -> Image:
    height, width = image.shape[:2]
    scale = LONGEST / max(height, width)
    if scale >= 1:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
