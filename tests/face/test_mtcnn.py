"""The cascade of MTCNN, with networks whose answers are known, and its files."""

import sys
from importlib.machinery import ModuleSpec

import numpy as np
import pytest

from pyojeong.errors import InferenceFailed, MissingExtra, MissingWeights
from pyojeong.face import mtcnn
from pyojeong.face.mtcnn import Mtcnn, _cut, _distinct, _squares
from pyojeong.registry import load

SQUARE = (60, 40, 120, 100)
"""Where the fake networks see a face: a bright square in a dark picture, x0, y0, x1, y1."""


def picture():
    image = np.zeros((160, 240, 3), np.uint8)
    x0, y0, x1, y1 = SQUARE
    image[y0:y1, x0:x1] = 255
    return image


def two(odds):
    return np.stack([1 - odds, odds], axis=-1).astype(np.float32)


def first(batch):
    """A face wherever a 12 px cell is bright, at the stride of 2; only in the copies in which the
    square is about as large as a cell."""
    _, columns, rows, _ = batch.shape
    across, down = (columns - 12) // 2 + 1, (rows - 12) // 2 + 1
    odds = np.zeros((1, across, down), np.float32)
    for x in range(across if max(columns, rows) <= 60 else 0):
        for y in range(down):
            odds[0, x, y] = batch[0, 2 * x : 2 * x + 12, 2 * y : 2 * y + 12].mean() > 0.6
    return [np.zeros((1, across, down, 4), np.float32), two(odds)]


def fits(batch):
    """Whether a window shows little but the square."""
    return batch.mean((1, 2, 3)) > 0.6


def second(batch):
    return [np.zeros((len(batch), 4), np.float32), two(fits(batch))]


def third(batch):
    places = np.array([0.3, 0.7, 0.5, 0.35, 0.65, 0.4, 0.4, 0.6, 0.8, 0.8], np.float32)
    return [
        np.zeros((len(batch), 4), np.float32),
        np.tile(places, (len(batch), 1)),
        two(fits(batch)),
    ]


def test_a_planted_face_is_found_once():
    faces = Mtcnn((first, second, third)).detect(picture())
    assert len(faces) == 1
    x0, y0, x1, y1 = SQUARE
    middle = (faces.boxes[0, :2] + faces.boxes[0, 2:]) / 2
    np.testing.assert_allclose(middle, [(x0 + x1) / 2, (y0 + y1) / 2], atol=12)
    right, left, nose, mouth = faces.keypoints[0, :4]
    assert right[0] < nose[0] < left[0]
    assert right[1] < nose[1] < mouth[1]


def test_columns_and_rows_are_not_mixed_up():
    turned = np.ascontiguousarray(picture().swapaxes(0, 1))
    upright = Mtcnn((first, second, third)).detect(picture())
    faces = Mtcnn((first, second, third)).detect(turned)
    middle = (faces.boxes[0, :2] + faces.boxes[0, 2:]) / 2
    expected = (upright.boxes[0, :2] + upright.boxes[0, 2:]) / 2
    np.testing.assert_allclose(middle, expected[::-1], atol=8)


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_each_network_may_say_no(stage):
    networks = [first, second, third]
    answer = networks[stage]

    def no(batch):
        *rest, odds = answer(batch)
        return [*rest, two(np.zeros(odds.shape[:-1]))]

    networks[stage] = no
    assert len(Mtcnn(tuple(networks)).detect(picture())) == 0


def test_a_crowd_of_windows_stays_bounded():
    """A first network that sees a face everywhere: later ones get a limited number."""
    seen = []

    def everywhere(batch):
        shifts, odds = first(batch)
        return [shifts, two(np.ones(odds.shape[:-1]))]

    def count(batch):
        seen.append(len(batch))
        return second(batch)

    image = np.full((700, 700, 3), 255, np.uint8)
    Mtcnn((lambda b: everywhere(b[:, :60, :60]), count, third)).detect(image)
    assert sum(seen) <= mtcnn._MOST
    assert max(seen) <= mtcnn._BATCH


@pytest.mark.parametrize(
    "box", [(-5, -5, 5, 5), (95, 45, 105, 55), (-50, -50, -40, -40), (200, 200, 220, 220)]
)
def test_squares_may_hang_over_the_edge(box):
    image = np.full((50, 100, 3), 200, np.uint8)
    cut = _cut(image, np.array(box, np.float32), 24)
    assert cut.shape == (24, 24, 3)
    inside = box[0] < 100 and box[1] < 50 and box[2] > 0 and box[3] > 0
    assert cut.any() == inside


def test_distinct_keeps_the_best():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10], [2, 2, 6, 6]], np.float32)
    scores = np.array([0.8, 0.9, 0.7, 0.6], np.float32)
    assert _distinct(boxes, scores, 0.5) == [1, 2, 3]
    assert _distinct(boxes, scores, 0.5, of_smaller=True) == [1, 2]


def test_squares():
    boxes = np.array([[0, 0, 10, 20]], np.float32)
    np.testing.assert_allclose(_squares(boxes), [[-5, 0, 15, 20]])


def test_without_the_extra(monkeypatch):
    monkeypatch.setattr(mtcnn, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'pip install "pyojeong\[mtcnn\]"'):
        load("FaceDetector", "mtcnn")


@pytest.mark.parametrize("content", [None, b"", b"something else"])
def test_files_are_checked(monkeypatch, tmp_path, content):
    if content is not None:
        for name in mtcnn.HASHES:
            (tmp_path / f"{name}.onnx").write_bytes(content)
    spec = ModuleSpec(mtcnn.PACKAGE, None, is_package=True)
    spec.submodule_search_locations.append(str(tmp_path))
    monkeypatch.setattr(mtcnn, "find_spec", lambda name: spec)
    with pytest.raises(MissingWeights, match=r"pnet\.onnx"):
        Mtcnn()


def test_foreign_code_is_not_imported():
    Mtcnn()
    assert mtcnn.PACKAGE not in sys.modules


def test_a_failing_network_is_translated():
    run = Mtcnn()._second
    with pytest.raises(InferenceFailed):
        run(np.zeros((1, 7, 7, 3), np.float32))
