"""Readings kept and read again."""

import dataclasses

import numpy as np
import pytest

from pyojeong.errors import BadInput
from pyojeong.film.kept import keep_reading, kept_reading
from pyojeong.film.plan import Choices
from pyojeong.film.run import read_film
from pyojeong.film.types import Line


def equal(a, b):
    if dataclasses.is_dataclass(a):
        return all(equal(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


@pytest.fixture
def reading(acted_film, tmp_path, stage):
    made = read_film(acted_film, tmp_path, Choices(every=12), reader=stage.reader)
    scores = np.random.default_rng(0).dirichlet(np.ones(7)).astype(np.float32)
    lines = (
        Line(0.1, 1.2, "안녕? <b>", scores, 1, 0.7, scores[::-1].copy(), True),
        Line(2.0, 3.0, "nobody", scores),
    )
    return dataclasses.replace(made, lines=lines)


def test_what_is_kept_comes_back(reading, tmp_path):
    keep_reading(tmp_path, reading)
    assert equal(kept_reading(tmp_path), reading)


@pytest.mark.parametrize("name", ["reading.json", "reading.npz"])
@pytest.mark.parametrize("size", [0, 3, 300])
def test_damaged_files_are_told(reading, tmp_path, name, size):
    keep_reading(tmp_path, reading)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(BadInput):
        kept_reading(tmp_path)


def test_nothing_there(tmp_path):
    with pytest.raises(BadInput):
        kept_reading(tmp_path)
