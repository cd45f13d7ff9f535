"""How long somebody is seen: what sampled frames stand for."""

import numpy as np
import pytest

from pyojeong.film.types import Character, FilmReading, Shot, Sightings

STEP = 0.2


def reading_of(times, shots, seen):
    """seen: numbers of the sampled frames in which the one character is."""
    rows = np.array(seen, np.int64)
    count = len(rows)
    frames = np.round(np.array(times) * 20).astype(np.int64)
    none, scores = np.zeros(count, np.int64), np.ones((count, 1), np.float32)
    sightings = Sightings(
        frames[rows], np.array(times)[rows], none, none, none, np.zeros((count, 4), np.float32),
        np.zeros(count, np.float32), scores, scores, np.zeros(count, bool),
    )  # fmt: skip
    return FilmReading(
        "a.mp4", shots[-1].end, 64, 36, STEP, frames, np.array(times), tuple(shots),
        (Character("ann", True),), ("joy",), sightings, (), {}, {}, (),
    )  # fmt: skip


looked = np.arange(0, 3, STEP)


@pytest.mark.parametrize("cut", [1.0, 1.05, 1.1, 1.15, 1.2])
def test_who_is_there_from_cut_to_cut_is_seen_for_the_whole_shot(cut):
    shots = [
        Shot(0, cut, 0, round(20 * cut) - 1, "start"),
        Shot(cut, 3, round(20 * cut), 59, "cut"),
    ]
    first = np.flatnonzero(looked < cut - 1e-9)
    made = reading_of(looked, shots, first)
    assert made.seconds(np.arange(len(first))) == pytest.approx(cut)
    assert made.spans().sum() == pytest.approx(3)


def test_who_comes_and_goes_inside_a_shot_is_seen_half_way_to_the_next_frames():
    made = reading_of(looked, [Shot(0, 3, 0, 59, "start")], [4, 5, 6])
    assert made.seconds(np.arange(3)) == pytest.approx(3 * STEP)
    assert made.seconds(np.arange(0)) == 0


def test_a_fade_is_no_cut():
    shots = [Shot(0, 1.1, 0, 21, "start"), Shot(1.1, 3, 22, 59, "fade")]
    assert reading_of(looked, shots, [6]).seconds(np.arange(1)) == pytest.approx(STEP)


def test_two_tracks_in_one_frame_are_one_moment():
    made = reading_of(looked, [Shot(0, 3, 0, 59, "start")], [4, 4])
    assert made.seconds(np.arange(2)) == pytest.approx(STEP)


def test_frames_of_uneven_distance_stand_for_uneven_times():
    times = np.array([0, 0.2, 1.0, 1.2])
    made = reading_of(times, [Shot(0, 1.3, 0, 25, "start")], [1, 2])
    assert made.seconds(np.arange(2)) == pytest.approx(0.5 + 0.5)


def test_a_shot_between_two_sampled_frames_takes_nothing_from_them():
    shots = [Shot(0, 1.05, 0, 20, "start"), Shot(1.05, 1.15, 21, 22, "cut"),
             Shot(1.15, 3, 23, 59, "cut")]  # fmt: skip
    made = reading_of(looked, shots, np.arange(len(looked)))
    assert made.seconds(np.arange(len(looked))) == pytest.approx(2.9)
