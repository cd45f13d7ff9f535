"""The expression a photo already shows, estimated from its mesh alone.

Identity is unknown, so the estimate uses cues whose spread between people is small beside what
expressions do to them, and a non-negative regularised least squares over the basis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.basis import load_basis
from pyojeong.edit.warp import Floats
from pyojeong.expression import Expression

FITTED: dict[str, float] = {
    "mouthSmileLeft": 1.0, "mouthSmileRight": 1.0, "jawOpen": 0.6,
    "mouthFrownLeft": 2.0, "mouthFrownRight": 2.0,
    "browInnerUp": 2.5, "browDownLeft": 3.0, "browDownRight": 3.0,
    "browOuterUpLeft": 3.0, "browOuterUpRight": 3.0,
    "mouthUpperUpLeft": 1.2, "mouthUpperUpRight": 1.2,
    "mouthLowerDownLeft": 1.5, "mouthLowerDownRight": 1.5,
    "mouthStretchLeft": 3.0, "mouthStretchRight": 3.0,
    "noseSneerLeft": 4.0, "noseSneerRight": 4.0,
}  # fmt: skip
"""Coefficients that are estimated, and the price of each: what a mesh confuses with the shape of
a face costs more. A pursed mouth and a narrow one look alike, so puckers are left out."""

_MIRRORED = (
    (61, 0, 1, 0.25), (82, 87, 1, 0.12), (81, 178, 1, 0.12), (55, 133, 1, 0.27),
    (105, 33, 1, 0.30), (46, 33, 1, 0.22), (98, 133, 1, 0.22),
)  # fmt: skip
_MIDDLE = (
    (291, 61, 0, 0.42), (13, 14, 1, 0.12), (0, 2, 1, 0.26), (152, 2, 1, 0.42), (17, 152, 1, 0.36),
    (285, 55, 0, 0.20), (0, 17, 1, 0.40), (327, 98, 0, 0.23),
)  # fmt: skip


def _cues() -> tuple[tuple[int, int, int, float], ...]:
    """(point, minus point, axis, spread between people in cm), measured on 336 resting faces."""
    mirror = load_basis().mirror
    others = tuple((int(mirror[a]), int(mirror[b]), axis, s) for a, b, axis, s in _MIRRORED)
    return _MIDDLE + _MIRRORED + others


def estimate_source(face: Floats) -> Expression:
    """face: (468, 3) mesh points in the canonical frame (cm). Lids are not estimated here."""
    basis = load_basis()
    index = [basis.names.index(n) for n in FITTED]
    rows = []
    seen = []
    for a, b, axis, spread in _cues():
        rows.append((basis.deltas[index, a, axis] - basis.deltas[index, b, axis]) / spread)
        rest = basis.neutral[a, axis] - basis.neutral[b, axis]
        seen.append((face[a, axis] - face[b, axis] - rest) / spread)
    price = np.array(list(FITTED.values()))
    weights = _non_negative(np.array(rows, np.float64), np.array(seen, np.float64), price)
    found = _smiles_whole(_levelled(dict(zip(FITTED, (float(w) for w in weights), strict=True))))
    return Expression({n: w for n, w in found.items() if w > 0.02})


def _levelled(found: dict[str, float]) -> dict[str, float]:
    """Brows and nose move together in nearly everyone: both sides get the mean."""
    for name in ("browDown", "browOuterUp", "noseSneer"):
        left, right = name + "Left", name + "Right"
        found[left] = found[right] = (found[left] + found[right]) / 2
    return found


def _smiles_whole(found: dict[str, float]) -> dict[str, float]:
    """Give a clear smile back what the price of the fit took from it.

    What is left of a smile shows through every other expression. Of 40 smiling faces (muxspace),
    relaxed with the plain estimate, 45 % read as neutral and 41 % of the sad ones as sad; with
    this one 55 % and 49 %, and no emotion is read less often.
    """
    for name in ("mouthSmileLeft", "mouthSmileRight"):
        clear = min(max((found[name] - 0.2) / 0.5, 0.0), 1.0)
        found[name] *= 1 + 0.35 * clear
    return found


def _non_negative(
    a: NDArray[np.float64], b: NDArray[np.float64], price: NDArray[np.float64]
) -> NDArray[np.float64]:
    """argmin |a x - b|^2 + price (x^2 + x) over x in [0, 1.2], by coordinate descent."""
    gram = a.T @ a + np.diag(price)
    target = a.T @ b - price / 2
    x = np.zeros(a.shape[1])
    for _ in range(200):
        for k in range(len(x)):
            free = target[k] - gram[k] @ x + gram[k, k] * x[k]
            x[k] = min(max(free / gram[k, k], 0.0), 1.2)
    return x
