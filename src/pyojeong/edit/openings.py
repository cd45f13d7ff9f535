"""Preparing the mouth and the eyes of one photo."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from pyojeong.edit.basis import load_basis
from pyojeong.edit.eyeball import Eyeball, make_eyeball
from pyojeong.edit.field import Field
from pyojeong.edit.lidskin import LidSkin, make_lid_skin
from pyojeong.edit.motion import FaceMotion
from pyojeong.edit.mouth import MouthInterior
from pyojeong.edit.mouthcolour import LUMA, MouthSamples, palette
from pyojeong.edit.slit import Pixels, Rect, Slit, make_slit, pixel_grid
from pyojeong.edit.teeth import MouthFrame, paint_teeth, paint_tongue
from pyojeong.edit.topology import (
    IRIS_CENTRE,
    IRIS_RIM,
    LOWER_LIP,
    UPPER_LIP,
    lid_rings,
)
from pyojeong.edit.warp import Floats, Indices
from pyojeong.expression import Expression

SKIN = (50, 280, 205, 425, 4, 195, 9, 151, 108, 337)
AROUND_MOUTH = (164, 165, 391, 18, 83, 313, 57, 287, 43, 273)
OPEN_CM = 0.25
"""Lips further apart than this show what is behind them."""


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """What preparing needs of a photo. photo: the zone. points: (478, 3) zone px."""

    photo: Pixels
    points: Floats
    motion: FaceMotion
    triangles: Indices
    field: Field

    def slit(
        self, around: Floats, margins: tuple[float, float, float], cell: float,
        rows: tuple[Indices, Indices],
    ) -> Slit:  # fmt: skip
        """An opening between two rows of mesh points; margins (sides, above, below) and the
        lattice cell in cm."""
        pose, xy = self.motion.pose, self.motion.xy
        rect = _around(around, margins, pose.scale, self.photo.shape)
        mesh = xy[:468], self.points[:468, 2], self.triangles
        edges = xy[rows[0]], xy[rows[1]]
        axes = pose.right_unit, pose.down_unit
        return make_slit(
            rect,
            cell * pose.scale,
            mesh,
            edges,
            axes,
            np.concatenate(rows),
            self.field.rim,
            self.field.fades,
        )

    def patch(self, rect: Rect) -> Pixels:
        """The photo's pixels in a rectangle of the zone."""
        return self.photo[rect[1] : rect[3], rect[0] : rect[2]]

    def colours(self, points: Indices) -> Floats:
        """(n, 3) pixels around mesh points."""
        h, w = self.photo.shape[:2]
        r = max(1, round(0.15 * self.motion.pose.scale))
        found = []
        for x, y in self.points[points, :2]:
            x0, y0 = int(np.clip(x, 0, w - 1)), int(np.clip(y, 0, h - 1))
            rect = (max(0, x0 - r), max(0, y0 - r), x0 + r + 1, y0 + r + 1)
            found.append(self.patch(rect).reshape(-1, 3))
        return np.concatenate(found).astype(np.float32)


def make_eye(sitter: Sitter, side: int) -> tuple[Slit, Eyeball, LidSkin]:
    """side 0 is the person's right eye."""
    upper, lower = lid_rings(side)
    rows = (upper[0], lower[0]) if side == 0 else (upper[0][::-1], lower[0][::-1])
    xy = sitter.motion.xy
    slit = sitter.slit(xy[np.concatenate(rows)], (0.8, 1.3, 1.4), 0.09, rows)
    corner = np.array(slit.rect[:2], np.float32)
    centre = sitter.points[IRIS_CENTRE[side], :2] - corner
    rim = sitter.points[list(IRIS_RIM[side]), :2] - corner
    radius = float(np.linalg.norm(rim - centre, axis=1).mean())
    photo = sitter.patch(slit.rect)
    skin = make_lid_skin(photo, xy[upper] - corner, sitter.motion.pose.scale)
    return slit, make_eyeball(photo, slit.opening, centre, radius, side), skin


def make_mouth(sitter: Sitter, white: Floats) -> tuple[Slit, MouthInterior]:
    """white: (3,) the white of the eyes, which shows the tint of the light."""
    xy = sitter.motion.xy
    border = np.concatenate([UPPER_LIP[0], LOWER_LIP[0]])
    slit = sitter.slit(xy[border], (1.8, 1.8, 3.9), 0.12, (UPPER_LIP[3], LOWER_LIP[3]))
    return slit, _interior(sitter, slit, white)


def _interior(sitter: Sitter, slit: Slit, white: Floats) -> MouthInterior:
    motion, pose = sitter.motion, sitter.motion.pose
    photo = sitter.patch(slit.rect).astype(np.float32)
    open_cm = float(motion.lip_gaps.max()) / pose.scale
    lips = np.concatenate([LOWER_LIP[1, 3:8], LOWER_LIP[0, 4:7], UPPER_LIP[1, 3:8]])
    colours = palette(
        MouthSamples(
            skin=sitter.colours(np.array(SKIN)),
            around=sitter.colours(np.array(AROUND_MOUTH)),
            lips=sitter.colours(lips),
            seen=photo[slit.opening > 0.9],
            white=white,
            wide=open_cm > 0.6,
        )
    )
    seen_upper, seen_lower, end = _seen(motion, slit, photo, open_cm)
    above, below = _frames(motion, slit, end * open_cm if open_cm > OPEN_CM else None)
    size = slit.opening.shape[0], slit.opening.shape[1]
    colour, alpha = paint_teeth(above, size, colours, True)
    if open_cm > OPEN_CM:
        # Where the photo shows the teeth, its own end where they end.
        alpha = alpha * (1 - slit.lower[..., 0])
    inside = MouthInterior(
        np.broadcast_to(colours.dark, (*size, 3)).astype(np.float32),
        (colour, alpha),
        paint_teeth(below, size, colours, False),
        paint_tongue(below, size, colours),
        (photo, seen_upper),
        (photo, seen_lower),
        _core(slit.opening, 0.09 * pose.scale),
        np.asarray(0.62 * np.median(sitter.colours(lips), axis=0), np.float32),
        max(1.0, 0.26 * pose.scale),
        np.ones(size, np.float32),
    )
    return replace(inside, before=inside.shade(slit.opening))


def _frames(
    motion: FaceMotion, slit: Slit, teeth_cm: float | None
) -> tuple[MouthFrame, MouthFrame]:
    """Where the upper and the lower teeth stand in the photo's patch.

    teeth_cm: how far below the upper lip the photo's upper teeth end, if it shows them. Hidden
    teeth are placed from the lips at rest: the upper ones end 3 mm below the resting lip, the
    lower ones just below the edge of the lower lip.
    """
    pose = motion.pose
    corner = np.array(slit.rect[:2], np.float32)
    near = pose.vectors(np.array([0, 0, 1], np.float32))
    rest = motion.xy[:468] + motion.displacement(Expression(), 1.0) - corner
    middle = UPPER_LIP[3, 5], LOWER_LIP[3, 5]
    tip = rest[middle[0]] + 0.32 * pose.down
    if teeth_cm is not None:
        tip = motion.xy[middle[0]] - corner + teeth_cm * pose.down
    opened = -motion.jaw(Expression(), 1.0)
    low = rest[middle[1]] + opened + 0.22 * pose.down
    return (
        MouthFrame(pose.right, pose.down, near, tip),
        MouthFrame(pose.right, pose.down, near, low),
    )


def _seen(
    motion: FaceMotion, slit: Slit, photo: Floats, open_cm: float
) -> tuple[Floats, Floats, float]:
    """Which part of what the photo shows in the mouth hangs from the skull, which stands on
    the jaw, and where between the lips (0 to 1) the upper teeth end."""
    opening, pose = slit.opening, motion.pose
    alpha = (np.clip(opening * 1.6, 0, 1) * (opening > 0.02)).astype(np.float32)
    if open_cm < OPEN_CM:
        return alpha, np.zeros_like(alpha), 0.0
    h, w = opening.shape
    lip = motion.xy[UPPER_LIP[3, 5]] - np.array(slit.rect[:2], np.float32)
    offset = pixel_grid((0, 0, w, h)) - lip
    place = (offset @ pose.down_unit) / (open_cm * pose.scale)
    middle = (np.abs(offset @ pose.right_unit) < 0.8 * pose.scale) & (opening > 0.9)
    end = _teeth_end(place[middle], (photo @ LUMA)[middle])
    share = np.clip((place - end + 0.06) / 0.12, 0, 1) * (end < 1)
    return (
        (alpha * (1 - share)).astype(np.float32),
        (alpha * share).astype(np.float32),
        end,
    )


def _core(opening: Floats, rim: float) -> Floats:
    """The opening without a soft rim of that many px."""
    free = cv2.distanceTransform((opening > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    core = np.clip((free - rim) / max(1.0, 0.5 * rim), 0, 1)
    return np.asarray(core, np.float32)


def _teeth_end(place: Floats, luma: Floats) -> float:
    """Where the upper teeth end between the lips (0 at the upper lip, 1 at the lower): at the
    darkest row below something brighter, or at the lower lip when it stays bright."""
    rows = np.linspace(0.05, 0.95, 19)
    near = [luma[np.abs(place - r) < 0.06] for r in rows]
    level = np.array([v.mean() if len(v) else np.nan for v in near])
    known = np.flatnonzero(np.isfinite(level))
    if len(known) < 5:
        return 1.0
    level = np.interp(np.arange(19), known, level[known])
    darkest = 5 + int(np.argmin(level[5:16]))
    return 1.0 if level[darkest] > 0.62 * level.max() else float(rows[darkest])


def _around(
    points: Floats,
    margins: tuple[float, float, float],
    scale: float,
    shape: tuple[int, ...],
) -> Rect:
    """A rectangle around points with margins in cm, inside the zone."""
    h, w = shape[:2]
    side, above, below = (m * scale for m in margins)
    low, high = points.min(0), points.max(0)
    x0, y0 = int(np.clip(low[0] - side, 0, w - 1)), int(np.clip(low[1] - above, 0, h - 1))
    x1, y1 = (
        int(np.clip(high[0] + side + 1, x0 + 1, w)),
        int(np.clip(high[1] + below + 1, y0 + 1, h)),
    )
    return x0, y0, x1, y1


def all_triangles() -> Indices:
    """The skin and the covers of its openings."""
    basis = load_basis()
    return np.concatenate([basis.triangles, basis.covers])
