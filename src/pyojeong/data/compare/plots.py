"""Histograms, bars and thumbnails of a comparison as pieces of HTML."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.compare.words import show
from pyojeong.data.dataset import Image

BINS, WIDE, HIGH, FOOT = 24, 420, 120, 18
SIDE = 72
"""Of a thumbnail, px."""


def histogram(a: NDArray[np.float64], b: NDArray[np.float64], label: str) -> str:
    """SVG with the shares of A and B over one axis; the outermost half percent is drawn in the
    last bins."""
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if not len(a) or not len(b):
        return ""
    low, high = np.quantile(np.concatenate([a, b]), (0.005, 0.995))
    if high <= low:
        low, high = low - 0.5, high + 0.5
    shares = [np.histogram(np.clip(v, low, high), BINS, (low, high))[0] / len(v) for v in (a, b)]
    top = max(float(s.max()) for s in shares)
    bar = WIDE / BINS
    boxes = "".join(
        f'<rect class="{side}" x="{k * bar:.1f}" y="{HIGH * (1 - s / top):.1f}" '
        f'width="{bar - 1:.1f}" height="{HIGH * s / top:.1f}"/>'
        for side, row in zip(("a", "b"), shares, strict=True)
        for k, s in enumerate(row)
        if s
    )
    return (
        f'<svg class="plot" viewBox="0 0 {WIDE} {HIGH + FOOT}" role="img" '
        f'aria-label="{escape(label)}">{boxes}<path d="M0 {HIGH}H{WIDE}"/>'
        f'<text x="0" y="{HIGH + 14}">{show(float(low))}</text>'
        f'<text x="{WIDE}" y="{HIGH + 14}" text-anchor="end">{show(float(high))}</text></svg>'
    )


def class_bars(names: Sequence[str], counts: NDArray[np.int64]) -> str:
    """A pair of bars per class, as shares of each set's labelled rows."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    top = max(float(shares.max()), 1e-9)
    rows = "".join(
        f'<span>{escape(name)}</span><div class="pair">'
        + "".join(
            f'<div class="{s}" style="width:{100 * v / top:.1f}%"></div>'
            for s, v in zip("ab", pair, strict=True)
        )
        + f'</div><span class="num soft">{pair[0]:.0%} → {pair[1]:.0%}</span>'
        for name, pair in zip(names, shares.T.tolist(), strict=True)
    )
    return f'<div class="classes">{rows}</div>'


def thumbnail(image: Image, name: str, note: str = "") -> str:
    """Figure with the picture, whole inside a square, its name as the title."""
    height, width = image.shape[:2]
    ratio = SIDE / max(height, width)
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    small = cv2.resize(np.ascontiguousarray(image), size, interpolation=way)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    _, coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 85])
    data = base64.b64encode(coded.tobytes()).decode("ascii")
    text = f"<figcaption>{escape(note)}</figcaption>" if note else ""
    safe = escape(name)
    return f'<figure title="{safe}"><img alt="{safe}" src="data:image/jpeg;base64,{data}">{text}</figure>'
