"""Pictures that occur more than once in a set: the same pixels, or a copy that was resized,
cropped, brightened or compressed.

Equal pixels are found by their digest. For the others, every picture's windows (`fingerprint`) are
compared with all whole pictures in blocks, the nearest few are laid on each other (`overlay`), and
only a pair whose detail agrees counts. 30,000 pictures take minutes on one core.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.fingerprint import Floats, Prints, describe, windows
from pyojeong.data.overlay import overlay

AGREEMENT = 0.83
"""Least correlation of the detail of two copies. Among 4,750 different people no pair of pictures
that were no copies exceeded 0.83; copies that were cropped, resized, brightened and compressed one
after the other reached 0.94 (5 % of those at 48 px fell below 0.81)."""

ALIKE = 0.84
"""Least likeness of descriptors at which two pictures are laid on each other."""

NEAREST = 6
"""Most pictures that one is laid on: those with the likest descriptors."""

BLOCK = 256

Ints = NDArray[np.int64]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Pairs of pictures that are copies of each other, best first.

    first, second: (m,) int64 rows, first < second. agreement: (m,) float32, 1 for equal pixels.
    exact: (m,) bool. mirrored: (m,) bool, one shows the other left to right. turns: (m,) int64, 1
    where one is the other turned by a quarter, either way, 2 by half, else 0. groups: (n,) int64,
    the lowest row that each row is linked with.
    """

    first: Ints
    second: Ints
    agreement: Floats
    exact: NDArray[np.bool_]
    mirrored: NDArray[np.bool_]
    turns: Ints
    groups: Ints

    def __len__(self) -> int:
        return len(self.first)


def find_repeats(
    prints: Prints,
    agreement: float = AGREEMENT,
    near: bool = True,
    mirrored: bool = True,
    turned: bool = False,
    progress: Progress = lambda share: None,
) -> Repeats:
    """Pairs of copies among n pictures; of a group of equal pixels, the first row stands for all.

    near: also copies that differ in their pixels; mirrored: those that were mirrored as well;
    turned: those that were turned by 90, 180 or 270 degrees as well, which takes four times as long.
    """
    keepers, copies = _equal(prints)
    rows = [np.stack([keepers[copies], copies], 1)]
    found = [np.ones(len(copies), np.float32)]
    ways = [np.zeros((len(copies), 2), np.int64)]
    if near:
        chosen = np.flatnonzero((keepers == np.arange(len(prints))) & ~prints.plain)
        tried = [(k, flip) for k in range(1 + 3 * turned) for flip in range(1 + mirrored)]
        for at, (k, flip) in enumerate(tried):
            part = _part(progress, at / len(tried), (at + 1) / len(tried))
            pairs, score = _near(prints.thumbs[chosen], k, bool(flip), part)
            kept = score >= agreement
            rows.append(np.sort(chosen[pairs[kept]], 1))
            found.append(score[kept])
            ways.append(np.tile([min(k, 4 - k), flip], (int(kept.sum()), 1)))
    return _collect(
        len(prints),
        np.concatenate(rows),
        np.concatenate(found),
        np.concatenate(ways),
        len(copies),
    )


def link(n: int, pairs: Ints) -> Ints:
    """(n,) the lowest row that each row is linked with through pairs (m, 2)."""
    root = np.arange(n)

    def top(row: int) -> int:
        while root[row] != row:
            root[row] = root[root[row]]
            row = int(root[row])
        return row

    for a, b in pairs.tolist():
        x, y = top(a), top(b)
        root[max(x, y)] = min(x, y)
    return np.array([top(row) for row in range(n)], np.int64)


def _equal(prints: Prints) -> tuple[Ints, Ints]:
    """(n,) the first row with the same pixels, and the rows that are not it."""
    _, first, group = np.unique(prints.digests, return_index=True, return_inverse=True)
    keepers = first.astype(np.int64)[group.reshape(-1)]
    return keepers, np.flatnonzero(keepers != np.arange(len(keepers)))


def _near(
    thumbs: NDArray[np.uint8], turns: int, flip: bool, progress: Progress
) -> tuple[Ints, Floats]:
    """Candidate pairs (m, 2) and the agreement of their detail, one of each pair turned by
    quarters and mirrored."""
    other = np.rot90(thumbs[:, :, ::-1] if flip else thumbs, turns, axes=(1, 2))
    other = np.ascontiguousarray(other)
    pairs = _candidates(thumbs, other, _part(progress, 0, 0.6))
    if flip or turns:
        both = np.concatenate([thumbs, other])
        second = pairs[:, 1] + len(thumbs)
    else:
        both, second = thumbs, pairs[:, 1]
    starts = _best_windows(both, pairs[:, 0], second)
    score, _ = overlay(both, pairs[:, 0], second, starts, _part(progress, 0.6, 1))
    return _best_of_both_ways(pairs, score)


def _candidates(thumbs: NDArray[np.uint8], other: NDArray[np.uint8], progress: Progress) -> Ints:
    """(m, 2) row of `thumbs` and row of `other` that some window of the first is like."""
    whole = describe(other)
    ways = windows()
    found = [np.zeros((0, 2), np.int64)]
    for at in range(0, len(thumbs), BLOCK):
        block = thumbs[at : at + BLOCK]
        like = describe(block) @ whole.T
        again = np.empty_like(like)
        for way in ways[1:]:
            np.maximum(like, np.matmul(describe(block, way), whole.T, out=again), out=like)
        rows = np.arange(len(block))
        like[rows, at + rows] = -1
        found.append(_nearest(like) + np.array([at, 0]))
        progress((at + len(block)) / len(thumbs))
    return np.concatenate(found)


def _nearest(like: Floats) -> Ints:
    """(m, 2) row and column of the NEAREST likest of each row that are like enough."""
    if like.shape[1] > NEAREST:
        columns = np.argpartition(-like, NEAREST, axis=1)[:, :NEAREST]
    else:
        columns = np.tile(np.arange(like.shape[1]), (len(like), 1))
    rows = np.repeat(np.arange(len(like)), columns.shape[1])
    pairs = np.stack([rows, columns.reshape(-1)], 1)
    return pairs[like[pairs[:, 0], pairs[:, 1]] >= ALIKE]


def _best_windows(thumbs: NDArray[np.uint8], first: Ints, second: Ints) -> Floats:
    """(m, 4) the window of the first picture of each pair that is likest to the second."""
    ways = windows()
    starts = np.zeros((len(first), 4), np.float32)
    for at in range(0, len(first), 4096):
        part = slice(at, at + 4096)
        a, whole = thumbs[first[part]], describe(thumbs[second[part]])
        like = np.stack([(describe(a, way) * whole).sum(1) for way in ways], 1)
        starts[part] = np.array(ways, np.float32)[like.argmax(1)]
    return starts


def _best_of_both_ways(pairs: Ints, score: Floats) -> tuple[Ints, Floats]:
    """Each unordered pair once, with its better score."""
    pairs = np.sort(pairs, 1)
    order = np.lexsort((-score, pairs[:, 1], pairs[:, 0]))
    pairs, score = pairs[order], score[order]
    new = np.ones(len(pairs), np.bool_)
    new[1:] = (pairs[1:] != pairs[:-1]).any(1)
    return pairs[new], score[new]


def _collect(n: int, pairs: Ints, score: Floats, ways: Ints, exact: int) -> Repeats:
    order = np.lexsort((pairs[:, 1], pairs[:, 0], -score))
    equal = np.arange(len(pairs)) < exact
    # A face that equals its own mirror image would be found twice.
    _, at = np.unique(pairs[order], axis=0, return_index=True)
    order = order[np.sort(at)]
    first, second = pairs[order, 0], pairs[order, 1]
    turns, mirrored = ways[order, 0], ways[order, 1].astype(np.bool_)
    return Repeats(first, second, score[order], equal[order], mirrored, turns, link(n, pairs))


def _part(progress: Progress, start: float, end: float) -> Progress:
    return lambda share: progress(start + (end - start) * share)
