"""Smaller copies of a picture for the networks."""

import numpy as np
import pytest

from pyojeong.face.copies import Copies, halved


def picture(height, width):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("side", [1, 100, 256, 257, 700, 5000])
def test_a_face_becomes_one_to_two_times_the_input(side):
    image = picture(900, 1300)
    copy, scale = Copies(image).around(side, 128)
    assert side * scale <= 256 or min(copy.shape[:2]) == 1
    assert scale == 1 or side * scale > 128
    assert copy.shape[0] == int(900 * scale)


@pytest.mark.parametrize("factor", [0.9, 0.5, 0.3, 0.15, 1.4])
def test_scaled_copies_keep_shape_and_light(factor):
    image = picture(900, 1300)
    copy, true = Copies(image).scaled(factor)
    assert true == pytest.approx(factor, rel=0.01)
    assert copy.shape[0] == pytest.approx(900 * factor, abs=1)
    assert copy.mean() == pytest.approx(image.mean(), abs=1.5)


def test_no_copy_smaller_than_any_input():
    image = picture(200, 300)
    copy, true = Copies(image).scaled(0.5)
    assert copy is image
    assert true == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3, 2)])
def test_slivers_are_survived(shape):
    copies = Copies(picture(*shape))
    assert copies.around(10_000, 128)[0].size
    assert copies.scaled(0.1)[0].size


def test_halves_are_means_of_four():
    image = picture(5, 7)
    block = image[:4, :6].reshape(2, 2, 3, 2, 3).astype(float).mean((1, 3))
    assert np.abs(halved(image) - block).max() <= 0.5
