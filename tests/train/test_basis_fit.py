"""Geometry behind the expression basis, against brute force and invariants."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the train extra")

from pyojeong.edit.basis import load_basis
from pyojeong.expression import ARKIT_52
from pyojeong.train import basis, basis_fit, basis_regions, basis_tidy

RNG = np.random.default_rng(7)


def quarter_turn() -> np.ndarray:
    return np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


def test_similarity_recovers_a_known_motion():
    points = RNG.normal(size=(20, 3))
    moved = 1.7 * points @ quarter_turn().T + (3, -2, 5)
    scale, rotation, shift = basis_fit.similarity(points, moved)
    assert scale == pytest.approx(1.7)
    np.testing.assert_allclose(rotation, quarter_turn(), atol=1e-9)
    np.testing.assert_allclose(shift, (3, -2, 5), atol=1e-9)


def test_similarity_never_mirrors():
    points = RNG.normal(size=(20, 3))
    _, rotation, _ = basis_fit.similarity(points, points * (-1, 1, 1))
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_closest_point_on_triangles_beats_every_sampled_point():
    triangles = RNG.normal(size=(40, 3, 3))
    queries = RNG.normal(size=(40, 3)) * 2
    weights, squared = basis_fit.closest_on_triangles(queries, triangles)
    assert (weights >= -1e-9).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    reached = np.einsum("nc,ncd->nd", weights, triangles)
    np.testing.assert_allclose(((reached - queries) ** 2).sum(axis=1), squared, atol=1e-9)
    samples = RNG.dirichlet((1, 1, 1), size=500)
    inside = np.einsum("sc,ncd->nsd", samples, triangles)
    best = ((inside - queries[:, None]) ** 2).sum(axis=2).min(axis=1)
    assert (squared <= best + 1e-9).all()


def test_nearest_on_chain_clamps_to_its_ends():
    chain = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0]])
    points = np.array([[-2.0, 0, 0], [0.5, 0.2, 0], [3, 2, 0]])
    expected = [[0, 0, 0], [0.5, 0, 0], [1, 1, 0]]
    np.testing.assert_allclose(basis_fit.nearest_on_chain(points, chain), expected)


def test_embedding_carries_linear_functions_exactly():
    vertices = RNG.normal(size=(9, 3))
    corners = RNG.integers(0, 9, (5, 3))
    weights = RNG.dirichlet((1, 1, 1), size=5)
    carried = basis_fit.Embedding(corners, weights).carry(vertices @ quarter_turn().T + 1)
    direct = basis_fit.Embedding(corners, weights).carry(vertices) @ quarter_turn().T + 1
    np.testing.assert_allclose(carried, direct)


def test_unfold_turns_a_folded_triangle_back_and_moves_little():
    # A square of four triangles around a middle point that was pushed out of it.
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [1.2, 0.5, 0]], float)
    triangles = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])
    floor = np.full(4, 0.02)
    assert basis_tidy.areas(points, triangles).min() < 0
    flat = basis_tidy.unfold(points, triangles, floor, np.array([0, 1, 2, 3]))
    assert basis_tidy.areas(flat, triangles).min() > 0.015
    np.testing.assert_array_equal(flat[:4], points[:4])
    assert np.linalg.norm(flat[4] - points[4]) < 0.35


def test_unfold_leaves_good_points_alone():
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float)
    triangles = np.array([[0, 1, 2]])
    assert basis_tidy.unfold(points, triangles, np.array([0.1]), np.array([0])) is points


def test_mirror_pairs_refuses_a_lopsided_mesh():
    with pytest.raises(ValueError, match="symmetric"):
        basis_regions.mirror_pairs(np.array([[1.0, 0, 0], [-2.0, 0, 0]]))


def test_regions_mirror_onto_regions():
    mirror = load_basis().mirror
    for name in ("lid_upper", "lid_lower", "brow"):
        right, left = (basis_regions.REGIONS[f"{side}_{name}"] for side in ("right", "left"))
        np.testing.assert_array_equal(mirror[list(right)], left)
    for name in ("inner_lip_upper", "inner_lip_lower", "outer_lip_upper", "outer_lip_lower"):
        row = list(basis_regions.REGIONS[name])
        np.testing.assert_array_equal(mirror[row], row[::-1])


def test_every_coefficient_has_a_source_of_its_own():
    sources = [s for name in ARKIT_52 for s in basis.ict_sources(name)]
    assert len(sources) == len(set(sources)) == 53
    assert basis.ict_sources("tongueOut") == []


def test_sources_exist_in_the_data():
    folder = os.environ.get("PYOJEONG_DATA")
    if not folder:
        pytest.skip("PYOJEONG_DATA is not set")
    with np.load(Path(folder) / "head" / "ict_face9409_id100_f16.npz") as data:
        names = {str(n) for n in data["exp_names"]}
    assert {s for name in ARKIT_52 for s in basis.ict_sources(name)} == names


def test_spread_reaches_its_limit_and_keeps_its_rows():
    shape = load_basis()
    tidier = basis_tidy.Tidier(shape.neutral.astype(float), shape.triangles, shape.mirror)
    rows = np.array(basis_regions.INNER_LIP_UPPER)
    values = np.tile([0.0, 0.5, 0.0], (len(rows), 1))
    field = tidier.spread(rows, values, reach=1.6)
    np.testing.assert_allclose(field[rows], values)
    assert not field[[10, 152, 33, 263]].any()
    lower = list(basis_regions.INNER_LIP_LOWER[3:-3])
    assert np.abs(field[lower]).max() < 0.1, "the upper lip's correction stays off the lower lip"
