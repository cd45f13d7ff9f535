"""The cheapest way to pair two sets one to one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def assigned(costs: NDArray[np.float64], most: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of an (n, m) table of costs, least in sum, none dearer than `most`.

    Leaving a row or a column alone costs half of `most`, so that a pair is made only where it is
    cheaper than two left alone. Method: shortest augmenting paths (Jonker and Volgenant 1987),
    O((n + m)³).
    """
    n, m = costs.shape
    if not n or not m:
        return []
    # Every row may stay alone in a column of its own, and every column in a row of its own.
    table = np.full((n + m, n + m), most * 4 + 1.0)
    table[:n, :m] = np.where(costs <= most, costs, table[:n, :m])
    table[np.arange(n), m + np.arange(n)] = most / 2
    table[n + np.arange(m), np.arange(m)] = most / 2
    table[n:, m:] = 0.0
    partner = _solved(table)
    return [(row, column) for row, column in enumerate(partner[:n]) if column < m]


def _solved(costs: NDArray[np.float64]) -> list[int]:
    """Column of each row of a square table, least in sum."""
    size = len(costs)
    # Row 0 and column 0 are helpers: a row waits in column 0 until its path is found.
    u, v = np.zeros(size + 1), np.zeros(size + 1)
    row_of = np.zeros(size + 1, np.int64)
    for row in range(1, size + 1):
        row_of[0] = row
        here, came = 0, np.zeros(size + 1, np.int64)
        least, done = np.full(size + 1, np.inf), np.zeros(size + 1, bool)
        while row_of[here]:
            done[here] = True
            own = row_of[here]
            slack = costs[own - 1] - u[own] - v[1:]
            better = ~done[1:] & (slack < least[1:])
            least[1:][better] = slack[better]
            came[1:][better] = here
            open_ones = np.where(done, np.inf, least)
            open_ones[0] = np.inf
            there = int(open_ones.argmin())
            step = least[there]
            u[row_of[done]] += step
            v[done] -= step
            least[~done] -= step
            here = there
        while here:
            before = int(came[here])
            row_of[here] = row_of[before]
            here = before
    columns = [0] * size
    for column in range(1, size + 1):
        columns[int(row_of[column]) - 1] = column - 1
    return columns
