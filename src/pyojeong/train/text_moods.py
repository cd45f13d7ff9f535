"""Counts which emotion follows which in stories: `python -m pyojeong.train.text_moods`.

From the dev passages of the corpus, which the shipped classifier never learned from. How far the
counts are trusted, and how far the classifier is where it reads a story instead of single
sentences, is chosen by the log-likelihood of each half of the passages under the counts of the
other half. (Counts of the 52 published stories of `corpus/labels` were tried too and read the
passages worse: those stories change their mood more slowly.)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.registry import load
from pyojeong.text.context import ASSET, Moods, in_context
from pyojeong.text.types import TextEmotion
from pyojeong.train.text_data import passages

Floats = NDArray[np.float64]
_STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
# Higher ones fit a little better still, but would call half of all sentences unsure.
_TEMPERS = (1.0, 1.3, 1.6)
_SMOOTH = 60


@dataclass(frozen=True, slots=True)
class Passage:
    """read: (n, 7) of each sentence alone. labels: (n,)."""

    read: Floats
    labels: NDArray[np.int64]


def main() -> None:
    """Count, choose, write the asset."""
    classifier = load("TextEmotion")
    dev = read_passages(classifier, "dev")
    scored = {}
    for strength, temper in product(_STRENGTHS, _TEMPERS):
        halves = [
            quality(dev[half::2], Moods(ratios(dev[1 - half :: 2]) ** strength, temper))
            for half in (0, 1)
        ]
        scored[strength, temper] = np.mean(halves, axis=0)
        chance, right = scored[strength, temper]
        print(f"strength {strength}, temper {temper}: {chance:.4f}, accuracy {right:.4f}")
    strength, temper = max(scored, key=lambda key: float(scored[key][0]))
    moods = Moods(ratios(dev) ** strength, temper)
    test = read_passages(classifier, "test")
    before, after = (quality(test, m) for m in (Moods(np.ones((7, 7)), 1.0), moods))
    write(moods, f"test passages, {sum(len(p.labels) for p in test)} sentences: accuracy alone "
          f"{before[1]:.3f}, in context {after[1]:.3f}; log-likelihood {before[0]:.3f}, "
          f"{after[0]:.3f}")  # fmt: skip


def read_passages(classifier: TextEmotion, part: str) -> list[Passage]:
    """The passages of one part, read sentence by sentence."""
    found = []
    for passage in passages(part):
        texts = [" ".join(s["text"].split()) for s in passage["sentences"]]
        labels = [EMOTIONS.index(Emotion(s["emotion"])) for s in passage["sentences"]]
        read = np.array([s.values for s in classifier.classify(texts)], np.float64)
        found.append(Passage(read, np.array(labels)))
    return found


def quality(read: list[Passage], moods: Moods) -> tuple[float, float]:
    """Mean log-likelihood and accuracy of the passages' sentences in context."""
    chances, hits = [], []
    for passage in read:
        found = in_context(passage.read, moods)
        chances += np.log(found[np.arange(len(found)), passage.labels] + 1e-9).tolist()
        hits += (found.argmax(1) == passage.labels).tolist()
    return float(np.mean(chances)), float(np.mean(hits))


def ratios(stories: list[Passage]) -> Floats:
    """How much likelier than by chance each emotion follows each; counts smoothed to chance."""
    counts = np.zeros((7, 7))
    for story in stories:
        for before, after in pairwise(story.labels):
            counts[before, after] += 1
    # Read backwards a story has the same moods: both ways together are twice the evidence.
    counts = counts + counts.T
    share = counts.sum(1) / counts.sum()
    by_chance = np.outer(share, share)
    smooth = (counts + _SMOOTH * by_chance) / (counts.sum() + _SMOOTH)
    return np.asarray(smooth / by_chance)


def write(moods: Moods, accuracy: str) -> None:
    """The asset and its certificate."""
    path = WEIGHTS / f"{ASSET}.json"
    table = [[round(v, 4) for v in row] for row in moods.carries.tolist()]
    facts = {"emotions": list(EMOTIONS), "temper": moods.temper, "carries": table}
    path.write_text(json.dumps(facts) + "\n", "utf-8")
    write_certificate(
        ASSET,
        path,
        licence="CC0-1.0",
        origin="counted for Pyojeong",
        trained_on="moods of the 36 dev passages of the Pyojeong corpus",
        accuracy=accuracy,
        limits="Counted in short stories by one writer; unrelated lines have no common mood.",
        made_by="python -m pyojeong.train.text_moods",
    )


if __name__ == "__main__":
    main()
