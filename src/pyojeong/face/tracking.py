"""Faces through a film: found once, then followed by their own mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyojeong.errors import BadSettings
from pyojeong.face.roi import EYE_CORNERS
from pyojeong.face.suppression import overlaps
from pyojeong.face.types import FaceDetector, FaceMesh, FaceMesher, Faces, Image
from pyojeong.registry import load

NOSE_TIP, MOUTH, EARS = 1, 13, (234, 454)


@dataclass(frozen=True, slots=True, eq=False)
class TrackedFace:
    """A face in one frame. number: the same from frame to frame, never used again."""

    number: int
    mesh: FaceMesh


class FaceTracker:
    """Follows up to `most` faces from frame to frame.

    Each mesh says where its face is looked for in the next frame; the slower detector runs only
    when a face was lost, and every `patience` frames while there are fewer faces than `most`.
    A face that comes back after it was lost gets a new number.
    """

    def __init__(
        self,
        detector: FaceDetector | None = None,
        mesher: FaceMesher | None = None,
        most: int = 1,
        patience: int = 5,
    ) -> None:
        if most < 1 or patience < 1:
            raise BadSettings(
                f"most and patience must be at least 1, got {most} and {patience}.",
                f"most와 patience는 1 이상이어야 합니다: {most}, {patience}.",
            )
        self._detector: FaceDetector = detector or load("FaceDetector")
        self._mesher: FaceMesher = mesher or load("FaceMesher")
        self._most = most
        self._patience = patience
        self._faces: list[TrackedFace] = []
        self._count = 0
        self._waited = patience

    def track(self, image: Image) -> list[TrackedFace]:
        """Faces in the next frame, those known longest first. Frames may change in size; after a
        cut the faces of the old shot are lost and the new ones found in the same call."""
        before = len(self._faces)
        self._faces = self._follow(image)
        self._waited += 1
        lost = len(self._faces) < before
        if len(self._faces) < self._most and (lost or self._waited >= self._patience):
            self._find(image)
            self._waited = 0
        return list(self._faces)

    def _follow(self, image: Image) -> list[TrackedFace]:
        meshes = self._mesher.mesh(image, faces_of([face.mesh for face in self._faces]))
        kept: list[TrackedFace] = []
        for face, mesh in zip(self._faces, meshes, strict=True):
            if mesh is not None and _is_new(mesh, kept) and _is_near(mesh, face.mesh):
                kept.append(TrackedFace(face.number, mesh))
        return kept

    def _find(self, image: Image) -> None:
        for mesh in self._mesher.mesh(image, self._detector.detect(image)):
            if mesh is None or len(self._faces) >= self._most or not _is_new(mesh, self._faces):
                continue
            self._count += 1
            self._faces.append(TrackedFace(self._count, mesh))


def faces_of(meshes: list[FaceMesh]) -> Faces:
    """Meshes as detections, so that any mesher can look there again."""
    if not meshes:
        return Faces.empty()
    rows = [*EYE_CORNERS, NOSE_TIP, MOUTH, *EARS]
    return Faces(
        np.stack([mesh.box for mesh in meshes]),
        np.array([mesh.score for mesh in meshes], np.float32),
        np.stack([mesh.points[rows, :2] for mesh in meshes]),
    )


def _is_new(mesh: FaceMesh, others: list[TrackedFace]) -> bool:
    """Whether no other face already lies there."""
    if not others:
        return True
    boxes = np.stack([face.mesh.box for face in others])
    return bool(overlaps(mesh.box, boxes)[0].max() < 0.5)


def _is_near(mesh: FaceMesh, before: FaceMesh) -> bool:
    """Whether a mesh can be the same face one frame later: it still overlaps where it was."""
    return bool(overlaps(mesh.box, before.box[None])[0][0] > 0.1)
