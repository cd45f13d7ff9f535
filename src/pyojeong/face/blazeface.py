"""Faces of all sizes: BlazeFace on the whole picture and on overlapping tiles, each face confirmed.

Both networks, run on a whole picture, also find faces in leaves, clocks and engines, with scores
like those of small true faces. A second look decides: the short-range network sees every
candidate close up with its eyes level, as it is and mirrored, and the mean of its two scores is
the face's score. On textures it stays below 0.76, and most true faces exceed 0.85
(docs/models/blazeface_full.md).
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import cv2
import numpy as np

from pyojeong.errors import BadSettings
from pyojeong.face.roi import roi_from_detection
from pyojeong.face.ssd import Floats, Found, Ssd, View, full_range, short_range
from pyojeong.face.suppression import distinct, overlaps
from pyojeong.face.types import Faces, Image
from pyojeong.settings import settings

T = TypeVar("T")

TILES = (320, 640)
"""Smallest and largest side of a tile, px. Between them half the longer side of the picture or its
shorter side. The full-range network finds faces from about 6 % of a tile up."""

MOST_TILES = 12
"""Large pictures get larger tiles instead of more."""

SMALL, HALVINGS = 0.12, 2
"""Where no face is larger than this share of the tile, or two are smaller, others must have been
missed: the picture is searched again with tiles of half the side, and once more."""

FINEST, MOST_FINE = 150, 200
"""No such tile is smaller, px, and no such search has more of them."""

OVERLAP = 0.35
"""Share of a tile that its neighbour sees again."""

CANDIDATE = 0.2
"""Score from which a face is looked at again."""

MOST = 500
"""Most candidates looked at again; a crowd has fewer, a hostile picture could have thousands."""

CLOSE, FRAMED = 2.0, 1.7
"""Side of the second view and of the last two, in units of the box."""

PARTIAL = 0.1
"""How much lower the threshold is for a face that the picture's edge cuts: half of what speaks for
it is missing."""


class BlazeFace:
    """Finds faces from about 3 % of the picture's long side up to the whole picture.

    threshold: the least score of a face, in (0, 1).
    """

    def __init__(self, threshold: float = 0.77) -> None:
        if not 0 < threshold < 1:
            raise BadSettings(
                f"threshold must lie between 0 and 1, got {threshold}.",
                f"threshold는 0과 1 사이여야 합니다: {threshold}.",
            )
        self.threshold = threshold
        self._near = short_range()
        self._far = full_range()

    def detect(self, image: Image) -> Faces:
        """Faces of an RGB picture, best first; an empty result where there are none.

        Faces turned by more than 100 degrees are looked for only where no other is found.
        """
        found = self._upright(image, HALVINGS)
        if not len(found[0]):
            turned = np.ascontiguousarray(image[::-1, ::-1])
            found = _turned_back(self._upright(turned, 0), image)
        return _clipped(found, image)

    def _upright(self, image: Image, halvings: int) -> Found:
        """Faces of a picture that are not upside down; boxes not clipped."""
        side = tile_side(image)
        found = self._confirm(image, self._search(image, side, [self._near, self._far]))
        for _ in range(halvings):
            side /= 2
            if side < FINEST or max(image.shape[:2]) <= side or not _misses_small(found, 2 * side):
                break
            if len(tiles(image, side)) > MOST_FINE:
                break
            more = _apart_from(found, self._search(image, side, []))
            found = distinct(*_joined([found, self._confirm(image, more)]))
        return found

    def _confirm(self, image: Image, candidates: Found) -> Found:
        """Those candidates that pass the second look, as it saw them."""
        boxes, scores, keypoints = (column[:MOST] for column in candidates)
        looked = at_once(partial(self._second_look, image), boxes, keypoints)
        kept = [found for found in looked if found is not None]
        return distinct(*_joined(kept)) if kept else (boxes[:0], scores[:0], keypoints[:0])

    def _search(self, image: Image, side: float, on_whole: list[Ssd]) -> Found:
        """Candidates in tiles of one size, and of some networks on the whole picture. All views
        are cut from one shrunk copy, in which a tile has the size of the network's input."""
        small, factor = _shrunk(image, self._far.size / side)
        far = tiles(small, side * factor)
        views = [View.whole(small)] * len(on_whole) + far
        networks = on_whole + [self._far] * len(far)
        found = at_once(lambda network, view: network.look(small, view, CANDIDATE), networks, views)
        boxes, scores, keypoints = distinct(*_joined(found))
        return boxes / np.float32(factor), scores, keypoints / np.float32(factor)

    def _second_look(self, image: Image, box: Floats, keypoints: Floats) -> Found | None:
        """The face as seen close up, or None where the short-range network sees none."""
        near = self._match(image, box, keypoints, CLOSE)
        if near is None:
            return None
        cut_off = _hangs_over(box, image)
        at, eyes = (box, keypoints) if cut_off else (near[0][0], near[2][0])
        looks = [self._match(image, at, eyes, FRAMED, flip) for flip in (False, True)]
        if looks[0] is None or looks[1] is None:
            return None
        boxes, scores, points = _joined([looks[0], looks[1]])
        score = scores.mean(keepdims=True)
        if score[0] < self.threshold - (PARTIAL if cut_off else 0):
            return None
        if cut_off:
            # Mirrored at the edge, half a face looks like a whole one with a wrong middle.
            return box[None], score, keypoints[None]
        return boxes.mean(0, keepdims=True), score, points.mean(0, keepdims=True)

    def _match(
        self, image: Image, box: Floats, keypoints: Floats, factor: float, flip: bool = False
    ) -> Found | None:
        """The best face that overlaps the box, in a view around it with the eyes level."""
        roi = roi_from_detection(box, keypoints, factor)
        boxes, scores, points = self._near.look_close(image, roi, CANDIDATE, flip)
        rows = np.flatnonzero(overlaps(box, boxes)[0] > 0.3)[:1]
        return (boxes[rows], scores[rows], points[rows]) if len(rows) else None


def at_once(task: Callable[..., T], *columns: Iterable[Any]) -> list[T]:
    """`map` on a few threads, results in order: ONNX Runtime and OpenCV work outside Python's
    lock, and one network is too small to share between cores."""
    workers = settings().threads or min(os.cpu_count() or 1, 4)
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(task, *columns))


def tile_side(image: Image) -> float:
    """Side of the tiles for a picture, px."""
    height, width = image.shape[:2]
    wanted = min(max(height, width) / 2, height, width)
    side = float(min(max(wanted, TILES[0]), TILES[1]))
    while len(tiles(image, side)) > MOST_TILES:
        side *= 1.1
    return side


def tiles(image: Image, side: float) -> list[View]:
    """Overlapping square views that cover a picture larger than one tile; none otherwise."""
    height, width = image.shape[:2]
    if max(height, width) <= side:
        return []
    return [View(x, y, side) for y in _starts(height, side) for x in _starts(width, side)]


def _shrunk(image: Image, factor: float) -> tuple[Image, float]:
    """A copy smaller by the factor, and the true factor along the longer side; the picture itself
    where it is small."""
    height, width = image.shape[:2]
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    if max(size) >= max(width, height) or max(size) <= 192:
        return image, 1.0
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, max(size) / max(width, height)


def _starts(length: int, side: float) -> list[float]:
    """Evenly spread starts that cover the length with at least `OVERLAP`."""
    if length <= side:
        return [0.0]
    count = math.ceil((length - side) / (side * (1 - OVERLAP))) + 1
    return [float(v) for v in np.linspace(0, length - side, count)]


def _joined(found: list[Found]) -> Found:
    boxes, scores, keypoints = (np.concatenate(column) for column in zip(*found, strict=True))
    return boxes, scores, keypoints


def _misses_small(found: Found, side: float) -> bool:
    """Whether faces are so small in their tiles that others must have been missed, or there is
    none at all."""
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


def _hangs_over(box: Floats, image: Image) -> bool:
    """Whether more than a tenth of the box lies beyond the picture's edge."""
    height, width = image.shape[:2]
    inside = np.array([[0, 0, width, height]], np.float32)
    return bool(overlaps(box, inside)[1][0] < 0.9)


def _clipped(found: Found, image: Image) -> Faces:
    boxes, scores, keypoints = found
    height, width = image.shape[:2]
    limits = np.array([width, height, width, height], np.float32)
    boxes = np.clip(boxes, 0, limits)
    seen = (boxes[:, 2] - boxes[:, 0] >= 1) & (boxes[:, 3] - boxes[:, 1] >= 1)
    return Faces(boxes[seen], scores[seen], keypoints[seen])
