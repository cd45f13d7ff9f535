"""The expression basis: how each ARKit coefficient moves the 468 points of the face mesh.

Learned by `pyojeong.train.basis`; see docs/models/basis.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pyojeong.assets import asset_path
from pyojeong.errors import MissingWeights
from pyojeong.expression import ARKIT_52, Expression

Points = NDArray[np.float32]
Indices = NDArray[np.int64]

ASSET = "basis_arkit52"


@dataclass(frozen=True, slots=True, eq=False)
class ExpressionBasis:
    """Displacements of the face mesh in a metric frontal frame.

    The frame is MediaPipe's canonical one, in cm: x to the right of the picture (the person's
    left), y up, z towards the camera, origin inside the head.

    neutral: (468, 3) float32, the canonical face at rest. deltas: (52, 468, 3) float32, the
    displacement of coefficient `names[k]` at weight 1. triangles: (852, 3), the skin, wound
    counter-clockwise seen from outside, mirror-symmetric, open at the eyes and the mouth.
    covers: (46, 3), triangles that close those three openings. mirror: (468,), the index of
    each point's mirror image. regions: name -> point indices; rows run from the person's right
    to the left, lid rows from the outer corner to the inner one, the face oval clockwise from
    the top as the picture shows it.
    All arrays are read-only.
    """

    neutral: Points
    deltas: Points
    triangles: Indices
    covers: Indices
    mirror: Indices
    regions: Mapping[str, Indices]

    @property
    def names(self) -> tuple[str, ...]:
        """Coefficient of each row of `deltas`."""
        return ARKIT_52

    def displacement(self, expression: Expression) -> Points:
        """(468, 3) float32 in cm: the weighted sum of the coefficients' displacements.

        Head rotation and gaze are not part of it.
        """
        weights = np.array(expression.vector(), np.float32)
        used = np.flatnonzero(weights)
        moved: Points = np.tensordot(weights[used], self.deltas[used], axes=1)
        return moved


@cache
def load_basis() -> ExpressionBasis:
    """The built-in basis, read once. Raises MissingWeights."""
    path = asset_path(ASSET)
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as data:
            arrays = {name: data[name] for name in data.files}
        neutral = arrays["neutral"].astype(np.float32)
        deltas = arrays["deltas"].astype(np.float32)
        if deltas.shape != (len(ARKIT_52), *neutral.shape):
            raise ValueError(f"deltas {deltas.shape}")
        indices = {k: arrays[k].astype(np.int64) for k in ("triangles", "covers", "mirror")}
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise MissingWeights(
            f"{path} is not an expression basis ({error}). Install pyojeong again.",
            f"{path}은(는) 표정 기저 파일이 아닙니다 ({error}). pyojeong을 다시 설치하세요.",
        ) from error
    regions = {k[7:]: v.astype(np.int64) for k, v in arrays.items() if k.startswith("region_")}
    for array in (neutral, deltas, *indices.values(), *regions.values()):
        array.flags.writeable = False
    return ExpressionBasis(neutral, deltas, regions=regions, **indices)
