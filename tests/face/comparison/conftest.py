"""Detectors, a mesher and a classifier that need no model, and pictures made for them."""

import numpy as np
import pytest
from PIL import Image

from pyojeong.emotion import EmotionScores
from pyojeong.errors import InferenceFailed
from pyojeong.face.align import crop_matrix
from pyojeong.face.cropped import whole_picture
from pyojeong.face.keypoints import as_faces, from_boxes
from pyojeong.face.types import FaceMesh


def found(boxes, image):
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    return as_faces(boxes, np.full(len(boxes), 0.9, np.float32), from_boxes(boxes), image)


class Bright:
    """Finds the bright blocks of 20 px; `skip` leaves out the first so many, `shift` moves the
    boxes. Fails on pictures whose first pixel is red."""

    def __init__(self, skip=0, shift=0):
        self.skip, self.shift, self.calls = skip, shift, 0

    def detect(self, image):
        self.calls += 1
        if tuple(image[0, 0]) == (255, 0, 0):
            raise InferenceFailed("does not like red", "빨강을 싫어함")
        boxes = [
            (x + self.shift, y, x + self.shift + 20, y + 20)
            for y in range(0, image.shape[0] - 19, 20)
            for x in range(0, image.shape[1] - 19, 20)
            if image[y : y + 20, x : x + 20].min() > 200
        ]
        return found(boxes[self.skip :], image)


class Mesher:
    def mesh(self, image, faces):
        meshes = []
        for x0, y0, x1, y1 in faces.boxes:
            mesh = whole_picture(round(x1 - x0), round(y1 - y0))
            meshes.append(FaceMesh(mesh.points + np.array([x0, y0, 0], np.float32), 0.9))
        return meshes


class Classifier:
    """Happy while the crop is at most 30 px wide, then neutral; surer the tighter."""

    def classify(self, image, meshes):
        scores = []
        for mesh in meshes:
            side = 1 / float(np.linalg.norm(crop_matrix(mesh.points, 1)[0, :2]))
            sure = float(np.clip(20 / side, 0.3, 0.9))
            values = [(1 - sure) / 6] * 7
            values[0 if side <= 30 else 6] = sure
            scores.append(EmotionScores(tuple(values), "fake", "house-7"))
        return scores


@pytest.fixture
def backends(monkeypatch):
    """The three, in the place of the real ones: detectors "blazeface" and "haar"."""
    made = {"blazeface": Bright(), "haar": Bright(skip=1, shift=2), "dlib": Bright(skip=2)}

    def load(capability, name=None, **settings):
        if capability == "FaceDetector":
            return made[name]
        return {"FaceMesher": Mesher, "ExpressionClassifier": Classifier}[capability]()

    monkeypatch.setattr("pyojeong.face.comparison.make.load", load)
    return made


def blocks(*places, size=(200, 100)):
    image = np.zeros((size[1], size[0], 3), np.uint8)
    for x, y in places:
        image[y : y + 20, x : x + 20] = 255
    return image


def save(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


@pytest.fixture
def album(tmp_path):
    """Four pictures that can be read (two, one, no face; one on which all fail), three files that
    cannot."""
    folder = tmp_path / "앨범"
    save(folder / "happy/둘.png", blocks((20, 20), (100, 60)))
    save(folder / "sad/=one.png", blocks((40, 40)))
    save(folder / "none.png", blocks())
    red = blocks((40, 40))
    red[0, 0] = (255, 0, 0)
    save(folder / "red.png", red)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut short")
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.bmp").write_text("not a picture", "utf-8")
    return folder
