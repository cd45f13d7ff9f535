"""A story's mood carries: a sentence is read with its neighbours.

A chain over the seven emotions, solved by forward-backward (Rabiner 1989). How much more often
than by chance one emotion follows another was counted in labelled stories, so sadness and fear
last, and surprise does not spread over a page. How common an emotion is alone stays as read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import asset_path
from pyojeong.emotion import EmotionScores, Unsure
from pyojeong.errors import MissingWeights

ASSET = "story_moods_v1"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moods:
    """carries: (7, 7), how much likelier than by chance an emotion (column) is after another
    (row); above 0. temper: above 1, sentences of stories are taken as read less surely than single
    ones (as by a temperature, Guo et al. 2017)."""

    carries: Floats
    temper: float


def in_story(scores: Sequence[EmotionScores], flat_below: float) -> list[EmotionScores]:
    """The scores of a story's consecutive sentences, each seen beside the others.

    flat_below: a reading whose best probability is lower is unsure, one that the neighbours
    lift above it is not. What is unsure for another reason stays as it is. Raises MissingWeights.
    """
    if len(scores) < 2:
        return list(scores)
    values = in_context(np.array([s.values for s in scores], np.float64), load_moods())
    found = []
    for alone, row in zip(scores, values.tolist(), strict=True):
        if alone.unsure not in (None, Unsure.FLAT):
            found.append(alone)
            continue
        unsure = Unsure.FLAT if max(row) < flat_below else None
        found.append(replace(alone, values=tuple(row), unsure=unsure))
    return found


def in_context(read: Floats, moods: Moods) -> Floats:
    """(n, 7) probabilities of consecutive sentences, each with the others taken into account.

    read: (n, 7) of each sentence alone, rows sum to 1. Linear in n.
    """
    carries = moods.carries
    seen = np.maximum(read, 1e-6) ** (1 / moods.temper)
    forward = np.empty_like(seen)
    backward = np.ones_like(seen)
    state = np.ones(seen.shape[1]) / seen.shape[1]
    for at, row in enumerate(seen):
        state = row if at == 0 else (state @ carries) * row
        state = forward[at] = state / state.sum()
    for at in range(len(seen) - 2, -1, -1):
        state = carries @ (seen[at + 1] * backward[at + 1])
        backward[at] = state / state.sum()
    both = forward * backward
    return np.asarray(both / both.sum(axis=1, keepdims=True))


@cache
def load_moods() -> Moods:
    """The shipped table. Raises MissingWeights when its file is absent or broken."""
    path = asset_path(ASSET)
    try:
        facts = json.loads(path.read_text("utf-8"))
        moods = Moods(np.array(facts["carries"], np.float64), float(facts["temper"]))
        if moods.carries.shape != (7, 7) or not (moods.carries > 0).all() or moods.temper < 1:
            raise ValueError(f"shape {moods.carries.shape}, temper {moods.temper}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MissingWeights(
            f"{path.name} cannot be read ({error}). Install pyojeong again.",
            f"{path.name}을(를) 읽을 수 없습니다({error}). pyojeong을 다시 설치하세요.",
        ) from error
    return moods
