"""Faces of all sizes: BlazeFace on the whole picture and on its larger copies, each face confirmed.

A first search proposes, by both networks on the whole picture and by the full-range one on a larger
copy; where faces are small, finer copies follow. `face/second_look.py` decides.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from pyojeong.errors import BadSettings
from pyojeong.face.at_once import at_once
from pyojeong.face.copies import Copies
from pyojeong.face.second_look import SecondLook, joined
from pyojeong.face.ssd import WHOLE, Found, Part, Ssd, View, full_range, short_range
from pyojeong.face.suppression import distinct, overlaps
from pyojeong.face.types import Faces, Image

REACH = (320, 640)
"""Smallest and largest `reach`: the side, px, of what the full-range network's usual input would
show of the picture. Between them half the longer side of the picture or its shorter side. The
network finds faces from about 6 % of its usual input up."""

MOST = 5
"""Most usual inputs that one search covers; a large picture is shrunk more instead."""

SMALL, SEARCHES, FINER = 0.12, 3, 2.3
"""Where no face is larger than this share of the reach, or two are smaller, others must have been
missed: the picture is searched again with the reach divided by `FINER`, and once more."""

FINEST, WORTH, MOST_FINE = 135, 1.5, 90
"""No such reach is smaller, px, none is less than `WORTH` times finer than the one before, and no
search covers more usual inputs."""

PIECES, OVERLAP = (192, 448), 64
"""Smallest and largest side of what the network sees at once, and how much of it the next one sees
again, px of the shrunk copy: two pieces keep two cores at work, and a small one needs less memory."""

CANDIDATE = 0.2
"""Score from which a face is looked at again."""


class BlazeFace:
    """Finds faces from about 3 % of the picture's long side up to the whole picture.

    threshold: the least score of a face, in (0, 1). thorough: whether pictures that show no face,
    or only small ones, are searched again, finer and upside down, which takes ten times as long.
    """

    def __init__(self, threshold: float = 0.77, thorough: bool = True) -> None:
        if not 0 < threshold < 1:
            raise BadSettings(
                f"threshold must lie between 0 and 1, got {threshold}.",
                f"threshold는 0과 1 사이여야 합니다: {threshold}.",
            )
        self.threshold = threshold
        self._thorough = thorough
        self._near = short_range()
        self._far = full_range()
        self._second = SecondLook(self._near, threshold)

    def detect(self, image: Image) -> Faces:
        """Faces of an RGB picture, best first; an empty result where there are none.

        Faces turned by more than 100 degrees are looked for only where no other is found.
        """
        found = self._upright(image, SEARCHES if self._thorough else 1)
        if not len(found[0]) and self._thorough:
            turned = np.ascontiguousarray(image[::-1, ::-1])
            found = _turned_back(self._upright(turned, 1), image)
        return _clipped(found, image)

    def _upright(self, image: Image, searches: int) -> Found:
        """Faces of a picture that are not upside down; boxes not clipped."""
        copies, reach = Copies(image), reach_of(image)
        found = self._second.confirm(copies, self._search(copies, reach, [self._near, self._far]))
        for _ in range(searches - 1):
            finer = max(reach / FINER, FINEST)
            if finer > reach / WORTH or max(image.shape[:2]) <= finer:
                break
            if _inputs(image, finer) > MOST_FINE or not _misses_small(found, reach):
                break
            reach = finer
            more = _apart_from(found, self._search(copies, reach, []))
            found = distinct(*joined([found, self._second.confirm(copies, more)]))
        return found

    def _search(self, copies: Copies, reach: float, on_whole: list[Ssd]) -> Found:
        """Candidates in a copy of the picture in which `reach` has the size of the full-range
        network's usual input, and of some networks on the whole picture."""
        usual = max(copies.image.shape[:2]) <= reach
        small, factor = copies.scaled(1.0 if usual else self._far.size / reach)
        pieces = [] if usual else parts(small)
        looks = [partial(self._far.look_at, small, part, CANDIDATE) for part in pieces]
        whole = View.whole(small)
        looks += [partial(network.look, small, whole, CANDIDATE) for network in on_whole]
        boxes, scores, keypoints = distinct(*joined(at_once(lambda look: look(), looks)))
        return boxes / np.float32(factor), scores, keypoints / np.float32(factor)


def reach_of(image: Image) -> float:
    """The reach of the first search, px."""
    height, width = image.shape[:2]
    wanted = min(max(height, width) / 2, height, width)
    reach = float(min(max(wanted, REACH[0]), REACH[1]))
    return max(reach, math.sqrt(height * width / MOST))


def _inputs(image: Image, reach: float) -> float:
    """How many usual inputs would cover the picture, without overlap."""
    return float(image.shape[0] * image.shape[1] / reach**2)


def parts(image: Image) -> list[Part]:
    """Overlapping parts that cover a picture, the longer side always in at least two."""
    height, width = image.shape[:2]
    rows, columns = _spans(height, height >= width), _spans(width, width > height)
    return [Part(x, y, wide, high) for y, high in rows for x, wide in columns]


def _spans(length: int, halve: bool) -> list[tuple[int, int]]:
    """Starts and lengths, px, that cover a length with at least `OVERLAP`."""
    longest = -(-(length + OVERLAP) // 2) if halve else length
    longest = -(-min(max(longest, PIECES[0]), PIECES[1]) // WHOLE) * WHOLE
    if length <= longest:
        return [(0, length)]
    count = math.ceil((length - longest) / (longest - OVERLAP)) + 1
    return [(round(start), longest) for start in np.linspace(0, length - longest, count)]


def _misses_small(found: Found, side: float) -> bool:
    """Whether faces are so small for a reach that others must have been missed, or there is none
    at all."""
    boxes = found[0]
    small = boxes[:, 2] - boxes[:, 0] < SMALL * side
    return bool(small.all()) or int(small.sum()) >= 2


def _turned_back(found: Found, image: Image) -> Found:
    """What was found in the picture turned by 180 degrees, as it lies in the picture."""
    boxes, scores, keypoints = found
    corner = np.array([image.shape[1], image.shape[0]], np.float32)
    return np.tile(corner, 2) - boxes[:, [2, 3, 0, 1]], scores, corner - keypoints


def _apart_from(found: Found, others: Found) -> Found:
    """Those of the others that are no face already found."""
    boxes, scores, keypoints = others
    known = np.zeros(len(boxes), bool)
    for box in found[0]:
        known |= overlaps(box, boxes)[0] > 0.3
    return boxes[~known], scores[~known], keypoints[~known]


def _clipped(found: Found, image: Image) -> Faces:
    boxes, scores, keypoints = found
    height, width = image.shape[:2]
    limits = np.array([width, height, width, height], np.float32)
    boxes = np.clip(boxes, 0, limits)
    seen = (boxes[:, 2] - boxes[:, 0] >= 1) & (boxes[:, 3] - boxes[:, 1] >= 1)
    return Faces(boxes[seen], scores[seen], keypoints[seen])
