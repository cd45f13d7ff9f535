"""Reading from a mesh what a face already shows."""

from __future__ import annotations

import numpy as np
import pytest

from pyojeong.edit.basis import load_basis
from pyojeong.edit.source import estimate_source
from pyojeong.expression import Expression, both_sides


def face(**weights):
    return load_basis().neutral + load_basis().displacement(Expression(both_sides(weights)))


def test_a_resting_face_shows_nothing():
    assert not estimate_source(load_basis().neutral).coefficients


@pytest.mark.parametrize("name", ["mouthSmile", "jawOpen", "browInnerUp", "mouthUpperUp"])
def test_a_strong_single_expression_is_found(name):
    found = estimate_source(face(**{name: 1.0}))
    full = max(both_sides({name: 1.0}), key=lambda n: found[n])
    assert found[full] > 0.4
    assert found[full] == max(found.coefficients.values())


def test_more_is_more():
    weights = [estimate_source(face(jawOpen=v))["jawOpen"] for v in (0.2, 0.5, 0.8)]
    assert weights == sorted(weights)
    assert weights[0] < weights[2]


def test_never_negative_and_bounded():
    rng = np.random.default_rng(5)
    strange = load_basis().neutral + rng.normal(0, 0.6, (468, 3)).astype(np.float32)
    values = estimate_source(strange).coefficients.values()
    assert all(0 < v <= 1.2 for v in values)
