"""A world of red faces: found by their colour, so that films are read in no time."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from pyojeong.emotion import EmotionScores
from pyojeong.face.types import FaceMesh, Faces
from pyojeong.face.video import people, reading
from pyojeong.media.encode import VideoWriter

RNG = np.random.default_rng(3)
TEMPLATE = RNG.uniform(0, 1, (478, 3))
TEMPLATE[[33, 133, 263, 362, 2]] = [
    (0.2, 0.35, 0),
    (0.4, 0.35, 0),
    (0.8, 0.35, 0),
    (0.6, 0.35, 0),
    (0.5, 0.65, 0),
]
TEMPLATE[:4, :2] = [(0, 0), (1, 1), (0.5, 0.65), (0, 1)]
LOOKS = [RNG.uniform(0, 90, (6, 6)) for _ in range(4)]


def red_boxes(image):
    mask = ((image[..., 0] > 150) & (image[..., 1] < 120) & (image[..., 2] < 80)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    return [(x, y, x + w, y + h) for x, y, w, h, area in stats[1:] if area > 150]


class RedFaces:
    """Detector, mesher and classifier at once."""

    def detect(self, image):
        boxes = np.float32(red_boxes(image)).reshape(-1, 4)
        return Faces(boxes, np.ones(len(boxes), np.float32), np.zeros((len(boxes), 6, 2), "f4"))

    def mesh(self, image, faces):
        found = red_boxes(image)
        return [self._nearest(box, found) for box in faces.boxes]

    def _nearest(self, box, found):
        middle = (box[:2] + box[2:]) / 2
        for x0, y0, x1, y1 in found:
            if x0 <= middle[0] <= x1 and y0 <= middle[1] <= y1:
                points = TEMPLATE * (x1 - x0, y1 - y0, 0) + (x0, y0, 0)
                return FaceMesh(points.astype(np.float32), 0.9)
        return None

    def classify(self, image, meshes):
        return [EmotionScores((0.7, *([0.05] * 6)), "red") for _ in meshes]


def face_on(canvas, x, y, look=0, side=60):
    """Draw a red face with its own pattern, cut at the edges."""
    pattern = cv2.resize(LOOKS[look], (side, side), interpolation=cv2.INTER_CUBIC)
    face = np.stack(
        [np.full((side, side), 215), np.clip(pattern, 0, 90), np.full_like(pattern, 20)], 2
    )
    height, width = canvas.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
    if x0 < x1 and y0 < y1:
        canvas[y0:y1, x0:x1] = face[y0 - y : y1 - y, x0 - x : x1 - x]
    return canvas


def scene(*faces, ground=(70, 90, 100), size=(240, 320)):
    canvas = np.empty((*size, 3), np.uint8)
    canvas[:] = ground
    for face in faces:
        face_on(canvas, *face)
    return canvas


@pytest.fixture
def world(monkeypatch):
    """The red world in place of the models: scene, face_on, faces."""
    red = RedFaces()
    monkeypatch.setattr(people, "load", lambda *_: red)
    monkeypatch.setattr(reading, "load", lambda *_: red)
    return SimpleNamespace(scene=scene, red=red)


@pytest.fixture
def film(world, tmp_path):
    """Two seconds with sound: one face moves, another joins after a second."""
    path = tmp_path / "얼굴 영상.mp4"
    with VideoWriter(path, 320, 240, fps=24) as writer:
        t = np.arange(2 * 22_050) / 22_050
        writer.write_audio((0.4 * np.sin(2 * np.pi * 330 * t)).astype(np.float32))
        for at in range(48):
            faces = [(20 + 2 * at, 40, 0)] + ([(220, 150, 1)] if at >= 24 else [])
            writer.write_frame(world.scene(*faces))
    return path
