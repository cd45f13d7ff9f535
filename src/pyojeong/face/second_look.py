"""The second look at what may be a face: close up, with its eyes level, as it is and mirrored.

Both detection networks, run on a whole picture, also find faces in leaves, clocks and engines,
with scores like those of small true faces. Seen close up the two part: on textures the mean of the
two scores stays below 0.76, and most true faces exceed 0.85 (docs/models/blazeface_full.md).
"""

from __future__ import annotations

from functools import partial

import numpy as np

from pyojeong.face.at_once import at_once
from pyojeong.face.copies import Copies
from pyojeong.face.roi import roi_from_detection
from pyojeong.face.ssd import Floats, Found, Ssd
from pyojeong.face.suppression import distinct, overlaps
from pyojeong.face.types import Image

LEAST = 0.2
"""Score from which a view shows a face at all."""

MOST = 500
"""Most candidates looked at again; a crowd has fewer, a hostile picture could have thousands."""

CLOSE, FRAMED = 2.0, 1.7
"""Side of the second view and of the last two, in units of the box."""

PARTIAL = 0.1
"""How much lower the threshold is for a face that the picture's edge cuts: half of what speaks for
it is missing."""


class SecondLook:
    """Confirms candidates with the short-range network. threshold: the least score of a face."""

    def __init__(self, near: Ssd, threshold: float) -> None:
        self._near = near
        self._threshold = threshold

    def confirm(self, copies: Copies, candidates: Found) -> Found:
        """Those candidates that are faces of the picture, as seen close up, best first."""
        match = partial(self._match, copies)
        columns = (candidates[0][:MOST], candidates[2][:MOST])
        rows = list(zip(*columns, at_once(partial(match, CLOSE, False), *columns), strict=True))
        # At the picture's edge the first view is the better guide.
        places = [
            (box, points, True)
            if _hangs_over(box, copies.image)
            else (near[0][0], near[2][0], False)
            for box, points, near in rows
            if near is not None
        ]
        views = [(flip, box, points) for box, points, _ in places for flip in (False, True)]
        looks = at_once(lambda view: match(FRAMED, *view), views)
        judged = map(self._judged, places, looks[::2], looks[1::2])
        kept = [found for found in judged if found is not None]
        return distinct(*joined(kept)) if kept else none_of(candidates)

    def _judged(
        self, place: tuple[Floats, Floats, bool], plain: Found | None, mirrored: Found | None
    ) -> Found | None:
        """The face that two looks show; None where one of them shows none or both too little."""
        if plain is None or mirrored is None:
            return None
        box, points, cut_off = place
        boxes, scores, keypoints = joined([plain, mirrored])
        score = scores.mean(keepdims=True)
        if score[0] < self._threshold - (PARTIAL if cut_off else 0):
            return None
        if cut_off:
            # Mirrored at the edge, half a face looks like a whole one with a wrong middle.
            return box[None], score, points[None]
        return boxes.mean(0, keepdims=True), score, keypoints.mean(0, keepdims=True)

    def _match(
        self, copies: Copies, factor: float, flip: bool, box: Floats, points: Floats
    ) -> Found | None:
        """The best face that overlaps the box, in a view around it with the eyes level."""
        image, scale = copies.around(factor * float((box[2:] - box[:2]).max()), self._near.size)
        box, points = box * np.float32(scale), points * np.float32(scale)
        roi = roi_from_detection(box, points, factor)
        boxes, scores, keypoints = self._near.look_close(image, roi, LEAST, flip)
        best = np.flatnonzero(overlaps(box, boxes)[0] > 0.3)[:1]
        if not len(best):
            return None
        return boxes[best] / np.float32(scale), scores[best], keypoints[best] / np.float32(scale)


def _hangs_over(box: Floats, image: Image) -> bool:
    """Whether more than a tenth of the box lies beyond the picture's edge."""
    height, width = image.shape[:2]
    inside = np.array([[0, 0, width, height]], np.float32)
    return bool(overlaps(box, inside)[1][0] < 0.9)


def joined(found: list[Found]) -> Found:
    """All rows of several results."""
    boxes, scores, keypoints = (np.concatenate(column) for column in zip(*found, strict=True))
    return boxes, scores, keypoints


def none_of(found: Found) -> Found:
    boxes, scores, keypoints = found
    return boxes[:0], scores[:0], keypoints[:0]
