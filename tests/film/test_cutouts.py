"""Figures cut out of frames."""

import cv2
import numpy as np
import pytest

from pyojeong.film.cutouts import LARGEST, MARGIN, as_jpeg, masked


def figure(box, size=(90, 120)):
    y, x = np.mgrid[: size[0], : size[1]]
    x0, y0, x1, y1 = box
    rx, ry = (x1 - x0) / 2, (y1 - y0) / 2
    return ((x - x0 - rx + 0.5) / rx) ** 2 + ((y - y0 - ry + 0.5) / ry) ** 2 <= 1


@pytest.mark.parametrize(
    "box", [(30, 20, 80, 60), (30, 10, 50, 80), (0, 0, 40, 30), (90, 60, 120, 90)]
)
def test_the_figure_lies_whole_and_centred_on_black(box):
    rng = np.random.default_rng(0)
    image = rng.integers(50, 255, (90, 120, 3), np.uint8)
    mask = figure(box)
    cut = masked(image, mask)
    rows, columns = np.flatnonzero(cut.any((1, 2))), np.flatnonzero(cut.any((0, 2)))
    side = max(box[2] - box[0], box[3] - box[1])
    assert cut.shape == (round(side * (1 + 2 * MARGIN)),) * 2 + (3,)
    # Every pixel of the mask is there, none else, none scaled.
    assert np.array_equal(np.sort(cut[cut.any(2)], 0), np.sort(image[mask], 0))
    for found in (rows, columns):
        assert abs(found[0] - (len(cut) - 1 - found[-1])) <= 1


def test_nothing_gives_a_black_pixel_and_a_giant_is_shrunk():
    image = np.full((1200, 900, 3), 200, np.uint8)
    assert masked(image, np.zeros((1200, 900), bool)).shape == (1, 1, 3)
    assert masked(image, np.ones((1200, 900), bool)).shape == (LARGEST, LARGEST, 3)


def test_frame_and_mask_stay_as_they_were():
    image = np.full((20, 20, 3), 200, np.uint8)
    mask = figure((5, 5, 15, 15), (20, 20))
    before = image.copy(), mask.copy()
    masked(image, mask)[:] = 0
    assert np.array_equal(image, before[0])
    assert np.array_equal(mask, before[1])


class TestThumbnails:
    def test_at_the_rim_it_moves_into_the_picture(self):
        image = np.zeros((200, 300, 3), np.uint8)
        image[:, 150:] = 255
        # The square of 90 px around this box would reach 20 px out on the right.
        small = decoded(as_jpeg(image, np.array([245, 60, 305, 120], np.float32)))
        assert small.shape == (96, 96, 3)
        assert small[:, 2:].min() > 240
        left = decoded(as_jpeg(image, np.array([-20, 60, 40, 120], np.float32)))
        assert left.max() < 16

    @pytest.mark.parametrize("box", [(0, 0, 1, 1), (-5, -5, 400, 300), (299, 199, 300, 200)])
    def test_any_box(self, box):
        image = np.full((200, 300, 3), 90, np.uint8)
        small = decoded(as_jpeg(image, np.array(box, np.float32)))
        assert small.shape == (96, 96, 3)
        assert abs(int(small.mean()) - 90) < 3


def decoded(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
