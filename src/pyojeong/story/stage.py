"""The photo stage: a portrait that comes alive on the canvas of a film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.rig import FaceRig
from pyojeong.expression import Expression
from pyojeong.face.types import FaceMesh, Image
from pyojeong.media.subtitles import Overlay
from pyojeong.story.framing import Framing, frame_face

BACKDROP_LIGHT = 0.55
"""Brightness of the blurred photo that fills what the photo does not cover."""


@dataclass(slots=True)
class PhotoStage:
    """Draws frames. Only the zone of the face and the subtitle are drawn anew.

    Make it with `set_stage`. `frame` returns a buffer that the next call overwrites.
    """

    rig: FaceRig
    corner: tuple[int, int]
    _clean: Image
    _frame: Image
    _subtitle: Overlay | None = None

    def frame(self, expression: Expression, subtitle: Overlay | None) -> Image:
        """The canvas (height, width, 3) with the face wearing `expression`."""
        x0, y0, x1, y1 = self._zone()
        pixels = self.rig.draw(expression, relax=1.0)
        self._clean[y0:y1, x0:x1] = pixels
        self._frame[y0:y1, x0:x1] = pixels
        for overlay in (self._subtitle, subtitle):
            if overlay is not None:
                left, top, right, bottom = overlay.box
                self._frame[top:bottom, left:right] = self._clean[top:bottom, left:right]
        if subtitle is not None:
            subtitle.blend(self._frame)
        self._subtitle = subtitle
        return self._frame

    def _zone(self) -> tuple[int, int, int, int]:
        x0, y0, x1, y1 = self.rig.zone
        dx, dy = self.corner
        return x0 + dx, y0 + dy, x1 + dx, y1 + dy


def set_stage(photo: Image, mesh: FaceMesh, width: int, height: int) -> PhotoStage:
    """A stage of width x height px for one face of a photo."""
    x0, y0, x1, y1 = (float(v) for v in mesh.box)
    photo_size = (photo.shape[1], photo.shape[0])
    framing = frame_face(photo_size, (x0, y0, x1, y1), (width, height))
    visible, points, corner = place(photo, mesh.points, framing, width, height)
    canvas = _backdrop(photo, width, height)
    x, y = corner
    canvas[y : y + visible.shape[0], x : x + visible.shape[1]] = visible
    rig = FaceRig(visible, FaceMesh(points, mesh.score))
    return PhotoStage(rig, corner, canvas, canvas.copy())


def place(
    photo: Image, points: NDArray[np.float32], framing: Framing, width: int, height: int
) -> tuple[Image, NDArray[np.float32], tuple[int, int]]:
    """The visible part of the scaled photo, the mesh points in it, and its corner on the canvas.

    points: (n, 3) px of the photo, whole numbers at pixel centres.
    """
    left, top = max(0, round(framing.x)), max(0, round(framing.y))
    right = min(width, round(framing.x + photo.shape[1] * framing.scale))
    bottom = min(height, round(framing.y + photo.shape[0] * framing.scale))
    s = framing.scale
    shift = np.array([framing.x - left, framing.y - top], np.float32)
    visible = _resized(photo, s, shift, (right - left, bottom - top))
    moved = points * np.float32(s)
    # Pixel centres lie at whole numbers: canvas + 0.5 = (photo + 0.5) * scale + offset.
    moved[:, :2] += shift + np.float32(0.5 * s - 0.5)
    return visible, moved.astype(np.float32), (left, top)


def _resized(
    photo: Image, scale: float, shift: NDArray[np.float32], size: tuple[int, int]
) -> Image:
    sx = sy = scale
    source: NDArray[Any] = photo
    if scale < 1:
        # Shrink by area first: a plain warp would alias.
        source = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        sx = scale * photo.shape[1] / source.shape[1]
        sy = scale * photo.shape[0] / source.shape[0]
    matrix = np.array(
        [[sx, 0, shift[0] + 0.5 * sx - 0.5], [0, sy, shift[1] + 0.5 * sy - 0.5]], np.float64
    )
    warped = cv2.warpAffine(
        source, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return warped.astype(np.uint8, copy=False)


def _backdrop(photo: Image, width: int, height: int) -> Image:
    """The photo itself, covering the canvas, far out of focus and darkened."""
    h, w = photo.shape[:2]
    aspect = width / height
    cut_w, cut_h = min(w, max(1, round(h * aspect))), min(h, max(1, round(w / aspect)))
    x, y = (w - cut_w) // 2, (h - cut_h) // 2
    small = cv2.resize(photo[y : y + cut_h, x : x + cut_w], (64, 36), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 3)
    large = cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC)
    return (large.astype(np.float32) * BACKDROP_LIGHT).astype(np.uint8)
