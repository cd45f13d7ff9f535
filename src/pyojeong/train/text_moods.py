"""Counts which emotion follows which in stories: `PYOJEONG_DATA=... python -m pyojeong.train.text_moods`.

From the story sentences of the data folder, labelled in `corpus/labels`, and the dev passages of
the corpus. How far the counts are trusted is chosen by the log-likelihood of the dev passages
as the shipped classifier reads them; it never learned from them.
"""

from __future__ import annotations

import csv
import json
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.registry import load
from pyojeong.text.context import ASSET, in_context
from pyojeong.text.types import TextEmotion
from pyojeong.train.text_data import CORPUS, data_folder, passages

Floats = NDArray[np.float64]
_STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


def main() -> None:
    """Count, choose the strength, write the asset."""
    classifier = load("TextEmotion")
    base = _ratios([*_stories(), *_labels("dev")])
    found = {s: passage_report(classifier, base**s, "dev") for s in _STRENGTHS}
    for strength, numbers in found.items():
        print(f"strength {strength}: log-likelihood {numbers[0]:.4f}, accuracy {numbers[1]:.4f}")
    best = max(found, key=lambda s: found[s][0])
    tested = [passage_report(classifier, base**s, "test")[1] for s in (0.0, best)]
    path = WEIGHTS / f"{ASSET}.json"
    table = [[round(v, 4) for v in row] for row in (base**best).tolist()]
    path.write_text(json.dumps({"emotions": list(EMOTIONS), "carries": table}) + "\n", "utf-8")
    write_certificate(
        ASSET,
        path,
        licence="CC0-1.0",
        origin="counted for Pyojeong",
        trained_on="labels of 52 Korean children's stories and of the dev passages of the corpus",
        accuracy=f"sentences of the test passages read right: {tested[0]:.3f} alone, "
        f"{tested[1]:.3f} in context (strength {best})",
        limits="Counted in short children's stories; a collage of unrelated lines has no mood.",
        made_by="python -m pyojeong.train.text_moods",
    )


def passage_report(classifier: TextEmotion, carries: Floats, part: str) -> tuple[float, float]:
    """Mean log-likelihood and accuracy over the passages' sentences, read in context."""
    chances, hits = [], []
    for passage in passages(part):
        texts = [" ".join(s["text"].split()) for s in passage["sentences"]]
        labels = [EMOTIONS.index(Emotion(s["emotion"])) for s in passage["sentences"]]
        alone = np.array([s.values for s in classifier.classify(texts)], np.float64)
        read = in_context(alone, carries)
        chances += np.log(read[np.arange(len(labels)), labels] + 1e-9).tolist()
        hits += (read.argmax(1) == labels).tolist()
    return float(np.mean(chances)), float(np.mean(hits))


def _ratios(stories: list[list[int]]) -> Floats:
    """How much likelier than by chance each emotion follows each; counts smoothed to chance."""
    counts = np.zeros((7, 7))
    for labels in stories:
        for before, after in pairwise(labels):
            counts[before, after] += 1
    # Read backwards a story has the same moods: both ways together are twice the evidence.
    counts = counts + counts.T
    share = counts.sum(1) / counts.sum()
    by_chance = np.outer(share, share)
    smooth = (counts + 60 * by_chance) / (counts.sum() + 60)
    return np.asarray(smooth / by_chance)


def _stories() -> list[list[int]]:
    table = pd.read_parquet(data_folder() / "ko_unlabeled_stories.parquet", columns=["title"])
    stories: dict[str, list[int]] = {}
    with (CORPUS / "labels" / "ko_stories.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["emotion"] != "-":
                title = str(table.title.iloc[int(row["row"])])
                stories.setdefault(title, []).append(EMOTIONS.index(Emotion(row["emotion"])))
    return list(stories.values())


def _labels(part: str) -> list[list[int]]:
    return [
        [EMOTIONS.index(Emotion(s["emotion"])) for s in passage["sentences"]]
        for passage in passages(part)
    ]


if __name__ == "__main__":
    main()
