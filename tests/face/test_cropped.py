"""Already cropped faces: the mesh lands where the detector's would, and every picture is read."""

import cv2
import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS, EmotionScores
from pyojeong.face.align import crop_matrix, gray_crop
from pyojeong.face.cropped import CroppedReader, whole_picture
from pyojeong.face.reader import FaceReader
from pyojeong.face.types import Faces


@pytest.fixture(scope="module")
def reader():
    return CroppedReader()


def test_the_mesh_agrees_with_the_one_of_the_whole_photo(reader, portrait):
    (whole,) = FaceReader().read(portrait)
    x0, y0, x1, y1 = (round(float(v)) for v in whole.box)
    crop = portrait[y0 - 20 : y1 + 10, x0 - 15 : x1 + 15]
    (face,) = reader.read(crop)
    assert face.mesh is not None
    there = face.mesh.points[:468, :2] + (x0 - 15, y0 - 20)
    error = np.linalg.norm(there - whole.mesh.points[:468, :2], axis=1).mean()
    assert error < 0.03 * (x1 - x0)
    assert face.scores.emotion is whole.scores.emotion


@pytest.mark.parametrize("shape", [(48, 48), (100, 70), (300, 220)])
def test_small_and_oblong_gray_crops(reader, portrait, shape):
    height, width = shape
    crop = cv2.resize(portrait[40:200, 150:300], (width, height), interpolation=cv2.INTER_AREA)
    gray = np.repeat(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[:, :, None], 3, 2)
    before = gray.copy()
    (face,) = reader.read(gray)
    assert face.box.tolist() == [0, 0, width, height]
    assert face.mesh is not None
    assert face.scores.emotion is EMOTIONS[0]
    assert np.array_equal(gray, before)


@pytest.mark.parametrize("shape", [(1, 1), (48, 48), (3, 200), (500, 2)])
def test_without_a_mesh_the_picture_as_it_is_is_read(reader, shape):
    noise = np.random.default_rng(3).integers(0, 255, (*shape, 3), np.uint8)
    (face,) = reader.read(noise)
    assert face.mesh is None
    assert face.score == 0
    assert sum(face.scores.values) == pytest.approx(1)


def test_the_stand_in_cuts_out_the_whole_picture():
    matrix = crop_matrix(whole_picture(48, 48).points, 48)
    assert matrix == pytest.approx(np.eye(2, 3), abs=1e-4)
    picture = np.random.default_rng(1).integers(0, 255, (48, 48, 3), np.uint8)
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    assert np.abs(gray_crop(picture, matrix, 48).astype(int) - gray).max() <= 1


def test_of_several_the_best_counts(portrait):
    class Two:
        def detect(self, image):
            boxes = np.array([[0, 0, 20, 20], [50, 50, 200, 200]], np.float32)
            return Faces(boxes, np.array([0.9, 0.8], np.float32), np.zeros((2, 6, 2), np.float32))

    seen = []

    class Mesher:
        def mesh(self, image, faces):
            seen.append(faces.boxes.tolist())
            return [None] * len(faces)

    CroppedReader(Two(), Mesher()).read(np.asarray(portrait))
    assert seen == [[[0, 0, 20, 20]]] * 2


class Counting:
    """Reads the first view as happiness, the second as sadness."""

    def __init__(self, **more):
        self.seen = []
        vars(self).update(more)

    def classify(self, image, meshes):
        self.seen.append([mesh.score for mesh in meshes])
        rows = ((1.0, *[0.0] * 6), (0, 0, 1.0, 0, 0, 0, 0))
        known = (("fer-7", (0.5, 0.5, 0, 0, 0, 0, 0)), ("fer-7", (0, 0, 0, 0, 0, 0, 1.0)))
        return [
            EmotionScores(rows[at], "two", label_sets=(known[at],)) for at in range(len(meshes))
        ]


def face_of(portrait, margin):
    return portrait[72 - margin : 177 + margin, 171 - margin : 276 + margin]


def test_a_picture_framed_as_the_crop_is_read_as_it_is_too(portrait):
    reader = Counting()
    (face,) = CroppedReader(classifier=reader).read(face_of(portrait, 8))
    assert [len(views) for views in reader.seen] == [2]
    assert reader.seen[0][0] > 0.5
    assert reader.seen[0][1] == 0
    assert face.scores["happiness"] == face.scores["sadness"] == 0.5
    assert dict(face.scores.label_sets)["fer-7"] == (0.25, 0.25, 0, 0, 0, 0, 0.5)


def test_a_head_with_shoulders_is_read_by_its_upright_crop_alone(portrait):
    reader = Counting()
    CroppedReader(classifier=reader).read(portrait)
    assert [len(views) for views in reader.seen] == [1]
    assert reader.seen[0][0] > 0.5


@pytest.mark.parametrize(("whole", "score"), [(True, 0), (False, 1)])
def test_a_trained_classifier_is_shown_what_it_learned_from(portrait, whole, score):
    reader = Counting(whole_pictures=whole)
    CroppedReader(classifier=reader).read(face_of(portrait, 8))
    ((seen,),) = reader.seen
    assert round(seen) == score
