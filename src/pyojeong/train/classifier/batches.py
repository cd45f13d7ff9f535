"""Which pictures come in which step: decided by seed and epoch alone, shared out among devices."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

Index = tuple[int, int, bool]
"""Epoch, row, and whether the row counts: one that fills up a device's share does not."""


class Batches:
    """Batches of rows of one device, epoch after epoch.

    rows: in the set. batch: rows per step and device. seed: None keeps the order, as for
    validation. rank of world: every device takes each world-th row of the same order; where they
    do not divide, rows repeat, and when the order is kept they do not count. A single row left
    over joins the batch before it: one picture has no spread for batch normalisation to measure.

    `epoch` and `skip` (batches already done of it) say where to go on. `skip` holds until another
    epoch begins, not for one round only: a loader with workers asks twice before it starts.
    Lightning calls `sampler.set_epoch`, which is why `sampler` is this.
    """

    def __init__(
        self, rows: int, batch: int, seed: int | None, rank: int = 0, world: int = 1
    ) -> None:
        self.rows, self.batch, self.seed = rows, batch, seed
        self.rank, self.world = rank, world
        self.epoch = self.skip = 0
        self.sampler = self

    def set_epoch(self, epoch: int) -> None:
        if epoch != self.epoch:
            self.epoch, self.skip = epoch, 0

    def __len__(self) -> int:
        share = math.ceil(self.rows / self.world)
        full, left = divmod(share, self.batch)
        return max(1, full + (left > 1 or (left == 1 and self.seed is None)))

    def __iter__(self) -> Iterator[list[Index]]:
        mine = self._mine()
        ends = [self.batch * n for n in range(1, len(self))] + [len(mine)]
        starts = [0, *ends[:-1]]
        return iter([mine[a:b] for a, b in zip(starts, ends, strict=True)][self.skip :])

    def _mine(self) -> list[Index]:
        if self.seed is None:
            order = np.arange(self.rows)
        else:
            order = np.random.default_rng((self.seed, self.epoch)).permutation(self.rows)
        total = math.ceil(self.rows / self.world) * self.world
        at = np.arange(self.rank, total, self.world)
        counted = (at < self.rows) | (self.seed is not None)
        rows = order[at % self.rows]
        return [(self.epoch, int(r), bool(c)) for r, c in zip(rows, counted, strict=True)]
