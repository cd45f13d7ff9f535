"""One face of one photo, prepared once, drawn with any expression."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from pyojeong.edit.basis import load_basis
from pyojeong.edit.eyeball import Eyeball, make_eyeball
from pyojeong.edit.lids import LID_NAMES, Lids, make_lids, opening_factor
from pyojeong.edit.lidskin import LidSkin, make_lid_skin
from pyojeong.edit.mouth import MouthFrame, MouthInterior, paint_teeth, paint_tongue, palette
from pyojeong.edit.pose import PIVOT, Pose, fit_pose, head_rotation
from pyojeong.edit.shading import LUMA, make_shading
from pyojeong.edit.sheets import two_sheets
from pyojeong.edit.slit import Pixels, Rect, Slit, make_slit, overlap, pixel_grid
from pyojeong.edit.source import estimate_source
from pyojeong.edit.topology import IRIS_CENTRE, IRIS_RIM, LOWER_LIP, UPPER_LIP, lid_rings
from pyojeong.edit.warp import Floats, Indices, Lattice, Spread, invert, sample, similarity, spread_over
from pyojeong.expression import ARKIT_52, Expression
from pyojeong.face.types import FaceMesh, Image

FACE_CM = 15.5
"""Width of the canonical face."""


class FaceRig:
    """A face ready to be drawn with any expression.

    image: RGB uint8 (H, W, 3), never changed. mesh: the face's mesh in it.
    fine: sample bicubically, for stills; films sample bilinearly, three times as fast.
    zone: (x0, y0, x1, y1) px; nothing outside it ever changes.
    source: the expression that the photo itself shows, as far as its mesh tells.
    """

    def __init__(self, image: Image, mesh: FaceMesh, *, fine: bool = False) -> None:
        self._method = cv2.INTER_CUBIC if fine else cv2.INTER_LINEAR
        self._pose = fit_pose(mesh.points)
        self.zone = _zone(mesh.points, self._pose, image.shape)
        x0, y0, x1, y1 = self.zone
        self._photo: Pixels = np.ascontiguousarray(image[y0:y1, x0:x1])
        self._points = mesh.points - np.array([x0, y0, 0], np.float32)
        basis = load_basis()
        self._triangles = np.concatenate([basis.triangles, basis.covers])
        self._face = self._pose.lift(mesh.points[:468])
        self._basis3 = self._basis_px()
        self._basis = np.ascontiguousarray(self._basis3[..., :2])
        self._lids = [self._make_lids(side) for side in (0, 1)]
        self.source = self._estimate()
        self._xy = self._lips_parted()
        eyes = [self._make_eye(side) for side in (0, 1)]
        self._openings: list[tuple[Slit, MouthInterior | Eyeball]] = [
            self._make_mouth([ball.white for _, ball, _ in eyes]),
            *((slit, ball) for slit, ball, _ in eyes),
        ]
        self._lid_skin = [skin for _, _, skin in eyes]
        self._prepare_zone()
        mesh = np.column_stack([self._xy, self._points[:, 2]])[:468]
        self._shading = make_shading(self._photo, mesh, self._triangles, self._pose.scale)
        self._relaxed: tuple[float, Pixels] = (0.0, self._photo)

    # -- preparation ---------------------------------------------------------------------

    def _basis_px(self) -> Floats:
        deltas = load_basis().deltas.copy()
        for k, name in enumerate(ARKIT_52):
            if name.startswith(LID_NAMES):
                deltas[k] = 0
            if name.startswith("eyeSquint"):
                for side in (0, 1):
                    upper, lower = lid_rings(side)
                    deltas[k, upper[0]] = deltas[k, lower[0]] = 0
        return self._pose.vectors3(deltas)

    def _make_lids(self, side: int) -> Lids:
        xy = self._points[:, :2]
        down = self._down
        upper, lower = lid_rings(side)
        # In the canonical frame, where a turned eye is as wide as it is.
        gap = float((self._face[upper[0], 1] - self._face[lower[0], 1]).max())
        width = float(np.linalg.norm(self._face[upper[0, 0]] - self._face[upper[0, -1]]))
        factor = np.clip(gap / max(width, 1e-3) / 0.30, 0.05, 1.6)
        factor = 1.0 if 0.8 < factor < 1.25 else factor / (0.8 if factor < 1 else 1.25)
        return make_lids(side, xy, down, float(factor))

    @property
    def _down(self) -> Floats:
        down = self._pose.down
        return (down / max(float(np.hypot(*down)), 1e-6)).astype(np.float32)

    @property
    def _right(self) -> Floats:
        right = self._pose.right
        return (right / max(float(np.hypot(*right)), 1e-6)).astype(np.float32)

    def _estimate(self) -> Expression:
        found = dict(estimate_source(self._face).coefficients)
        for side, name in ((0, "Right"), (1, "Left")):
            lids = self._lids[side]
            factor = float(lids.gaps.max() / max(lids.rest.max(), 1e-3))
            if factor < 0.97:
                found["eyeSquint" + name] = min(1.0, (1 - factor) / 0.36)
                if factor < 0.64:
                    found["eyeBlink" + name] = 1 - factor / 0.64
            elif factor > 1.03:
                found["eyeWide" + name] = min(1.2, (factor - 1) / 0.27)
        return Expression(found)

    def _lips_parted(self) -> Floats:
        """(478, 2) px: the mesh with the lips' inner edges where the lips end."""
        xy = self._points[:, :2].copy()
        top, low = xy[UPPER_LIP[3]], xy[LOWER_LIP[3]]
        self._lip_gaps = np.maximum((low - top) @ self._down, 0).astype(np.float32)
        if self._lip_gaps.max() < 0.18 * self._pose.scale:
            middle = (top + low) / 2
            xy[UPPER_LIP[3]] = xy[LOWER_LIP[3]] = middle
            self._lip_gaps[:] = 0
        else:
            # The mesh runs inside the dark of the opening; the sheets begin on the lip itself.
            for lip in (UPPER_LIP, LOWER_LIP):
                step = (xy[lip[2]] - xy[lip[3]]) * 0.3
                most = 0.1 * self._pose.scale
                long = np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-6)
                xy[lip[3]] += step * np.minimum(1, most / long)
            gaps = (xy[LOWER_LIP[3]] - xy[UPPER_LIP[3]]) @ self._down
            self._lip_gaps = np.maximum(gaps, 0).astype(np.float32)
        return xy

    def _make_mouth(self, whites: list[Floats]) -> tuple[Slit, MouthInterior]:
        xy = self._xy
        rect = self._rect(np.concatenate([xy[UPPER_LIP[0]], xy[LOWER_LIP[0]]]), 1.8, 1.8, 2.8)
        edges = xy[UPPER_LIP[3]], xy[LOWER_LIP[3]]
        points = np.concatenate([UPPER_LIP[0], LOWER_LIP[0]])
        slit = self._slit(rect, edges, 0.10, points)
        return slit, self._paint_mouth(slit, np.mean(whites, axis=0))

    def _paint_mouth(self, slit: Slit, white: Floats) -> MouthInterior:
        scale, xy, rect = self._pose.scale, self._xy, slit.rect
        size = rect[3] - rect[1], rect[2] - rect[0]
        opening = slit.opening
        photo = self._photo[rect[1] : rect[3], rect[0] : rect[2]].astype(np.float32)
        skin = self._sample([50, 280, 205, 425, 4, 195, 9, 151, 108, 337])
        lips = self._sample([*LOWER_LIP[1, 3:8], *LOWER_LIP[0, 4:7], *UPPER_LIP[1, 3:8]])
        open_cm = float(self._lip_gaps.max()) / scale
        colours = palette(skin, lips, photo[opening > 0.9], white, open_cm > 0.6)
        near = self._pose.vectors(np.array([0, 0, 1], np.float32))
        corner = np.array(rect[:2], np.float32)
        right, down = self._pose.right, self._pose.down
        seen_upper, seen_lower, teeth_end = self._seen(opening, photo, corner, open_cm)
        rest = xy[:468] + self._displacements(Expression(), 1.0, Expression())[0] - corner
        tip = rest[UPPER_LIP[3, 5]] + 0.32 * down
        if open_cm > 0.25:
            tip = xy[UPPER_LIP[3, 5]] - corner + teeth_end * open_cm * down
        upper = MouthFrame(right, down, near, tip)
        opened = self._moved(_jaw(self.source))[LOWER_LIP[3, 5]]
        jaw = MouthFrame(right, down, near, rest[LOWER_LIP[3, 5]] + opened + 0.12 * down)
        teeth = paint_teeth(upper, size, colours, True)
        dark = np.broadcast_to(colours.dark, (*size, 3)).astype(np.float32)
        reach = max(1.0, 0.26 * scale)
        empty = np.ones(size, np.float32)
        inside = MouthInterior(
            rect, dark,
            (teeth[0], teeth[1] * (1 - slit.lower[..., 0] * (open_cm > 0.25))),
            paint_teeth(jaw, size, colours, False),
            paint_tongue(jaw, size, colours),
            (photo, seen_upper), (photo, seen_lower), reach, empty,
        )  # fmt: skip
        return replace(inside, before=inside.shade(opening))

    def _seen(
        self, opening: Floats, photo: Floats, corner: Floats, open_cm: float
    ) -> tuple[Floats, Floats, float]:
        """Which part of what the photo shows in the mouth hangs from the skull, which stands on
        the jaw, and where between the lips (0 to 1) the upper teeth end."""
        alpha = np.clip(opening * 1.6, 0, 1) * (opening > 0.02)
        nothing = np.zeros_like(alpha)
        if open_cm < 0.25:
            return alpha, nothing, 0.0
        h, w = opening.shape
        offset = pixel_grid((0, 0, w, h)) + corner - self._xy[UPPER_LIP[3, 5]]
        place = (offset @ self._down) / (open_cm * self._pose.scale)
        middle = (np.abs(offset @ self._right) < 0.8 * self._pose.scale) & (opening > 0.9)
        split = _teeth_end(place[middle], (photo @ LUMA)[middle])
        share = np.clip((place - split + 0.06) / 0.12, 0, 1) * (split < 1)
        return (alpha * (1 - share)).astype(np.float32), (alpha * share).astype(np.float32), split

    def _sample(self, points: list[int]) -> Floats:
        h, w = self._photo.shape[:2]
        r = max(1, round(0.15 * self._pose.scale))
        found = []
        for x, y in self._points[points, :2]:
            x, y = int(np.clip(x, 0, w - 1)), int(np.clip(y, 0, h - 1))
            patch = self._photo[max(0, y - r) : y + r + 1, max(0, x - r) : x + r + 1]
            found.append(patch.reshape(-1, 3))
        return np.concatenate(found).astype(np.float32)

    def _make_eye(self, side: int) -> tuple[Slit, Eyeball, LidSkin]:
        upper, lower = lid_rings(side)
        rows = upper[0], lower[0]
        if side == 1:
            rows = rows[0][::-1], rows[1][::-1]
        edges = self._xy[rows[0]], self._xy[rows[1]]
        rect = self._rect(np.concatenate(edges), 0.8, 1.3, 1.4)
        slit = self._slit(rect, edges, 0.075, np.concatenate(rows))
        corner = np.array(rect[:2], np.float32)
        centre = self._points[IRIS_CENTRE[side], :2] - corner
        rim = self._points[list(IRIS_RIM[side]), :2] - corner
        radius = float(np.linalg.norm(rim - centre, axis=1).mean())
        photo = self._photo[rect[1] : rect[3], rect[0] : rect[2]]
        skin = make_lid_skin(photo, self._xy[upper] - corner, self._pose.scale)
        return slit, make_eyeball(photo, rect, slit.opening, centre, radius, side), skin

    def _slit(
        self, rect: Rect, edges: tuple[Floats, Floats], cell_cm: float, points: Indices
    ) -> Slit:
        mesh = self._xy, self._points[:, 2], self._triangles
        axes = self._right, self._down
        return make_slit(rect, cell_cm * self._pose.scale, mesh, edges, axes, points)

    def _rect(self, points: Floats, side: float, above: float, below: float) -> Rect:
        """A rectangle around points with margins in cm, inside the zone."""
        s = self._pose.scale
        h, w = self._photo.shape[:2]
        low, high = points.min(0), points.max(0)
        x0, y0 = max(0, int(low[0] - side * s)), max(0, int(low[1] - above * s))
        x1, y1 = min(w, int(high[0] + side * s) + 1), min(h, int(high[1] + below * s) + 1)
        return x0, y0, max(x1, x0 + 2), max(y1, y0 + 2)

    def _prepare_zone(self) -> None:
        h, w = self._photo.shape[:2]
        lattice = Lattice.over((0, 0, w, h), self._pose.scale * FACE_CM / 60)
        self._spread: Spread = spread_over(
            lattice, self._xy, self._points[:, 2], self._triangles
        )
        away = self._spread.distance * float(lattice.step.mean()) / self._pose.scale
        nodes = lattice.index() * lattice.step - self._xy[:468].mean(0)
        low = np.clip((nodes @ self._down) / np.maximum(np.hypot(*nodes.transpose(2, 0, 1)), 1), 0, 1)
        self._fade = _fade(away / (4.5 + 4.0 * low))
        self._fade_head = _fade(away / 8.5)
        grid_x, grid_y = np.meshgrid(np.arange(w), np.arange(h))
        self._grid = np.dstack([grid_x, grid_y]).astype(np.float32)

    # -- drawing -------------------------------------------------------------------------

    def draw(self, expression: Expression, relax: float = 0.0) -> Pixels:
        """(h, w, 3) uint8: the zone's pixels with the expression added to the photo's own,
        of which the share `relax` in [0, 1] is taken away first."""
        shown = self.source * (1 - relax) + expression
        if shown == self.source:
            return self._photo.copy()
        moved, skull = self._displacements(expression, relax, shown)
        return self._render(moved, skull, shown, expression, relax)

    def _displacements(
        self, expression: Expression, relax: float, shown: Expression
    ) -> tuple[Floats, Floats]:
        spoken = self._moved(expression)
        moved = spoken - self._moved(self.source) * relax
        for side, lids in enumerate(self._lids):
            lids.move(opening_factor(shown, side), moved)
        self._close_lips(moved, spoken, relax)
        return moved, self._head(expression)

    def _moved(self, expression: Expression) -> Floats:
        """(468, 2) px: where the basis takes the mesh points."""
        weights = np.array(expression.vector(), np.float32)
        used = np.flatnonzero(weights)
        moved: Floats = np.tensordot(weights[used], self._basis[used], axes=1)
        return moved.astype(np.float32)

    def _close_lips(self, moved: Floats, spoken: Floats, relax: float) -> None:
        """Correct the gap between the lips: what is left of the photo's, plus what the
        expression asks for, never below zero."""
        top, low = UPPER_LIP[3], LOWER_LIP[3]
        now = self._lip_gaps + (moved[low] - moved[top]) @ self._down
        asked = self._lip_gaps * (1 - relax) + (spoken[low] - spoken[top]) @ self._down
        extra = (np.maximum(asked, 0) - now)[:, None] * self._down
        for ring, share in ((3, 1.0), (2, 1.0), (1, 0.95), (0, 0.85)):
            moved[UPPER_LIP[ring]] -= extra * (0.45 * share)
            moved[LOWER_LIP[ring]] += extra * (0.55 * share)

    def _head(self, expression: Expression) -> Floats:
        if not any(expression.head):
            return np.zeros((468, 2), np.float32)
        turn = head_rotation(*expression.head)
        local = self._face - PIVOT
        return self._pose.vectors(local @ turn.T - local)

    def _skin(self, relax: float, expression: Expression) -> Pixels:
        """The photo with vanished folds smoothed and new ones shaded, not yet moved."""
        if relax != self._relaxed[0]:
            gone = {n: v * relax for n, v in self.source.coefficients.items()}
            self._relaxed = (relax, self._shading.relaxed(self._photo, gone))
        photo = self._relaxed[1]
        change = expression + self.source * -relax
        if not change.coefficients:
            return photo
        weights = np.array(change.vector(), np.float32)
        used = np.flatnonzero(weights)
        moved = np.tensordot(weights[used], self._basis3[used], axes=1)
        return self._shading.apply(photo, self._shading.gain(expression, moved))

    def _render(
        self, moved: Floats, skull: Floats, shown: Expression, expression: Expression, relax: float
    ) -> Pixels:
        photo = self._skin(relax, expression)
        sheets = two_sheets(moved)
        map_ = self._zone_map(moved, skull)
        jobs = [self._patch(slit, sheets, skull, map_) for slit, _ in self._openings]
        out = sample(photo, map_, self._method)
        jaw = self._moved(_jaw(expression + self.source * -relax))[LOWER_LIP[3, 5]]
        for (slit, behind), (rect, up, low, ride) in zip(self._openings, jobs, strict=True):
            corner = np.array(slit.rect[:2], np.float32)
            upper, lit_up = cv2.split(sample(slit.upper, up - corner))
            lower, lit_low = cv2.split(sample(slit.lower, low - corner))
            lower = np.minimum(lower, 1 - upper)
            opening = 1 - upper - lower
            shadow = slit.shadow(opening)
            if isinstance(behind, MouthInterior):
                inside = behind.draw(ride, jaw, opening)
            else:
                inside = behind.draw(self._gaze(shown, behind.side), ride, opening)
                closed = self._lids[behind.side].closed(opening_factor(shown, behind.side))
                self._lid_skin[behind.side].cover(out, rect, up - corner, closed)
            below = sample(photo, low, self._method).astype(np.float32)
            below *= np.minimum(shadow / lit_low, 1)[..., None]
            inside = inside * opening[..., None] + below * lower[..., None]
            _lay(out, rect, inside, upper, np.minimum(shadow / lit_up, 1))
        return out

    def _patch(
        self, slit: Slit, sheets: Floats, skull: Floats, map_: Floats
    ) -> tuple[Rect, Floats, Floats, Floats]:
        """Where a patch lands, the maps of its two sheets, and how the head carries it.

        The zone's map is refined under the patch."""
        points = slit.points
        ride = similarity(self._xy[points], self._xy[points] + skull[points])
        step = np.round(skull[points].mean(0)).astype(int)
        rest = np.tile(skull - step, 2)
        up, low = slit.maps(sheets + rest)
        x0, y0, x1, y1 = slit.rect
        rect = (x0 + int(step[0]), y0 + int(step[1]), x1 + int(step[0]), y1 + int(step[1]))
        view, part = overlap(rect, map_.shape)
        map_[view] += (up[part] - map_[view]) * slit.window[part]
        up[part] = map_[view]
        low = up + (low - up) * slit.window
        corner = np.array([x0, y0], np.float32)
        ride[:, 2] += ride[:, :2] @ corner - corner - step
        return rect, up, low, ride

    def _gaze(self, shown: Expression, side: int) -> Floats:
        """(2,) px by which the iris moves. An eyeball has a radius of 1.2 cm."""
        name = ("Right", "Left")[side]
        pitch = shown.gaze[0] + 25 * (shown["eyeLookUp" + name] - shown["eyeLookDown" + name])
        outwards = 30 * (shown["eyeLookOut" + name] - shown["eyeLookIn" + name])
        yaw = shown.gaze[1] + (outwards if side == 1 else -outwards)
        p, y = np.radians(np.clip([pitch, yaw], -35, 35))
        cm = np.array([1.2 * np.sin(y), 1.2 * np.sin(p), 0], np.float32)
        return self._pose.vectors(cm)

    def _zone_map(self, moved: Floats, skull: Floats) -> Floats:
        both = self._spread.field(np.concatenate([moved, skull], axis=1))
        forward = both[..., :2] * self._fade + both[..., 2:] * self._fade_head
        forward = cv2.GaussianBlur(forward, (0, 0), 1.0)
        lattice = self._spread.lattice
        back = invert(forward / lattice.step, 1, 2) * lattice.step
        full = cv2.resize(back, lattice.size, interpolation=cv2.INTER_LINEAR)
        full += self._grid
        return full


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
    if level[darkest] > 0.62 * level.max():
        return 1.0
    return float(rows[darkest])


def _lay(out: Pixels, rect: Rect, inside: Floats, upper: Floats, light: Floats) -> None:
    """Put a patch, already weighted, under the upper sheet, which is in the picture."""
    view, part = overlap(rect, out.shape)
    above = out[view].astype(np.float32) * light[part][..., None]
    mixed = inside[part] + above * upper[part][..., None]
    out[view] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _jaw(expression: Expression) -> Expression:
    """Only what moves the jaw bone."""
    kept = {n: v for n, v in expression.coefficients.items() if n.startswith("jaw")}
    return Expression(kept)


def _fade(t: Floats) -> Floats:
    t = np.clip(1 - t, 0, 1)
    return (t * t * (3 - 2 * t))[..., None].astype(np.float32)


def _zone(points: Floats, pose: Pose, shape: tuple[int, ...]) -> Rect:
    """The rectangle that expressions and head motion can reach, inside the picture."""
    low, high = points[:468, :2].min(0), points[:468, :2].max(0)
    s = pose.scale
    x0, y0 = np.floor(low - s * np.array([9.0, 9.0])).astype(int)
    x1, y1 = np.ceil(high + s * np.array([9.0, 9.0])).astype(int)
    h, w = shape[:2]
    return max(0, int(x0)), max(0, int(y0)), min(w, int(x1)), min(h, int(y1))
