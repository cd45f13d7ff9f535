"""Pairs, against every other way to pair."""

from itertools import permutations

import numpy as np
import pytest

from pyojeong.film.assignment import assigned


def best(costs, most):
    """The least sum over all pairings, by trying them all."""
    n, m = costs.shape
    least = np.inf
    for columns in permutations([*range(m), *[-1] * n], n):
        pairs = [costs[r, c] for r, c in enumerate(columns) if c >= 0]
        if all(cost <= most for cost in pairs):
            least = min(least, sum(pairs) + most / 2 * (n + m - 2 * len(pairs)))
    return least


@pytest.mark.parametrize("seed", range(25))
def test_no_pairing_is_cheaper(seed):
    rng = np.random.default_rng(seed)
    costs = rng.uniform(0, 1, rng.integers(1, 5, 2)).round(int(rng.integers(1, 4)))
    pairs = assigned(costs, 0.6)
    n, m = costs.shape
    total = sum(costs[pair] for pair in pairs) + 0.3 * (n + m - 2 * len(pairs))
    assert total == pytest.approx(best(costs, 0.6))
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
    assert all(costs[pair] <= 0.6 for pair in pairs)


def test_the_nearest_is_left_where_all_together_gain():
    # Greedy would take 0.1 and leave 0.9.
    assert assigned(np.array([[0.1, 0.2], [0.2, 0.9]]), 1.0) == [(0, 1), (1, 0)]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_nothing_to_pair(shape):
    assert assigned(np.zeros(shape), 1.0) == []
