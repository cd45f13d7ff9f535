"""The inside of the mouth: colours under the photo's light, teeth, light that falls in."""

from __future__ import annotations

import numpy as np
import pytest

from pyojeong.edit.mouth import LipState, MouthInterior
from pyojeong.edit.mouthcolour import LUMA, MouthSamples, palette
from pyojeong.edit.teeth import MouthFrame, paint_teeth, paint_tongue

AXES = np.array([20, 0], np.float32), np.array([0, 20], np.float32), np.zeros(2, np.float32)
PARTED = LipState(1.0, 0.0)
STILL = np.array([[1, 0, 0], [0, 1, 0]], np.float32)


def samples(skin, *, lips=(190, 90, 90), white=(230, 226, 220), seen=None, wide=False, around=None):
    def patch(colour):
        return np.tile(np.array(colour, np.float32), (50, 1))

    none = np.zeros((0, 3), np.float32)
    return MouthSamples(
        patch(skin), patch(around or skin), patch(lips),
        none if seen is None else patch(seen), np.array(white, np.float32), wide,
    )  # fmt: skip


def test_grey_photo_has_a_grey_mouth():
    colours = palette(samples((150,) * 3, lips=(110,) * 3, white=(200,) * 3))
    for colour in (colours.teeth, colours.gum, colours.tongue, colours.dark):
        assert np.ptp(colour) < 0.5


def test_teeth_are_the_brightest_and_the_back_the_darkest():
    colours = palette(samples((210, 165, 140)))
    luma = [float(c @ LUMA) for c in (colours.dark, colours.gum, colours.tongue, colours.teeth)]
    assert luma == sorted(luma)
    assert colours.tongue[0] > colours.tongue[1], "flesh is red"


def test_visible_teeth_give_their_colour():
    colours = palette(samples((210, 165, 140), seen=(225, 220, 205)))
    assert colours.teeth == pytest.approx([225, 220, 205], abs=1)


def test_toothless_open_mouth_stays_toothless():
    colours = palette(samples((230, 190, 170), seen=(80, 40, 38), wide=True))
    assert colours.teeth[0] > colours.teeth[1] + 20


def test_mouth_in_shadow_is_darker():
    lit, dim = (palette(samples((200, 160, 140), around=a)) for a in (None, (80, 64, 56)))
    assert float(dim.tongue @ LUMA) < 0.7 * float(lit.tongue @ LUMA)


def frame():
    return MouthFrame(*AXES, np.array([100, 60], np.float32))


def test_upper_teeth_end_where_told_and_are_symmetric():
    colours = palette(samples((210, 165, 140)))
    colour, alpha = paint_teeth(frame(), (120, 201), colours, True)
    column = alpha[:, 105]
    assert column[57] > 0.9
    assert column[64:].max() == 0
    assert np.abs(alpha - alpha[:, ::-1]).max() < 0.1
    assert (colour[52, 105] @ LUMA) > (colour[52, 150] @ LUMA), "darker to the back"


def test_lower_teeth_stand_below():
    _, alpha = paint_teeth(frame(), (120, 201), palette(samples((210, 165, 140))), False)
    assert alpha[70, 105] > 0.9
    assert alpha[:55, 105].max() == 0


def interior(size=(80, 120)):
    colours = palette(samples((210, 165, 140)))
    centre = MouthFrame(*AXES, np.array([60, 40], np.float32))
    nothing = np.zeros((*size, 3), np.float32), np.zeros(size, np.float32)
    return MouthInterior(
        np.broadcast_to(colours.dark, (*size, 3)).astype(np.float32),
        paint_teeth(centre, size, colours, True),
        paint_teeth(centre, size, colours, False),
        paint_tongue(centre, size, colours),
        nothing, nothing, np.ones(size, np.float32), np.zeros(3, np.float32), 5.0,
        np.ones(size, np.float32),
    )  # fmt: skip


def test_a_narrow_slit_lets_little_light_in():
    wide, slit = np.zeros((80, 120), np.float32), np.zeros((80, 120), np.float32)
    wide[15:70, 20:100] = 1
    slit[38:40, 20:100] = 1
    mouth, none = interior(), np.zeros(2, np.float32)
    bright = mouth.draw(STILL, none, wide, PARTED)[36:40, 55:65].mean()
    assert mouth.draw(STILL, none, slit, PARTED)[36:40, 55:65].mean() < 0.6 * bright


def test_lower_teeth_go_with_the_jaw_and_upper_ones_stay():
    open_ = np.ones((80, 120), np.float32)
    mouth = interior()
    shut = mouth.draw(STILL, np.zeros(2, np.float32), open_, PARTED)
    dropped = mouth.draw(STILL, np.array([0, 14], np.float32), open_, PARTED)
    assert dropped[25:38, 62] == pytest.approx(shut[25:38, 62], abs=1)
    assert np.abs(dropped[44:50, 62] - shut[44:50, 62]).mean() > 20
