"""What the network finds in pictures that it did not learn from, read as its users will read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pyojeong.data.instances.decoding import cut_out, letterbox, pick, snug
from pyojeong.train.characters.cache import Cache, Shown
from pyojeong.train.characters.net import Exported, SegNet
from pyojeong.train.characters.precision import Compared, mask_overlaps

LEAST, OVERLAP = 0.01, 0.7
"""Least score of a find, as precision is measured with many weak ones; overlap from which two boxes
of a class are one figure."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Figures of one picture, best first. scores, classes: (n,). masks: (n, h, w) bool."""

    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    masks: NDArray[np.bool_]


def find(net: SegNet, image: NDArray[np.uint8], side: int) -> Found:
    """Figures in one picture, looked at with its longest side at `side` px."""
    height, width = image.shape[:2]
    fit = snug(height, width, (side, side))
    given = torch.from_numpy(letterbox(image, fit)).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        rows, proto = Exported(net).eval()(given.to(next(net.parameters()).device))
    picked = pick(rows[0].T.float().cpu().numpy(), net.classes, LEAST, OVERLAP)
    _, scores, classes, masks = cut_out(*picked, proto[0].float().cpu().numpy(), fit, height, width)
    return Found(scores, classes, masks)


def compare(found: Found, shown: Shown) -> Compared:
    """A picture's finds beside its truth."""
    overlaps = mask_overlaps(found.masks, shown.masks)
    return Compared(found.scores, found.classes, shown.classes, overlaps)


def measure(net: SegNet, cache: Cache, side: int) -> list[Compared]:
    """All pictures of a part, one after the other."""
    made = []
    for row in range(len(cache)):
        shown = cache.shown(row)
        made.append(compare(find(net, shown.image, side), shown))
    return made
