"""Foreign labels to house emotions: sets, spellings, files of the user's."""

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS, LABEL_SETS, Emotion, Unsure
from pyojeong.errors import BadSettings
from pyojeong.text.label_map import label_set_of, map_labels

SEVEN = [e.value for e in EMOTIONS]


@pytest.mark.parametrize("name", [n for n in LABEL_SETS if n != "house-7"])
def test_every_set_is_known_by_its_labels(name):
    labels = list(LABEL_SETS[name].labels)
    found = map_labels(labels)
    assert found.label_set == name
    rng = np.random.default_rng(0)
    chances = rng.dirichlet(np.ones(len(labels)), 20)
    made = found.house(np.log(chances))
    for row, shares in zip(made, chances, strict=True):
        assert row == pytest.approx(LABEL_SETS[name].to_house(shares, "x").values, abs=1e-5)


def test_the_smallest_set_and_its_subsets_win():
    assert label_set_of(["기쁨", "슬픔"]).name == "aihub-7"
    assert label_set_of(["sadness", "joy", "love", "anger", "fear", "surprise"]).name == (
        "goemotions-27"
    )
    assert label_set_of(["기쁨", "nothing of the kind"]) is None


@pytest.mark.parametrize(
    "labels",
    [
        ["행복", "분노", "슬픔", "공포", "놀람", "혐오", "중립"],
        ["Happiness", "ANGRY", " sad ", "fear", "Surprise", "disgust", "neutral"],
        ["기쁨", "분노", "슬픔", "두려움", "놀람", "혐오", "중립"],
    ],
)
def test_usual_spellings_of_the_seven(labels):
    assert map_labels(labels).weights.tolist() == np.eye(7).tolist()


def test_spelling_of_a_label_does_not_matter():
    assert (
        map_labels(["부담/안 내킴"]).weights.tolist()
        == map_labels(["부담/안_내킴"]).weights.tolist()
    )
    assert map_labels(["기쁨"]).weights[0, 0] == 1  # decomposed jamo


def test_unknown_labels_are_listed():
    with pytest.raises(BadSettings, match=r"'LABEL_0', 'vibes'.*label map") as caught:
        map_labels(["LABEL_0", "joy", "vibes"])
    assert "라벨 표" in caught.value.ko


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.toml", '[labels]\nLABEL_0 = "기쁨"\n"LABEL_1" = {surprise = 0.7, fear = 0.3}\nx = {}'),
        ("a.json", '{"label_0": "happiness", "LABEL_1": {"surprise": 0.7, "fear": 0.3}, "X": {}}'),
    ],
)
def test_a_file_maps_any_labels(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, "utf-8")
    found = map_labels(["LABEL_0", "LABEL_1", "x"], path)
    assert found.weights == pytest.approx(
        np.array([[1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0.3, 0.7, 0, 0], [0] * 7])
    )
    with pytest.raises(BadSettings, match="no entry for: 'y'"):
        map_labels(["LABEL_0", "y"], path)


@pytest.mark.parametrize(
    "content",
    [
        'x = "happy-ish"',
        "x = 3",
        "x = {joy = 1}",
        "x = {fear = 2.0}",
        "x = {fear = nan}",
        'x = {fear = "a"}',
        "x = ",
        "labels = 3",
        "\0",
    ],
)
def test_a_file_of_nonsense_is_refused(tmp_path, content):
    path = tmp_path / "a.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(BadSettings):
        map_labels(["x"], path)


def test_a_missing_or_huge_or_deep_file_is_refused(tmp_path):
    for content in ("{" * 2_000_000, '{"a":' * 100_000):
        (tmp_path / "a.json").write_text(content, "utf-8")
        with pytest.raises(BadSettings):
            map_labels(["x"], tmp_path / "a.json")
    with pytest.raises(BadSettings):
        map_labels(["x"], tmp_path / "none.toml")


class TestSeveralLabels:
    labels = map_labels([*SEVEN, "joy"], {**{n: n for n in SEVEN}, "joy": "happiness"}, True)

    def read(self, *chances):
        row = np.clip(np.array([chances]), 1e-9, 1 - 1e-9)
        return self.labels.house(np.log(row / (1 - row)))[0]

    def test_what_no_label_claims_is_neutral(self):
        assert self.read(*[0.01] * 8).argmax() == EMOTIONS.index(Emotion.NEUTRAL)

    def test_many_labels_of_an_emotion_count_as_the_surest(self):
        assert self.read(0.6, 0, 0.9, 0, 0, 0, 0, 0.6).argmax() == 2
        assert self.read(0.6, 0, 0.9, 0, 0, 0, 0, 0.6)[0] == pytest.approx(0.6 / 1.6)

    def test_two_feelings_share(self):
        shares = self.read(0.9, 0, 0.9, 0, 0, 0, 0, 0)
        assert shares[0] == pytest.approx(shares[2]) == pytest.approx(0.9 / 1.9)


def test_labels_that_say_nothing_read_as_neutral():
    found = map_labels(["a", "b"], {"a": {}, "b": {}})
    assert found.house(np.array([[3.0, 1.0]])).tolist() == [[0, 0, 0, 0, 0, 0, 1]]


def test_a_flat_reading_says_so():
    sure, flat = map_labels(SEVEN).scores(np.array([[9.0] + [0] * 6, [0.1] + [0] * 6]), "x")
    assert (sure.unsure, flat.unsure) == (None, Unsure.FLAT)


def test_extreme_logits_stay_finite():
    for several in (False, True):
        made = map_labels(SEVEN, several=several).house(np.array([[1e30] + [-1e30] * 6]))
        assert made[0, 0] == pytest.approx(1)
