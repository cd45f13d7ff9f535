"""Make carried shapes obey what a face can do.

Left and right mirror each other, closed-mouth shapes keep the lips together, a blink closes the
eye, a mouth shape leaves the forehead alone, and what registration left rough is smoothed.
Corrections made on a lip or lid row fade into its own side of the opening only, because the
mesh is open there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.sparse import csgraph, linalg

from pyojeong.edit.topology import LOWER_LIP, UPPER_LIP
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

STIFF = 2e4
"""Weight of folded area (cm²) against moved points (cm) in `unfold`."""

STRONGER: dict[str, float] = {"browInnerUp": 1.25, "mouthFrownLeft": 1.35, "mouthFrownRight": 1.35}
"""Shapes sculpted weaker than people move: inner brows rise some 7 mm, corners drop some 6 mm."""

SLIDING = ("jawForward", "jawLeft", "jawRight")
"""Shapes whose closed lips slide on each other: only their heights are joined."""

PLACE: dict[str, tuple[float, float, float]] = {
    "brow": (1.0, 2.2, 0.0),
    "eyeBlink": (-1.0, 1.0, 0.0),
    "eyeLook": (-1.0, 1.0, 0.0),
    "eyeWide": (-1.0, 1.0, 0.0),
    "eyeSquint": (-3.0, -1.0, 0.0),
    "cheekSquint": (-4.5, -2.5, 0.0),
    "noseSneer": (-4.5, -2.0, 0.3),
    "mouth": (3.0, 1.0, 0.0),
    "jaw": (3.0, 1.0, 0.0),
    "cheekPuff": (3.0, 1.0, 0.0),
}
"""Shape -> height (cm) at which it no longer moves anything, height from which it moves fully,
and the least share left beyond the first."""

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
        self.triangles = triangles
        cheek = np.array([i for i in regions.FACE_OVAL if neutral[i, 1] > -6.0])
        depth = csgraph.dijkstra(self.edges, indices=cheek, min_only=True)
        self._inside = np.clip(0.3 + depth / 2.5, 0, 1)

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
        """Fade what is below a twelfth of the shape's largest displacement (0.06 cm at most) to
        nothing: traces of a shape far from its place."""
        size = np.linalg.norm(deltas, axis=2, keepdims=True)
        floor = np.clip(size.max(axis=1, keepdims=True) / 12, 0.02, 0.06)
        faded: Points = deltas * np.clip(2 * size / floor - 1, 0, 1)
        return faded

    def hold(self, deltas: Points) -> Points:
        """Keep each shape to its part of the face (`PLACE`), and pin the outline: wholly above
        the eyes, and for all but the jaw's shapes mostly below them."""
        out = deltas.copy()
        height = self.neutral[:, 1]
        for row, name in enumerate(ARKIT_52):
            for prefix, (stays, moves, least) in PLACE.items():
                if name.startswith(prefix):
                    fade = np.clip((height - stays) / (moves - stays), least, 1)
                    out[row] *= fade[:, None]
            if not name.startswith(("jaw", "brow")):
                out[row] *= self._inside[:, None]
        rim = np.array([i for i in regions.FACE_OVAL if height[i] > 0])
        out[:, rim] = 0.0
        return out

    def lower_inner_brows(self, deltas: Points) -> Points:
        """Draw the inner ends of lowered brows down as far as their middles.

        FACS describes AU4 as the inner brows going down and together; the source sculpts them
        together, with the inner end lowered half as far as the middle.
        """
        out = deltas.copy()
        for side, row in (("Left", regions.LEFT_BROW), ("Right", regions.RIGHT_BROW)):
            k = ARKIT_52.index(f"browDown{side}")
            band = np.array(row)
            lowest = out[k][band, 1].min()
            inner = band[[3, 4, 8, 9]]
            miss = np.zeros((4, 3))
            miss[:, 1] = 1.1 * lowest - out[k][inner, 1]
            out[k] += self.spread(inner, miss, reach=2.0)
        return out

    def round_mouth(self, deltas: Points) -> Points:
        """Give an opened mouth the rounder edge that lips have: three fifths of the way from the
        source's pointed one to an ellipse through its middle and its corners."""
        out = deltas.copy()
        for name, lips in (("jawOpen", (LOWER_LIP,)), ("mouthFunnel", (LOWER_LIP, UPPER_LIP))):
            k = ARKIT_52.index(name)
            for ring in (ring for rings in lips for ring in rings):
                height = out[k][ring, 1]
                reach = np.abs(self.neutral[ring, 0]) / self.neutral[ring[-1], 0]
                ellipse = height[0] + (height[5] - height[0]) * np.sqrt(1 - reach**2)
                out[k][ring, 1] += 0.6 * (ellipse - height)
            for rings in lips:
                rim = rings[0]
                miss = out[k][rim] - deltas[k][rim]
                skin = self.spread(rim, miss, reach=1.5)
                skin[np.unique(np.concatenate([UPPER_LIP, LOWER_LIP]))] = 0.0
                out[k] += skin
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
        """Bring the upper lid of a blink exactly onto the lower lid, with the skin above it."""
        out = deltas.copy()
        for side, (upper, lower) in LID_ROWS.items():
            row = ARKIT_52.index(f"eyeBlink{side}")
            out[row, :, 0] *= 0.4
            placed = self.neutral + out[row]
            order = np.argsort(placed[lower, 0])
            line = placed[lower][order]
            target = placed[upper].copy()
            for axis in (1, 2):
                target[:, axis] = np.interp(target[:, 0], line[:, 0], line[:, axis])
            correction = self.spread(upper, target - placed[upper], reach=1.3)
            correction[lower[1:-1]] = 0.0
            out[row] += correction
        return out

    def flat_folds(self, deltas: Points) -> Points:
        """Shift points that would fold the skin, seen from the front, at weight 1."""
        out = deltas.copy()
        opened, closed = ARKIT_52.index("jawOpen"), ARKIT_52.index("mouthClose")
        floor = areas(self.neutral, self.triangles)
        floor = np.where(floor > 1e-3, 0.2 * floor, -np.inf)
        rows = [k for k in regions.REGIONS if k.startswith("inner") or "lid" in k]
        rim = {i for i in regions.FACE_OVAL if self.neutral[i, 1] > 0}
        fixed = np.array(sorted(rim | {i for k in rows for i in regions.REGIONS[k]}))
        for row in range(len(out)):
            under = out[opened] if row == closed else 0.0
            start = self.neutral + out[row] + under
            out[row] += unfold(start, self.triangles, floor, fixed) - start
        return out

    def symmetric(self, deltas: Points) -> Points:
        """Mean of every shape and the mirror image of its opposite."""
        other = [ARKIT_52.index(opposite(name)) for name in ARKIT_52]
        mirrored = deltas[other][:, self.mirror] * (-1.0, 1.0, 1.0)
        return (deltas + mirrored) / 2

    def tidy(self, deltas: Points) -> Points:
        """All of it, in the one order in which no step undoes another."""
        strength = np.array([STRONGER.get(name, 1.0) for name in ARKIT_52])
        scaled = deltas * strength[:, None, None]
        shaped = self.round_mouth(self.smooth(self.symmetric(scaled)))
        shaped = self.hold(self.still(self.lower_inner_brows(shaped)))
        return self.symmetric(self.flat_folds(self.shut_eyes(self.seal_lips(shaped))))


def areas(points: Points, triangles: Indices) -> Points:
    """Signed area of each triangle as seen from the front, cm²; negative where it is turned."""
    a, b, c = (points[triangles[:, k], :2] for k in range(3))
    u, v = b - a, c - a
    return np.asarray((u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2)


def unfold(points: Points, triangles: Indices, floor: Points, fixed: Indices) -> Points:
    """The nearest points (x and y) at which no triangle's frontal area is below its floor.

    A soft penalty, solved with L-BFGS; the fixed points stay.
    """
    free = np.setdiff1d(np.arange(len(points)), fixed)
    start = points[free, :2].ravel()

    def cost(flat: Points) -> tuple[float, Points]:
        moved = points.copy()
        moved[free, :2] = flat.reshape(-1, 2)
        short = np.maximum(1.3 * floor + 2e-3 - areas(moved, triangles), 0)
        short[~np.isfinite(floor)] = 0
        pull = np.zeros((len(points), 2))
        for k in range(3):
            nxt, prv = (moved[triangles[:, (k + j) % 3], :2] for j in (1, 2))
            edge = nxt - prv
            slope = np.stack([edge[:, 1], -edge[:, 0]], axis=1) / 2
            np.add.at(pull, triangles[:, k], -2 * STIFF * short[:, None] * slope)
        change = flat - start
        value = float(change @ change + STIFF * (short @ short))
        return value, 2 * change + pull[free].ravel()

    if (areas(points, triangles) >= floor).all():
        return points
    solved = optimize.minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 400})
    out = points.copy()
    out[free, :2] = solved.x.reshape(-1, 2)
    return out


def opposite(name: str) -> str:
    """The coefficient of the other side; a name without a side is its own."""
    if name.endswith("Left"):
        return name[:-4] + "Right"
    return name[:-5] + "Left" if name.endswith("Right") else name


def rest_face(mean: Points, triangles: Indices, mirror: Indices) -> Points:
    """A mean face made symmetric, its inner lip rows joined, its lips free of folds."""
    joined = (mean + mean[mirror] * (-1.0, 1.0, 1.0)) / 2
    middle = (joined[UPPER] + joined[LOWER]) / 2
    joined[UPPER] = joined[LOWER] = middle
    lips = {i for k, v in regions.REGIONS.items() if "lip" in k for i in v}
    near = np.array([bool({*row} & lips) for row in triangles.tolist()])
    near |= np.abs(joined[triangles].mean(axis=1) - middle[5])[:, :2].max(axis=1) < 3.2
    low = joined[triangles][:, :, 1].max(axis=1) < middle[5, 1] + 1.0
    floor = np.where(near & low, 6e-3, -np.inf)
    flat = unfold(joined, triangles, floor, np.array([*UPPER[1:-1], *LOWER[1:-1]]))
    return (flat + flat[mirror] * (-1.0, 1.0, 1.0)) / 2
