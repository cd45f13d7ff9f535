"""Whether two pictures are one: the window of the first that fits the second, and how well.

Two faces look alike in every blurred thumbnail. What tells a copy from another face is detail that
falls on the same spot once the two are laid on each other, so the window is first fitted to a
fraction of a pixel (Gauss-Newton on the correlation, Evangelidis & Psarakis 2008, with scale and
shift along each axis) and then the finer bands of both are correlated.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.fingerprint import SIDE, Floats

SOFT = 1.6
"""Blur, px of a thumbnail, while fitting."""

FINEST, COARSEST = 0.9, 3.6
"""The detail compared lies between these blurs."""

RIM = 3
"""Pixels at the edge of a thumbnail that are not compared."""

BATCH = 128
"""Pairs fitted at once: few enough for the processor's cache."""

LEAST_SHARE = 0.55
"""A window may not shrink below this share of a side: smaller ones fit anything."""

COARSE_STEPS, FINE_STEPS = 6, 2
"""Steps on thumbnails of half the side, then of the whole."""


def overlay(
    thumbs: NDArray[np.uint8],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    starts: Floats,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Floats, Floats]:
    """Agreement (m,) in [-1, 1] of the detail of m pairs, and the fitted windows (m, 4).

    thumbs: (n, 64, 64). first, second: (m,) rows; the window lies in the first picture and shows
    what the second does. starts: (m, 4) windows to begin from, left, right, top, bottom.
    """
    agreement = np.zeros(len(first), np.float32)
    windows = np.array(starts, np.float32).reshape(-1, 4)
    for at in range(0, len(first), BATCH):
        part = slice(at, at + BATCH)
        a, b = thumbs[first[part]], thumbs[second[part]]
        windows[part], agreement[part] = _fit(a, b, windows[part])
        progress(min(1.0, (at + BATCH) / len(first)))
    return agreement, windows


def _fit(a: NDArray[np.uint8], b: NDArray[np.uint8], windows: Floats) -> tuple[Floats, Floats]:
    soft, goal = _blurred(a, SOFT), _blurred(b, SOFT)
    for step, steps in ((2, COARSE_STEPS), (1, FINE_STEPS)):
        small, wanted = _smaller(soft, step), _unit(_smaller(goal, step))
        for _ in range(steps):
            windows = _bounded(windows + _step(small, wanted, windows))
    detail = [_blurred(x, FINEST) - _blurred(x, COARSEST) for x in (a, b)]
    shown = _unit(_cut(detail[0], windows))
    return windows, np.einsum("nij,nij->n", shown, _unit(detail[1]))


def _step(soft: Floats, goal: Floats, windows: Floats) -> Floats:
    """Gauss-Newton step of the windows (m, 4) towards the goal, gain and offset cancelled."""
    shown, side = _cut(soft, windows), soft.shape[1]
    place = (np.arange(side, dtype=np.float32) + 0.5) / side
    rim = _rim(side)
    inner = (slice(None), slice(rim, -rim), slice(rim, -rim))
    # Moving the left edge by the picture's width moves the cut's left rim by side / width px.
    dx = (shown[:, :, 2:] - shown[:, :, :-2])[:, rim:-rim, rim - 1 : side - rim - 1] / 2
    dy = (shown[:, 2:] - shown[:, :-2])[:, rim - 1 : side - rim - 1, rim:-rim] / 2
    dx, dy = dx * side, dy * side
    x, y = place[rim:-rim], place[rim:-rim, None]
    jacobian = np.stack([dx * (1 - x), dx * x, dy * (1 - y), dy * y], 1)
    m = len(windows)
    jacobian = jacobian.reshape(m, 4, -1)
    seen = shown[inner].reshape(m, -1)
    seen = seen - seen.mean(1, keepdims=True)
    length = np.linalg.norm(seen, axis=1, keepdims=True) + 1e-3
    seen /= length
    jacobian -= jacobian.mean(2, keepdims=True)
    jacobian /= length[:, :, None]
    jacobian -= (jacobian @ seen[:, :, None]) * seen[:, None, :]
    wanted = goal.reshape(m, -1)
    gap = wanted - (wanted * seen).sum(1, keepdims=True) * seen
    normal = jacobian @ jacobian.transpose(0, 2, 1)
    firm = 1e-4 * np.trace(normal, axis1=1, axis2=2) + 1e-6
    normal += np.eye(4, dtype=np.float32) * firm[:, None, None]
    step = np.linalg.solve(normal, jacobian @ gap[:, :, None])[:, :, 0]
    return np.asarray(np.clip(step, -0.06, 0.06), np.float32)


def _bounded(windows: Floats) -> Floats:
    """Inside the picture and not too small."""
    low = np.clip(windows[:, 0::2], 0, 1 - LEAST_SHARE)
    high = np.clip(windows[:, 1::2], low + LEAST_SHARE, 1)
    return np.asarray(np.stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]], 1), np.float32)


def _cut(images: Floats, windows: Floats) -> Floats:
    """The windows (m, 4) of images (m, side, side), each enlarged to their side."""
    side = images.shape[1]
    place = (np.arange(side, dtype=np.float32) + 0.5) / side
    rows = windows[:, 2:3] + (windows[:, 3:4] - windows[:, 2:3]) * place
    columns = windows[:, 0:1] + (windows[:, 1:2] - windows[:, 0:1]) * place
    mixed = _mixing(rows) @ images @ _mixing(columns).transpose(0, 2, 1)
    return np.asarray(mixed, np.float32)


def _mixing(places: Floats) -> Floats:
    """(m, side, side) weights that interpolate at the places (m, side), as shares of a side."""
    side = places.shape[1]
    at = np.clip(places * side - 0.5, 0, side - 1)
    distance = np.abs(at[:, :, None] - np.arange(side, dtype=np.float32))
    return np.asarray(np.maximum(0, 1 - distance), np.float32)


def _blurred(thumbs: NDArray[np.uint8], sigma: float) -> Floats:
    found = np.empty(thumbs.shape, np.float32)
    for row, thumb in enumerate(thumbs):
        found[row] = cv2.GaussianBlur(thumb.astype(np.float32), (0, 0), sigma)
    return found


def _smaller(images: Floats, step: int) -> Floats:
    """Means over squares of `step` px."""
    if step == 1:
        return images
    m, side = images.shape[0], images.shape[1] // step
    return np.asarray(images.reshape(m, side, step, side, step).mean((2, 4)), np.float32)


def _rim(side: int) -> int:
    return max(2, side * RIM // SIDE)


def _unit(images: Floats) -> Floats:
    """Without the rim and the mean, to unit length."""
    rim = _rim(images.shape[1])
    inner = images[:, rim:-rim, rim:-rim]
    inner = inner - inner.mean((1, 2), keepdims=True)
    length = np.sqrt(np.einsum("nij,nij->n", inner, inner)) + 1e-3
    return np.asarray(inner / length[:, None, None], np.float32)
