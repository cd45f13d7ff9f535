"""Tracks through pans, gaps and cuts."""

import numpy as np
import pytest

from pyojeong.face.video.cuts import CutFinder
from pyojeong.face.video.people import People

STEP = 0.08


def tracks(world, frames):
    people = People(world.red, world.red)
    return [
        {face.track: face for face in people.look(frame, at * STEP)}
        for at, frame in enumerate(frames)
    ]


def test_a_pan_keeps_the_track(world):
    seen = tracks(world, [world.scene((10 + 9 * at, 60)) for at in range(24)])
    assert all(set(faces) == {1} for faces in seen)
    assert len({faces[1].segment for faces in seen}) == 1


def test_two_faces_that_pass_each_other_keep_their_numbers(world):
    seen = tracks(world, [world.scene((8 * at, 20, 0), (240 - 8 * at, 140, 1)) for at in range(28)])
    first = [faces[1].mesh.box[1] for faces in seen]
    assert all(set(faces) == {1, 2} for faces in seen)
    assert np.ptp(first) < 3


def test_a_face_back_after_a_short_gap_is_the_same_in_a_new_segment(world):
    gap = [world.scene()] * 12
    seen = tracks(world, [world.scene((90, 60))] * 5 + gap + [world.scene((100, 60))] * 12)
    assert set(seen[-1]) == {1}
    assert seen[-1][1].segment > seen[0][1].segment


@pytest.mark.parametrize(
    ("gap", "face"),
    [(60, (90, 60, 0)), (12, (90, 60, 2)), (12, (90, 60, 0, 150))],
    ids=["long", "other look", "other size"],
)
def test_a_face_that_may_be_another_gets_a_new_number(world, gap, face):
    frames = [world.scene((90, 60))] * 5 + [world.scene()] * gap + [world.scene(face)] * 12
    assert set(tracks(world, frames)[-1]) == {2}


def test_after_a_cut_numbers_are_new(world):
    frames = [world.scene((90, 60))] * 5 + [world.scene((200, 140), ground=(240, 240, 220))] * 5
    seen = tracks(world, frames)
    assert set(seen[4]) == {1}
    assert set(seen[5]) == {2}


def test_cuts_are_found_and_pans_and_fades_of_light_are_none(world):
    rng = np.random.default_rng(1)
    wide = np.repeat(np.repeat(rng.integers(0, 255, (12, 60, 3), np.uint8), 20, 0), 20, 1)
    finder = CutFinder()
    pan = [finder.is_cut(wide[:, 12 * at : 12 * at + 320]) for at in range(30)]
    assert not any(pan)
    assert finder.is_cut(world.scene(ground=(20, 20, 30)))
    assert not any(finder.is_cut(world.scene(ground=(20 + at,) * 3)) for at in range(30))
