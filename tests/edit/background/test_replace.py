"""What stands behind the people afterwards."""

import numpy as np
import pytest

from pyojeong.edit.background.replace import (
    blurred,
    check_background,
    covering,
    parse_colour,
    replace_background,
)
from pyojeong.edit.background.types import Cutout
from pyojeong.errors import BadInput, BadSettings, InferenceFailed
from pyojeong.media.image import Picture, write_image

PHOTO = np.full((40, 60, 3), (200, 30, 30), np.uint8)
PHOTO[:, 30:] = (20, 20, 220)


class LeftHalf:
    """Takes the left half for the subject; the columns between are half covered."""

    def remove(self, image):
        alpha = np.zeros(image.shape[:2], np.uint8)
        alpha[:, : image.shape[1] // 2] = 255
        alpha[:, image.shape[1] // 2] = 51
        return Cutout(image.copy(), alpha)


class Nobody:
    def remove(self, image):
        return Cutout(image, np.zeros(image.shape[:2], np.uint8))


def test_removed_is_an_alpha_channel():
    done = replace_background(Picture(PHOTO, icc=b"i", exif=b"e"), "remove", LeftHalf())
    assert (done.alpha[:, :30] == 255).all()
    assert (done.alpha[:, 31:] == 0).all()
    assert (done.icc, done.exif) == (b"i", b"e")


def test_what_was_transparent_stays_so():
    hidden = np.full((40, 60), 255, np.uint8)
    hidden[:10] = 0
    done = replace_background(Picture(PHOTO, hidden), "remove", LeftHalf())
    assert (done.alpha[:10] == 0).all()
    assert (done.alpha[10:, :30] == 255).all()


@pytest.mark.parametrize(("text", "rgb"), [("#0F0", (0, 255, 0)), ("#2a6f97", (42, 111, 151))])
def test_a_colour(text, rgb):
    assert parse_colour(text) == rgb
    done = replace_background(Picture(PHOTO), text, LeftHalf())
    assert done.alpha is None
    assert (done.rgb[:, :30] == PHOTO[:, :30]).all()
    assert (done.rgb[:, 31:] == rgb).all()
    mixed = np.rint(0.2 * PHOTO[0, 30] + 0.8 * np.array(rgb))
    assert np.abs(done.rgb[0, 30] - mixed).max() <= 1


def test_a_picture_covers_the_whole(tmp_path):
    behind = np.zeros((10, 10, 3), np.uint8)
    behind[:, :, 1] = 255
    write_image(tmp_path / "behind.png", Picture(behind))
    done = replace_background(Picture(PHOTO), str(tmp_path / "behind.png"), LeftHalf())
    assert (done.rgb[:, 31:] == (0, 255, 0)).all()
    assert (done.rgb[:, :30] == PHOTO[:, :30]).all()


def test_covering_cuts_in_the_middle():
    wide = np.zeros((20, 100, 3), np.uint8)
    wide[:, 40:60] = 255
    assert (covering(wide, 20, 20) == 255).all()
    assert covering(wide, 7, 31).shape == (31, 7, 3)


def test_the_subject_does_not_leak_into_the_blur():
    alpha = LeftHalf().remove(PHOTO).alpha
    soft = blurred(PHOTO, alpha)
    assert soft.shape == PHOTO.shape
    assert (np.abs(soft.astype(int) - (20, 20, 220)) <= 3).all()
    done = replace_background(Picture(PHOTO), "blur", LeftHalf())
    assert (done.rgb[:, :30] == PHOTO[:, :30]).all()


@pytest.mark.parametrize("text", ["", "nothing", "#12", "#12345g", "#", "#1234567", "remove it"])
def test_no_background(text):
    with pytest.raises(BadSettings, match="no background"):
        check_background(text)


def test_a_picture_that_is_not_there(tmp_path):
    with pytest.raises(BadInput, match="no file"):
        replace_background(Picture(PHOTO), str(tmp_path / "x.png"), LeftHalf())


def test_nobody_in_the_photo():
    with pytest.raises(InferenceFailed, match="Nobody"):
        replace_background(Picture(PHOTO), "blur", Nobody())
