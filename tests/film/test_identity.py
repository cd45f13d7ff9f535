"""Gaps closed, faint figures attached, and persons across shots by class or cluster."""

import numpy as np
import pytest

from pyojeong.film.figures import Figures
from pyojeong.film.gaps import closed
from pyojeong.film.identity import identified
from pyojeong.film.seen import seen
from pyojeong.film.tracks import tracked
from pyojeong.film.types import Shot

STEP = 1 / 6
SHOTS = [Shot(0, 4, 0, 95, "start"), Shot(4, 8, 96, 191, "cut")]
SAMPLED = np.arange(0, 192, 4)
TIMES = SAMPLED / 24


def figures(rows):
    """rows: (sample, x, kind, score, look, width, area)."""
    rows = sorted(rows)
    table = np.array(rows, float).reshape(len(rows), 7)
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
        table[:, 6].astype(np.float32),
        look,
        np.zeros((len(rows), 0), np.float32),
        np.full((len(rows), 2), 0.5, np.float32),
        np.zeros(len(rows), bool),
    )


def walk(samples, x=0.0, speed=6.0, kind=0, score=0.9, look=0, width=40, area=0.1):
    first = samples[0]
    return [(t, x + speed * (t - first), kind, score, look, width, area) for t in samples]


def read(rows, labels=("ann", "figure")):
    made = figures(rows)
    whole = closed(made, tracked(made, SHOTS, SAMPLED), SAMPLED, TIMES)
    shown = seen(whole.figures, whole.tracked, np.zeros(0, np.int64))
    return whole, identified(whole.figures, shown, TIMES, labels)


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


def test_nobody_is_put_where_somebody_else_stands():
    hidden = [row for row in walk(range(20), x=100, speed=0, look=1) if not 8 <= row[0] < 11]
    other = walk([8, 9, 10], x=90, speed=0, kind=0, look=2, width=60)
    whole, _ = read(hidden + other)
    assert (whole.origin >= 0).all()


def test_who_walks_behind_somebody_counts_again_when_they_come_out():
    """Cut out at 0 to 5 and 12 to 19, by 10 to 90 px; from 6 to 11 all of it is behind the other."""
    rows = [row for row in walk(range(20), x=0, speed=10) if not 6 <= row[0] < 12]
    rows += walk(range(20), x=50, speed=0, kind=2, look=3, width=120)
    whole, found = read(rows, ("ann", "figure", "bo"))
    ann = found.track == found.track[np.flatnonzero(whole.figures.kinds == 0)[0]]
    assert (whole.figures.frame[ann] // 4).tolist() == [*range(6), *range(12, 20)]


def test_whose_hand_shows_is_not_seen():
    """Half of them is enough, a tenth is not, wherever they stand."""
    rows = walk(range(4, 8), x=24, area=0.01) + walk(range(8, 24), x=48)
    rows += walk(range(24), x=400, speed=0, kind=1, look=2, area=0.05)
    _, found = read([(*r[:6], 0.025) if r[0] == 9 and r[1] == 400 else r for r in rows])
    assert np.bincount(found.track[found.track >= 0]).tolist() == [24, 16]


@pytest.mark.parametrize(("grown", "counted"), [(0.05, 6), (0.01, 0)], ids=["half", "a tenth"])
def test_two_cut_out_as_one_are_both_seen(grown, counted):
    """The one in front grows by what shows of the one behind."""
    rows = [row for row in walk(range(20), x=60, speed=2) if not 6 <= row[0] < 12]
    both = [(*r[:6], 0.1 + grown * (6 <= r[0] < 12)) for r in walk(range(20), 50, 2, 1, 0.9, 3, 80)]
    whole, found = read(rows + both)
    assert ((whole.origin < 0) & (found.track >= 0)).sum() == counted


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


@pytest.mark.parametrize(
    ("look", "other", "names"),
    [(1, 1, ["ann"]), (2, 1, ["ann", "figure 1"]), (1, 9, ["figure 1"])],
    ids=["alike", "unlike", "longer as a figure"],
)
def test_a_class_misread_in_one_shot_is_put_right(look, other, names):
    first = walk(range(24), kind=0, look=1)[: 8 if other == 9 else 24]
    _, found = read(first + walk(range(24, 40), x=200, kind=1, look=look))
    assert [p.name for p in found.people] == names


def test_a_class_and_a_figure_seen_together_are_two():
    rows = walk(range(24), kind=0, look=1)
    _, found = read(rows + walk(range(8, 24), x=200, kind=1, look=1))
    assert [p.name for p in found.people] == ["ann", "figure 1"]


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
