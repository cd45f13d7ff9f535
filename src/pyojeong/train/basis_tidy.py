"""Make carried shapes obey what a face can do.

Left and right mirror each other, closed-mouth shapes keep the lips together, a blink closes the
eye, a mouth shape leaves the forehead alone, and what registration left rough is smoothed.
Corrections made on a lip or lid row fade into its own side of the opening only, because the
mesh is open there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph, linalg

from pyojeong.expression import ARKIT_52
from pyojeong.train import basis_fit
from pyojeong.train import basis_regions as regions

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

UPPER = np.array(regions.INNER_LIP_UPPER)
LOWER = np.array(regions.INNER_LIP_LOWER)

SEALED: dict[str, float] = {
    "cheekPuff": 0.5, "jawForward": 0.5, "jawLeft": 0.5, "jawRight": 0.5,
    "mouthDimpleLeft": 0.5, "mouthDimpleRight": 0.5, "mouthFrownLeft": 0.5,
    "mouthFrownRight": 0.5, "mouthLeft": 0.5, "mouthRight": 0.5, "mouthPressLeft": 0.5,
    "mouthPressRight": 0.5, "mouthPucker": 0.5, "mouthRollLower": 0.5, "mouthRollUpper": 0.5,
    "mouthShrugLower": 0.6, "mouthShrugUpper": 0.6, "mouthSmileLeft": 0.5,
    "mouthSmileRight": 0.5, "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5,
    "noseSneerLeft": 0.3, "noseSneerRight": 0.3,
}  # fmt: skip
"""Shapes with the mouth shut: the lips meet this far from the lower lip's place to the upper's."""

SLIDING = ("jawForward", "jawLeft", "jawRight")
"""Shapes whose closed lips slide on each other: only their heights are joined."""

LID_ROWS = {
    "Right": (np.array(regions.RIGHT_LID_UPPER), np.array(regions.RIGHT_LID_LOWER)),
    "Left": (np.array(regions.LEFT_LID_UPPER), np.array(regions.LEFT_LID_LOWER)),
}


class Tidier:
    """Corrections on one mesh. neutral: (468, 3) cm with the lips joined."""

    def __init__(self, neutral: Points, triangles: Indices, mirror: Indices) -> None:
        self.neutral = neutral
        self.mirror = mirror
        self.edges = basis_fit.graph(neutral, triangles)
        self.laplacian = basis_fit.laplacian(len(neutral), triangles)

    def spread(self, rows: Indices, values: Points, reach: float) -> Points:
        """(468, 3): the values at the rows, 0 beyond `reach` cm along the mesh, smooth between."""
        distance = csgraph.dijkstra(self.edges, indices=rows, min_only=True)
        fixed = distance >= reach
        field = np.zeros_like(self.neutral)
        fixed[rows] = True
        field[rows] = values
        free = np.flatnonzero(~fixed)
        if len(free):
            bend = (self.laplacian.T @ self.laplacian + 0.05 * self.laplacian).tocsr()
            right = -(bend[free][:, np.flatnonzero(fixed)] @ field[fixed])
            field[free] = linalg.spsolve(bend[free][:, free].tocsc(), right)
        return field

    def smooth(self, deltas: Points) -> Points:
        """One mild Laplacian step, off the contour rows (which carry the detail)."""
        rows = sorted({i for k, v in regions.REGIONS.items() if "brow" not in k for i in v})
        keep = np.ones(len(self.neutral))
        keep[rows] = 0.0
        step = sparse.diags(0.35 * keep) @ self.laplacian
        return np.stack([d - step @ d for d in deltas])

    def still(self, deltas: Points) -> Points:
        """Fade displacements below 0.03 cm to nothing: traces of a shape far from its place."""
        size = np.linalg.norm(deltas, axis=2, keepdims=True)
        faded: Points = deltas * np.clip((size - 0.01) / 0.02, 0, 1)
        return faded

    def hold(self, deltas: Points) -> Points:
        """Pin the upper outline, and keep mouth and jaw shapes below the eyes."""
        out = deltas.copy()
        for row, name in enumerate(ARKIT_52):
            if name.startswith(("mouth", "jaw", "cheekPuff")):
                top, bottom = 3.0, 1.0
                out[row] *= np.clip((top - self.neutral[:, 1]) / (top - bottom), 0, 1)[:, None]
        rim = np.array([i for i in regions.FACE_OVAL if self.neutral[i, 1] > 0])
        out[:, rim] = 0.0
        return out

    def seal_lips(self, deltas: Points) -> Points:
        """Join the inner lips of every shape of `SEALED`, and of jawOpen with mouthClose."""
        out = deltas.copy()
        for name, share in SEALED.items():
            row = ARKIT_52.index(name)
            out[row] += self._seal(out[row], share, name in SLIDING)
        opened, closed = ARKIT_52.index("jawOpen"), ARKIT_52.index("mouthClose")
        out[closed] += self._seal(out[opened] + out[closed], 0.5, sliding=False)
        return out

    def _seal(self, shape: Points, share: float, sliding: bool) -> Points:
        gap = shape[UPPER] - shape[LOWER]
        if sliding:
            gap[:, 0] = 0.0
        inner = slice(1, -1)
        upper = self.spread(UPPER, -(1 - share) * gap, reach=1.6)
        lower = self.spread(LOWER, share * gap, reach=1.6)
        upper[LOWER[inner]] = 0.0
        lower[UPPER[inner]] = 0.0
        return upper + lower

    def shut_eyes(self, deltas: Points) -> Points:
        """Bring the upper lid of a blink exactly to the lower lid, with the skin above it."""
        out = deltas.copy()
        for side, (upper, lower) in LID_ROWS.items():
            row = ARKIT_52.index(f"eyeBlink{side}")
            placed = self.neutral + out[row]
            miss = placed[lower] - placed[upper]
            correction = self.spread(upper, miss, reach=1.3)
            correction[lower[1:-1]] = 0.0
            out[row] += correction
        return out

    def symmetric(self, deltas: Points) -> Points:
        """Mean of every shape and the mirror image of its opposite."""
        other = [ARKIT_52.index(opposite(name)) for name in ARKIT_52]
        mirrored = deltas[other][:, self.mirror] * (-1.0, 1.0, 1.0)
        return (deltas + mirrored) / 2

    def tidy(self, deltas: Points) -> Points:
        """All of it, in the one order in which no step undoes another."""
        shaped = self.smooth(self.symmetric(deltas))
        shaped = self.hold(self.still(shaped))
        return self.symmetric(self.shut_eyes(self.seal_lips(shaped)))


def opposite(name: str) -> str:
    """The coefficient of the other side; a name without a side is its own."""
    if name.endswith("Left"):
        return name[:-4] + "Right"
    return name[:-5] + "Left" if name.endswith("Right") else name


def join_lips(face: Points, mirror: Indices) -> Points:
    """A face made symmetric, its inner lip rows brought together at their mean."""
    joined = (face + face[mirror] * (-1.0, 1.0, 1.0)) / 2
    middle = (joined[UPPER] + joined[LOWER]) / 2
    joined[UPPER] = joined[LOWER] = middle
    return joined
