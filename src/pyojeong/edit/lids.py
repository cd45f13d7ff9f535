"""How far each eye is open, and what moves its lids.

The lids do not follow the basis: an eye of any shape must close exactly. The opening is a
share of the person's own resting opening, and the lids slide along the face's vertical.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyojeong.edit.topology import SIDES, lid_rings
from pyojeong.edit.warp import Floats, Indices
from pyojeong.expression import Expression

LID_NAMES = (
    "eyeBlink",
    "eyeWide",
    "eyeLookDown",
    "eyeLookUp",
    "eyeLookIn",
    "eyeLookOut",
)
"""Coefficients that this module draws instead of the basis."""
WIDE = 0.27
SQUINT = 0.36
"""Change of the opening at weight 1, as a share of rest."""


def opening_factor(expression: Expression, side: int) -> float:
    """Opening as a share of the resting opening. side 0 is the person's right eye."""
    name = SIDES[side]
    blink = min(max(expression["eyeBlink" + name], 0.0), 1.0)
    wide = min(max(expression["eyeWide" + name], -0.5), 1.6)
    squint = min(max(expression["eyeSquint" + name], -0.5), 1.6)
    down = expression["eyeLookDown" + name] - min(0.0, expression.gaze[0]) / 30
    up = expression["eyeLookUp" + name] + max(0.0, expression.gaze[0]) / 30
    open_ = (1 + WIDE * wide) * (1 - SQUINT * squint) * (1 - 0.35 * min(down, 1.0) + 0.12 * up)
    return max(0.0, open_ * (1 - blink))


@dataclass(frozen=True, slots=True, eq=False)
class Lids:
    """One eye. upper, lower: (3, 9) mesh points, lid edge first. down: (2,) unit vector in the
    picture. gaps: (9,) px between the lid edges in the photo. rest: (9,) px at rest. most: (9,) px
    that can be opened: what the photo does not show of an eye cannot be made up."""

    upper: Indices
    lower: Indices
    down: Floats
    gaps: Floats
    rest: Floats
    most: Floats

    def coefficients(self, side: str) -> dict[str, float]:
        """What the photo shows, as ARKit coefficients of that side ("Right" or "Left")."""
        factor = float(self.gaps.max() / max(float(self.rest.max()), 1e-3))
        if factor > 1.03:
            return {"eyeWide" + side: min(1.2, (factor - 1) / WIDE)}
        if factor > 0.97:
            return {}
        found = {"eyeSquint" + side: min(1.0, (1 - factor) / SQUINT)}
        if factor < 1 - SQUINT:
            found["eyeBlink" + side] = 1 - factor / (1 - SQUINT)
        return found

    def closed(self, factor: float) -> float:
        """How far the lids have come down over what the photo shows, 0 to 1."""
        now, wanted = float(self.gaps.max()), float(self.rest.max()) * factor
        return float(np.clip(1 - wanted / max(now, 1e-3), 0, 1)) if now > 0.5 else 0.0

    def move(self, factor: float, moved: Floats) -> None:
        """Add to displacements (n, 2) px what brings the opening to `factor` of rest."""
        change = self.gaps - np.minimum(self.rest * factor, self.most)
        seal = 0.9 * np.clip(1 - factor / 0.12, 0, 1) * (self.gaps > 0.3)
        for ring, share in enumerate((1.0, 0.62, 0.18)):
            rise = change * share
            extra = seal if ring == 0 else 0.0
            moved[self.upper[ring]] += (0.86 * rise + extra)[:, None] * self.down
            moved[self.lower[ring]] -= (0.14 * rise)[:, None] * self.down


def make_lids(side: int, points: Floats, down: Floats, factor: float) -> Lids:
    """points: (n, 2) px. factor: how open the photo shows this eye, as a share of rest."""
    upper, lower = lid_rings(side)
    gaps = np.maximum(((points[lower[0]] - points[upper[0]]) @ down), 0.0)
    width = float(np.linalg.norm(points[upper[0, -1]] - points[upper[0, 0]]))
    shape = np.array([0, 0.42, 0.75, 0.94, 1.0, 0.96, 0.82, 0.52, 0])
    high = float(gaps.max())
    peak = float(np.clip(high / max(factor, 0.05), 0.22 * width, 0.42 * width))
    own = gaps / high if high > 0.12 * width else shape
    most = (1.5 * gaps + 0.04 * width * shape).astype(np.float32)
    return Lids(upper, lower, down, gaps.astype(np.float32), (own * peak).astype(np.float32), most)
