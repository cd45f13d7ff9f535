"""Square cut-outs: against plain slices, and of pictures of any shape."""

import tracemalloc

import numpy as np
import pytest

from pyojeong.face.square import around_box, cut_square, whole_square


def picture(height=40, width=60):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_square_inside_the_picture_is_the_picture():
    image = picture()
    made = cut_square(image, np.array([30.0, 20.0]), 16, 16)
    np.testing.assert_array_equal(made, image[12:28, 22:38])


def test_beyond_the_edge_its_last_pixels_go_on():
    image = picture()
    made = cut_square(image, np.array([0.0, 20.0]), 16, 16)
    np.testing.assert_array_equal(made[:, :8], np.repeat(image[12:28, :1], 8, 1))


def test_a_box_is_widened_by_the_margin():
    image = picture()
    box = np.array([25, 15, 35, 25], np.float32)
    np.testing.assert_array_equal(around_box(image, box, 0.3, 16), image[12:28, 22:38])


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (3000, 2)])
def test_any_picture_has_a_square(shape):
    assert whole_square(picture(*shape), 24).shape == (24, 24, 3)


def test_a_box_outside_the_picture_is_survived():
    box = np.array([-500, -90, -400, -80], np.float32)
    assert around_box(picture(), box, 0.1, 8).shape == (8, 8, 3)


def test_a_box_is_first_cut_to_the_picture():
    image = picture()
    inside = around_box(image, np.array([0, 0, 20, 20], np.float32), 0, 20)
    beyond = around_box(image, np.array([-30, -9, 20, 20], np.float32), 0, 20)
    np.testing.assert_array_equal(inside, beyond)
    np.testing.assert_array_equal(inside, image[:20, :20])


def test_an_oblong_box_has_the_square_of_its_longer_side():
    image = picture()
    made = around_box(image, np.array([28, 10, 32, 30], np.float32), 0, 20)
    np.testing.assert_array_equal(made, image[10:30, 20:40])


def test_a_square_picture_is_itself():
    image = picture(24, 24)
    np.testing.assert_array_equal(whole_square(image, 24), image)


def test_one_colour_stays_one_colour_at_any_size():
    for size in (1, 7, 24, 500, 3000):
        made = whole_square(np.full((size, 2 * size, 3), 99, np.uint8), 24)
        assert (made == 99).all()


def test_nothing_is_left_out_of_a_long_picture():
    image = np.zeros((10, 400, 3), np.uint8)
    image[:, :20], image[:, -20:] = 255, 128
    made = whole_square(image, 40)
    assert made[20, 0, 0] > 240
    assert abs(int(made[20, -1, 0]) - 128) < 12


def test_a_long_picture_does_not_take_the_memory_of_its_square():
    image = np.zeros((2, 60_000, 3), np.uint8)
    tracemalloc.start()
    whole_square(image, 32)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5e6


def test_the_picture_is_left_as_it_was():
    image = picture()
    kept = image.copy()
    image.flags.writeable = False
    whole_square(image, 16)[:] = 0
    cut_square(image, np.array([30.0, 20.0]), 16, 16)[:] = 0
    np.testing.assert_array_equal(image, kept)
