"""Triangles never turn over."""

from __future__ import annotations

import numpy as np

from pyojeong.edit.unfold import Unfolder

POINTS = np.array([[0, 0], [10, 0], [20, 0], [0, 10], [10, 10], [20, 10]], np.float32)
FACES = np.array([[0, 3, 1], [1, 3, 4], [1, 4, 2], [2, 4, 5]])


def test_harmless_motion_passes_unchanged():
    unfolder = Unfolder(POINTS, FACES, np.ones(6))
    moved = np.tile(np.array([[3.0, -2.0]], np.float32), (6, 1))
    assert (unfolder.apply(moved) == (POINTS + moved) - POINTS).all()


def test_a_fold_is_opened_near_where_it_was():
    unfolder = Unfolder(POINTS, FACES, np.ones(6))
    moved = np.zeros((6, 2), np.float32)
    moved[4] = (3, -13)
    assert len(unfolder.folded(moved))
    opened = unfolder.apply(moved)
    assert not len(unfolder.folded(opened))
    assert opened[4, 1] < -4, "most of the motion is kept"


def test_stiff_points_give_way_last():
    ease = np.ones(6)
    ease[4] = 0.05
    moved = np.zeros((6, 2), np.float32)
    moved[4] = (0, -12)
    stiff = Unfolder(POINTS, FACES, ease).apply(moved)
    soft = Unfolder(POINTS, FACES, np.ones(6)).apply(moved)
    assert stiff[4, 1] < soft[4, 1]


def test_a_hopeless_motion_is_scaled_back():
    unfolder = Unfolder(POINTS, FACES, np.ones(6))
    moved = np.random.default_rng(1).normal(0, 60, (6, 2)).astype(np.float32)
    assert not len(unfolder.folded(unfolder.apply(moved)))
