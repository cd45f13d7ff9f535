"""Which faces of a film are kept as pictures."""

import numpy as np

from pyojeong.film import sightings
from pyojeong.film.sightings import chosen_thumbs
from pyojeong.film.types import Sightings


def seen(who, felt, strength, step=1.0):
    """Rows one after the other, each a track of its own."""
    n = len(who)
    scores = np.full((n, 3), 0.0, np.float32)
    scores[np.arange(n), felt] = strength
    counted = np.arange(n)
    return Sightings(
        counted, counted * step, counted, counted, np.asarray(who, np.int64),
        np.tile(np.float32([0, 0, 9, 9]), (n, 1)), np.full(n, 0.1, np.float32), scores, scores,
        np.zeros(n, bool),
    )  # fmt: skip


def test_every_character_and_emotion_has_its_clearest_where_room_is_short(monkeypatch):
    monkeypatch.setattr(sightings, "MOST_THUMBS", 6)
    who = np.repeat([0, 1], 30)
    felt = np.tile([0, 1, 2], 20)
    # One of the two is read less surely throughout.
    strength = np.where(who == 0, 0.9, 0.5) + np.linspace(0, 0.05, 60)
    rows = chosen_thumbs(seen(who, felt, strength))
    assert rows.tolist() == [27, 28, 29, 57, 58, 59]


def test_of_a_track_the_clearest_of_every_few_seconds_and_emotion():
    one = seen(np.zeros(12), np.zeros(12, int), np.linspace(0.5, 0.9, 12))
    row = Sightings(
        **{name: getattr(one, name) for name in one.__slots__} | {"track": one.track * 0}
    )
    assert chosen_thumbs(row).tolist() == [3, 7, 11]
    assert chosen_thumbs(seen(np.zeros(0), np.zeros(0, int), np.zeros(0))).tolist() == []
