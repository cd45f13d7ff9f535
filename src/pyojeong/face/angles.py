"""How far a face is turned: yaw, pitch and roll of its mesh.

The rotation between twelve points that expressions hardly move and the same points of the
canonical face, by Procrustes (Umeyama 1991).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_STILL: dict[int, tuple[float, float, float]] = {
    33: (-4.45, 2.66, 3.17),
    133: (-1.86, 2.59, 3.76),
    362: (1.86, 2.59, 3.76),
    263: (4.45, 2.66, 3.17),
    168: (0.0, 3.27, 5.24),
    4: (0.0, -0.46, 7.59),
    2: (0.0, -2.09, 6.06),
    10: (0.0, 8.26, 4.48),
    127: (-7.74, 2.37, -2.01),
    356: (7.74, 2.37, -2.01),
    234: (-7.66, 0.67, -2.44),
    454: (7.66, 0.67, -2.44),
}
"""Mesh point → its place in MediaPipe's canonical face (Apache-2.0), cm: x to the right of the
picture, y up, z towards the camera. Corners of the eyes, nose, forehead and temples."""

_POINTS = np.array(list(_STILL))
_MODEL = np.array(list(_STILL.values())) - np.mean(list(_STILL.values()), 0)


class Angles(NamedTuple):
    """Degrees. yaw: to the right of the picture. pitch: up. roll: clockwise in the picture."""

    yaw: float
    pitch: float
    roll: float


def head_angles(points: NDArray[np.float32]) -> Angles:
    """Angles of mesh points (468 or more, 3) in px, depth smaller nearer the camera.

    Depth comes from the mesh model, so that the angles are good to a few degrees, and too small
    near profiles. A mesh folded into one point faces the camera.
    """
    seen = points[_POINTS].astype(np.float64) * (1, -1, -1)
    seen -= seen.mean(0)
    if not np.any(seen):
        return Angles(0.0, 0.0, 0.0)
    u, _, vt = np.linalg.svd(seen.T @ _MODEL)
    rotation = u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt
    across, facing = rotation[:, 0], rotation[:, 2]
    return Angles(
        float(np.degrees(np.arctan2(facing[0], facing[2]))),
        float(np.degrees(np.arcsin(np.clip(facing[1], -1, 1)))),
        float(np.degrees(np.arctan2(-across[1], across[0]))),
    )
