"""COCO's run lengths: of a mask, and out of the text they are packed into."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LONGEST = 7
"""Characters of the longest number: 35 bits, more than any picture has pixels."""


def runs_of(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Lengths of the runs of a mask (H, W) read column by column, the first of nothing."""
    flat = mask.T.reshape(-1)
    turns = np.flatnonzero(np.diff(flat)) + 1
    edges = np.concatenate([[0] if not flat[:1].any() else [0, 0], turns, [flat.size]])
    return np.diff(edges).astype(np.int64)


def unpacked(text: str) -> NDArray[np.int64]:
    """Run lengths out of the text of a compressed RLE.

    Each character holds five bits, low ones first, and a sixth for "goes on"; the last one's top
    bit is the sign. From the fourth on, a number is the difference to the one two before
    (maskApi.c in the COCO API, Lin et al. 2014). Raises ValueError for anything else.
    """
    runs: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64 or shift >= 5 * _LONGEST:
            raise ValueError(f"{character!r} at {len(runs)}")
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    if shift:
        raise ValueError("cut short")
    return np.array(runs, np.int64)
