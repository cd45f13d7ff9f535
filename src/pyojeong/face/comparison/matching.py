"""Which boxes of several detectors mean the same face."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pyojeong.face.suppression import overlaps

Boxes = NDArray[np.float32]

SAME = 0.4
"""Least intersection over union of one face. Less than the usual 0.5: detectors draw their boxes
by different rules, and small faces differ by a pixel or two."""


def matched(first: Boxes, second: Boxes) -> list[tuple[int, int]]:
    """Pairs of rows that mean one face, closest first; each row at most once."""
    return [(a, b) for _, a, b in _one_to_one(_close_pairs(first, second))]


def same_faces(found: Sequence[Boxes]) -> NDArray[np.intp]:
    """(faces, detectors): the row of each detector's boxes that means the face, -1 where it has
    none. Every box is in exactly one line.

    The closest boxes are joined first; a face gets at most one box of each detector.
    """
    pairs = [
        (shared, (i, a), (j, b))
        for i in range(len(found))
        for j in range(i + 1, len(found))
        for shared, a, b in _close_pairs(found[i], found[j])
    ]
    faces = {(i, a): {i: a} for i, boxes in enumerate(found) for a in range(len(boxes))}
    for _, one, other in sorted(pairs, key=lambda pair: (-pair[0], *pair[1:])):
        here, there = faces[one], faces[other]
        if here is there or here.keys() & there.keys():
            continue
        here |= there
        for box in there.items():
            faces[box] = here
    lines = list({id(face): face for face in faces.values()}.values())
    table = [[face.get(i, -1) for i in range(len(found))] for face in lines]
    return np.array(table, np.intp).reshape(-1, len(found))


def _close_pairs(first: Boxes, second: Boxes) -> list[tuple[float, int, int]]:
    """(intersection over union, row, row) of all pairs of at least `SAME`."""
    if not len(second):
        return []
    return [
        (float(shared), a, b)
        for a, box in enumerate(first)
        for b, shared in enumerate(overlaps(box, second)[0])
        if shared >= SAME
    ]


def _one_to_one(pairs: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    kept: list[tuple[float, int, int]] = []
    used: tuple[set[int], set[int]] = (set(), set())
    for pair in sorted(pairs, key=lambda pair: (-pair[0], *pair[1:])):
        if pair[1] not in used[0] and pair[2] not in used[1]:
            kept.append(pair)
            used[0].add(pair[1])
            used[1].add(pair[2])
    return kept
