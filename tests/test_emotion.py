"""The emotion vocabulary: scores, names, mixes and the tables to other label sets."""

import math
import random
import statistics

import pytest

from pyojeong.emotion import (
    CIRCUMPLEX,
    EMOTIONS,
    KOREAN_NAMES,
    LABEL_SETS,
    UNSURE_WORDS,
    Emotion,
    EmotionScores,
    Unsure,
    parse_emotion,
    parse_mix,
)
from pyojeong.errors import BadInput, BadSettings

SIZES = {
    "house-7": 7,
    "kote-43": 44,  # 43 emotions and "none"
    "goemotions-27": 28,  # 27 emotions and neutral
    "fer-7": 7,
    "ferplus-8": 8,
    "aihub-7": 7,
    "film-5": 5,
}


def test_scores_know_their_emotion_and_source():
    scores = EmotionScores.from_mapping({"sadness": 0.7, "fear": 0.3}, "test")
    assert scores.emotion is Emotion.SADNESS
    assert scores.confidence == pytest.approx(0.7)
    assert scores["fear"] == pytest.approx(0.3)
    assert scores.source == "test"
    assert list(scores.as_dict()) == [e.value for e in EMOTIONS]


@pytest.mark.parametrize(
    "values",
    [
        (0.5, 0.5),
        (1.0,) * 7,
        (math.nan,) + (0.0,) * 6,
        (-0.5, 1.5) + (0.0,) * 5,
        (0.0,) * 7,
        (math.inf,) + (0.0,) * 6,
    ],
)
def test_what_is_no_distribution_is_refused(values):
    with pytest.raises(ValueError, match=r"scores"):
        EmotionScores(values, "test")


def test_unknown_emotion_in_mapping_is_refused():
    with pytest.raises(ValueError, match="boredom"):
        EmotionScores.from_mapping({"boredom": 1.0}, "test")


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_names_in_both_languages(emotion):
    assert parse_emotion(emotion.value.upper()) is emotion
    assert parse_emotion(f" {KOREAN_NAMES[emotion]} ") is emotion


def test_unknown_name_lists_the_names():
    with pytest.raises(BadSettings, match="happiness, anger"):
        parse_emotion("boredom")


def test_mixes():
    assert parse_mix("sadness:0.7+fear:0.3") == {Emotion.SADNESS: 0.7, Emotion.FEAR: 0.3}
    assert parse_mix("기쁨") == {Emotion.HAPPINESS: 1.0}
    assert parse_mix("anger:0") == {Emotion.ANGER: 0.0}


@pytest.mark.parametrize("text", ["sadness:2", "sadness:-1", "sadness:x", "sadness:nan", "", "+"])
def test_bad_mixes(text):
    with pytest.raises(BadSettings):
        parse_mix(text)


def test_every_label_set_is_there_and_complete():
    assert {name: len(s.labels) for name, s in LABEL_SETS.items()} == SIZES


@pytest.mark.parametrize("labels", LABEL_SETS.values(), ids=LABEL_SETS)
def test_mapping_gives_distributions_both_ways(labels):
    rng = random.Random(3)
    for _ in range(50):
        scores = [rng.random() for _ in labels.labels]
        house = labels.to_house(scores, "test")
        assert house.label_set == labels.name
        assert math.fsum(house.values) == pytest.approx(1)
        back = labels.from_house(house)
        assert set(back) == set(labels.labels)
        assert math.fsum(back.values()) == pytest.approx(1)


@pytest.mark.parametrize("labels", LABEL_SETS.values(), ids=LABEL_SETS)
def test_a_sure_label_maps_to_its_strongest_emotion(labels):
    for i, (_label, row) in enumerate(labels.weights.items()):
        one_hot = [float(j == i) for j in range(len(labels.labels))]
        expected = max(row, key=row.__getitem__) if row else Emotion.NEUTRAL
        house = labels.to_house(one_hot, "test")
        assert house[expected] == pytest.approx(max(house.values))


def test_house_labels_survive_a_round_trip_through_fer():
    fer = LABEL_SETS["fer-7"]
    for emotion in EMOTIONS:
        start = EmotionScores.from_mapping({emotion: 1.0}, "test")
        assert fer.to_house(list(fer.from_house(start).values()), "t").emotion is emotion


def test_nothing_said_reads_as_neutral():
    kote = LABEL_SETS["kote-43"]
    assert kote.to_house([0.0] * 44, "test").emotion is Emotion.NEUTRAL


def test_wrong_number_of_scores():
    with pytest.raises(BadInput, match="44 labels, got 2"):
        LABEL_SETS["kote-43"].to_house([0.1, 0.2], "test")


KOREAN_RATINGS = {
    Emotion.HAPPINESS: (4.24, 3.97),  # 기쁘다
    Emotion.ANGER: (1.55, 4.22),  # 화나다
    Emotion.SADNESS: (1.92, 2.46),  # 슬프다
    Emotion.FEAR: (1.74, 3.80),  # 두렵다
    Emotion.SURPRISE: (2.94, 4.05),  # 놀라다
    Emotion.DISGUST: (1.19, 3.66),  # 역겹다
}
"""Valence and arousal, 1 to 5, in a lexicon of Korean emotion words (CC0) rated independently."""


def test_valence_and_arousal_agree_with_korean_ratings():
    for axis, least in ((0, 0.9), (1, 0.8)):
        ours = [CIRCUMPLEX[e][axis] for e in KOREAN_RATINGS]
        theirs = [rating[axis] for rating in KOREAN_RATINGS.values()]
        assert statistics.correlation(ours, theirs) > least


def test_valence_and_arousal_are_means_over_the_probabilities():
    calm = EmotionScores.from_mapping({"neutral": 1.0}, "test").values
    for emotion in EMOTIONS:
        sure = EmotionScores.from_mapping({emotion: 1.0}, "test")
        assert (sure.valence, sure.arousal) == pytest.approx(CIRCUMPLEX[emotion])
        half = EmotionScores(
            tuple((v + n) / 2 for v, n in zip(sure.values, calm, strict=True)), "t"
        )
        assert half.valence == pytest.approx(sure.valence / 2)
        assert half.arousal == pytest.approx(sure.arousal / 2)


def test_every_reason_to_doubt_has_words_in_both_languages():
    assert set(UNSURE_WORDS) == set(Unsure)
    assert all(en and ko and en != ko for en, ko in UNSURE_WORDS.values())
