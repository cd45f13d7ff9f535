"""Gaps closed, faint figures attached, and persons across shots by class or cluster."""

import numpy as np
import pytest

from pyojeong.film.figures import Figures
from pyojeong.film.gaps import closed
from pyojeong.film.identity import identified
from pyojeong.film.tracks import tracked
from pyojeong.film.types import Shot

STEP = 1 / 6
SHOTS = [Shot(0, 4, 0, 95, "start"), Shot(4, 8, 96, 191, "cut")]
SAMPLED = np.arange(0, 192, 4)
TIMES = SAMPLED / 24


def figures(rows):
    """rows: (sample, x, kind, score, look, width)."""
    rows = sorted(rows)
    table = np.array(rows, float).reshape(len(rows), 6)
    look = np.zeros((len(rows), 8), np.float16)
    look[np.arange(len(rows)), table[:, 4].astype(int)] = 1
    boxes = np.stack(
        [table[:, 1], np.full(len(rows), 20), table[:, 1] + table[:, 5], np.full(len(rows), 90)], 1
    )
    return Figures(
        table[:, 0].astype(np.int64) * 4,
        table[:, 0] * STEP,
        boxes.astype(np.float32),
        table[:, 3].astype(np.float32),
        table[:, 2].astype(np.int64),
        np.full(len(rows), 0.1, np.float32),
        look,
        np.zeros((len(rows), 0), np.float32),
        np.full((len(rows), 2), 0.5, np.float32),
        np.zeros(len(rows), bool),
    )


def walk(samples, x=0.0, speed=6.0, kind=0, score=0.9, look=0, width=40):
    first = samples[0]
    return [(t, x + speed * (t - first), kind, score, look, width) for t in samples]


def read(rows, labels=("ann", "figure")):
    made = figures(rows)
    whole = closed(made, tracked(made, SHOTS, SAMPLED), SAMPLED, TIMES, SHOTS, 640)
    return whole, identified(whole.figures, whole.tracked, TIMES, labels)


@pytest.mark.parametrize(("missed", "filled"), [(1, 1), (3, 3), (4, 0)])
def test_short_gaps_are_closed_on_the_line_between(missed, filled):
    rows = [row for row in walk(range(20)) if not 8 <= row[0] < 8 + missed]
    whole, _ = read(rows)
    added = whole.origin < 0
    assert added.sum() == filled
    assert np.allclose(whole.figures.boxes[added, 0], 6 * whole.figures.frame[added] / 4)
    assert np.isnan(whole.figures.raw[added]).all()
    assert whole.figures.doubt[added].all()
    assert (np.diff(whole.figures.frame) >= 0).all()


@pytest.mark.parametrize("out", [False, True], ids=["in", "out"])
def test_who_walks_through_the_rim_is_there_while_a_sliver_shows(out):
    shown = range(8, 20)
    # At the left rim, the free edge 24 px further in each frame.
    rows = [(t, 0, 0, 0.9, 0, 60 + 24 * (t - 8)) for t in shown]
    if out:
        rows = [(27 - row[0], *row[1:]) for row in rows]
    whole, _ = read(rows)
    added = np.flatnonzero(whole.origin < 0)
    widths = whole.figures.boxes[added, 2] - whole.figures.boxes[added, 0]
    assert sorted(widths.tolist()) == [36.0]
    assert whole.figures.frame[added].tolist() == [80 if out else 28]


def test_who_stands_at_the_rim_was_not_there_before():
    whole, _ = read([(t, 0, 0, 0.9, 0, 60) for t in range(8, 20)])
    assert (whole.origin >= 0).all()


def test_nobody_walks_in_from_another_shot():
    whole, _ = read([(t, 0, 0, 0.9, 0, 160 + 24 * (t - 24)) for t in range(24, 30)])
    assert (whole.origin >= 0).all()


def test_nobody_is_put_where_somebody_else_stands():
    hidden = [row for row in walk(range(20), x=100, speed=0, look=1) if not 8 <= row[0] < 11]
    other = walk([8, 9, 10], x=90, speed=0, kind=0, look=2, width=60)
    whole, _ = read(hidden + other)
    assert (whole.origin >= 0).all()


def test_faint_figures_continue_tracks_both_ways_and_begin_none():
    rows = walk(range(6, 16), x=36)
    rows += walk(range(3, 6), x=18, score=0.1) + walk(range(16, 18), x=96, score=0.1)
    rows += walk(range(10, 14), x=300, score=0.2, look=3)
    whole, found = read(rows)
    own = whole.figures.boxes[:, 0] < 200
    assert set(found.track[own].tolist()) == {0}
    assert set(found.track[~own].tolist()) == {-1}


def test_a_faint_double_of_somebody_is_nobody():
    rows = walk(range(20)) + walk(range(20), x=4, kind=1, score=0.15)
    _, found = read(rows)
    assert (found.track >= 0).sum() == 20


def test_a_class_is_one_person_across_shots():
    _, found = read(walk(range(24), kind=0) + walk(range(24, 48), x=200, kind=0, look=5))
    assert [p.name for p in found.people] == ["ann"]
    assert found.people[0].given
    assert found.notes == ()


def test_a_kind_is_told_apart_by_colour():
    rows = walk(range(24), kind=1, look=1) + walk(range(24), x=300, speed=0, kind=1, look=2)
    rows += walk(range(24, 48), x=300, speed=0, kind=1, look=1)
    _, found = read(rows)
    assert [p.name for p in found.people] == ["figure 1", "figure 2"]
    assert found.person_of_track.tolist().count(found.people[0].id) == 2
    assert "figure" in found.notes[0].en


def test_a_class_seen_twice_at_once_is_a_kind():
    rows = walk(range(24), kind=0, look=1) + walk(range(24), x=300, speed=0, kind=0, look=2)
    _, found = read(rows)
    assert [p.name for p in found.people] == ["ann 1", "ann 2"]


def test_passers_by_are_left_out_at_first():
    rows = walk(range(48), kind=1, look=1, speed=1) + walk(range(10, 12), x=300, kind=1, look=2)
    _, found = read(rows)
    assert [p.ignore for p in found.people] == [False, True]


def test_labels_of_anybody_become_clean_names():
    _, found = read(walk(range(24), kind=0), labels=("a\nb\x7f", "figure"))
    assert found.people[0].name == "a b"
