"""Where the canonical face sits in a picture: rotation, scale, and turning the head.

A similarity between the canonical face (cm) and the mesh (px, with its depth) by weighted
Procrustes (Umeyama 1991) over points that expressions hardly move. The projection is scaled
orthography: what the mesh model's depth is made for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.basis import load_basis
from pyojeong.edit.topology import STABLE

Points = NDArray[np.float32]
FLIP = np.array([1.0, -1.0, -1.0], np.float32)
PIVOT = np.array([0.0, -6.0, -4.5], np.float32)
"""Where the head turns, in the canonical frame (cm): the top of the neck."""


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """scale: px per cm. rotation: (3, 3), canonical frame to camera frame (y up, z nearer).
    shift: (3,) px."""

    scale: float
    rotation: Points
    shift: Points

    @property
    def down(self) -> Points:
        """(2,) px in the picture for 1 cm down the face."""
        return self.vectors(np.array([0.0, -1.0, 0.0], np.float32))

    @property
    def right(self) -> Points:
        """(2,) px in the picture for 1 cm to the person's left (right in a frontal picture)."""
        return self.vectors(np.array([1.0, 0.0, 0.0], np.float32))

    @property
    def down_unit(self) -> Points:
        """(2,) unit vector of `down`."""
        return _unit(self.down)

    @property
    def right_unit(self) -> Points:
        """(2,) unit vector of `right`."""
        return _unit(self.right)

    @property
    def yaw(self) -> float:
        """Degrees by which the face is turned away from the camera, sideways."""
        facing = self.rotation[:, 2]
        return float(np.degrees(np.arctan2(facing[0], max(float(facing[2]), 1e-6))))

    def vectors3(self, cm: Points) -> Points:
        """(..., 3) displacements in cm to (..., 3) px: x, y down, z away from the camera."""
        turned = cm @ (self.rotation.T * (FLIP * self.scale))
        return turned.astype(np.float32)

    def vectors(self, cm: Points) -> Points:
        """(..., 3) displacements in cm to (..., 2) px."""
        turned = cm @ (self.rotation.T * (FLIP * self.scale))[:, :2]
        return turned.astype(np.float32)

    def project(self, cm: Points) -> Points:
        """(..., 3) canonical points to (..., 2) px."""
        moved: Points = self.vectors(cm) + self.shift[:2]
        return moved

    def lift(self, px: Points) -> Points:
        """(..., 3) mesh points in px to the canonical frame in cm."""
        local = ((px - self.shift) * FLIP / self.scale) @ self.rotation
        return np.asarray(local, np.float32)


def _unit(vector: Points) -> Points:
    unit: Points = (vector / max(float(np.hypot(*vector)), 1e-6)).astype(np.float32)
    return unit


def fit_pose(points: Points) -> Pose:
    """The pose of mesh points (468+, 3) in px (y down, z smaller is nearer)."""
    chosen = points[STABLE].astype(np.float64) * FLIP
    model = load_basis().neutral[STABLE].astype(np.float64)
    a, b = model - model.mean(0), chosen - chosen.mean(0)
    u, spread, vt = np.linalg.svd(b.T @ a)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ sign @ vt
    scale = float((spread * np.diag(sign)).sum() / max((a**2).sum(), 1e-9))
    shift = (chosen.mean(0) - scale * rotation @ model.mean(0)) * FLIP
    return Pose(scale, rotation.astype(np.float32), shift.astype(np.float32))


def head_rotation(pitch: float, yaw: float, roll: float) -> Points:
    """(3, 3) rotation in the canonical frame for degrees of pitch (up), yaw (to the person's
    left) and roll (towards the person's left shoulder)."""
    p, y, r = np.radians([pitch, yaw, roll])
    about_x = [[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]]
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_z = [[np.cos(r), np.sin(r), 0], [-np.sin(r), np.cos(r), 0], [0, 0, 1]]
    product = np.array(about_z) @ np.array(about_y) @ np.array(about_x)
    return product.astype(np.float32)


def vertex_normals(points: Points, triangles: NDArray[np.int64]) -> Points:
    """(n, 3) unit normals of mesh points in the frame of the points."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    total = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(face[:, k], 3), len(points)) for k in range(3)],
        axis=1,
    )
    length = np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)
    normals: Points = (total / length).astype(np.float32)
    return normals
