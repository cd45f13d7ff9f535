"""What is seen in a block of frames: human faces by the built-in detector, or a segmenter's figures.

A block is read by itself: what came before it changes nothing, so that any cutting of the film at
blocks gives the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.align import look_of
from pyojeong.face.suppression import overlaps
from pyojeong.face.tracking import FaceTracker
from pyojeong.face.types import FaceDetector, FaceMesh, FaceMesher, Image
from pyojeong.face.video.cuts import CutFinder
from pyojeong.film.cutouts import as_jpeg
from pyojeong.film.emotions import EmotionReader
from pyojeong.film.faint import SURE
from pyojeong.film.figures import MOST, Row
from pyojeong.film.traits import COUNT, traits_of
from pyojeong.film.types import Frame, Instances, Segmenter
from pyojeong.registry import load

BLOCK = 8
"""Sampled frames read together."""

PATIENCE = 4
"""Sampled frames between two searches for new faces; in between, known ones are followed."""

MOST_FACES = 24
"""Most faces followed at once."""

SMALLEST = 12
"""A figure of fewer px, on the longer side of its box, is too small to read."""

LOOK = 16
"""Side of the gray crop that the look of a face is made of, px."""

TWICE = 0.75
"""Overlap above which two figures are one, found twice."""

_COLOURS = 4
_NOTHING = np.zeros(0, np.float32)


class BlockReader(Protocol):
    """Reads blocks of frames."""

    @property
    def labels(self) -> tuple[str, ...] | None:
        """Names of the classes; None where people have to be told apart by their traits."""
        ...

    @property
    def emotions(self) -> tuple[str, ...]: ...

    @property
    def widths(self) -> tuple[int, int, int]:
        """Of looks, traits and probabilities."""
        ...

    def read(self, frames: Sequence[Frame]) -> list[list[Row]]:
        """The figures of each frame."""
        ...


class FaceBlocks:
    """Human faces, without any training."""

    labels = None

    def __init__(
        self,
        emotions: EmotionReader,
        detector: FaceDetector | None = None,
        mesher: FaceMesher | None = None,
    ) -> None:
        self._emotions = emotions
        self._detector: FaceDetector = detector or load("FaceDetector", thorough=False)
        self._mesher: FaceMesher = mesher or load("FaceMesher")
        self.emotions = emotions.emotions
        self.widths = (LOOK * LOOK, COUNT, len(self.emotions))

    def read(self, frames: Sequence[Frame]) -> list[list[Row]]:
        cuts, tracker = CutFinder(), self._tracker()
        found = []
        for frame in frames:
            if cuts.is_cut(frame.image):
                tracker = self._tracker()
            meshes = [face.mesh for face in tracker.track(frame.image)]
            found.append(self._rows(frame.image, meshes))
        return found

    def _tracker(self) -> FaceTracker:
        return FaceTracker(self._detector, self._mesher, MOST_FACES, PATIENCE)

    def _rows(self, image: Image, meshes: Sequence[FaceMesh]) -> list[Row]:
        raw, doubt = self._emotions.of_meshes(image, meshes)
        height, width = image.shape[:2]
        rows: list[Row] = []
        for mesh, scores, unclear in zip(meshes, raw, doubt, strict=True):
            box = np.clip(mesh.box, 0, [width, height, width, height]).astype(np.float32)
            rows.append(
                Row(
                    box=box,
                    score=mesh.score,
                    kind=0,
                    area=float((box[2:] - box[:2]).prod()) / (width * height),
                    look=look_of(image, mesh.points, LOOK),
                    traits=traits_of(image, mesh),
                    raw=scores,
                    doubt=bool(unclear),
                    thumb=as_jpeg(image, box),
                )
            )
        return rows


class CharacterBlocks:
    """A segmenter's figures; their emotion from the cut-out, or from a human face inside it."""

    def __init__(
        self,
        segmenter: Segmenter,
        emotions: EmotionReader,
        detector: FaceDetector | None = None,
        mesher: FaceMesher | None = None,
    ) -> None:
        self._segmenter, self._emotions = segmenter, emotions
        self.labels: tuple[str, ...] | None = segmenter.labels
        self.emotions = emotions.emotions
        self.widths = (_COLOURS**3, 0, len(self.emotions))
        if not emotions.reads_figures:
            self._detector: FaceDetector = detector or load("FaceDetector", thorough=False)
            self._mesher: FaceMesher = mesher or load("FaceMesher")

    def read(self, frames: Sequence[Frame]) -> list[list[Row]]:
        # One by one: masks of a block of large frames would take memory and gain no time.
        found = []
        for frame in frames:
            (instances,) = self._segmenter.segment([frame.image])
            found.append(self._rows(frame.image, once(instances)))
        return found

    def _rows(self, image: Image, figures: Instances) -> list[Row]:
        raw, doubt = self._read(image, figures)
        rows: list[Row] = []
        for at in range(len(figures)):
            mask, box = figures.masks[at], figures.boxes[at]
            rows.append(
                Row(
                    box=box,
                    score=float(figures.scores[at]),
                    kind=int(figures.classes[at]),
                    area=float(mask.mean()),
                    look=colours_of(image, mask, box),
                    traits=_NOTHING,
                    raw=raw[at],
                    doubt=bool(doubt[at]),
                    thumb=as_jpeg(image, box, margin=0.05),
                )
            )
        return rows

    def _read(
        self, image: Image, figures: Instances
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        sides = (figures.boxes[:, 2:] - figures.boxes[:, :2]).max(1, initial=0)
        raw = np.full((len(figures), len(self.emotions)), np.nan, np.float32)
        if self._emotions.reads_figures:
            sure = figures.scores >= SURE
            if sure.any():
                raw[sure] = self._emotions.of_figures(image, taken(figures, sure))
            return raw, (sides < SMALLEST) | ~sure
        doubt = np.ones(len(figures), bool)
        if len(figures):
            meshes = self._mesher.mesh(image, self._detector.detect(image))
            seen = [mesh for mesh in meshes if mesh is not None]
            owners = [owner_of(mesh, figures) for mesh in seen]
            scores, unclear = self._emotions.of_meshes(image, seen)
            for owner, values, unsure in zip(owners, scores, unclear, strict=True):
                if owner is not None:
                    raw[owner], doubt[owner] = values, unsure
        return raw, doubt


def once(figures: Instances) -> Instances:
    """At most `MOST` figures, none of them twice: a figure with two classes keeps the surer."""
    order = np.argsort(-figures.scores, kind="stable")
    kept: list[int] = []
    for at in order:
        if len(kept) == MOST:
            break
        if not kept or not _is_among(figures, int(at), kept):
            kept.append(int(at))
    return taken(figures, kept)


def taken(figures: Instances, rows: Any) -> Instances:
    """Some of the figures."""
    return Instances(
        figures.boxes[rows], figures.scores[rows], figures.classes[rows], figures.masks[rows]
    )


def _is_among(figures: Instances, at: int, kept: list[int]) -> bool:
    shared = overlaps(figures.boxes[at], figures.boxes[kept])[0]
    for other in np.flatnonzero(shared > TWICE / 2):
        a, b = figures.masks[at], figures.masks[kept[other]]
        if (a & b).sum() > TWICE * (a | b).sum():
            return True
    return False


def owner_of(mesh: FaceMesh, figures: Instances) -> int | None:
    """The figure whose mask holds the middle of a face; None where none does."""
    height, width = figures.masks.shape[1:]
    x, y = np.clip(np.rint(mesh.points[:468, :2].mean(0)), 0, [width - 1, height - 1]).astype(int)
    holding = np.flatnonzero(figures.masks[:, y, x])
    return int(holding[figures.scores[holding].argmax()]) if len(holding) else None


def colours_of(
    image: Image, mask: NDArray[np.bool_], box: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(64,) square roots of the shares of coarse colours inside a mask: a unit vector, so that the
    product of two is their Bhattacharyya coefficient."""
    part, inside = _part(image, mask, box)
    if not inside.any():
        return np.zeros(_COLOURS**3, np.float32)
    bins, limits = [_COLOURS] * 3, [0, 256] * 3
    counts = cv2.calcHist([part], [0, 1, 2], inside, bins, limits).ravel()
    return np.asarray(np.sqrt(counts / counts.sum()), np.float32)


def _part(
    image: Image, mask: NDArray[np.bool_], box: NDArray[np.float32]
) -> tuple[Image, NDArray[np.uint8]]:
    """What lies in a box: of the picture, and of the mask as 0 and 1."""
    height, width = mask.shape
    limits = [width, height, width, height]
    x0, y0, x1, y1 = np.clip(box.astype(int) + np.array([0, 0, 1, 1]), 0, limits)
    return np.ascontiguousarray(image[y0:y1, x0:x1]), mask[y0:y1, x0:x1].astype(np.uint8)
