"""The expression a photo already shows, estimated from its mesh alone.

Identity is unknown, so the estimate uses cues whose spread between people is small beside what
expressions do to them, and a non-negative regularised least squares over the basis.
"""

from __future__ import annotations

import numpy as np

from pyojeong.edit.basis import load_basis
from pyojeong.edit.warp import Floats
from pyojeong.expression import Expression

FITTED = (
    "mouthSmileLeft", "mouthSmileRight", "jawOpen", "mouthFrownLeft", "mouthFrownRight",
    "browInnerUp", "browDownLeft", "browDownRight", "browOuterUpLeft", "browOuterUpRight",
    "mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthPucker", "mouthFunnel",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip


def _cues() -> tuple[tuple[int, int, int, float], ...]:
    """(point, minus point, axis, spread between people in cm)."""
    cues = [(61, 0, 1, 0.22), (291, 0, 1, 0.22), (291, 61, 0, 0.45), (13, 14, 1, 0.10)]
    cues += [(82, 87, 1, 0.1), (312, 317, 1, 0.1), (81, 178, 1, 0.1), (311, 402, 1, 0.1)]
    cues += [(0, 2, 1, 0.25), (152, 2, 1, 0.55), (17, 152, 1, 0.3)]
    for inner, mid, outer, eye_in, eye_out in ((55, 105, 46, 133, 33), (285, 334, 276, 362, 263)):
        cues += [(inner, eye_in, 1, 0.3), (mid, eye_out, 1, 0.35), (outer, eye_out, 1, 0.3)]
    cues += [(285, 55, 0, 0.25), (0, 17, 1, 0.35), (327, 98, 0, 0.3), (98, 133, 1, 0.3)]
    cues += [(327, 362, 1, 0.3)]
    return tuple(cues)


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
    weights = _non_negative(np.array(rows, np.float64), np.array(seen, np.float64), 1.2)
    return Expression(
        {n: float(w) for n, w in zip(FITTED, weights, strict=True) if w > 0.02}
    )


def _non_negative(a: Floats, b: Floats, penalty: float) -> Floats:
    """argmin |a x - b|^2 + penalty (sum x)^2-free ridge, x in [0, 1.2], by coordinate descent."""
    gram = a.T @ a + penalty * np.eye(a.shape[1])
    target = a.T @ b
    x = np.zeros(a.shape[1])
    for _ in range(200):
        for k in range(len(x)):
            free = target[k] - gram[k] @ x + gram[k, k] * x[k]
            x[k] = min(max(free / gram[k, k], 0.0), 1.2)
    return x
