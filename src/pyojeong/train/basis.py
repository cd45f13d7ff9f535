"""Make the expression basis: ICT-FaceKit's sculpted shapes carried to the 468-point mesh.

`PYOJEONG_DATA=... python -m pyojeong.train.basis` writes weights/basis_arkit52.npz and its
certificate. Method and limits: docs/models/basis.md.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.expression import ARKIT_52
from pyojeong.train import basis_fit, basis_regions

Points = NDArray[np.float64]
Indices = NDArray[np.int64]


def ict_sources(name: str) -> list[str]:
    """The ICT-FaceKit shapes whose sum is one ARKit coefficient."""
    if name == "tongueOut":
        return []
    if name in ("browInnerUp", "cheekPuff"):
        return [f"{name}_L", f"{name}_R"]
    for side in ("Left", "Right"):
        if name.endswith(side) and name[: -len(side)] not in ("jaw", "mouth"):
            return [f"{name[: -len(side)]}_{side[0]}"]
    return [name]


def arkit_shapes(shapes: Points, names: list[str]) -> Points:
    """(53, 468, 3) ICT displacements -> (52, 468, 3) in the order of ARKIT_52."""
    out = np.zeros((len(ARKIT_52), *shapes.shape[1:]))
    for row, name in enumerate(ARKIT_52):
        for source in ict_sources(name):
            out[row] += shapes[names.index(source)]
    return out


def opposite(name: str) -> str:
    """The coefficient of the other side; a name without a side is its own."""
    if name.endswith("Left"):
        return name[:-4] + "Right"
    return name[:-5] + "Left" if name.endswith("Right") else name


def symmetric(deltas: Points, mirror: Indices) -> Points:
    """Mean of every shape and the mirror image of its opposite."""
    other = [ARKIT_52.index(opposite(name)) for name in ARKIT_52]
    mirrored = deltas[other][:, mirror] * (-1.0, 1.0, 1.0)
    return (deltas + mirrored) / 2


def main() -> None:
    folder = Path(os.environ["PYOJEONG_DATA"]) / "head"
    canonical = np.load(folder / "canonical_468.npz")
    ict = np.load(folder / "ict_face9409_id100_f16.npz")
    mesh = canonical["vertices"].astype(float)
    triangles, covers = basis_regions.open_mesh(canonical["triangles"].astype(np.int64))
    mirror = basis_regions.mirror_pairs(mesh)
    head = basis_fit.DenseHead(
        ict["neutral"].astype(float),
        ict["tris"].astype(np.int64),
        ict["landmarks68"].astype(np.int64),
    )
    embedding, frame, gap = basis_fit.register(mesh, triangles, head)
    shapes = embedding.carry(ict["exp"].astype(float)) @ frame.T
    deltas = symmetric(arkit_shapes(shapes, [str(n) for n in ict["exp_names"]]), mirror)
    file = WEIGHTS / "basis_arkit52.npz"
    np.savez_compressed(
        file,
        neutral=mesh.astype(np.float32),
        deltas=deltas.astype(np.float32),
        triangles=triangles.astype(np.uint16),
        covers=covers.astype(np.uint16),
        mirror=mirror.astype(np.uint16),
        **{f"region_{k}": np.array(v, np.uint16) for k, v in basis_regions.REGIONS.items()},
    )
    write_certificate(
        "basis_arkit52",
        file,
        licence="MIT (ICT-FaceKit shapes), Apache-2.0 (MediaPipe canonical mesh)",
        origin="pyojeong.train.basis",
        trained_on="ICT-FaceKit Light (MIT, (c) 2020 USC ICT), MediaPipe canonical face",
        accuracy=f"mean registration gap {gap:.4f} cm",
        limits="linear; see docs/models/basis.md",
        made_by="pyojeong.train.basis",
    )


if __name__ == "__main__":
    main()
