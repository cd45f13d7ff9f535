"""Named point sets of the 468-point face mesh, in the landmark model's own order.

"Right" and "left" are the person's own: right points have negative x in the canonical frame.
Rows run from the person's right to the left (eyes: from the outer corner to the inner one).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]

INNER_LIP_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LIP_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
OUTER_LIP_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LIP_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
RIGHT_LID_UPPER = (33, 246, 161, 160, 159, 158, 157, 173, 133)
RIGHT_LID_LOWER = (33, 7, 163, 144, 145, 153, 154, 155, 133)
LEFT_LID_UPPER = (263, 466, 388, 387, 386, 385, 384, 398, 362)
LEFT_LID_LOWER = (263, 249, 390, 373, 374, 380, 381, 382, 362)
RIGHT_BROW = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55)
LEFT_BROW = (300, 293, 334, 296, 336, 276, 283, 282, 295, 285)
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip

REGIONS: dict[str, tuple[int, ...]] = {
    "inner_lip_upper": INNER_LIP_UPPER,
    "inner_lip_lower": INNER_LIP_LOWER,
    "outer_lip_upper": OUTER_LIP_UPPER,
    "outer_lip_lower": OUTER_LIP_LOWER,
    "right_lid_upper": RIGHT_LID_UPPER,
    "right_lid_lower": RIGHT_LID_LOWER,
    "left_lid_upper": LEFT_LID_UPPER,
    "left_lid_lower": LEFT_LID_LOWER,
    "right_brow": RIGHT_BROW,
    "left_brow": LEFT_BROW,
    "face_oval": FACE_OVAL,
}

# The 51 inner points of the iBUG 68 scheme (17-67) on the mesh.
LANDMARKS_51 = (
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
    168, 197, 5, 4, 98, 97, 2, 326, 327,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181,
    78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip


def mirror_pairs(vertices: NDArray[np.float64]) -> Indices:
    """For each of (V, 3) vertices the index of its mirror image about x = 0.

    Raises ValueError where the mesh is not symmetric to 1e-3 of its unit.
    """
    mirrored = vertices * (-1.0, 1.0, 1.0)
    distances = np.linalg.norm(mirrored[:, None] - vertices[None], axis=2)
    pairs: Indices = distances.argmin(axis=1).astype(np.int64)
    if distances.min(axis=1).max() > 1e-3 or (pairs[pairs] != np.arange(len(pairs))).any():
        raise ValueError("the mesh is not symmetric about x = 0")
    return pairs


def open_mesh(triangles: NDArray[np.int64]) -> tuple[Indices, Indices]:
    """Split the canonical triangles into skin (852, 3) and the covers of eyes and mouth (46, 3)."""
    loops = [
        {*INNER_LIP_UPPER, *INNER_LIP_LOWER},
        {*RIGHT_LID_UPPER, *RIGHT_LID_LOWER},
        {*LEFT_LID_UPPER, *LEFT_LID_LOWER},
    ]
    covers = np.array([any({*row} <= loop for loop in loops) for row in triangles.tolist()])
    return triangles[~covers], triangles[covers]
