"""Lattices, spreading values over them, and inverting a forward motion."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pyojeong.edit.warp import Lattice, enlarge, invert, sample, similarity, soften, spread_over

SQUARE = np.array([[10, 10], [50, 10], [50, 50], [10, 50]], np.float32)
# Counter-clockwise seen from outside, in a picture whose y goes down.
FACES = np.array([[0, 2, 1], [0, 3, 2]])


def grid(rows, columns):
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    return np.dstack([x, y])


@pytest.mark.parametrize("size", [4.0, 9.0])
def test_inverse_undoes_a_smooth_motion(size):
    nodes = grid(60, 70)
    hill = np.exp(-(((nodes - (35, 30)) / 14) ** 2).sum(2))[..., None]
    forward = (hill * np.array([size, -0.7 * size])).astype(np.float32)
    back = invert(forward)
    left = back + sample(forward, nodes + back)
    assert np.abs(left).max() < 0.05


def test_inverse_follows_a_fivefold_stretch():
    """An eyelid: a strip of 3 nodes drawn out over 15."""
    nodes = grid(60, 20)
    y = nodes[..., 1]
    drop = np.interp(y, [18, 21, 60], [0, 12, 12]).astype(np.float32)
    forward = np.dstack([np.zeros_like(drop), soften(drop, 0.8)])
    back = invert(forward)
    left = back + sample(forward, nodes + back)
    assert np.abs(left).max() < 0.3


def test_no_motion_is_no_motion():
    assert not invert(np.zeros((9, 7, 2), np.float32)).any()


def test_lattice_places_nodes_like_a_resize():
    lattice = Lattice.over((5, 7, 65, 47), 4.0)
    assert lattice.nodes == (15, 10)
    ramp = grid(10, 15)
    full = enlarge(ramp, lattice.size)
    spot = np.array([[25.0, 27.0]], np.float32)
    assert lattice.to_nodes(spot)[0] == pytest.approx(full[20, 20], abs=1e-3)


def test_spread_is_linear_inside_and_kept_outside():
    lattice = Lattice.over((0, 0, 60, 60), 2.0)
    spread = spread_over(lattice, SQUARE, np.zeros(4, np.float32), FACES)
    values = np.column_stack([SQUARE[:, 0], np.ones(4, np.float32)])
    field = spread.field(values)
    centres = (np.arange(30) + 0.5) * 2 - 0.5
    assert field[15, 8:22, 0] == pytest.approx(centres[8:22], abs=0.3)
    assert field[..., 1] == pytest.approx(np.ones((30, 30)), abs=1e-5)
    assert spread.distance[15, 15] == 0
    assert spread.distance[0, 15] > 3


def test_nearer_triangle_hides_the_farther():
    points = np.concatenate([SQUARE, SQUARE])
    faces = np.concatenate([FACES, FACES + 4])
    depth = np.array([5] * 4 + [-5] * 4, np.float32)
    spread = spread_over(Lattice.over((0, 0, 60, 60), 2.0), points, depth, faces)
    assert (spread.corners >= 4).all()


def test_similarity_is_recovered():
    rng = np.random.default_rng(3)
    before = rng.normal(size=(12, 2)).astype(np.float32) * 20
    turn = cv2.getRotationMatrix2D((3.0, 4.0), 17.0, 1.2).astype(np.float32)
    after = before @ turn[:, :2].T + turn[:, 2]
    assert similarity(before, after) == pytest.approx(turn, abs=1e-3)


def test_wide_blur_by_way_of_a_small_copy_agrees():
    picture = np.random.default_rng(0).uniform(0, 255, (200, 260)).astype(np.float32)
    picture = cv2.GaussianBlur(picture, (0, 0), 4)
    exact = cv2.GaussianBlur(picture, (0, 0), 14.0)
    assert np.abs(soften(picture, 14.0) - exact).max() < 2.0
