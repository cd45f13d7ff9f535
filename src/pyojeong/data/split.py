"""Splits that share nobody and nothing: rows of one person, and copies of one picture, stay together.

Groups are dealt out, the largest first, each to the split whose classes it fills up best
(stratified grouping as in scikit-learn's StratifiedGroupKFold, with shares of unequal size).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import SPLITS, Dataset
from pyojeong.data.fingerprint import Prints, fingerprints
from pyojeong.data.repeats import Ints, Progress, find_repeats, link
from pyojeong.errors import BadInput, BadSettings


def split_dataset(
    dataset: Dataset,
    shares: Sequence[float] = (0.8, 0.1, 0.1),
    seed: int = 0,
    *,
    near: bool = True,
    prints: Prints | None = None,
    progress: Progress = lambda share: None,
) -> Dataset:
    """The set with every row in train, val or test; what it said before is forgotten.

    shares: of the rows, for train, val and test; summing to 1. near: also keeps pictures together
    that are copies but not equal. prints: of the rows where already made. The same rows and seed
    give the same splits. Raises BadSettings for shares that are none, BadInput for an empty set.
    """
    wanted = _shares(shares)
    if not len(dataset):
        raise BadInput("There are no pictures to split.", "나눌 사진이 없습니다.")
    prints = fingerprints(dataset) if prints is None else prints
    repeats = find_repeats(prints, near=near, progress=progress)
    groups = together(dataset, np.stack([repeats.first, repeats.second], 1))
    chosen = _deal(groups, dataset.labels, len(dataset.classes), wanted, seed)
    count = len(np.unique(groups))
    note = (
        f"Split {len(dataset):,} rows in {count:,} groups of one person or copies of one picture "
        f"with seed {seed}: "
        + ", ".join(f"{name} {int((chosen == at).sum()):,}" for at, name in enumerate(SPLITS))
        + "."
    )
    return replace(dataset, splits=np.array(SPLITS)[chosen], notes=(*dataset.notes, note))


def together(dataset: Dataset, pairs: Ints) -> Ints:
    """(n,) groups: rows of one picture, of one identity, or linked by pairs (m, 2)."""
    n = len(dataset)
    bonds = [pairs.reshape(-1, 2)]
    for column, known in (
        (dataset.rows, np.ones(n, np.bool_)),
        (dataset.identities, dataset.identities != ""),
    ):
        at = np.flatnonzero(known)
        if len(at):
            _, first, group = np.unique(column[at], return_index=True, return_inverse=True)
            bonds.append(np.stack([at[first][group.reshape(-1)], at], 1))
    return link(n, np.concatenate(bonds).astype(np.int64))


def _shares(shares: Sequence[float]) -> NDArray[np.float64]:
    wanted = np.array(shares, np.float64)
    if wanted.shape != (3,) or not (wanted >= 0).all() or abs(wanted.sum() - 1) > 1e-6:
        raise BadSettings(
            f"Shares are three numbers from 0 that sum to 1, for train, val and test: {shares}.",
            f"비율은 train, val, test 순서로 합이 1인 0 이상의 수 세 개입니다: {shares}.",
        )
    return wanted


def _deal(
    groups: Ints, labels: Ints, classes: int, shares: NDArray[np.float64], seed: int
) -> NDArray[np.intp]:
    _, group = np.unique(groups, return_inverse=True)
    counts = np.zeros((group.max() + 1, classes + 1))
    np.add.at(counts, (group, labels), 1)  # Label -1, unknown, counts in the last column.
    total = np.maximum(counts.sum(0), 1)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(1), kind="stable")]
    room = shares[:, None] * counts.sum(0)
    size = shares * counts.sum()
    chosen = np.zeros(len(counts), np.intp)
    for row in order:
        has = counts[row]
        # Room left for these classes, by their rarity; of equals, where most room is left at all.
        fit = (room * (has / total)).sum(1) / np.maximum(shares, 1e-9)
        fit = fit + 1e-3 * size / np.maximum(shares, 1e-9) / counts.sum()
        fit[shares == 0] = -np.inf
        at = int(fit.argmax())
        chosen[row] = at
        room[at] -= has
        size[at] -= has.sum()
    return chosen[group.reshape(-1)]
