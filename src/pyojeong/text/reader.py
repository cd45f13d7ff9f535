"""Reads the emotion of a text: sentence by sentence, or line by line as a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pyojeong import registry
from pyojeong.emotion import EmotionScores
from pyojeong.text.context import in_story
from pyojeong.text.explain import WordWeight, explain
from pyojeong.text.normalize import normalize
from pyojeong.text.sentences import Sentence, split_sentences
from pyojeong.text.types import FLAT_BELOW, TextEmotion


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence and what is felt in it."""

    sentence: Sentence
    scores: EmotionScores


class TextReader:
    """Splits and classifies; classifier: any TextEmotion, the default backend when None."""

    def __init__(self, classifier: TextEmotion | None = None) -> None:
        self._classifier: TextEmotion = classifier or registry.load("TextEmotion")

    def read(self, text: str) -> list[ReadSentence]:
        """Every sentence of the text in order with its scores; blank text gives an empty list.

        A sentence is read beside its neighbours: `context.in_story`. Positions refer to
        `normalize(text)`.
        """
        sentences = split_sentences(text)
        scores = in_story(self._classifier.classify([s.text for s in sentences]), FLAT_BELOW)
        return [ReadSentence(*pair) for pair in zip(sentences, scores, strict=True)]

    def explain(self, text: str) -> tuple[WordWeight, ...]:
        """Which words of one text pushed its reading: `explain.explain`."""
        return explain(self._classifier, text)

    def read_lines(
        self, lines: Iterable[str], batch: int = 256
    ) -> Iterator[tuple[str, EmotionScores]]:
        """(line, scores) for each line as a whole: as many out as in, blank ones too.

        Line ends are left out of the text. Works in batches of `batch` lines, so a stream of any
        length needs the memory of one batch.
        """
        source = iter(lines)
        while block := [line.rstrip("\r\n") for line in islice(source, batch)]:
            texts = [normalize(line) for line in block]
            yield from zip(block, self._classifier.classify(texts), strict=True)
