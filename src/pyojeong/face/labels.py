"""Where labels go: beside their faces, never on one another, off the faces, inside the picture.

Greedy placement over a fixed set of places per label, repeated with the labels that found none
moved to the front (squeaky-wheel optimisation, Joslin and Clements 1999). Labels away from their
face have a leader line that crosses no other face, no label and no other leader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDS = 4
"""Most attempts at an order in which every label finds its place."""

HEADROOM = 0.3
"""Height of the brow and hair above a face box, in units of its height: better left free."""

INSIDE = 0.2
"""A label may lie in its own face box only if it takes at most this share of its height."""

_ANGLES = np.arange(16) * (np.pi / 8)
_REACH = np.array([0.6, 1.3, 2.2, 3.5, 5.5])
_FAR_COST, _INSIDE_COST, _HEAD_COST, _MOVE_COST = 8.0, 4.0, 10.0, 6.0
_SAMPLES = np.linspace(0.0, 1.0, 13)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one label lies. box: xyxy, px. slot: which of the places around a face it is, so that
    a film can keep it. leader: the line to the face, x0, y0, x1, y1, or None where it touches."""

    box: tuple[int, int, int, int]
    slot: int
    leader: tuple[float, float, float, float] | None = None


class Layout:
    """Labels on one picture. width, height: px. faces: (n, 4) boxes, xyxy, px. gap: px between
    a label and what it must not touch."""

    def __init__(self, width: int, height: int, faces: Floats, gap: int) -> None:
        self.width, self.height, self.gap = width, height, gap
        self.faces = np.asarray(faces, np.float64).reshape(-1, 4)
        self.heads = self.faces.copy()
        self.heads[:, 1] -= HEADROOM * (self.faces[:, 3] - self.faces[:, 1])
        self.taken: list[tuple[int, int, int, int]] = []
        self.leaders: list[tuple[float, float, float, float]] = []

    def place_all(
        self, sizes: dict[int, tuple[int, int]], kept: dict[int, int] | None = None
    ) -> dict[int, Place]:
        """Places for labels of those sizes (width, height), by row of `faces`; labels for which
        there is no room are missing. kept: the slot that a label had before, which it keeps
        unless another is much better."""
        start = (list(self.taken), list(self.leaders))
        order = sorted(sizes, key=lambda row: self._room(row, sizes[row]))
        best: dict[int, Place] = {}
        best_state = start
        for _ in range(ROUNDS):
            self.taken, self.leaders = list(start[0]), list(start[1])
            found = {}
            for row in order:
                place = self.place(row, sizes[row], (kept or {}).get(row))
                if place is not None:
                    found[row] = place
            if len(found) > len(best) or not best:
                best, best_state = found, (self.taken, self.leaders)
            # Where half of them find nothing, no order helps.
            if len(found) == len(order) or 2 * len(found) < len(order):
                break
            order.sort(key=lambda row, found=found: row in found)  # type: ignore[misc]
        self.taken, self.leaders = best_state
        return best

    def place(self, row: int, size: tuple[int, int], kept: int | None = None) -> Place | None:
        """The best free place for one label, which is taken; None where there is none."""
        boxes, cost, slots = self._candidates(row, size)
        allowed = self._allowed(row, boxes, slots)
        if kept is not None:
            cost = cost + _MOVE_COST * (slots != kept)
        cost = cost + _HEAD_COST * self._on_heads(row, boxes)
        for at in np.argsort(cost, kind="stable"):
            if not allowed[at]:
                continue
            leader = None
            if slots[at] >= _FIRST_FAR:
                leader = _leader(boxes[at], self.faces[row])
                if not self._is_clear(row, leader):
                    continue
                self.leaders.append(leader)
            x0, y0, x1, y1 = (int(v) for v in boxes[at])
            self.taken.append((x0, y0, x1, y1))
            return Place((x0, y0, x1, y1), int(slots[at]), leader)
        return None

    def free_corner(self, width: int, height: int) -> tuple[int, int, int, int] | None:
        """A box of that size in a corner, on no face and no label; None where there is none."""
        margin = 2 * self.gap
        right, bottom = self.width - margin - width, self.height - margin - height
        for x, y in ((margin, bottom), (right, bottom), (margin, margin), (right, margin)):
            box = np.array([[x, y, x + width, y + height]], np.float64)
            if x < 0 or y < 0 or _area_shared(box, self.heads).any():
                continue
            if self._hits_taken(box).any() or self._hits_leaders(box).any():
                continue
            return x, y, x + width, y + height
        return None

    # --- candidates ------------------------------------------------------------------------

    def _candidates(
        self, row: int, size: tuple[int, int]
    ) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """(k, 4) boxes, (k,) cost, (k,) slot."""
        w, h = size
        x0, y0, x1, y1 = self.faces[row]
        corners, cost = _near(x0, y0, x1, y1, w, h, self.gap)
        ring = _ring(x0, y0, x1, y1, w, h)
        far_cost = np.repeat(_FAR_COST * (1 + _REACH), len(_ANGLES))
        corners = np.concatenate([corners, ring])
        cost = np.concatenate([cost, far_cost])
        slots = np.arange(len(corners))
        # Labels beside an edge slide along it into the picture.
        slid = corners.copy()
        slid[:, 0] = np.clip(slid[:, 0], self.gap, max(self.gap, self.width - self.gap - w))
        slid[:, 1] = np.clip(slid[:, 1], self.gap, max(self.gap, self.height - self.gap - h))
        cost = cost + np.abs(slid - corners).sum(1) / (h + 1)
        slid = np.round(slid)
        return np.concatenate([slid, slid + np.array([w, h])], axis=1), cost, slots

    def _allowed(self, row: int, boxes: Floats, slots: NDArray[np.intp]) -> NDArray[np.bool_]:
        inside = (boxes[:, :2] >= 0).all(1)
        inside &= (boxes[:, 2] <= self.width) & (boxes[:, 3] <= self.height)
        others = np.delete(self.faces, row, axis=0)
        on_others = _area_shared(boxes, others).any(1)
        own = self.faces[row]
        tall = boxes[:, 3] - boxes[:, 1] > INSIDE * (own[3] - own[1])
        wide = boxes[:, 2] - boxes[:, 0] > own[2] - own[0]
        on_own = _area_shared(boxes, own[None]).any(1)
        in_own = np.isin(slots, _INSIDE_SLOTS) & ~tall & ~wide
        free = ~self._hits_taken(boxes) & ~self._hits_leaders(boxes)
        allowed: NDArray[np.bool_] = inside & ~on_others & (~on_own | in_own) & free
        return allowed

    def _room(self, row: int, size: tuple[int, int]) -> int:
        """How many places a label has while no other is placed: those with few go first."""
        boxes, _, slots = self._candidates(row, size)
        return int(self._allowed(row, boxes, slots)[:_FIRST_FAR].sum())

    def _on_heads(self, row: int, boxes: Floats) -> Floats:
        """Share of each box that covers the hair of somebody else."""
        others = np.delete(self.heads, row, axis=0)
        area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
        shared: Floats = _area_shared(boxes, others).sum(1) / np.maximum(area, 1)
        return shared

    def _hits_taken(self, boxes: Floats) -> NDArray[np.bool_]:
        taken = (
            np.array(self.taken, np.float64).reshape(-1, 4) + np.array([-1, -1, 1, 1]) * self.gap
        )
        return np.asarray(_area_shared(boxes, taken).any(1), np.bool_)

    def _hits_leaders(self, boxes: Floats) -> NDArray[np.bool_]:
        if not self.leaders:
            return np.zeros(len(boxes), bool)
        points = np.concatenate([_along(line) for line in self.leaders])
        within = (points[None, :, 0] > boxes[:, None, 0]) & (points[None, :, 0] < boxes[:, None, 2])
        within &= (points[None, :, 1] > boxes[:, None, 1]) & (
            points[None, :, 1] < boxes[:, None, 3]
        )
        return np.asarray(within.any(1), np.bool_)

    def _is_clear(self, row: int, leader: tuple[float, float, float, float]) -> bool:
        points = _along(leader)[1:-1]
        # A face that overlaps this one cannot be kept clear of.
        apart = _area_shared(self.faces[row][None], self.faces)[0] == 0
        blocks = [self.faces[apart]]
        if self.taken:
            blocks.append(np.array(self.taken, np.float64))
        boxes = np.concatenate(blocks)
        for x, y in points:
            within = (x > boxes[:, 0]) & (x < boxes[:, 2]) & (y > boxes[:, 1]) & (y < boxes[:, 3])
            if within.any():
                return False
        return not any(_cross(leader, other) for other in self.leaders)


def _near(
    x0: float, y0: float, x1: float, y1: float, w: int, h: int, gap: int
) -> tuple[Floats, Floats]:
    """Corners and costs of the places that touch a face: above, below, beside, in its own box."""
    left, middle, right = x0, (x0 + x1 - w) / 2, x1 - w
    above, below = y0 - gap - h, y1 + gap
    before, after = x0 - gap - w, x1 + gap
    centre = (y0 + y1 - h) / 2
    places = [
        (left, above, 0.0),
        (middle, above, 0.4),
        (right, above, 0.6),
        (left, below, 1.0),
        (middle, below, 1.2),
        (right, below, 1.4),
        (after, y0, 2.0),
        (before, y0, 2.4),
        (after, centre, 2.6),
        (before, centre, 2.8),
        (after, y1 - h, 2.2),
        (before, y1 - h, 2.5),
        (x0 + gap, y1 - gap - h, _INSIDE_COST),
        (x0 + gap, y0 + gap, _INSIDE_COST + 0.5),
    ]
    table = np.array(places, np.float64)
    return table[:, :2], table[:, 2]


_INSIDE_SLOTS = (12, 13)
_FIRST_FAR = 14


def _ring(x0: float, y0: float, x1: float, y1: float, w: int, h: int) -> Floats:
    """Corners of places around a face, nearest first, 16 to a ring."""
    reach = (_REACH * h)[:, None]
    x = (x0 + x1) / 2 + ((x1 - x0 + w) / 2 + reach) * np.cos(_ANGLES) - w / 2
    y = (y0 + y1) / 2 + ((y1 - y0 + h) / 2 + reach) * np.sin(_ANGLES) - h / 2
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _leader(label: Floats, face: Floats) -> tuple[float, float, float, float]:
    """The shortest line between two boxes."""
    ends = []
    for low, high in ((0, 2), (1, 3)):
        if label[high] < face[low]:
            ends.append((label[high], face[low]))
        elif label[low] > face[high]:
            ends.append((label[low], face[high]))
        else:
            middle = (max(label[low], face[low]) + min(label[high], face[high])) / 2
            ends.append((middle, middle))
    (ax, bx), (ay, by) = ends
    return float(ax), float(ay), float(bx), float(by)


def _along(line: tuple[float, float, float, float]) -> Floats:
    start, end = np.array(line[:2]), np.array(line[2:])
    return np.asarray(start + _SAMPLES[:, None] * (end - start), np.float64)


def _cross(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two segments cross."""

    def side(line: Sequence[float], x: float, y: float) -> float:
        return (line[2] - line[0]) * (y - line[1]) - (line[3] - line[1]) * (x - line[0])

    return (
        side(one, other[0], other[1]) * side(one, other[2], other[3]) < 0
        and side(other, one[0], one[1]) * side(other, one[2], one[3]) < 0
    )


def _area_shared(boxes: Floats, others: Floats) -> Floats:
    """(k, m) px² that boxes (k, 4) share with others (m, 4)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared: Floats = np.prod(np.clip(high - low, 0, None), axis=2)
    return shared
