from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyojeong.emotion import Emotion, EmotionScores
from pyojeong.text.reader import TextReader


class Echo:
    """A classifier that is as sure of happiness as the text is long, and counts its calls."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def classify(self, texts: Sequence[str]) -> list[EmotionScores]:
        self.batches.append(len(texts))
        shares = [min(len(t), 10) / 10 for t in texts]
        return [EmotionScores((s, 0, 0, 0, 0, 0, 1 - s), "echo") for s in shares]


def test_reads_sentence_by_sentence() -> None:
    found = TextReader(Echo()).read("아.\n\n“정말 기쁘구나!” 하고 말했다.")
    assert [r.sentence.text for r in found] == ["아.", "“정말 기쁘구나!” 하고 말했다."]
    assert [r.scores.emotion for r in found] == [Emotion.NEUTRAL, Emotion.HAPPINESS]
    assert TextReader(Echo()).read(" \n ") == []


def test_lines_come_out_one_for_one() -> None:
    lines = ["하나. 둘.\n", "\n", "", "셋\r\n", "\u200b"]
    found = list(TextReader(Echo()).read_lines(lines, batch=2))
    assert [text for text, _ in found] == ["하나. 둘.", "", "", "셋", "\u200b"]
    assert found[1][1].emotion is Emotion.NEUTRAL


def test_lines_stream() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "줄"

    echo = Echo()
    stream = TextReader(echo).read_lines(endless(), batch=4)
    for _ in range(6):
        next(stream)
    assert taken == 8
    assert echo.batches == [4, 4]


def test_default_classifier_is_the_registered_one() -> None:
    (found,) = TextReader().read("너무 행복해서 춤을 추었어요!")
    assert found.scores.emotion is Emotion.HAPPINESS
