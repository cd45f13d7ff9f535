"""One face of one photo, prepared once, drawn with any expression."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pyojeong.edit.eyeball import Eyeball
from pyojeong.edit.field import Field, zone_of
from pyojeong.edit.lids import opening_factor
from pyojeong.edit.motion import FaceMotion
from pyojeong.edit.mouth import LipState, MouthInterior
from pyojeong.edit.openings import Sitter, all_triangles, make_eye, make_mouth
from pyojeong.edit.pose import fit_pose
from pyojeong.edit.shading import make_shading
from pyojeong.edit.sheets import two_sheets
from pyojeong.edit.slit import Pixels, Rect, Slit, overlap
from pyojeong.edit.warp import Floats, sample, similarity
from pyojeong.expression import Expression
from pyojeong.face.types import FaceMesh, Image


class FaceRig:
    """A face ready to be drawn with any expression.

    image: RGB uint8 (H, W, 3), never changed. mesh: the face's mesh in it.
    fine: sample bicubically, for stills; films sample bilinearly, three times as fast.
    zone: (x0, y0, x1, y1) px; nothing outside it ever changes.
    source: the expression that the photo itself shows, as far as its mesh tells.
    strength: in [0, 1], the share of an expression that is drawn; below 1 for a face that is
    turned far away.
    """

    def __init__(self, image: Image, mesh: FaceMesh, *, fine: bool = False) -> None:
        self.zone = zone_of(mesh.points[:468, :2], fit_pose(mesh.points), image.shape)
        x0, y0, x1, y1 = self.zone
        self._photo: Pixels = np.ascontiguousarray(image[y0:y1, x0:x1])
        points = mesh.points - np.array([x0, y0, 0], np.float32)
        pose = fit_pose(points)
        self._motion = FaceMotion(points, pose)
        self.strength = self._motion.strength
        self._method = cv2.INTER_CUBIC if fine else cv2.INTER_LINEAR
        triangles = all_triangles()
        xy, depth = self._motion.xy[:468], points[:468, 2]
        self._shading = make_shading(
            self._photo, np.column_stack([xy, depth]), triangles, pose.scale
        )
        self._motion.add_snarl(self._shading.snarl)
        self.source = self._motion.source
        self._field = Field((y1 - y0, x1 - x0), xy, depth, triangles, pose)
        sitter = Sitter(self._photo, points, self._motion, triangles, self._field)
        eyes = [make_eye(sitter, side) for side in (0, 1)]
        white = np.mean([ball.white for _, ball, _ in eyes], axis=0)
        self._mouth = make_mouth(sitter, white)
        self._eyes = eyes
        self._relaxed: tuple[float, Pixels] = (0.0, self._photo)

    def turned(self, expression: Expression) -> Floats:
        """(468, 2) px by which the turn of the head alone moves the mesh points."""
        return self._motion.head(self._motion.tame(expression))

    def draw(self, expression: Expression, relax: float = 0.0) -> Pixels:
        """(h, w, 3) uint8: the zone's pixels with the expression added to the photo's own,
        of which the share `relax` in [0, 1] is taken away first.

        `Expression()` at relax 0 gives the photo's very bytes; at relax 1 a face at rest.
        """
        relax = min(max(relax, 0.0), 1.0)
        if relax == 0 and expression == Expression():
            return self._photo.copy()
        wanted = self._motion.tame(expression)
        photo = self._skin(wanted, relax)
        moved = self._motion.displacement(wanted, relax)
        head = self._motion.head(wanted)
        back = self._field.back(moved, head)
        out = self._field.warp(photo, back, self._method)
        sheets = two_sheets(moved)
        slits = [self._mouth[0], *(slit for slit, _, _ in self._eyes)]
        patches = [self._patch(slit, sheets, head, back) for slit in slits]
        jaw = self._motion.jaw(wanted, relax)
        self._draw_mouth(out, photo, patches[0], jaw, self._motion.lips(moved))
        shown = self.source * (1 - relax) + wanted
        for side in (0, 1):
            self._draw_eye(out, photo, patches[1 + side], side, shown)
        return out

    def _skin(self, wanted: Expression, relax: float) -> Pixels:
        """The photo with vanished folds smoothed and new light and folds, not yet moved."""
        if relax != self._relaxed[0]:
            gone = {n: v * relax for n, v in self.source.coefficients.items()}
            self._relaxed = (relax, self._shading.relaxed(self._photo, gone))
        photo = self._relaxed[1]
        relief = self._motion.relief(wanted, relax)
        if not relief.any():
            return photo
        return self._shading.apply(photo, self._shading.gain(wanted, relief))

    def _patch(self, slit: Slit, sheets: Floats, head: Floats, back: Floats) -> _Patch:
        """Work out one opening; at its border it passes into the zone's own motion."""
        xy = self._motion.xy[slit.points]
        ride = similarity(xy, xy + head[slit.points])
        step = np.round(head[slit.points].mean(0)).astype(int)
        x0, y0, x1, y1 = slit.rect
        dx, dy = int(step[0]), int(step[1])
        rect = (x0 + dx, y0 + dy, x1 + dx, y1 + dy)
        upper, lower = slit.maps(sheets, head, step.astype(np.float32))
        around = self._field.place(back, rect)
        upper = around + (upper - around) * slit.window
        lower = around + (lower - around) * slit.window
        corner = np.array([x0, y0], np.float32)
        ride[:, 2] += ride[:, :2] @ corner - corner - step
        return _Patch(slit, rect, upper, lower, ride)

    def _draw_mouth(
        self, out: Pixels, photo: Pixels, patch: _Patch, jaw: Floats, lips: LipState
    ) -> None:
        view = patch.look(photo, self._method)
        inside: MouthInterior = self._mouth[1]
        view.lay(out, inside.draw(patch.ride, jaw, view.opening, lips))

    def _draw_eye(
        self, out: Pixels, photo: Pixels, patch: _Patch, side: int, shown: Expression
    ) -> None:
        _, ball, skin = self._eyes[side]
        view = patch.look(photo, self._method)
        closed = self._motion.lids[side].closed(opening_factor(shown, side))
        corner = np.array(patch.slit.rect[:2], np.float32)
        skin.cover(view.above, patch.upper - corner, closed)
        turn = self._motion.iris(shown, side)
        behind: Eyeball = ball
        view.lay(out, behind.draw(turn, patch.ride, view.opening))


@dataclass(frozen=True, slots=True, eq=False)
class _Patch:
    """One opening in one frame. rect: where it lands, zone px. upper, lower: (h, w, 2) backward
    maps of its sheets. ride: (2, 3) how the head carries what is behind."""

    slit: Slit
    rect: Rect
    upper: Floats
    lower: Floats
    ride: Floats

    def look(self, photo: Pixels, method: int) -> _View:
        """What the two sheets cover, and the pixels of the lower one."""
        slit = self.slit
        corner = np.array(slit.rect[:2], np.float32)
        cover, lit = cv2.split(sample(slit.upper, self.upper - corner))
        below, lit_below = cv2.split(sample(slit.lower, self.lower - corner))
        below = np.minimum(below, 1 - cover)
        opening = 1 - cover - below
        shadow = slit.shadow(opening)
        above = sample(photo, self.upper, method).astype(np.float32)
        pixels = sample(photo, self.lower, method).astype(np.float32)
        pixels *= (np.minimum(shadow / lit_below, 1) * below)[..., None]
        return _View(self.rect, opening, cover * np.minimum(shadow / lit, 1), above, pixels)


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """opening: (h, w) share of what is behind. light: (h, w) share of the upper sheet times the
    light on it. above: (h, w, 3) the upper sheet. below: the lower one, already weighted by its
    share."""

    rect: Rect
    opening: Floats
    light: Floats
    above: Floats
    below: Floats

    def lay(self, out: Pixels, inside: Floats) -> None:
        """Put what is behind, the lower sheet and the upper one into the picture."""
        view, part = overlap(self.rect, out.shape)
        mixed = self.above * self.light[..., None] + self.below
        mixed += inside * self.opening[..., None]
        out[view] = np.clip(mixed[part] + 0.5, 0, 255).astype(np.uint8)
