"""The rig: neutral first, then the expression; smooth, mirror-true, and it never folds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pyojeong.edit.basis import load_basis
from pyojeong.edit.motion import evened
from pyojeong.edit.rig import FaceRig
from pyojeong.edit.topology import LOWER_LIP, UPPER_LIP
from pyojeong.edit.warp import signed_areas
from pyojeong.emotion import Emotion
from pyojeong.expression import Expression, both_sides, emotion_variants
from pyojeong.face.types import FaceMesh

FEELINGS = [e for e in Emotion if e is not Emotion.NEUTRAL]


def wear(**weights: float) -> Expression:
    return Expression(both_sides(weights))


def around(rig, mesh, points, margin=3):
    """Slices of the zone around mesh points."""
    xy = mesh.points[list(points), :2] - np.array(rig.zone[:2])
    (x0, y0), (x1, y1) = xy.min(0).astype(int) - margin, xy.max(0).astype(int) + margin
    return slice(y0, y1), slice(x0, x1)


def test_zero_gives_the_bytes_of_the_photo(rig, portrait):
    x0, y0, x1, y1 = rig.zone
    assert (rig.draw(Expression()) == portrait[y0:y1, x0:x1]).all()


def test_portrait_smiles_and_says_so(rig):
    assert rig.source["mouthSmileLeft"] > 0.6
    assert rig.source["mouthSmileRight"] > 0.6
    assert rig.source["mouthFrownLeft"] < 0.2


def test_resting_face_closes_the_mouth(rig, portrait, portrait_mesh):
    view = around(rig, portrait_mesh, [13, 14, 81, 311], margin=0)

    def white(picture):
        """Share of bright pixels without the red of lips and skin."""
        seen = picture[view].astype(int)
        return ((seen.min(2) > 160) & (np.ptp(seen, axis=2) < 40)).mean()

    teeth = white(rig.draw(Expression()))
    assert teeth > 0.25, "the portrait shows its teeth"
    # The gloss on the lower lip is as white, five pixels of it.
    assert white(rig.draw(Expression(), 1.0)) < 0.15 * teeth


def test_a_grin_taken_away_does_not_crumple_the_lips(rig):
    """Of the portrait's broad smile the basis takes away so much that the middle of the lips
    met: the points keep their order and a fair share of their distances."""
    for look in emotion_variants(Emotion.SURPRISE):
        moved = rig._motion.displacement(look, 1.0)
        for row in (*UPPER_LIP, *LOWER_LIP):
            before = np.diff(rig._motion.xy[row] @ rig._motion.pose.right_unit)
            after = np.diff((rig._motion.xy[row] + moved[row]) @ rig._motion.pose.right_unit)
            assert (after > 0.25 * before * after.sum() / before.sum()).all()


def test_evened_gaps_keep_the_ends_and_their_order():
    place = np.array([0, 2, 5, 9, 12], np.float32)
    moved = np.array([1, 3, -1, -4, -2], np.float32)
    gaps = np.diff(place + moved + evened(place, moved))
    assert gaps.sum() == pytest.approx(9)
    assert (gaps >= 0.6 * 9 / 12 * np.diff(place) - 1e-4).all()
    assert not evened(place, np.full(5, 3, np.float32)).any()


def test_resting_photo_needs_no_neutralising(resting_photo, resting_mesh):
    rig = FaceRig(resting_photo, resting_mesh)
    assert max(rig.source.coefficients.values(), default=0.0) < 0.15


def test_opening_shows_a_dark_mouth(resting_photo, resting_mesh):
    rig = FaceRig(resting_photo, resting_mesh)
    view = around(rig, resting_mesh, [13, 14], margin=2)
    y = view[0].stop + 14
    gap = rig.draw(wear(jawOpen=0.6), 1.0)[y - 4 : y, view[1]].mean()
    skin = rig.draw(Expression())[y - 4 : y, view[1]].mean()
    assert gap < 0.6 * skin


def test_closed_lips_leave_no_slit(resting_photo, resting_mesh):
    rig = FaceRig(resting_photo, resting_mesh)
    view = around(rig, resting_mesh, [78, 308, 13, 14], margin=6)
    shut = rig.draw(wear(mouthPress=0.8), 1.0)[view].astype(float).mean(2)
    assert shut.min() > 0.6 * np.median(shut)


@pytest.mark.parametrize("factor", [1.0, 1.3])
@pytest.mark.parametrize("emotion", FEELINGS)
def test_no_triangle_folds(portrait_mesh, rig, emotion, factor):
    points, triangles = rig._motion.xy[:468], load_basis().triangles
    before = signed_areas(points, triangles)
    visible = before < -0.02 * np.median(np.abs(before))
    for look in emotion_variants(emotion):
        moved = rig._motion.displacement(look * factor, 1.0)
        assert (signed_areas(points + moved, triangles)[visible] < 0).all()


@pytest.mark.parametrize("name", ["mouthSmile", "jawOpen", "browInnerUp", "noseSneer", "eyeBlink"])
def test_more_intensity_moves_landmarks_more(rig, name):
    steps = [0.0, 0.25, 0.5, 0.75, 1.0]
    motion = [
        np.linalg.norm(rig._motion.displacement(wear(**{name: s}), 0.0), axis=1).mean()
        for s in steps
    ]
    assert all(b > a for a, b in pairwise(motion))


@pytest.mark.parametrize("name", ["jawOpen", "eyeBlink", "mouthSmile", "mouthPucker"])
def test_a_small_change_is_a_small_change(rig, name):
    pictures = [rig.draw(wear(**{name: v}), 1.0).astype(float) for v in (0.40, 0.42, 0.44)]
    steps = [np.abs(b - a).mean() for a, b in pairwise(pictures)]
    assert max(steps) < 0.6
    assert max(steps) < 4 * min(steps) + 0.05


def test_mirrored_photo_and_expression_give_the_mirrored_result(portrait, portrait_mesh, rig):
    wish = wear(browInnerUp=0.8, jawOpen=0.2) + Expression(
        {"mouthSmileLeft": 0.9, "eyeBlinkRight": 0.7}, head=(2, 5, 3), gaze=(0, 6)
    )
    order = np.concatenate([load_basis().mirror, np.arange(473, 478), np.arange(468, 473)])
    points = portrait_mesh.points[order].copy()
    points[:, 0] = portrait.shape[1] - 1 - points[:, 0]
    flipped = np.ascontiguousarray(portrait[:, ::-1])
    other = FaceRig(flipped, FaceMesh(points, 1.0), fine=True)
    out, back = portrait.copy(), flipped.copy()
    for picture, one, expression in ((out, rig, wish), (back, other, wish.mirrored())):
        x0, y0, x1, y1 = one.zone
        picture[y0:y1, x0:x1] = one.draw(expression, 1.0)
    x0, y0, x1, y1 = rig.zone
    gap = np.abs(out.astype(float) - back[:, ::-1])[y0:y1, x0:x1]
    assert gap.mean() < 1.5
    changed = np.abs(out.astype(float) - portrait)[y0:y1, x0:x1]
    assert gap.mean() < 0.2 * changed.mean()


def test_blink_covers_the_iris(rig, portrait_mesh):
    view = around(rig, portrait_mesh, range(468, 473), margin=0)
    open_, shut = rig.draw(Expression())[view], rig.draw(wear(eyeBlink=1))[view]
    assert shut.astype(float).mean() > open_.astype(float).mean() + 10
    assert shut.astype(float).std() < open_.astype(float).std()


def test_gaze_moves_only_the_eyes(rig, portrait_mesh):
    before = rig.draw(Expression({"eyeWideLeft": 1e-6}))
    after = rig.draw(Expression({"eyeWideLeft": 1e-6}, gaze=(0, 15)))
    changed = np.abs(after.astype(int) - before).max(2) > 8
    assert changed.any()
    for eye in ([33, 133, 159, 145], [263, 362, 386, 374]):
        view = around(rig, portrait_mesh, eye, margin=3)
        assert changed[view].any()
        changed[view] = False
    assert not changed.any()


@pytest.mark.parametrize("head", [(8, 0, 0), (0, 10, 0), (0, 0, 10), (-6, -8, 4)])
def test_head_turns_and_the_zone_border_stays(rig, portrait, head):
    x0, y0, x1, y1 = rig.zone
    photo = portrait[y0:y1, x0:x1]
    out = rig.draw(Expression({}, head=head))
    assert (out != photo).any()
    for edge in (out[:1] != photo[:1], out[-1:] != photo[-1:], out[:, :1] != photo[:, :1]):
        assert not edge.any()


def test_strange_values_are_tamed(rig):
    wild = Expression({"jawOpen": 40.0, "mouthSmileLeft": -9.0}, head=(90, 90, 90), gaze=(80, 80))
    assert rig.draw(wild, 7.0).shape == rig.draw(Expression()).shape


def test_profile_is_drawn_weaker():
    from pyojeong.edit.pose import fit_pose, head_rotation

    for yaw, weaker in ((0, False), (80, True)):
        turned = load_basis().neutral @ head_rotation(0, yaw, 0).T
        points = np.zeros((478, 3), np.float32)
        points[:468] = turned * (10, -10, -10) + (150, 150, 0)
        points[468:473], points[473:] = points[33], points[263]
        assert abs(fit_pose(points).yaw - yaw) < 2
        photo = np.full((300, 300, 3), 150, np.uint8)
        face = FaceRig(photo, FaceMesh(points, 1.0))
        assert (face.strength < 1) is weaker
        assert face.draw(wear(jawOpen=0.5), 1.0).shape[2] == 3
