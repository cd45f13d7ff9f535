"""Make the expression basis: ICT-FaceKit's sculpted shapes carried to the 468-point mesh.

`PYOJEONG_DATA=... python -m pyojeong.train.basis` writes weights/basis_arkit52.npz and its
certificate. Method and limits: docs/models/basis.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.expression import ARKIT_52
from pyojeong.train import basis_fit, basis_regions, basis_tidy

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

MEANS = Path("experiments/expression-basis/mean_faces.npz")
PEOPLE = 16


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


def heads(ict: Mapping[str, NDArray[np.generic]], count: int) -> Iterator[basis_fit.DenseHead]:
    """The mean head, then random people (seeded) from the identity space."""
    people = np.random.default_rng(0).normal(0, 0.7, (count, len(ict["ident"])))
    people[0] = 0
    neutral, triangles = ict["neutral"].astype(float), ict["tris"].astype(np.int64)
    for person in people:
        shape = neutral + np.tensordot(person, ict["ident"].astype(float), axes=1)
        yield basis_fit.DenseHead(shape, triangles, ict["landmarks68"].astype(np.int64))


def carried(rest: Points, triangles: Indices, ict: Mapping[str, Any], count: int) -> Points:
    """(52, 468, 3): the shapes carried over from each head, averaged."""
    names = [str(n) for n in ict["exp_names"]]
    exp = ict["exp"].astype(float)
    total = np.zeros((len(names), *rest.shape))
    for head in heads(ict, count):
        embedding, frame, gap = basis_fit.register(rest, triangles, head)
        print(f"registered, mean gap {gap:.4f} cm")
        total += embedding.carry(exp) @ frame.T
    return arkit_shapes(total / count, names)


def main() -> None:
    folder = Path(os.environ["PYOJEONG_DATA"]) / "head"
    canonical = np.load(folder / "canonical_468.npz")
    ict = np.load(folder / "ict_face9409_id100_f16.npz")
    canonical_mesh = canonical["vertices"].astype(float)
    triangles, covers = basis_regions.open_mesh(canonical["triangles"].astype(np.int64))
    mirror = basis_regions.mirror_pairs(canonical_mesh)
    rest = basis_tidy.rest_face(np.load(MEANS)["rest"].astype(float), triangles, mirror)
    raw = carried(rest, triangles, {k: ict[k] for k in ict.files}, count=PEOPLE)
    deltas = basis_tidy.Tidier(rest, triangles, mirror).tidy(raw)
    file = WEIGHTS / "basis_arkit52.npz"
    indices = {"triangles": triangles, "covers": covers, "mirror": mirror}
    rows = {f"region_{k}": np.array(v) for k, v in basis_regions.REGIONS.items()}
    arrays: dict[str, Any] = {k: v.astype(np.uint16) for k, v in {**indices, **rows}.items()}
    arrays |= {"neutral": rest.astype(np.float32), "deltas": deltas.astype(np.float32)}
    np.savez_compressed(file, **arrays)
    write_certificate(
        "basis_arkit52",
        file,
        licence="MIT (ICT-FaceKit) and Apache-2.0 (MediaPipe's mesh topology)",
        origin="ships with pyojeong; made by pyojeong.train.basis",
        trained_on="ICT-FaceKit Light (MIT, (c) 2020 USC ICT): 53 sculpted shapes on 16 heads; "
        "rest face: mean of FER2013/FER+ and muxspace neutral faces with closed lips",
        accuracy="explains 71-94 % of the mean displacement of labelled faces, by emotion "
        "(experiments/expression-basis)",
        limits="linear; no tongue, no gaze; lids close a face of mean eye opening",
        made_by="pyojeong.train.basis",
    )


if __name__ == "__main__":
    main()
