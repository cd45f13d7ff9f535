"""Tracks gathered into people: made-up people of known traits, and real faces of films."""

import numpy as np
import pytest

from pyojeong.film.figures import Figures
from pyojeong.film.people import TrackTraits, _chained, gathered, track_traits
from pyojeong.film.traits import CLOTHES, COUNT, HAIR, SHAPE, SKIN


def crowd(people, scenes, rng, clothes_change=True):
    """TrackTraits of `people` in each of `scenes`, and who each track is."""
    faces = rng.normal(0, 1, (people, 11)) * 0.03
    crops = rng.normal(0, 1, (people, 64))
    hair = rng.uniform([10, -5, 0], [70, 15, 40], (people, 3))
    skin = rng.uniform([45, 8, 10], [75, 20, 25], (people, 3))
    rows, looks, who = [], [], []
    for scene in range(scenes):
        if scene == 0 or clothes_change:
            clothes = rng.uniform([10, -40, -40, 2], [90, 40, 40, 15], (people, 4))
        for person in range(people):
            traits = np.full(COUNT, np.nan)
            traits[SHAPE] = faces[person] + rng.normal(0, 0.012, 11)
            traits[SKIN] = skin[person] + rng.normal(0, 1.5, 3)
            traits[HAIR] = hair[person] + rng.normal(0, 2, 3)
            traits[CLOTHES] = clothes[person] + rng.normal(0, 2, 4)
            look = crops[person] + rng.normal(0, 0.6, 64)
            rows.append(traits)
            looks.append(look / np.linalg.norm(look))
            who.append(person)
    count = len(who)
    frames = np.repeat(np.arange(scenes) * 100, people)
    boxes = rng.uniform(0, 600, (count, 4))
    boxes[:, 2:] = boxes[:, :2] + 80
    counts = np.full(count, 12)
    shots = np.repeat(np.arange(scenes) * 10, people)
    traits = TrackTraits(np.array(looks), np.array(rows), counts, shots, frames, frames + 50, boxes)
    return traits, np.array(who)


NONE = np.zeros((0, 2), np.int64)


@pytest.mark.parametrize("seed", range(4))
def test_people_in_the_same_clothes_are_found(seed):
    traits, who = crowd(4, 6, np.random.default_rng(seed), clothes_change=False)
    people = gathered(traits, NONE)
    assert len({(a, b) for a, b in zip(who, people, strict=True)}) == 4
    assert len(set(people.tolist())) == 4


def test_two_in_one_frame_are_never_one():
    traits, _ = crowd(1, 2, np.random.default_rng(0), clothes_change=False)
    assert set(gathered(traits, NONE).tolist()) == {0}
    assert set(gathered(traits, np.array([[0, 1]])).tolist()) == {0, 1}


def test_what_was_not_measured_decides_nothing():
    traits, who = crowd(3, 4, np.random.default_rng(2), clothes_change=False)
    traits.traits[::2, HAIR] = np.nan
    traits.traits[1::2, CLOTHES] = np.nan
    people = gathered(traits, NONE)
    assert len(set(zip(who, people, strict=True))) == 3


def test_numbers_follow_the_first_track():
    traits, _ = crowd(5, 3, np.random.default_rng(3), clothes_change=False)
    people = gathered(traits, NONE)
    first = [people.tolist().index(k) for k in range(people.max() + 1)]
    assert first == sorted(first)


def test_nobody():
    nothing = np.zeros(0, np.int64)
    empty = TrackTraits(np.zeros((0, 4)), np.zeros((0, COUNT)), *[nothing] * 4, np.zeros((0, 4)))
    assert len(gathered(empty, NONE)) == 0


@pytest.mark.parametrize("seed", range(8))
def test_chains_give_the_clusters_of_the_reference(seed):
    """SciPy's average linkage, cut at the same height."""
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy", reason="scipy is in the train extra")
    from scipy.spatial.distance import squareform

    rng = np.random.default_rng(seed)
    points = rng.normal(0, 1, (30, 2)) + rng.integers(0, 4, (30, 1)) * 3
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    tree = hierarchy.linkage(squareform(apart, checks=False), "average")
    expected = hierarchy.fcluster(tree, 1.8, "distance")
    signed = apart - 1.8
    np.fill_diagonal(signed, np.inf)
    found = _chained(signed)
    pairs = set(zip(expected.tolist(), found.tolist(), strict=True))
    assert len(pairs) == len(set(expected.tolist())) == len(set(found.tolist()))


def test_the_dark_of_a_fade_changes_no_look():
    """Even where the network is surest of the darkest picture."""
    count, light, dark = 12, np.eye(4)[0], np.eye(4)[1]
    looks = np.array([dark if at < 2 else light for at in range(count)], np.float16)
    empty = np.zeros((count, 0), np.float32)
    scores = np.where(np.arange(count) < 1, 0.9, 0.5).astype(np.float32)
    figures = Figures(
        np.arange(count), np.arange(count) / 6, np.tile(np.float32([0, 0, 9, 9]), (count, 1)),
        scores, np.zeros(count, np.int64), np.full(count, 0.1, np.float32), looks, empty, empty,
        np.zeros(count, bool),
    )  # fmt: skip
    nothing = np.zeros(count, np.int64)
    assert track_traits(figures, nothing, nothing).looks[0] == pytest.approx(light)
