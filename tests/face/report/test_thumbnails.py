"""Thumbnails: square, of the face, whatever the picture."""

import io

import numpy as np
import pytest
from PIL import Image

from pyojeong.face.report.thumbnails import SIDE, ThumbnailFile, thumbnail


def opened(data):
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        return np.asarray(picture.convert("RGB")).astype(int)


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (40, 60), (2000, 1500)])
@pytest.mark.parametrize("box", [(0, 0, 1, 1), (0, 0, 9e3, 9e3), (-50, -50, 20, 30), (2, 2, 2, 2)])
def test_any_box_of_any_picture_gives_a_square(shape, box):
    image = np.full((*shape, 3), 120, np.uint8)
    assert opened(thumbnail(image, np.array(box, np.float32))).shape == (SIDE, SIDE, 3)


def test_the_face_is_in_its_middle_and_whole():
    image = np.zeros((400, 600, 3), np.uint8)
    image[100:200, 300:400, 0] = 255
    red = opened(thumbnail(image, np.array([300, 100, 400, 200], np.float32)))[:, :, 0] > 128
    assert red.mean() == pytest.approx(1 / 1.5**2, abs=0.03)
    rows, columns = np.nonzero(red)
    assert rows.mean() == pytest.approx(SIDE / 2, abs=1)
    assert columns.mean() == pytest.approx(SIDE / 2, abs=1)


def test_at_the_edge_the_square_moves_into_the_picture():
    image = np.full((400, 600, 3), 200, np.uint8)
    seen = opened(thumbnail(image, np.array([550, 0, 600, 40], np.float32)))
    assert np.abs(seen - 200).max() <= 3


def test_the_file_gives_back_what_it_got(tmp_path):
    data = [thumbnail(np.full((9, 9, 3), n, np.uint8), np.array([0, 0, 9, 9])) for n in (0, 99)]
    with ThumbnailFile(tmp_path / "t.bin") as file:
        places = [file.append(each) for each in data]
        file.flush()
        assert [file.read(place) for place in reversed(places)] == data[::-1]
        assert file.read(None) is None
        for place in ((-1, 5), (0, 0), (10**9, 100), (0, 10**9), (1, len(data[0]))):
            assert file.read(place) is None
    with ThumbnailFile(tmp_path / "t.bin") as file:
        again = file.append(data[0])
        file.flush()
        assert again[0] == sum(map(len, data))
        assert file.read(again) == data[0]
