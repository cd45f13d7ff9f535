"""Where people are, roughly: MediaPipe's selfie segmentation seen in several views.

The network knows one person near the camera in a square of 256 px. It is shown the whole picture,
its mirror image, and the surroundings of every face, which is what makes groups work.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.background.types import Image
from pyojeong.network import Network

Floats = NDArray[np.float32]

SIDE = 256
# Views of faces: width in face widths, and how far below the face's middle theirs lies.
_VIEWS = ((3.2, 0.55), (6.0, 1.6))
_MOST_FACES = 24
# What the picture as a whole says counts less where faces were looked at.
_WHOLE_WEIGHT = 0.35
_CRUMB, _HOLE = 0.015, 0.002
_MOST, _WHOLE_SHARE = 0.4, 0.9


def people(network: Network, image: Image, boxes: Floats) -> Floats:
    """Share of person (H, W), 0-1. boxes: faces (n, 4), xyxy px."""
    height, width = image.shape[:2]
    side = max(height, width)
    total = np.zeros((height, width), np.float32)
    weights, most = np.zeros_like(total), np.zeros_like(total)
    _add(network, image, ((width - side) / 2, (height - side) / 2, side), (total, weights, most))
    total *= _WHOLE_WEIGHT
    weights *= _WHOLE_WEIGHT
    most *= _WHOLE_SHARE
    for x0, y0, x1, y1 in boxes[:_MOST_FACES].tolist():
        for wide, below in _VIEWS:
            face = max(x1 - x0, y1 - y0)
            view = min(wide * face, float(side))
            if view > 0.9 * side and wide > _VIEWS[0][0]:
                continue
            x, y = (x0 + x1) / 2 - view / 2, (y0 + y1) / 2 + below * face - view / 2
            _add(network, image, (x, y, view), (total, weights, most))
    # A view of one person often takes the others for background, seldom the other way round.
    mean = total / np.maximum(weights, 1e-6)
    mask = np.asarray((1 - _MOST) * mean + _MOST * most, np.float32)
    # The same for pinholes, seen as islands of the other side.
    return 1 - _without_crumbs(1 - _without_crumbs(mask, _CRUMB), _HOLE)


def _without_crumbs(mask: Floats, share: float) -> Floats:
    """The mask without islands smaller than that share of the largest one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 0.5).astype(np.uint8))
    if count < 3:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA]
    small = areas < share * areas[1:].max()
    small[0] = False
    # The island's own slope goes with it.
    gone = cv2.dilate(small[labels].astype(np.uint8), np.ones((9, 9), np.uint8))
    return np.where((gone > 0) & ~((labels > 0) & ~small[labels]), 0, mask).astype(np.float32)


def _add(
    network: Network,
    image: Image,
    view: tuple[float, float, float],
    sums: tuple[Floats, Floats, Floats],
) -> None:
    """Look at a square (x, y, side) that may reach over the edges, where it is gray.

    sums: weighted masks, weights, and the most that any view saw; all (H, W), added to.
    """
    total, weights, most = sums
    x, y, side = view
    scale = SIDE / side
    to_view = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]], np.float32)
    seen = _shown(image, view)
    batch = np.stack([seen, seen[:, ::-1]]).astype(np.float32) / 255
    found = [network.run(np.ascontiguousarray(one[None]))[0].reshape(SIDE, SIDE) for one in batch]
    mask = (found[0] + found[1][:, ::-1]) / 2
    inside = _fade(view, image.shape[1], image.shape[0])
    height, width = total.shape
    left, top = max(0, int(np.floor(x))), max(0, int(np.floor(y)))
    right, bottom = min(width, int(np.ceil(x + side))), min(height, int(np.ceil(y + side)))
    if right <= left or bottom <= top:
        return
    shift = to_view @ np.array([[1, 0, left], [0, 1, top], [0, 0, 1]], np.float32)
    size = right - left, bottom - top
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    area = slice(top, bottom), slice(left, right)
    weight = cv2.warpAffine(inside, shift, size, flags=flags, borderMode=border)
    found_here = cv2.warpAffine(mask, shift, size, flags=flags, borderMode=border)
    total[area] += weight * found_here
    weights[area] += weight
    most[area] = np.maximum(most[area], np.minimum(weight, 1) * found_here)


def _shown(image: Image, view: tuple[float, float, float]) -> Image:
    """The view at the network's size, shrunk by area so that nothing flickers."""
    x, y, side = view
    left, top = int(np.floor(x)), int(np.floor(y))
    whole = max(1, int(np.ceil(side)))
    cut = image[max(top, 0) : top + whole, max(left, 0) : left + whole]
    square = np.full((whole, whole, 3), 128, np.uint8)
    y0, x0 = max(-top, 0), max(-left, 0)
    square[y0 : y0 + cut.shape[0], x0 : x0 + cut.shape[1]] = cut
    how = cv2.INTER_AREA if whole > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (SIDE, SIDE), interpolation=how), np.uint8)


def _fade(view: tuple[float, float, float], width: int, height: int) -> Floats:
    """Weight over the view: 1 in the middle, fading to the sides that lie inside the picture."""
    x, y, side = view
    ramp = np.minimum((np.arange(SIDE, dtype=np.float32) + 0.5) / (0.2 * SIDE), 1)

    def axis(low: float, high: float, size: int) -> Floats:
        first = ramp if low > 0.5 else np.ones_like(ramp)
        last = ramp[::-1] if high < size - 0.5 else np.ones_like(ramp)
        return np.asarray(first * last, np.float32)

    return np.asarray(
        np.outer(axis(y, y + side, height), axis(x, x + side, width)) + 1e-3, np.float32
    )
