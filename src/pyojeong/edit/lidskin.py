"""The skin of an upper lid as it comes down: smooth, without the lashes and creases that a
plain stretch of the narrow visible strip would smear over the eye."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pyojeong.edit.slit import Pixels
from pyojeong.edit.warp import Floats, sample, soften


@dataclass(frozen=True, slots=True, eq=False)
class LidSkin:
    """colour: (h, w, 4) float32 in the photo's patch, RGB of a smooth lid and a mask in [0, 1]
    of the strip it replaces: from just above the lashes to the crease."""

    colour: Floats

    def cover(self, patch: Floats, place: Floats, closed: float) -> None:
        """Lay the lid over the pixels (h, w, 3) of a patch, in place.

        place: (h, w, 2) where each pixel of the patch comes from. closed: 0 to 1.
        """
        strength = float(np.clip((closed - 0.15) / 0.6, 0, 1))
        if strength <= 0:
            return
        lid = sample(self.colour, place)
        patch += (lid[..., :3] - patch) * (lid[..., 3:] * strength)


def make_lid_skin(photo: Pixels, rings: Floats, scale: float) -> LidSkin:
    """photo: (h, w, 3) of the patch. rings: (3, 9, 2) px in the patch of the upper lid, edge
    first. scale: px per cm."""
    h, w = photo.shape[:2]
    edge, crease, above = rings
    lash = edge + (crease - edge) * 0.22
    strip = _polygon((h, w), lash, crease)
    source = _polygon((h, w), crease * 0.75 + edge * 0.25, crease * 0.45 + above * 0.55)
    known = np.asarray(source * (1 - strip * 0.7) + 1e-4, np.float32)
    sigma = max(1.0, 0.28 * scale)
    total = soften(known, sigma) + 1e-6
    spread = soften(photo.astype(np.float32) * known[..., None], sigma)
    smooth = spread / total[..., None]
    soft = soften(strip, max(0.6, 0.05 * scale))
    return LidSkin(np.dstack([smooth * 0.97, soft]).astype(np.float32))


def _polygon(size: tuple[int, int], low: Floats, high: Floats) -> Floats:
    mask = np.zeros(size, np.uint8)
    ring = np.round(np.concatenate([low, high[::-1]]) * 16).astype(np.int32)
    cv2.fillPoly(mask, [ring], 255, cv2.LINE_AA, 4)
    return np.asarray(mask, np.float32) / np.float32(255)
