"""The house's cartoon read from end to end, against what it was drawn from."""

from types import SimpleNamespace

import numpy as np
import pytest

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.film import make_film
from pyojeong.face.suppression import overlaps
from pyojeong.film.plan import Choices
from pyojeong.film.run import read_film


@pytest.fixture(scope="module")
def cartoon(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cartoon")
    truth = make_film(folder / "c.mp4", seed=9, seconds=8, size=(640, 360))
    choices = Choices(
        characters=asset_path("cartoon_characters_v1"), classifier=asset_path("cartoon_emotions_v1")
    )
    reading = read_film(folder / "c.mp4", folder / "r", choices)
    return SimpleNamespace(truth=truth, reading=reading, pairs=paired(reading, truth))


def paired(reading, truth):
    """(sighting row, row of the truth) of the same figure."""
    found = []
    for frame in reading.frames:
        rows = truth.rows(int(frame))
        for row in np.flatnonzero(reading.sightings.frame == frame):
            shared = overlaps(reading.sightings.boxes[row], truth.boxes[rows])[0]
            if len(rows) and shared.max() > 0.4:
                found.append((row, rows[shared.argmax()]))
    return np.array(found)


def test_who_is_who(cartoon):
    names = [c.name for c in cartoon.reading.characters]
    who = cartoon.reading.sightings.character[cartoon.pairs[:, 0]]
    true = cartoon.truth.character[cartoon.pairs[:, 1]]
    right = [names[a] == cartoon.truth.names[b] for a, b in zip(who, true, strict=True)]
    assert len(right) > 60
    assert np.mean(right) >= 0.95


def test_screen_time(cartoon):
    reading, truth = cartoon.reading, cartoon.truth
    names = [c.name for c in reading.characters]
    sampled = np.isin(truth.frame, reading.frames)
    for at, name in enumerate(truth.names):
        true = int((sampled & (truth.character == at)).sum())
        if true >= 20:
            seen = int((reading.sightings.character == names.index(name)).sum())
            assert abs(seen - true) <= max(0.05 * true, 2), name


def test_what_they_feel(cartoon):
    reading, truth = cartoon.reading, cartoon.truth
    rows, true = cartoon.pairs.T
    sure = ~reading.sightings.unsure[rows]
    felt = reading.sightings.scores[rows[sure]].argmax(1)
    assert sure.mean() > 0.8
    words = [truth.emotions[k] for k in truth.emotion[true[sure]]]
    assert np.mean([reading.emotions[a] == b for a, b in zip(felt, words, strict=True)]) >= 0.9


def test_shots(cartoon):
    assert [s.first for s in cartoon.reading.shots] == [s.first for s in cartoon.truth.shots]
