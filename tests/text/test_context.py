"""Sentences read beside their neighbours."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS, Emotion, EmotionScores, Unsure
from pyojeong.errors import MissingWeights
from pyojeong.text import context
from pyojeong.text.context import Moods, in_context, in_story, load_moods


def test_equals_the_sum_over_all_sequences() -> None:
    """The oracle: every sequence of emotions, weighed one by one."""
    random = np.random.default_rng(3)
    read = random.dirichlet(np.ones(7), 4)
    carries = random.uniform(0.2, 3, (7, 7))
    total = np.zeros((4, 7))
    for way in product(range(7), repeat=4):
        weight = np.prod([read[n, e] for n, e in enumerate(way)])
        weight *= np.prod([carries[a, b] for a, b in pairwise(way)])
        for n, e in enumerate(way):
            total[n, e] += weight
    assert np.allclose(in_context(read, Moods(carries, 1.0)), total / total.sum(1, keepdims=True))


def test_without_ties_each_stays_as_read() -> None:
    read = np.random.default_rng(0).dirichlet(np.ones(7), 50)
    assert np.allclose(in_context(read, Moods(np.ones((7, 7)), 1.0)), read, atol=1e-5)


def test_long_stories_neither_vanish_nor_overflow() -> None:
    read = np.random.default_rng(0).dirichlet(np.full(7, 0.05), 5000)
    found = in_context(read, load_moods())
    assert np.isfinite(found).all()
    assert np.allclose(found.sum(1), 1)


def scores(emotion: Emotion, chance: float, unsure: Unsure | None = None) -> EmotionScores:
    rest = (1 - chance) / 6
    values = tuple(chance if e is emotion else rest for e in EMOTIONS)
    return EmotionScores(values, "test", intensity=0.5, unsure=unsure)


def test_sadness_carries_and_surprise_does_not() -> None:
    sad = scores(Emotion.SADNESS, 0.9)
    vague = scores(Emotion.SADNESS, 0.3)
    assert in_story([sad, vague, sad], 0.35)[1][Emotion.SADNESS] > 0.33
    shock = scores(Emotion.SURPRISE, 0.9)
    calm = scores(Emotion.NEUTRAL, 0.5)
    after = in_story([shock, calm, calm], 0.35)
    assert after[1].emotion is after[2].emotion is Emotion.NEUTRAL


def test_a_reading_lifted_by_its_neighbours_is_no_longer_flat() -> None:
    sad = scores(Emotion.SADNESS, 0.95)
    flat = scores(Emotion.SADNESS, 0.34, Unsure.FLAT)
    found = in_story([sad, flat, sad], 0.35)[1]
    assert found.unsure is None
    assert found.intensity == 0.5


def test_other_doubts_stay() -> None:
    foreign = scores(Emotion.ANGER, 0.9, Unsure.LANGUAGE)
    assert in_story([foreign, foreign], 0.35) == [foreign, foreign]
    assert in_story([], 0.35) == []


def test_a_broken_file_says_so(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    broken = tmp_path / "moods.json"
    broken.write_text('{"carries": [[1]]}')
    monkeypatch.setattr(context, "asset_path", lambda name: broken)
    load_moods.cache_clear()
    with pytest.raises(MissingWeights, match="cannot be read"):
        load_moods()
    load_moods.cache_clear()
