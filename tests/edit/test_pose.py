"""The pose is found again, and the head turns the way its signs say."""

from __future__ import annotations

import numpy as np
import pytest

from pyojeong.edit.basis import load_basis
from pyojeong.edit.pose import fit_pose, head_rotation


def seen(pitch, yaw, roll, scale=12.0):
    turned = load_basis().neutral @ head_rotation(pitch, yaw, roll).T
    return (turned * (scale, -scale, -scale) + (320, 240, 5)).astype(np.float32)


@pytest.mark.parametrize("angles", [(0, 0, 0), (10, 25, -8), (-15, -40, 20)])
def test_known_pose_is_recovered(angles):
    points = seen(*angles)
    pose = fit_pose(points)
    assert pose.scale == pytest.approx(12.0, rel=1e-3)
    assert pose.project(load_basis().neutral) == pytest.approx(points[:, :2], abs=0.05)
    assert pose.lift(points) == pytest.approx(load_basis().neutral, abs=0.01)
    assert pose.rotation == pytest.approx(head_rotation(*angles), abs=1e-3)


def test_axes_point_down_and_right_in_an_upright_picture():
    pose = fit_pose(seen(0, 0, 0))
    assert pose.down == pytest.approx([0, 12], abs=0.05)
    assert pose.right_unit == pytest.approx([1, 0], abs=0.01)


def test_signs_of_a_turning_head():
    nose = np.array([0, 0, 8.0], np.float32)
    crown = np.array([0, 8.0, 0], np.float32)
    assert (head_rotation(10, 0, 0) @ nose)[1] > 0, "pitch + looks up"
    assert (head_rotation(0, 10, 0) @ nose)[0] > 0, "yaw + to the person's left"
    assert (head_rotation(0, 0, 10) @ crown)[0] > 0, "roll + to the person's left shoulder"
