"""Which points of the 468-point face mesh are lips, lids and wrinkles.

Rows run from the person's right to the left (left to right in a picture that shows the person),
lid rows from the outer corner to the inner one. The left eye's rows are the mirror images of
the right eye's, through `ExpressionBasis.mirror`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.basis import load_basis

Indices = NDArray[np.int64]

UPPER_LIP: Indices = np.array(
    [
        [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291],
        [76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306],
        [62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292],
        [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308],
    ]
)
"""(4, 11): rings of the upper lip from the outer border to the inner edge."""

LOWER_LIP: Indices = np.array(
    [
        [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291],
        [76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306],
        [62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292],
        [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308],
    ]
)
"""(4, 11): rings of the lower lip from the outer border to the inner edge."""

_UPPER_LID: Indices = np.array(
    [
        [33, 246, 161, 160, 159, 158, 157, 173, 133],
        [130, 247, 30, 29, 27, 28, 56, 190, 243],
        [226, 113, 225, 224, 223, 222, 221, 189, 244],
    ]
)
_LOWER_LID: Indices = np.array(
    [
        [33, 7, 163, 144, 145, 153, 154, 155, 133],
        [130, 25, 110, 24, 23, 22, 26, 112, 243],
        [226, 31, 228, 229, 230, 231, 232, 233, 244],
    ]
)

_STILL = (
    "1 2 4 5 6 8 9 10 19 33 46 67 94 103 109 122 133 151 168 195 197 127 234 263 276 297 332 338 "
    "351 362 356 454 98 327 129 358 108 337 69 299"
)
STABLE: Indices = np.array([int(i) for i in _STILL.split()])
"""Points that expressions hardly move: forehead, nose, eye corners, temples."""


def lid_rings(side: int) -> tuple[Indices, Indices]:
    """Upper and lower lid rings, each (3, 9), lid edge first. side 0 is the person's right."""
    if side == 0:
        return _UPPER_LID, _LOWER_LID
    mirror = load_basis().mirror
    return mirror[_UPPER_LID], mirror[_LOWER_LID]


SIDES = ("Right", "Left")
"""How ARKit names end for eye 0 and eye 1."""
IRIS_CENTRE = (468, 473)
"""Mesh index of the iris centre, right then left."""
IRIS_RIM = ((469, 470, 471, 472), (474, 475, 476, 477))
