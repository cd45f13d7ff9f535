"""Lids, sheets, creases and the eyeball."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pyojeong.edit.eyeball import make_eyeball
from pyojeong.edit.lids import make_lids, opening_factor
from pyojeong.edit.rig import FaceRig
from pyojeong.edit.sheets import two_sheets
from pyojeong.edit.topology import LOWER_LIP, UPPER_LIP, lid_rings
from pyojeong.edit.wrinkles import atlas, regions, to_atlas
from pyojeong.expression import ARKIT_52, Expression

DOWN = np.array([0, 1], np.float32)


@pytest.mark.parametrize("side", [0, 1])
def test_full_blink_closes_any_eye(resting_mesh, side):
    points = resting_mesh.points[:468, :2]
    lids = make_lids(side, points, DOWN, 1.0)
    upper, lower = lid_rings(side)
    moved = np.zeros((468, 2), np.float32)
    lids.move(0.0, moved)
    gap = (points + moved)[lower[0], 1] - (points + moved)[upper[0], 1]
    assert (gap <= 0.01).all()
    assert gap.min() > -2


def test_resting_lids_do_not_move(resting_mesh):
    lids = make_lids(0, resting_mesh.points[:468, :2], DOWN, 1.0)
    moved = np.zeros((468, 2), np.float32)
    lids.move(1.0, moved)
    assert np.abs(moved).max() < 0.01


def test_what_opens_and_what_closes():
    def factor(**weights):
        return opening_factor(Expression(weights), 1)

    assert factor() == 1
    assert factor(eyeBlinkLeft=1) == 0
    assert factor(eyeBlinkRight=1) == 1
    assert factor(eyeWideLeft=1) > 1 > factor(eyeSquintLeft=1) > 0
    assert factor(eyeLookDownLeft=1) < 1
    assert opening_factor(Expression(gaze=(-15, 0)), 1) < 1


def test_sheets_agree_away_from_openings_and_follow_their_own_edge():
    moved = np.zeros((468, 2), np.float32)
    moved[LOWER_LIP[3]] = (0, 10)
    sheets = two_sheets(moved)
    assert sheets[LOWER_LIP[3, 5], 1] == 0, "the upper sheet stays with the upper lip"
    assert sheets[LOWER_LIP[3, 5], 3] == 10
    assert sheets[UPPER_LIP[3, 5], 3] == 10, "the lower sheet goes on upwards"
    far = [10, 152, 234, 454, 4]
    assert (sheets[far, :2] == sheets[far, 2:]).all()


def test_creases_are_mirror_images_and_named_like_arkit():
    for name, gain in atlas().items():
        assert name in ARKIT_52
        assert gain.min() < -0.02, name
        assert regions()[name].max() == pytest.approx(1.0)
        if name.endswith("Left"):
            assert (gain == atlas()[name[:-4] + "Right"][:, ::-1]).all()
        elif not name.endswith("Right"):
            assert gain == pytest.approx(gain[:, ::-1], abs=1e-6)


def test_eyeball_is_the_photo_where_it_is_seen_and_goes_on_beyond():
    y, x = np.mgrid[:40, :60].astype(np.float32)
    iris = np.hypot(x - 30, y - 20) < 10
    photo = np.where(iris[..., None], [60, 40, 30], [225, 220, 215]).astype(np.uint8)
    visible = (np.abs(y - 20) < 7).astype(np.float32)
    ball = make_eyeball(photo, visible, np.array([30, 20], np.float32), 10.0, 0)
    assert ball.picture[20, 30] == pytest.approx([60, 40, 30], abs=1)
    assert ball.picture[12, 30] == pytest.approx([60, 40, 30], abs=15), "the hidden iris is round"
    assert ball.picture[12, 5].min() > 150, "the hidden white is white"


def test_turned_eye_moves_its_iris():
    y, x = np.mgrid[:40, :60].astype(np.float32)
    iris = np.hypot(x - 30, y - 20) < 8
    photo = np.where(iris[..., None], [60, 40, 30], [225, 220, 215]).astype(np.uint8)
    ball = make_eyeball(photo, np.ones((40, 60), np.float32), np.array([30, 20], np.float32), 8, 0)
    still = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    turned = ball.draw(np.array([6, 0], np.float32), still, np.ones((40, 60), np.float32))
    dark = turned.mean(2) < 120
    assert x[dark].mean() == pytest.approx(36, abs=1)
    assert dark.sum() == pytest.approx(iris.sum(), rel=0.15), "the iris keeps its size"


def test_a_screwed_up_nose_is_seen_by_its_folds(resting_photo, resting_mesh):
    calm = FaceRig(resting_photo, resting_mesh)
    assert calm.source["noseSneerLeft"] < 0.1
    folded = resting_photo.copy()
    for wing, corner in ((129, 212), (358, 432)):
        ends = resting_mesh.points[[wing, corner], :2].round().astype(int)
        cv2.line(folded, tuple(map(int, ends[0])), tuple(map(int, ends[1])), (70, 50, 40), 9)
    angry = FaceRig(folded, resting_mesh)
    assert angry.source["noseSneerLeft"] > 0.3
    assert angry.source["browDownRight"] > 0.3


def test_moustache_is_left_alone():
    for mask in regions().values():
        x, y = to_atlas(np.array([0.0, -2.8], np.float32)).astype(int)
        assert mask[y, x] < 0.05
