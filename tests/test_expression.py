"""The expression vocabulary: coefficients, arithmetic, mirrors and presets."""

import random

import pytest

from pyojeong.emotion import EMOTIONS, Emotion, EmotionScores
from pyojeong.errors import BadSettings
from pyojeong.expression import (
    ARKIT_52,
    Expression,
    blend_expression,
    both_sides,
    emotion_expression,
    emotion_presets,
    named_expression,
    named_expressions,
)


def random_expression(seed: int) -> Expression:
    rng = random.Random(seed)
    names = rng.sample(ARKIT_52, 9)
    head = (rng.uniform(-9, 9), rng.uniform(-9, 9), rng.uniform(-9, 9))
    return Expression({n: rng.random() for n in names}, head, (rng.random(), rng.random()))


def same(a: Expression, b: Expression) -> bool:
    return (
        a.vector() == pytest.approx(b.vector())
        and a.head == pytest.approx(b.head)
        and a.gaze == pytest.approx(b.gaze)
    )


def test_the_vocabulary_is_arkit():
    assert len(ARKIT_52) == len(set(ARKIT_52)) == 52
    assert "tongueOut" in ARKIT_52


def test_unknown_coefficient_gets_a_guess():
    with pytest.raises(BadSettings, match="Did you mean jawOpen"):
        Expression({"jawOpn": 1.0})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_coefficients_are_finite(value):
    with pytest.raises(BadSettings, match="finite"):
        Expression({"jawOpen": value})


@pytest.mark.parametrize("seed", range(10))
def test_arithmetic_laws(seed):
    a, b = random_expression(seed), random_expression(seed + 100)
    assert same(a + b, b + a)
    assert same((a + b) * 0.5, a * 0.5 + b * 0.5)
    assert same(a.lerp(b, 0), a)
    assert same(a.lerp(b, 1), b)
    assert same(a.lerp(b, 0.5), b.lerp(a, 0.5))
    assert same(a + a * -1, Expression())


@pytest.mark.parametrize("seed", range(10))
def test_a_mirror_twice_is_the_same(seed):
    a = random_expression(seed)
    assert same(a.mirrored().mirrored(), a)


def test_a_mirror_swaps_sides():
    left = Expression({"mouthSmileLeft": 1.0, "jawOpen": 0.2}, (1, 2, 3), (4, 5))
    assert left.mirrored() == Expression(
        {"mouthSmileRight": 1.0, "jawOpen": 0.2}, (1, -2, -3), (4, -5)
    )


def test_clipping():
    wild = Expression({"jawOpen": 1.7, "eyeBlinkLeft": -0.4})
    assert wild.clipped() == Expression({"jawOpen": 1.0})


def test_expressions_do_not_share_the_callers_dict():
    weights = {"jawOpen": 0.5}
    expression = Expression(weights)
    weights["jawOpen"] = 1.0
    assert expression["jawOpen"] == 0.5


def test_names_without_a_side_mean_both():
    assert both_sides({"mouthSmile": 0.5, "jawOpen": 0.1, "jawLeft": 0.2}) == {
        "mouthSmileLeft": 0.5,
        "mouthSmileRight": 0.5,
        "jawOpen": 0.1,
        "jawLeft": 0.2,
    }


def test_one_preset_per_emotion_and_neutral_is_rest():
    assert set(emotion_presets()) == set(EMOTIONS)
    assert emotion_presets()[Emotion.NEUTRAL] == Expression()


def test_intensity_scales_and_scores_blend():
    full = emotion_expression("sadness")
    assert same(emotion_expression(Emotion.SADNESS, 0.25), full * 0.25)
    scores = EmotionScores.from_mapping({"sadness": 0.5, "fear": 0.5}, "test")
    assert same(blend_expression(scores), full * 0.5 + emotion_expression("fear", 0.5))


def test_named_expressions():
    assert {"wink", "smirk", "pout", "laugh"} <= set(named_expressions())
    wink = named_expression("wink")
    assert wink["eyeBlinkLeft"] > 0.8 > wink["eyeBlinkRight"]
    with pytest.raises(BadSettings, match="there are: wink"):
        named_expression("wnk")
