"""No face is found in drawn pictures that show none (the full set: benchmarks/bench_faces.py)."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from pyojeong.face.blazeface import BlazeFace

SOURCE = Path(__file__).parents[2] / "benchmarks/faceless.py"


@pytest.fixture(scope="module")
def faceless():
    spec = importlib.util.spec_from_file_location("faceless", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_face_is_invented(faceless):
    detector = BlazeFace()
    found = {name: detector.detect(picture).scores for name, picture in faceless.faceless(10, 7)}
    assert {name: s.tolist() for name, s in found.items() if len(s)} == {}


def test_pictures_depend_on_the_seed_alone(faceless):
    first, again = ([p for _, p in faceless.faceless(10, 3)] for _ in range(2))
    other = [p for _, p in faceless.faceless(10, 4)]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    assert all(p.dtype == np.uint8 and p.ndim == 3 and p.shape[2] == 3 for p in first)
