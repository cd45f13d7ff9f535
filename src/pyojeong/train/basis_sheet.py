"""Draw meshes and the sheet of all 52 coefficients, to judge a basis by eye.

`python -m pyojeong.train.basis_sheet docs/expressions/arkit52.png`
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.basis import ExpressionBasis, load_basis
from pyojeong.expression import Expression

Points = NDArray[np.float32]
Image = NDArray[np.uint8]

SKIN = np.array((224, 184, 160), np.float32)
LIGHT = np.array((0.35, 0.55, 0.76), np.float32)


def draw_mesh(basis: ExpressionBasis, points: Points, size: int, yaw: float = 0.0) -> Image:
    """Shaded picture (size, size, 3) of mesh points (468, 3) in cm, turned by yaw degrees."""
    angle = np.deg2rad(yaw)
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    placed = (points - (0, -0.5, 0)) @ turn.T
    xy = (placed[:, :2] * (1, -1) * size / 20.5 + size / 2) * 16
    covers = basis.covers
    canvas = np.full((size, size, 3), 250, np.uint8)
    skin = [(row, True) for row in basis.triangles] + [(row, False) for row in covers]
    skin.sort(key=lambda entry: float(placed[entry[0], 2].mean()))
    light = LIGHT / np.linalg.norm(LIGHT)
    for row, is_skin in skin:
        a, b, c = placed[row]
        normal = np.cross(b - a, c - a)
        shade = float(normal @ light) / (np.linalg.norm(normal) + 1e-9)
        colour = SKIN * (0.45 + 0.6 * max(shade, 0.0)) if is_skin else np.array((70, 40, 45))
        if is_skin and normal[2] < 0:
            colour = np.array((120, 60, 200))
        corners = np.round(xy[row]).astype(np.int32)
        rgb = tuple(int(v) for v in np.clip(colour, 0, 255))
        cv2.fillConvexPoly(canvas, corners, rgb, cv2.LINE_AA, 4)
    for row in (
        basis.regions["inner_lip_upper"],
        basis.regions["inner_lip_lower"],
        basis.regions["outer_lip_upper"],
        basis.regions["outer_lip_lower"],
        basis.regions["right_lid_upper"],
        basis.regions["left_lid_upper"],
    ):
        line = np.round(xy[row]).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(canvas, [line], False, (150, 60, 60), 1, cv2.LINE_AA, 4)
    return canvas


def sheet(basis: ExpressionBasis, size: int = 250, columns: int = 9) -> Image:
    """Rest and the 52 coefficients at weight 1, each with its name."""
    names = ("neutral", *basis.names)
    tiles = []
    for name in names:
        pose = Expression() if name == "neutral" else Expression({name: 1.0})
        tile = draw_mesh(basis, basis.neutral + basis.displacement(pose), size)
        cv2.putText(
            tile, name, (6, size - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.48, (20, 20, 20), 1, cv2.LINE_AA
        )
        tiles.append(tile)
    blank = np.full_like(tiles[0], 250)
    tiles += [blank] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


def main() -> None:
    out = Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), sheet(load_basis())[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()
