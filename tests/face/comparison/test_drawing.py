"""Thumbnails of disagreements."""

import io

import numpy as np
import pytest
from PIL import Image

from pyojeong.face.comparison.compared import Compared, Look
from pyojeong.face.comparison.drawing import COLOURS, HEIGHT, LEGEND, WIDTH, drawing
from pyojeong.face.comparison.matching import same_faces
from pyojeong.face.keypoints import as_faces, from_boxes


def compared(image, *found):
    looks = []
    for boxes in found:
        rows = np.array(boxes, np.float32).reshape(-1, 4)
        scores = np.full(len(rows), 0.9, np.float32)
        looks.append(Look(as_faces(rows, scores, from_boxes(rows), image), 1.0))
    table = same_faces([look.faces.boxes for look in looks])
    return Compared("p", image.shape[1::-1], tuple(looks), table)


def near(pixels, colour):
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return int((np.abs(pixels.astype(int) - wanted).sum(2) < 60).sum())


@pytest.mark.parametrize("shape", [(1, 1), (5, 2000), (2000, 5), (300, 400), (3000, 4000)])
def test_any_shape(shape):
    image = np.full((*shape, 3), 40, np.uint8)
    seen = compared(image, [(0, 0, shape[1], shape[0])], [])
    data, height = drawing(image, seen, ["a", "b"])
    with Image.open(io.BytesIO(data)) as sheet:
        assert sheet.size == (WIDTH, height)
        assert height <= HEIGHT + LEGEND


def test_equal_boxes_of_every_detector_can_be_seen():
    image = np.full((300, 400, 3), 40, np.uint8)
    seen = compared(image, *([(100, 100, 200, 200)] for _ in range(4)))
    data, height = drawing(image, seen, ["one", "two", "three", "four"])
    pixels = np.asarray(Image.open(io.BytesIO(data)))[: height - LEGEND]
    assert all(near(pixels, COLOURS[number]) > 200 for number in range(4))


def test_long_names_stay_in_their_places():
    image = np.full((300, 400, 3), 40, np.uint8)
    names = ["detector_with_a_long_name" * 3] * 8
    data, height = drawing(image, compared(image, *([(9, 9, 99, 99)] for _ in range(8))), names)
    assert height > LEGEND
    assert data.startswith(b"\xff\xd8")
