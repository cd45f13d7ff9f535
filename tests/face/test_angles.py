"""Head angles of meshes whose rotation is known."""

import numpy as np
import pytest

from pyojeong.edit.basis import load_basis
from pyojeong.edit.pose import fit_pose, head_rotation
from pyojeong.face.angles import head_angles


def turned(pitch=0.0, yaw=0.0, roll=0.0):
    """The canonical face turned, in px (y down, smaller depth nearer)."""
    model = load_basis().neutral @ head_rotation(pitch, yaw, roll).T
    return (model * (12, -12, -12) + (300, 200, 0)).astype(np.float32)


@pytest.mark.parametrize("yaw", [-60, -20, 0, 35])
@pytest.mark.parametrize("pitch", [-30, 0, 20])
def test_the_angle_that_was_turned(yaw, pitch):
    points = turned(pitch, yaw)
    angles = head_angles(points)
    # Yaw is where the face looks sideways, whatever the order of the turns.
    assert angles.yaw == pytest.approx(fit_pose(points).yaw, abs=1)
    if yaw == 0:
        assert angles.pitch == pytest.approx(pitch, abs=1)
    if pitch == 0:
        assert angles.yaw == pytest.approx(yaw, abs=1)


@pytest.mark.parametrize("degrees", [-170, -45, 30, 90])
def test_roll_is_clockwise_in_the_picture(degrees):
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points = turned()
    points[:, :2] = points[:, :2] @ matrix.T
    assert head_angles(points).roll == pytest.approx(degrees, abs=1)


def test_size_and_place_do_not_matter():
    points = turned(10, 25)
    moved = points * np.float32(7) + np.array([900, -40, 3], np.float32)
    assert head_angles(moved) == pytest.approx(head_angles(points), abs=0.05)


def test_a_folded_mesh_faces_the_camera():
    assert head_angles(np.full((478, 3), 5, np.float32)) == (0, 0, 0)
