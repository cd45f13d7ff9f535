"""From an Expression to the motion of one person's mesh points in one photo.

The basis gives the motion; this module makes it the person's own: lids that close exactly, lips
that meet exactly, a jaw, an eyeball and a head that turn, and no triangle that folds.
"""

from __future__ import annotations

import numpy as np

from pyojeong.edit.basis import load_basis
from pyojeong.edit.lids import LID_NAMES, Lids, make_lids, opening_factor
from pyojeong.edit.mouth import LipState
from pyojeong.edit.pose import PIVOT, Pose, head_rotation, vertex_normals
from pyojeong.edit.source import estimate_source
from pyojeong.edit.topology import LOWER_LIP, SIDES, UPPER_LIP, lid_rings
from pyojeong.edit.unfold import Unfolder
from pyojeong.edit.warp import Floats
from pyojeong.expression import ARKIT_52, Expression

MOST = 1.6
"""Largest coefficient that is drawn; a sum beyond it is cut off."""
WIDEST = 0.85
"""Largest jawOpen: 3 cm, about as far as a jaw goes without pain."""
EYEBALL_CM = 1.2
LEAST_GAP = 0.6
LIP_SHARES = ((3, 1.0), (2, 1.0), (1, 0.95), (0, 0.85))
"""Ring of the lip, and how much of a correction of its inner edge it follows."""


class FaceMotion:
    """The motion of one face. points: (478, 3) px. source: what the photo shows already.

    xy: (478, 2) px, the points with the inner lip edges where the lips end in the photo.
    lip_gaps: (11,) px between those edges. strength: in [0, 1], how much of an expression is
    drawn: a face in profile shows little that can be moved.
    """

    def __init__(self, points: Floats, pose: Pose) -> None:
        self.pose = pose
        self.face = pose.lift(points[:468])
        self.xy, self.lip_gaps = part_lips(points[:, :2], pose)
        self.strength = float(np.clip(1 - (abs(pose.yaw) - 50) / 50, 0.3, 1))
        self._px = _basis_px(pose)
        self._flat = np.ascontiguousarray(self._px[..., :2])
        self.lids = tuple(_make_lids(side, points, self.face, pose) for side in (0, 1))
        self.source = self._estimate()
        ease = np.ones(468, np.float32)
        for side in (0, 1):
            for ring in lid_rings(side):
                ease[ring[0]] = 0.15
        ease[UPPER_LIP[3]] = ease[LOWER_LIP[3]] = 0.15
        self._unfolder = Unfolder(self.xy[:468], load_basis().triangles, ease)

    def add_snarl(self, depth: float) -> None:
        """Take folds beside the nose (0 to 1, see `Shading.snarl`) into `source`: a mesh alone
        does not see a screwed-up nose."""
        found = dict(self.source.coefficients)
        for side in SIDES:
            for name, weight in (("noseSneer", 0.8), ("browDown", 0.8)):
                found[name + side] = max(found.get(name + side, 0.0), weight * depth)
        self.source = Expression(found)

    def tame(self, expression: Expression) -> Expression:
        """The expression within what can be drawn on this face."""
        head = tuple(float(np.clip(v, -15, 15)) for v in expression.head)
        kept = expression.clipped(-1.0, MOST).coefficients
        weights = {n: v * self.strength for n, v in kept.items()}
        if "jawOpen" in weights:
            weights["jawOpen"] = min(weights["jawOpen"], WIDEST)
        if "mouthClose" in weights:
            # It closes what the jaw opens and means nothing without it.
            jaw = weights.get("jawOpen", 0.0) + self.source["jawOpen"]
            weights["mouthClose"] = min(weights["mouthClose"], max(jaw, 0.0))
        return Expression(weights, (head[0], head[1], head[2]), expression.gaze)

    def displacement(self, expression: Expression, relax: float) -> Floats:
        """(468, 2) px for an expression added after the share `relax` of `source` is gone."""
        spoken = self._moved(expression)
        moved = spoken - self._moved(self.source) * relax
        shown = self.source * (1 - relax) + expression
        for side, lids in enumerate(self.lids):
            lids.move(opening_factor(shown, side), moved)
        self._spread_lips(moved)
        self._close_lips(moved, spoken, relax)
        return self._unfolder.apply(moved)

    def relief(self, expression: Expression, relax: float) -> Floats:
        """(468, 3) px: the same motion with depth, of the basis alone, for shading."""
        return self._weighted(expression + self.source * -relax, self._px)

    def head(self, expression: Expression) -> Floats:
        """(468, 2) px by which the head's turn moves each point."""
        if not any(expression.head):
            return np.zeros((468, 2), np.float32)
        local = self.face - PIVOT
        return self.pose.vectors(local @ head_rotation(*expression.head).T - local)

    def jaw(self, expression: Expression, relax: float) -> Floats:
        """(2,) px by which the lower teeth have moved since the photo."""
        change = expression + self.source * -relax
        bone = {n: v for n, v in change.coefficients.items() if n.startswith("jaw")}
        place: Floats = self._moved(Expression(bone))[LOWER_LIP[3, 5]]
        return place

    def lips(self, moved: Floats) -> LipState:
        """What a motion (468, 2) px does to the lips."""
        middle = moved[[UPPER_LIP[3, 5], LOWER_LIP[3, 5]]]
        place = self.xy[:468] + moved
        gap = float(((place[LOWER_LIP[3]] - place[UPPER_LIP[3]]) @ self.pose.down_unit).max())
        left = float(np.abs(middle).max()) / (0.2 * self.pose.scale)
        sealed = 1 - max(gap, 0.0) / (0.1 * self.pose.scale)
        return LipState(min(left, 1.0), max(sealed, 0.0))

    def iris(self, expression: Expression, side: int) -> Floats:
        """(2,) px by which an iris moves. side 0 is the person's right."""
        name = SIDES[side]
        up = expression["eyeLookUp" + name] - expression["eyeLookDown" + name]
        out = expression["eyeLookOut" + name] - expression["eyeLookIn" + name]
        pitch = expression.gaze[0] + 25 * up
        yaw = expression.gaze[1] + 30 * (out if side == 1 else -out)
        p, y = np.sin(np.radians(np.clip([pitch, yaw], -35, 35)))
        return self.pose.vectors(np.array([y, p, 0], np.float32) * EYEBALL_CM)

    def _moved(self, expression: Expression) -> Floats:
        return self._weighted(expression, self._flat)

    def _weighted(self, expression: Expression, basis: Floats) -> Floats:
        weights = np.array(expression.vector(), np.float32)
        used = np.flatnonzero(weights)
        total: Floats = np.tensordot(weights[used], basis[used], axes=1)
        return total.astype(np.float32)

    def _close_lips(self, moved: Floats, spoken: Floats, relax: float) -> None:
        """Correct the gap between the lips: what is left of the photo's, plus what the
        expression asks for, never below zero. Lips that meet, meet point by point."""
        top, low, pose = UPPER_LIP[3], LOWER_LIP[3], self.pose
        apart = self.xy[low] + moved[low] - self.xy[top] - moved[top]
        asked = self.lip_gaps * (1 - relax) + (spoken[low] - spoken[top]) @ pose.down_unit
        wanted = np.maximum(asked, 0)
        near = np.minimum(self.lip_gaps + 0.15 * pose.scale, 0.3 * pose.scale)
        aside = apart @ pose.right_unit * (np.minimum(wanted / near, 1) - 1)
        extra = np.outer(wanted - apart @ pose.down_unit, pose.down_unit)
        extra += np.outer(aside, pose.right_unit)
        for ring, share in LIP_SHARES:
            moved[UPPER_LIP[ring]] -= extra * (0.45 * share)
            moved[LOWER_LIP[ring]] += extra * (0.55 * share)

    def _spread_lips(self, moved: Floats) -> None:
        """Keep the points of a lip in their order and apart: a broad grin taken away moves the
        middle of the lips together more than their corners."""
        right, down = self.pose.right_unit, self.pose.down_unit
        for ring in (*UPPER_LIP, *LOWER_LIP):
            place = self.xy[ring] @ right
            moved[ring] += np.outer(evened(place, moved[ring] @ right), right)
            narrowed = 1 - np.ptp(place + moved[ring] @ right) / max(np.ptp(place), 1e-6)
            smooth = smoothed(moved[ring] @ down) * float(np.clip(2 * narrowed, 0, 1))
            moved[ring] += np.outer(smooth, down)

    def _estimate(self) -> Expression:
        found = dict(estimate_source(self.face).coefficients)
        for side, lids in enumerate(self.lids):
            found |= lids.coefficients(SIDES[side])
        return Expression(found)


def evened(place: Floats, moved: Floats) -> Floats:
    """(n,) what to add to motions along a line so that no gap between neighbours shrinks to less
    than `LEAST_GAP` of what the whole line shrinks to. place, moved: (n,) px; the ends stay."""
    before, after = np.diff(place), np.diff(place + moved)
    whole, total = float(before.sum()), float(after.sum())
    if whole <= 0 or total <= 0 or (before <= 0).any():
        return np.zeros_like(moved)
    least = before * (LEAST_GAP * total / whole)
    above = np.maximum(after - least, 0)
    gaps = least + above * ((total - least.sum()) / max(float(above.sum()), 1e-6))
    shift = np.concatenate([[0], np.cumsum(gaps - after)])
    return np.asarray(shift, np.float32)


def smoothed(moved: Floats) -> Floats:
    """(n,) what to add to motions along a row for each to be like its neighbours'; the ends stay."""
    made = moved.copy()
    for _ in range(3):
        made[1:-1] = 0.25 * made[:-2] + 0.5 * made[1:-1] + 0.25 * made[2:]
    return made - moved


def part_lips(points: Floats, pose: Pose) -> tuple[Floats, Floats]:
    """(n, 2) px with the lips' inner edges where the lips end, and the gaps between them (11,).

    Closed lips meet in one line. In an open mouth the mesh runs inside the dark of the opening;
    there the edges are moved onto the lips.
    """
    xy = points.copy()
    inner = UPPER_LIP[3], LOWER_LIP[3]
    gaps = (xy[inner[1]] - xy[inner[0]]) @ pose.down_unit
    if gaps.max() < 0.18 * pose.scale:
        xy[inner[0]] = xy[inner[1]] = (xy[inner[0]] + xy[inner[1]]) / 2
        return xy, np.zeros(len(gaps), np.float32)
    for lip in (UPPER_LIP, LOWER_LIP):
        edge, behind = lip[3, 1:-1], lip[2, 1:-1]  # the corners stay
        step = (xy[behind] - xy[edge]) * 0.3
        length = np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-6)
        xy[edge] += step * np.minimum(1, 0.1 * pose.scale / length)
    gaps = (xy[inner[1]] - xy[inner[0]]) @ pose.down_unit
    return xy, np.maximum(gaps, 0).astype(np.float32)


def _basis_px(pose: Pose) -> Floats:
    """(52, 468, 3) px, without what the lids do: `Lids` moves them."""
    deltas = load_basis().deltas.copy()
    edges = np.concatenate([ring[0] for side in (0, 1) for ring in lid_rings(side)])
    for k, name in enumerate(ARKIT_52):
        if name.startswith(LID_NAMES):
            deltas[k] = 0
        elif name.startswith("eyeSquint"):
            deltas[k, edges] = 0
    return pose.vectors3(deltas) * _facing(pose)[:, None]


def _facing(pose: Pose) -> Floats:
    """(468,) how freely points move: on the far side of a turned face, where skin is seen edge
    on, motion would carry it over the outline."""
    basis = load_basis()
    towards = vertex_normals(basis.neutral, basis.triangles) @ pose.rotation.T
    free = np.clip(towards[:, 2] / 0.45, 0.25, 1)
    for _ in range(3):
        around = np.repeat(free[basis.triangles].mean(1), 3)
        total = np.bincount(basis.triangles.ravel(), around, 468)
        free = total / np.maximum(np.bincount(basis.triangles.ravel(), minlength=468), 1)
    turned = np.clip((abs(pose.yaw) - 15) / 20, 0, 1)
    return np.asarray(1 - turned * (1 - free), np.float32)


def _make_lids(side: int, points: Floats, face: Floats, pose: Pose) -> Lids:
    upper, lower = lid_rings(side)
    # In the canonical frame, where a turned eye is as wide as it is.
    gap = float((face[upper[0], 1] - face[lower[0], 1]).max())
    width = float(np.linalg.norm(face[upper[0, 0]] - face[upper[0, -1]]))
    factor = float(np.clip(gap / max(width, 1e-3) / 0.30, 0.05, 1.6))
    # Between 0.8 and 1.25 of the mean it is the shape of the eye, not its expression.
    factor = 1.0 if 0.8 < factor < 1.25 else factor / (0.8 if factor < 1 else 1.25)
    return make_lids(side, points[:, :2], pose.down_unit, factor)
