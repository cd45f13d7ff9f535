"""Face and words together: on generated data whose truth is known."""

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS
from pyojeong.errors import BadInput
from pyojeong.film.fusion import HOUSE_FUSION, TOGETHER, Fusion, HouseNames, differ, fit, weighed
from pyojeong.train.calibration import calibration_error, softmax

H, A, S, F, P, D, N = range(7)


def generated(rng, count, sharpness, heat):
    """What was felt, and a source for each sharpness: the truth in noise, too sure by `heat`."""
    felt = rng.integers(0, 7, count)
    sources = []
    for sharp, hot in zip(sharpness, heat, strict=True):
        logits = rng.normal(size=(count, 7)) + sharp * np.eye(7)[felt]
        # The posterior of this noise is softmax(sharp * x); hot > 1 boasts.
        sources.append(softmax(hot * sharp * logits))
    return felt, *sources


def loss(probabilities, felt):
    return -np.log(np.maximum(probabilities[np.arange(len(felt)), felt], 1e-12)).mean()


@pytest.mark.parametrize(
    ("sharpness", "heat"), [((1.5, 1.5), (1, 1)), ((2.0, 1.2), (2.5, 1)), ((1.0, 2.0), (1, 3))]
)
def test_what_is_fitted_beats_both_sources(sharpness, heat):
    rng = np.random.default_rng(5)
    felt, face, words = generated(rng, 3000, sharpness, heat)
    fusion = fit(face, words, felt)
    felt, face, words = generated(rng, 3000, sharpness, heat)
    both = fusion.pool(face, words)
    right = [(source.argmax(1) == felt).mean() for source in (face, words, both)]
    assert right[2] > max(right[:2]) + 0.03
    assert loss(both, felt) < min(loss(face, felt), loss(words, felt)) - 0.1
    assert calibration_error(both, felt) < 0.05
    # Sources that err independently count fully (naive Bayes), whatever they boast.
    assert fusion.face == pytest.approx(1, abs=0.25)
    assert fusion.words == pytest.approx(1, abs=0.25)


def test_a_source_that_says_nothing_gets_no_weight():
    rng = np.random.default_rng(6)
    felt, face, noise = generated(rng, 3000, (1.5, 1.5), (1, 1))
    fusion = fit(face, rng.permutation(noise), felt)
    assert fusion.words < 0.1
    assert fusion.face == pytest.approx(1, abs=0.2)


def test_a_source_twice_counts_once():
    felt, face, _ = generated(np.random.default_rng(7), 3000, (1.5, 1), (1, 1))
    fusion = fit(face, face, felt)
    assert fusion.face + fusion.words == pytest.approx(1, abs=0.2)


def test_sources_that_are_always_right_still_give_weights():
    felt = np.arange(70) % 7
    sure = np.eye(7)[felt]
    fusion = fit(sure, sure, felt)
    assert np.isfinite([fusion.face, fusion.words]).all()
    assert (fusion.pool(sure, sure).argmax(1) == felt).all()


def test_pools_are_probabilities_and_nothing_is_forbidden():
    for fusion in (HOUSE_FUSION, Fusion(0, 0), Fusion(3, 0.1, 0.5, 2)):
        one = fusion.pool(np.eye(7)[S], np.eye(7)[H])
        assert one.shape == (7,)
        assert one.sum() == pytest.approx(1, abs=1e-5)
        assert one.min() > 0
    agreed = HOUSE_FUSION.pool(np.full(7, 1 / 7) + 0.2 * (np.eye(7)[A] - 1 / 7), np.eye(7)[A])
    assert agreed.argmax() == A
    assert pytest.approx((0.737, 0.763), abs=1e-3) == (HOUSE_FUSION.face, HOUSE_FUSION.words)


def test_the_better_source_weighs_more():
    fusion = weighed(0.95, 0.6)
    assert fusion.face + fusion.words == pytest.approx(TOGETHER)
    assert fusion.face > 1.5 * fusion.words
    assert fusion.pool(told(sadness=0.9), told(happiness=0.9)).argmax() == S


@pytest.mark.parametrize(
    ("face", "words", "labels"), [((0, 7), (0, 7), 0), ((3, 7), (2, 7), 3), ((3, 5), (3, 5), 3)]
)
def test_what_cannot_be_fitted(face, words, labels):
    with pytest.raises(BadInput):
        fit(np.zeros(face), np.zeros(words), np.zeros(labels, np.int64))


def test_names_of_other_classifiers():
    house = HouseNames([e.value for e in EMOTIONS])
    assert house.house(np.eye(7)[F]) == pytest.approx(np.eye(7)[F])
    names = HouseNames(["joy", "슬픔", "anger", "fear", "disgust"])
    sad = names.house(np.array([0, 1.0, 0, 0, 0]))
    assert sad == pytest.approx(np.eye(7)[S])
    # What it has no name for stays open.
    assert names.opened(sad) == pytest.approx(
        np.eye(7)[S] * 5 / 7 + (np.eye(7)[P] + np.eye(7)[N]) / 7
    )
    odd = HouseNames(["joy", "sleepy"])
    assert odd.house(np.array([0.2, 0.8])) is None
    assert odd.house(np.array([0.8, 0.2])).argmax() == H
    assert HouseNames(["cat", "dog"]).house(np.array([0.5, 0.5])) is None


def told(**shares):
    names = [e.value for e in EMOTIONS]
    values = np.full(7, (1 - sum(shares.values())) / (7 - len(shares)))
    for name, share in shares.items():
        values[names.index(name)] = share
    return values


@pytest.mark.parametrize(
    ("face", "words", "clear"),
    [
        (told(sadness=0.8), told(happiness=0.9), True),
        (told(happiness=0.8), told(anger=0.6), True),
        (told(sadness=0.8), told(sadness=0.9), False),
        (told(sadness=0.45), told(happiness=0.9), False),
        (told(sadness=0.8), told(happiness=0.45), False),
        (told(sadness=0.6, happiness=0.3), told(happiness=0.9), False),
        (told(sadness=0.8), told(neutral=0.9), False),
        (told(neutral=0.8), told(anger=0.9), False),
        (told(fear=0.9), told(surprise=0.9), False),
        (told(anger=0.9), told(disgust=0.9), False),
    ],
)
def test_only_clear_differences_are_told(face, words, clear):
    assert differ(face, words) is clear
    assert differ(words, face) is clear


def test_words_that_a_classifier_of_faces_has_no_name_for():
    known = HouseNames(["joy", "sadness"]).known
    assert differ(told(sadness=0.8), told(happiness=0.9), known)
    assert not differ(told(sadness=0.8), told(anger=0.9), known)
