"""Tracks through gaps and cuts: a face that comes back is the same track only where that is safe.

There is no recognition of persons here. A returning face continues a track when it is near where
that track was lost, of its size, and looks the same in a small aligned crop; with two candidates
for one face, or across a cut with any doubt, it gets a new number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.face.align import look_of
from pyojeong.face.suppression import overlaps
from pyojeong.face.tracking import FaceTracker, TrackedFace
from pyojeong.face.types import FaceDetector, FaceMesh, FaceMesher, Image
from pyojeong.face.video.cuts import CutFinder
from pyojeong.registry import load

MOST = 24
"""Most faces followed at once."""

PATIENCE = 10
"""Looks between two searches for new faces, 0.8 s: searching costs ten times as much as following.
"""

GAP_S = 2.0
"""Longest absence after which a face may continue its track."""

_CROP = 24
_ALIKE, _VERY_ALIKE = 0.6, 0.88
"""Correlation of two crops; of one face from look to look it is above 0.95, of two persons below
0.5."""

_REACH, _FAR_REACH = 1.0, 3.0
"""How far a face may have come, in widths, where it looks alike and very much alike."""

_PAUSE_S = 0.4
"""A face away for less is smoothed through."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A face in one frame. track: its number through the film, from 1. segment: counts the pieces
    of a track that scores are smoothed within; a cut or gap starts a new one."""

    track: int
    segment: int
    mesh: FaceMesh


@dataclass(slots=True, eq=False)
class _Known:
    track: int
    segment: int
    box: NDArray[np.float32]
    look: NDArray[np.float32]
    time_s: float
    shot: int


class People:
    """Follows all faces of a film and numbers them."""

    def __init__(
        self, detector: FaceDetector | None = None, mesher: FaceMesher | None = None
    ) -> None:
        self._detector: FaceDetector = detector or load("FaceDetector")
        self._mesher: FaceMesher = mesher or load("FaceMesher")
        self._tracker = self._new_tracker()
        self._cuts = CutFinder()
        self._known: dict[tuple[int, int], _Known] = {}
        self._count = 0
        self._shot = 0

    def look(self, image: Image, time_s: float) -> list[Seen]:
        """The faces of the next frame. Times rise."""
        if self._cuts.is_cut(image):
            self._shot += 1
            self._tracker = self._new_tracker()
        faces = self._tracker.track(image)
        now = {(self._shot, face.number) for face in faces}
        for key in [k for k, known in self._known.items() if time_s - known.time_s > GAP_S]:
            if key not in now:
                del self._known[key]
        return [self._seen(image, face, now, time_s) for face in faces]

    def _new_tracker(self) -> FaceTracker:
        return FaceTracker(self._detector, self._mesher, MOST, PATIENCE)

    def _seen(
        self, image: Image, face: TrackedFace, now: set[tuple[int, int]], time_s: float
    ) -> Seen:
        key = (self._shot, face.number)
        look = look_of(image, face.mesh.points, _CROP)
        known = self._known.get(key)
        if known is None:
            known = self._returning(face.mesh.box, look, now) or self._new()
            known.segment += known.shot != self._shot or time_s - known.time_s > _PAUSE_S
            self._known[key] = known
        known.box, known.look, known.time_s = face.mesh.box, look, time_s
        known.shot = self._shot
        return Seen(known.track, known.segment, face.mesh)

    def _new(self) -> _Known:
        self._count += 1
        nothing = np.zeros(4, np.float32)
        return _Known(self._count, 0, nothing, nothing, 0.0, self._shot)

    def _returning(
        self, box: NDArray[np.float32], look: NDArray[np.float32], now: set[tuple[int, int]]
    ) -> _Known | None:
        """The lost track that this face continues, if there is exactly one."""
        found = [
            key
            for key, known in self._known.items()
            if key not in now and self._is_same(known, box, look)
        ]
        if len(found) != 1:
            return None
        return self._known.pop(found[0])

    def _is_same(self, known: _Known, box: NDArray[np.float32], look: NDArray[np.float32]) -> bool:
        alike = float(known.look @ look)
        if known.shot != self._shot:
            near = float(overlaps(box, known.box[None])[0][0]) > 0.5
            return near and alike > _VERY_ALIKE
        sides = [b[2] - b[0] for b in (box, known.box)]
        apart = np.linalg.norm((box[:2] + box[2:] - known.box[:2] - known.box[2:]) / 2)
        reach = _FAR_REACH if alike > _VERY_ALIKE else _REACH
        near = apart < reach * max(sides) and max(sides) < 1.5 * min(sides)
        return bool(near) and alike > _ALIKE
