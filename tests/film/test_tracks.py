"""Figures followed through a shot: past each other, through gaps, under wrong classes, in crowds."""

import numpy as np
import pytest

from pyojeong.film.figures import Figures
from pyojeong.film.tracks import GAP_S, followed, tracked
from pyojeong.film.types import Shot

STEP = 1 / 6


def figures(*rows, looks=None):
    """rows: (frame, x, y, kind, score, look) of boxes of 40 px."""
    count = len(rows)
    table = np.array([row[:5] for row in rows], float).reshape(count, 5)
    look = np.zeros((count, 8), np.float16)
    if count:
        look[np.arange(count), [row[5] for row in rows]] = 1
    boxes = np.stack([table[:, 1], table[:, 2], table[:, 1] + 40, table[:, 2] + 40], 1)
    empty = np.zeros((count, 0), np.float32)
    return Figures(
        table[:, 0].astype(np.int64) * 4,
        table[:, 0] * STEP,
        boxes.astype(np.float32),
        table[:, 4].astype(np.float32),
        table[:, 3].astype(np.int64),
        np.full(count, 0.02, np.float32),
        look,
        empty,
        empty,
        np.zeros(count, bool),
    )


def moving(frames, start, speed, kind=0, look=0, score=0.9):
    return [
        (t, start[0] + speed[0] * t, start[1] + speed[1] * t, kind, score, look) for t in frames
    ]


def by_look(made, tracks):
    return [set(tracks[made.looks[:, look] > 0].tolist()) for look in range(8)]


def joined(*runs):
    return figures(*sorted(row for run in runs for row in run))


@pytest.mark.parametrize("kinds", [(0, 1), (0, 0)], ids=["two classes", "one class"])
def test_two_that_pass_each_other_keep_their_tracks(kinds):
    made = joined(
        moving(range(20), (0, 50), (15, 0), kinds[0], look=0),
        moving(range(20), (285, 60), (-15, 0), kinds[1], look=1),
    )
    tracks, count = followed(made)
    assert count == 2
    assert [len(own) for own in by_look(made, tracks)[:2]] == [1, 1]


def test_twins_that_pass_each_other_go_on_in_their_direction():
    made = joined(moving(range(20), (0, 20), (15, 2)), moving(range(20), (285, 100), (-15, -2)))
    tracks, count = followed(made)
    assert count == 2
    ends = {int(tracks[0]): made.boxes[tracks == tracks[0]][-1, 0]}
    assert ends[int(tracks[0])] == pytest.approx(285)


def test_a_gap_with_a_move_is_bridged_and_a_long_one_is_not():
    short = joined(moving(range(6), (0, 0), (8, 0)), moving(range(12, 18), (0, 0), (8, 0)))
    assert followed(short)[1] == 1
    away = int(GAP_S / STEP) + 8
    long = joined(moving(range(6), (0, 0), (0, 0)), moving(range(away, away + 4), (0, 0), (0, 0)))
    assert followed(long)[1] == 2


def test_another_look_in_the_same_place_is_somebody_else():
    made = joined(
        moving(range(6), (50, 50), (0, 0), 0, look=0),
        moving(range(6, 12), (50, 50), (0, 0), 1, look=1),
    )
    assert followed(made)[1] == 2


def test_a_class_that_flickers_splits_no_track():
    rows = moving(range(20), (10, 10), (6, 3), kind=0)
    rows[7] = (*rows[7][:3], 1, 0.6, 0)
    rows[13] = (*rows[13][:3], 2, 0.5, 0)
    assert followed(figures(*rows))[1] == 1


def test_figures_seen_once_by_a_doubtful_segmenter_are_none():
    shots = [Shot(0, 4, 0, 95, "start"), Shot(4, 8, 96, 191, "cut")]
    sampled = np.arange(0, 192, 4)
    made = joined(
        moving(range(24), (0, 0), (2, 0), look=0),
        [(5, 200, 90, 1, 0.4, 1), (9, 250, 90, 1, 0.9, 2)],
        moving(range(24, 48), (0, 0), (2, 0), look=3),
    )
    found = tracked(made, shots, sampled)
    own = by_look(made, found.track)
    assert own[1] == {-1}
    assert own[0] == {0}
    # A new shot is a new track, numbers go on without a gap.
    assert sorted(own[2] | own[3]) == [1, 2]
    assert np.array_equal(found.shot, (made.frame >= 96).astype(int))


def test_a_crowd_of_a_hundred():
    runs = [
        moving(range(6), (60 * (k % 10), 60 * (k // 10)), (3, 0), look=k % 8) for k in range(100)
    ]
    made = joined(*runs)
    tracks, count = followed(made)
    assert count == 100
    assert all(len(set(made.boxes[tracks == k, 1].tolist())) == 1 for k in range(100))


def test_nothing_seen():
    found = tracked(figures(), [Shot(0, 1, 0, 23, "start")], np.arange(0, 24, 4))
    assert len(found.track) == 0


def test_the_order_of_rows_in_a_frame_changes_nothing_but_numbers():
    rows = [
        *moving(range(12), (0, 50), (15, 0), look=0),
        *moving(range(12), (165, 60), (-15, 0), look=1),
    ]
    one = figures(*sorted(rows))
    other = figures(*sorted(rows, key=lambda row: (row[0], -row[1])))
    first, second = followed(one)[0], followed(other)[0]
    place = {tuple(box): track for box, track in zip(other.boxes.tolist(), second, strict=True)}
    pairs = {(a, place[tuple(box)]) for box, a in zip(one.boxes.tolist(), first, strict=True)}
    assert len(pairs) == 2


def test_no_track_begins_inside_another_figure_of_its_class():
    """Where two touch, a network may find one of them, and both as one besides."""
    runs = moving(range(12), (50, 50), (2, 0)), [(6, 66, 54, 0, 0.8, 1)]
    tracks, count = followed(joined(*runs))
    assert count == 1
    assert (tracks < 0).sum() == 1
    other = followed(joined(runs[0], [(6, 66, 54, 1, 0.8, 1)]))
    assert other[1] == 2
