"""Where the photo lies on the film's canvas, so that the face is large and the subtitle free."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST_FACE = 0.42
"""A face lower than this share of the frame is brought nearer."""
LARGEST_FACE = 0.60
CHIN_LIMIT = 0.80
"""The chin stays above this share of the frame: below it the subtitle is written."""
FACE_CENTRE = 0.46


@dataclass(frozen=True, slots=True)
class Framing:
    """The photo on the canvas: canvas = photo * scale + (x, y), all in px."""

    scale: float
    x: float
    y: float


def frame_face(
    photo: tuple[int, int], face: tuple[float, float, float, float], canvas: tuple[int, int]
) -> Framing:
    """Framing for a photo (width, height), a face box in it (xyxy) and a canvas (width, height).

    The whole photo is shown when its face is large enough; otherwise the frame moves in. The
    photo covers as much of the canvas as it can.
    """
    (w, h), (width, height) = photo, canvas
    x0, y0, x1, y1 = face
    face_height = max(1.0, y1 - y0)
    scale = min(width / w, height / h)
    share = face_height * scale / height
    if share < SMALLEST_FACE:
        scale *= SMALLEST_FACE / share
    elif share > LARGEST_FACE:
        scale *= LARGEST_FACE / share
    x = _slide(width, w * scale, (x0 + x1) / 2 * scale, width / 2)
    y = _slide(height, h * scale, (y0 + y1) / 2 * scale, height * FACE_CENTRE)
    too_low = y + y1 * scale - CHIN_LIMIT * height
    room_above = y + y0 * scale - 0.04 * height
    if too_low > 0:
        y -= min(too_low, max(0.0, room_above))
    return Framing(scale, x, y)


def _slide(canvas: float, photo: float, point: float, target: float) -> float:
    """Offset that brings `point` to `target`, as far as the photo still covers the canvas."""
    if photo <= canvas:
        return (canvas - photo) / 2
    return min(0.0, max(canvas - photo, target - point))
