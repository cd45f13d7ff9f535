"""Emotion presets: valid, within natural limits, true to EMFACS, and distinct as movements."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest

from pyojeong.assets import WEIGHTS
from pyojeong.edit.basis import load_basis
from pyojeong.emotion import EMOTIONS, Emotion, EmotionScores
from pyojeong.expression import (
    ARKIT_52,
    Expression,
    blend_expression,
    both_sides,
    emotion_expression,
    emotion_presets,
    emotion_variants,
)

TABLE = json.loads((WEIGHTS / "presets.json").read_text("utf-8"))
FELT = [e for e in EMOTIONS if e is not Emotion.NEUTRAL]

# EMFACS (Friesen & Ekman 1983) in ARKit terms: what must be there, clearly.
SIGNS: dict[Emotion, tuple[str, ...]] = {
    Emotion.HAPPINESS: ("mouthSmile", "cheekSquint"),
    Emotion.SADNESS: ("browInnerUp", "mouthFrown"),
    Emotion.ANGER: ("browDown",),
    Emotion.FEAR: ("browInnerUp", "eyeWide", "mouthStretch"),
    Emotion.SURPRISE: ("browInnerUp", "browOuterUp", "eyeWide", "jawOpen"),
    Emotion.DISGUST: ("noseSneer",),
}

# ... and what must not.
NEVER: dict[Emotion, tuple[str, ...]] = {
    Emotion.HAPPINESS: ("mouthFrown", "browDown", "noseSneer"),
    Emotion.SADNESS: ("mouthSmile", "eyeWide", "browOuterUp"),
    Emotion.ANGER: ("mouthSmile", "browInnerUp", "browOuterUp"),
    Emotion.FEAR: ("mouthSmile", "cheekSquint", "eyeSquint"),
    Emotion.SURPRISE: ("mouthSmile", "browDown", "eyeSquint", "mouthFrown"),
    Emotion.DISGUST: ("mouthSmile", "eyeWide", "browInnerUp"),
}

ANTAGONISTS = (
    ("eyeWide", "eyeSquint"), ("eyeWide", "eyeBlink"), ("mouthSmile", "mouthFrown"),
    ("mouthPress", "jawOpen"), ("browDown", "browOuterUp"), ("mouthFunnel", "mouthStretch"),
)  # fmt: skip


def weights(emotion: Emotion) -> dict[str, float]:
    return dict(TABLE["emotions"][emotion.value])


def moved(emotion: Emotion) -> np.ndarray:
    return load_basis().displacement(emotion_expression(emotion))


def test_every_emotion_has_a_preset():
    assert set(TABLE["emotions"]) == {e.value for e in EMOTIONS}
    assert set(emotion_presets()) == set(EMOTIONS)


def test_neutral_is_rest():
    assert emotion_presets()[Emotion.NEUTRAL] == Expression()


@pytest.mark.parametrize("group", ["emotions", "named"])
def test_names_and_values_are_natural(group):
    for name, table in TABLE[group].items():
        full = both_sides(table)
        assert set(full) <= set(ARKIT_52), name
        assert all(0 < v <= 1.2 for v in full.values()), name


def test_variants_are_natural_too():
    for emotion, looks in TABLE["variants"].items():
        assert Emotion(emotion) in FELT
        for name, table in looks.items():
            assert all(0 < v <= 1.2 for v in both_sides(table).values()), name


@pytest.mark.parametrize("emotion", FELT)
def test_left_and_right_agree(emotion):
    for preset in emotion_variants(emotion):
        assert preset == preset.mirrored()


@pytest.mark.parametrize("emotion", FELT)
def test_variants_are_of_the_same_emotion_and_different(emotion):
    first, *others = [load_basis().displacement(look) for look in emotion_variants(emotion)]
    for other in others:
        size = np.linalg.norm(other, axis=1)
        assert 0.1 < size.mean() < 0.9
        assert np.linalg.norm(other - first, axis=1).mean() > 0.03
    for table in TABLE["variants"].get(emotion.value, {}).values():
        for name in NEVER[emotion]:
            assert table.get(name, 0) == 0, name


@pytest.mark.parametrize("emotion", FELT)
def test_emfacs_signs(emotion):
    table = weights(emotion)
    for name in SIGNS[emotion]:
        assert table.get(name, 0) >= 0.15, name
    for name in NEVER[emotion]:
        assert table.get(name, 0) == 0, name


@pytest.mark.parametrize("emotion", FELT)
def test_no_antagonists_together(emotion):
    table = weights(emotion)
    for a, b in ANTAGONISTS:
        assert table.get(a, 0) * table.get(b, 0) < 0.2, (a, b)


@pytest.mark.parametrize("emotion", FELT)
def test_moves_enough_to_see_and_not_more_than_a_face_does(emotion):
    size = np.linalg.norm(moved(emotion), axis=1)
    assert 0.1 < size.mean() < 0.9
    assert 0.4 < size.max() < 3.2


def test_emotions_are_different_movements():
    for a, b in combinations(FELT, 2):
        one, two = moved(a).ravel(), moved(b).ravel()
        alike = float(one @ two / np.linalg.norm(one) / np.linalg.norm(two))
        assert alike < 0.9, (a, b)


@pytest.mark.parametrize("emotion", [Emotion.ANGER, Emotion.SADNESS])
def test_stern_presets_do_not_gape(emotion):
    """The inner lips stay within 4 mm, so that speech can be laid over them."""
    placed = load_basis().neutral + moved(emotion)
    assert placed[13, 1] - placed[14, 1] < 0.4


@pytest.mark.parametrize("emotion", FELT)
def test_lips_do_not_pass_through_each_other(emotion):
    basis = load_basis()
    placed = basis.neutral + moved(emotion)
    gap = placed[basis.regions["inner_lip_upper"], 1] - placed[basis.regions["inner_lip_lower"], 1]
    assert gap.min() > -0.06


@pytest.mark.parametrize("emotion", FELT)
def test_eyes_stay_open(emotion):
    basis = load_basis()
    placed = basis.neutral + moved(emotion)
    for upper, lower in ((159, 145), (386, 374)):
        rest = basis.neutral[upper, 1] - basis.neutral[lower, 1]
        assert placed[upper, 1] - placed[lower, 1] > 0.3 * rest


def test_intensity_scales_and_blends_add():
    half = emotion_expression(Emotion.FEAR, 0.5)
    assert half["eyeWideLeft"] == pytest.approx(0.5 * emotion_expression("fear")["eyeWideLeft"])
    scores = EmotionScores.from_mapping({"fear": 0.6, "sadness": 0.4}, "test")
    expected = emotion_expression("fear", 0.6) + emotion_expression("sadness", 0.4)
    for name in ARKIT_52:
        assert blend_expression(scores)[name] == pytest.approx(expected[name])
