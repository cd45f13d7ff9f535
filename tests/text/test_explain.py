"""Which words pushed a reading."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pyojeong.emotion import EMOTIONS, Emotion, EmotionScores
from pyojeong.text.explain import explain


class Counting:
    """Sad by the number of tears in the text, happy by smiles; counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def classify(self, texts: Sequence[str]) -> list[EmotionScores]:
        self.asked += len(texts)
        found = []
        for text in texts:
            weights = dict.fromkeys(EMOTIONS, 1.0)
            weights[Emotion.SADNESS] += 3 * text.count("tears")
            weights[Emotion.HAPPINESS] += text.count("smile")
            total = sum(weights.values())
            found.append(EmotionScores(tuple(weights[e] / total for e in EMOTIONS), "test"))
        return found


def test_words_for_and_against() -> None:
    text = "  She had tears behind a smile . "
    words = explain(Counting(), text)
    assert [text[w.start : w.end] for w in words] == text.split() == [w.text for w in words]
    weights = {w.text: w.weight for w in words}
    assert weights["tears"] > 0 > weights["smile"]
    assert weights["She"] == 0


@pytest.mark.parametrize("text", ["", "   \n"])
def test_no_words_no_weights(text: str) -> None:
    assert explain(Counting(), text) == ()


def test_work_is_bounded() -> None:
    classifier = Counting()
    words = explain(classifier, "tears " * 20_000)
    assert classifier.asked <= 81
    assert words[-1].end == len("tears " * 20_000) - 1
