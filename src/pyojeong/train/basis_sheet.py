"""Draw face meshes, and the sheet of all 52 coefficients, to judge a basis by eye.

`python -m pyojeong.train.basis_sheet docs/expressions/arkit52.png`
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.basis import ExpressionBasis, load_basis
from pyojeong.expression import Expression, both_sides

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Image = NDArray[np.uint8]

SKIN, LIP, BROW = (232, 190, 165), (196, 108, 104), (120, 84, 66)
MOUTH, EYE, IRIS = (62, 24, 28), (240, 240, 236), (70, 60, 52)
INSIDE_LIPS = {
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 95, 88, 178, 87, 14, 317, 402, 318, 324),
    *(62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 96, 89, 179, 86, 15, 316, 403, 319, 325),
    *(76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 77, 90, 180, 85, 16, 315, 404, 320, 307),
}
"""The three inner rings of the lips."""
LIGHT = np.array((-0.35, 0.5, 0.79), np.float32)
SPAN = 19.2
"""Width of a picture in cm."""


def draw_mesh(basis: ExpressionBasis, points: Floats, size: int, yaw: float = 0.0) -> Image:
    """Shaded picture (size, size, 3) of mesh points (468, 3) in cm, turned by yaw degrees."""
    angle = math.radians(yaw)
    turn = np.array(
        [[math.cos(angle), 0, math.sin(angle)], [0, 1, 0], [-math.sin(angle), 0, math.cos(angle)]],
        np.float32,
    )
    origin = np.array((0, -0.8, 0), np.float32)
    placed: Floats = ((points - origin) @ turn.T).astype(np.float32)
    rest: Floats = ((basis.neutral - origin) @ turn.T).astype(np.float32)
    canvas = np.full((size, size, 3), 250, np.uint8)
    _draw_openings(canvas, basis, placed, rest)
    corners, colours = _shaded(placed, basis)
    order = corners[:, :, 2].mean(axis=1).argsort()
    for corner, colour in zip(_pixels(corners[order], size), colours[order], strict=True):
        cv2.fillConvexPoly(canvas, corner, tuple(map(int, colour)), cv2.LINE_AA, 4)
    return canvas


def _pixels(points: Floats, size: int) -> NDArray[np.int32]:
    """Picture coordinates with 4 fractional bits, as OpenCV draws them."""
    xy = points[..., :2] * np.array((1, -1), np.float32) * (size / SPAN) + size / 2
    return np.round(xy * 16).astype(np.int32)


def _draw_openings(canvas: Image, basis: ExpressionBasis, placed: Floats, rest: Floats) -> None:
    """What lies behind the skin: mouth, whites of the eyes, irises where they are at rest."""
    size = len(canvas)
    for row in basis.covers:
        colour = MOUTH if basis.neutral[row, 1].mean() < 0 else EYE
        cv2.fillConvexPoly(canvas, _pixels(placed[row], size), colour, cv2.LINE_AA, 4)
    for side in ("right", "left"):
        lids = np.concatenate([basis.regions[f"{side}_lid_{k}"] for k in ("upper", "lower")])
        x, y = _pixels(rest[lids].mean(axis=0), size).tolist()
        cv2.circle(canvas, (x, y), round(0.52 * size / SPAN * 16), IRIS, -1, cv2.LINE_AA, 4)


def _shaded(placed: Floats, basis: ExpressionBasis) -> tuple[Floats, Floats]:
    """Triangles (T, 3, 3), each split into 16, and their colours (T, 3)."""
    faces = basis.triangles
    cross = np.cross(
        placed[faces[:, 1]] - placed[faces[:, 0]], placed[faces[:, 2]] - placed[faces[:, 0]]
    )
    normals = np.zeros_like(placed)
    for k in range(3):
        np.add.at(normals, faces[:, k], cross)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    values = np.concatenate([placed, normals], axis=1)[faces]
    tints = _tints(basis)
    for _ in range(2):
        values, tints = _split(values), np.tile(tints, (4, 1))
    mean = values.mean(axis=1)
    light = np.clip(mean[:, 3:6] @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1)
    colours = np.clip(tints * (0.42 + 0.64 * light[:, None]), 0, 255)
    return values[:, :, :3], colours


def _split(values: Floats) -> Floats:
    """Each triangle (T, 3, k) into four at the middles of its edges."""
    a, b, c = values[:, 0], values[:, 1], values[:, 2]
    ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
    quarters = np.array([[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]], np.float32)
    return quarters.transpose(0, 2, 1, 3).reshape(-1, 3, values.shape[2])


def _tints(basis: ExpressionBasis) -> Floats:
    """(T, 3) colour of each triangle: lips and brows have one of their own."""
    tint = np.tile(np.array(SKIN, np.float32), (len(basis.triangles), 1))
    brows = {*basis.regions["right_brow"].tolist(), *basis.regions["left_brow"].tolist()}
    for row, corners in enumerate(basis.triangles.tolist()):
        if {*corners} <= brows:
            tint[row] = BROW
        elif {*corners} & INSIDE_LIPS:
            tint[row] = LIP
    return tint


def tile(basis: ExpressionBasis, name: str, weights: dict[str, float], size: int) -> Image:
    """One named picture of weights (a name without a side means both sides)."""
    moved = basis.neutral + basis.displacement(Expression(both_sides(weights)))
    large = draw_mesh(basis, moved, 2 * size)
    picture = cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA).astype(np.uint8)
    spot = (6, size - 7)
    cv2.putText(picture, name, spot, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (20, 20, 20), 1, cv2.LINE_AA)
    return picture


def grid(tiles: list[Image], columns: int) -> Image:
    """Pictures of one size in rows, the last row filled with white."""
    filled = tiles + [np.full_like(tiles[0], 250)] * (-len(tiles) % columns)
    rows = [np.hstack(filled[i : i + columns]) for i in range(0, len(filled), columns)]
    return np.vstack(rows)


def main() -> None:
    out = Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    basis = load_basis()
    tiles = [tile(basis, "rest", {}, 216)]
    for name in basis.names:
        # mouthClose only has a meaning on an open jaw.
        weights = {"jawOpen": 1.0, name: 1.0} if name == "mouthClose" else {name: 1.0}
        label = "jawOpen + mouthClose" if name == "mouthClose" else name
        tiles.append(tile(basis, label, weights, 216))
    picture = grid(tiles, 9)[..., ::-1]
    cv2.imwrite(str(out), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()
