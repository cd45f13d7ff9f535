"""The data sets of a run, what each can ask for, and the label vector that says what is asked.

A wish holds the labels of all data sets side by side and, where there are several, a one-hot mask
that says whose labels count (Choi et al. 2018, section 3.2). The others are 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import Dataset, Image
from pyojeong.errors import BadInput
from pyojeong.train.classifier.crops import Crops

Floats = NDArray[np.float32]
_READERS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """One data set. labels: k names. exclusive: whether exactly one of them holds for a picture;
    else `groups` are the indices that exclude each other, such as hair colours. train, test:
    squares with targets (n, k) of 0 and 1. digest: of what was divided how."""

    title: str
    labels: tuple[str, ...]
    exclusive: bool
    groups: tuple[tuple[int, ...], ...]
    train: Crops
    test: Crops
    digest: str = ""

    def goals(self, truth: Floats, label: int) -> Floats:
        """What to ask of pictures with labels `truth` (n, k) so that each gets `label`, or loses
        it where it has it already and nothing would take its place."""
        goals = truth.copy()
        group = self.group(label)
        if len(group) > 1:
            goals[:, group] = 0
            goals[:, label] = 1
        else:
            goals[:, label] = 1 - goals[:, label]
        return goals

    def group(self, label: int) -> list[int]:
        """The labels that exclude each other and `label`, itself among them."""
        if self.exclusive:
            return list(range(len(self.labels)))
        return next((list(g) for g in self.groups if label in g), [label])


def wish_length(domains: Sequence[Domain]) -> int:
    """Length of a wish: all labels, and the mask where there are several sets."""
    return sum(len(d.labels) for d in domains) + (len(domains) if len(domains) > 1 else 0)


def span(domains: Sequence[Domain], at: int) -> slice:
    """Where the labels of set `at` lie among those of all."""
    start = sum(len(d.labels) for d in domains[:at])
    return slice(start, start + len(domains[at].labels))


def wishes(domains: Sequence[Domain], at: int, goals: Any, mask: int | None = None) -> Any:
    """Wishes (n, wish_length) for labels `goals` (n, k), a tensor, of set `at`.

    mask: the set that the mask names, when it is to be the wrong one.
    """
    made = goals.new_zeros(len(goals), wish_length(domains))
    made[:, span(domains, at)] = goals
    if len(domains) > 1:
        made[:, sum(len(d.labels) for d in domains) + (at if mask is None else mask)] = 1
    return made


class Feeder:
    """Batches of one set for one process: which pictures is decided by seed and step alone.

    The pictures of the next step are read while this one is learned from, unless they are all
    in memory anyway.
    """

    def __init__(self, crops: Crops, batch: int, seed: tuple[int, ...], rank: int, world: int):
        self.crops, self.batch, self.seed = crops, batch, seed
        self.rank, self.world = rank, world
        self.pool = ThreadPoolExecutor(_READERS) if crops.kept is None else None
        self.ahead: tuple[int, list[Any]] | None = None

    def __call__(self, step: int) -> tuple[Image, Floats]:
        """Squares uint8 (batch, s, s, 3), half of them mirrored, and labels (batch, k)."""
        rows = self._rows(step)
        pictures = self._read(step, rows)
        mirrored = np.random.default_rng((*self.seed, 1, step, self.rank)).random(self.batch) < 0.5
        pictures[mirrored] = pictures[mirrored, :, ::-1]
        return pictures, self.crops.targets[rows]

    def _rows(self, step: int) -> NDArray[np.int64]:
        total = len(self.crops)
        first = (step * self.world + self.rank) * self.batch
        places = np.arange(first, first + self.batch)
        orders = {e: self._order(int(e)) for e in np.unique(places // total)}
        return np.array([orders[p // total][p % total] for p in places])

    def _order(self, epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng((*self.seed, 0, epoch)).permutation(len(self.crops))

    def _read(self, step: int, rows: NDArray[np.int64]) -> Image:
        if self.pool is None:
            return np.stack([self.crops[int(row)] for row in rows])
        known = self.ahead[1] if self.ahead and self.ahead[0] == step else self._ask(rows)
        self.ahead = (step + 1, self._ask(self._rows(step + 1)))
        return np.stack([read.result() for read in known])

    def _ask(self, rows: NDArray[np.int64]) -> list[Any]:
        assert self.pool is not None  # noqa: S101 - only asked with one
        return [self.pool.submit(self._one, int(row)) for row in rows]

    def _one(self, row: int) -> Image:
        """A picture that cannot be read gives its place to the next that can."""
        for further in range(len(self.crops)):
            try:
                return self.crops[(row + further) % len(self.crops)]
            except BadInput:
                continue
        raise BadInput("No picture can be read any more.", "읽을 수 있는 사진이 더 없습니다.")


def groups_of(labels: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Labels that exclude each other by their names: all that end in `hair`."""
    hair = tuple(i for i, name in enumerate(labels) if name.lower().endswith("hair"))
    return (hair,) if len(hair) > 1 else ()


def is_attributes(dataset: Dataset) -> bool:
    """Whether several labels may hold at once, as in `data/celeba.py`."""
    return bool((dataset.labels < 0).all()) and dataset.targets is not None
