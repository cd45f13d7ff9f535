"""Light on moved skin: creases from the atlas, and the ratio of new to old normals.

Expression ratio images after Liu, Shan & Zhang 2001: skin keeps its colour, only the light that
falls on it changes, so the photo is multiplied by the ratio of shading after to before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from pyojeong.edit.basis import load_basis
from pyojeong.edit.mouthcolour import LUMA
from pyojeong.edit.pose import vertex_normals
from pyojeong.edit.slit import Pixels, Rect
from pyojeong.edit.warp import (
    Floats,
    Indices,
    Lattice,
    Spread,
    enlarge,
    sample,
    soften,
    spread_over,
)
from pyojeong.edit.wrinkles import atlas, regions, to_atlas
from pyojeong.expression import Expression

CELL_CM = 0.09
BAND_PX = 2_000_000
"""Pixels that are worked on at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """How a moved face catches the light. points: (468, 3) mesh points in the camera frame, px,
    y down, z away. light: (4,), brightness as ambient + light . normal. spread carries values at
    mesh points to the rows of `Shading.creases`. still: (468,) 0 where the mesh has holes."""

    points: Floats
    triangles: Indices
    light: Floats
    spread: Spread
    still: Floats

    def gain(self, moved: Floats) -> Floats:
        """(rows, columns) log gain for points moved by (468, 3) px."""
        before = self._brightness(self.points)
        after = self._brightness(self.points + moved)
        ratio = np.log(after / before) * self.still
        field = self.spread.field(np.clip(ratio, -0.25, 0.2)[:, None])[..., 0]
        return soften(field, 2.5)

    def _brightness(self, points: Floats) -> Floats:
        normals = vertex_normals(points, self.triangles)
        bright: Floats = np.maximum(self.light[0] + normals @ self.light[1:], 0.3)
        return bright


@dataclass(frozen=True, slots=True, eq=False)
class Shading:
    """rect: the face in zone px. creases: (k, rows, columns) log gains of `names`. regions: the
    same rows, masks. skin: (rows, columns) 1 on skin. smooth: (h, w, 3) uint8, the photo without
    folds. tint: (3,) how strongly each channel follows the gain. snarl: 0 to 1, how deep the photo's
    folds beside the nose are."""

    rect: Rect
    names: tuple[str, ...]
    creases: Floats
    regions: Floats
    skin: Floats
    smooth: Pixels
    tint: Floats
    relief: Relief
    snarl: float

    def gain(self, expression: Expression, moved: Floats) -> Floats:
        """(rows, columns) log gain for added coefficients and points moved by (468, 3) px."""
        weights = np.array([expression[n] for n in self.names], np.float32)
        used = np.flatnonzero(np.abs(weights) > 1e-4)
        total: Floats = self.relief.gain(moved) * self.skin
        if len(used):
            total += np.tensordot(weights[used], self.creases[used], axes=1)
        # Folds that meet do not add up to a black line.
        return np.asarray(0.30 * np.tanh(total / 0.30), np.float32)

    def relaxed(self, photo: Pixels, gone: dict[str, float]) -> Pixels:
        """The photo with the folds of vanished coefficients (weights in [0, 1]) smoothed away."""
        weights = np.array([gone.get(n, 0.0) for n in self.names], np.float32)
        used = np.flatnonzero(weights > 1e-3)
        if not len(used):
            return photo
        mask = np.clip(
            np.tensordot(np.minimum(1.5 * weights[used], 1), self.regions[used], axes=1),
            0,
            1,
        )
        return self._banded(photo, lambda part, rows, m: _blend(part, self.smooth[rows], m), mask)

    def apply(self, photo: Pixels, gain: Floats) -> Pixels:
        """The photo multiplied by exp(gain)."""
        factors = np.exp(gain[..., None] * self.tint)
        return self._banded(photo, lambda part, _, f: _times(part, f), factors)

    def _banded(
        self, photo: Pixels, change: Callable[[Pixels, slice, Floats], Pixels], lattice: Floats
    ) -> Pixels:
        """The photo with the face's pixels changed by values from the lattice, band by band."""
        x0, y0, x1, y1 = self.rect
        out = photo.copy()
        h, w = y1 - y0, x1 - x0
        full = enlarge(lattice, (w, h)) if h * w <= BAND_PX else None
        step = h if full is not None else max(64, BAND_PX // w)
        for y in range(0, h, step):
            rows = slice(y, min(h, y + step))
            values = full if full is not None else _band(lattice, rows, (w, h))
            part = out[y0 + rows.start : y0 + rows.stop, x0:x1]
            part[...] = change(part, rows, values)
        return out


def _band(lattice: Floats, rows: slice, size: tuple[int, int]) -> Floats:
    """The rows of `enlarge(lattice, size)`, without the rest of it."""
    w, h = size
    x = (np.arange(w, dtype=np.float32) + 0.5) * (lattice.shape[1] / w) - 0.5
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * (lattice.shape[0] / h) - 0.5
    return np.asarray(sample(lattice, np.dstack(np.meshgrid(x, y))), np.float32)


def _blend(part: Pixels, other: Pixels, share: Floats) -> Pixels:
    base = part.astype(np.float32)
    base += (other.astype(np.float32) - base) * share[..., None]
    return np.asarray(np.clip(base + 0.5, 0, 255), np.uint8)


def _times(part: Pixels, factors: Floats) -> Pixels:
    return np.asarray(cv2.multiply(part, factors, dtype=cv2.CV_8U), np.uint8)


def make_shading(photo: Pixels, mesh: Floats, triangles: Indices, scale: float) -> Shading:
    """photo: the zone. mesh: (468, 3) zone px. scale: px per cm."""
    points, depth = mesh[:, :2], mesh[:, 2]
    h, w = photo.shape[:2]
    low, high = points.min(0), points.max(0)
    x0, y0 = (int(v) for v in np.clip(np.floor(low), 0, [w - 1, h - 1]))
    x1, y1 = (int(v) for v in np.clip(np.ceil(high), [x0 + 1, y0 + 1], [w, h]))
    lattice = Lattice.over((x0, y0, x1, y1), CELL_CM * scale)
    spread = spread_over(lattice, points, depth, triangles)
    place = to_atlas(spread.field(load_basis().neutral[:, :2]))
    skin = _skin_mask(lattice, spread.distance, points)
    blur = 0.45 * float(16 / max(scale, 0.1))
    maps, areas = [], []
    for name, crease in atlas().items():
        soft = soften(crease, blur) if blur > 0.5 else crease
        maps.append(sample(soft, place) * skin)
        areas.append(sample(regions()[name], place) * skin)
    part = photo[y0:y1, x0:x1]
    thin = max(1, round(scale / 8))
    median = np.median(part[::thin, ::thin].reshape(-1, 3), axis=0)
    warm = float(np.clip((median.max() - median.min()) / max(float(median.max()), 1) / 0.28, 0, 1))
    tint = (1 + warm * np.array([-0.40, 0.05, 0.30])).astype(np.float32)
    return Shading(
        (x0, y0, x1, y1), tuple(atlas()), np.stack(maps), np.stack(areas), skin,
        _without_folds(part, scale), tint,
        make_relief(photo, mesh, load_basis().triangles, spread),
        _snarl(part, dict(zip(atlas(), areas, strict=True))),
    )  # fmt: skip


def _snarl(part: Pixels, areas: dict[str, Floats]) -> float:
    """How deep the folds beside the nose are: the mean darkness against their surroundings, from
    that of a strong smile (0) to that of a face screwed up in anger (1)."""
    mask = areas["noseSneerLeft"] + areas["noseSneerRight"]
    size = mask.shape[1], mask.shape[0]
    luma = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32) @ LUMA
    form = soften(luma, 0.55 / CELL_CM)
    dark = np.maximum(1 - luma / np.maximum(form, 20), 0)
    depth = float((dark * mask).sum() / max(float(mask.sum()), 1.0))
    return float(np.clip((depth - 0.085) / 0.045, 0, 1))


def _skin_mask(lattice: Lattice, distance: Floats, points: Floats) -> Floats:
    """1 on the face, fading to its outline, 0 on lips and eyes."""
    inside = (distance == 0).astype(np.uint8)
    depth = cv2.distanceTransform(np.pad(inside, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    mask = np.clip(depth / 6, 0, 1)
    regions_ = load_basis().regions
    holes = np.ones(mask.shape, np.uint8)
    for upper, lower in (
        ("outer_lip_upper", "outer_lip_lower"),
        ("right_lid_upper", "right_lid_lower"),
        ("left_lid_upper", "left_lid_lower"),
    ):
        ring = np.concatenate([regions_[upper], regions_[lower][::-1]])
        shape = np.round(lattice.to_nodes(points[ring]) * 16).astype(np.int32)
        cv2.fillPoly(holes, [shape], 0, cv2.LINE_8, 4)
    away = cv2.distanceTransform(holes, cv2.DIST_L2, 3)
    return np.asarray(mask * np.clip(away / 2.5, 0, 1), np.float32)


def _without_folds(part: Pixels, scale: float) -> Pixels:
    """The face with its folds levelled: middle frequencies damped, grain and form kept."""
    out = np.empty_like(part)
    for k in range(3):  # one channel at a time, to save memory
        channel = part[..., k]
        fine = soften(channel, max(0.6, 0.05 * scale))
        form = soften(channel, max(1.0, 0.55 * scale))
        middle = fine - form
        level = np.where(middle < 0, 0.15 * middle, 0.5 * middle) - middle
        out[..., k] = np.clip(channel + level + 0.5, 0, 255)
    return out


def make_relief(photo: Pixels, points: Floats, triangles: Indices, spread: Spread) -> Relief:
    """Estimate the light from the photo: least squares of skin brightness on the normals.

    points: (468, 3) zone px. triangles: the skin, open at eyes and mouth.
    """
    normals = vertex_normals(points, triangles)
    h, w = photo.shape[:2]
    luma = soften(photo, 3).astype(np.float32) @ LUMA
    x = np.clip(points[:, 0].round().astype(int), 0, w - 1)
    y = np.clip(points[:, 1].round().astype(int), 0, h - 1)
    seen = np.log(np.maximum(luma[y, x], 8))
    seen = np.exp(seen - np.median(seen))
    skin = np.zeros(468, np.float32)
    skin[np.unique(triangles)] = 1
    skin[[i for k, v in load_basis().regions.items() if "lid" in k or "lip" in k for i in v]] = 0
    use = (skin > 0) & (normals[:, 2] < -0.25) & (seen > 0.4) & (seen < 1.8)
    prior = np.array([0.55, 0.0, -0.28, -0.45], np.float32)  # soft light from above and in front
    a = np.column_stack([np.ones(468, np.float32), normals])[use]
    strength = 25.0
    gram = a.T @ a + strength * np.eye(4)
    light = np.linalg.solve(gram, a.T @ seen[use] + strength * prior).astype(np.float32)
    return Relief(points, triangles, light, spread, skin)
