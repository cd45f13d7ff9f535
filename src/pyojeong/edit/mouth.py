"""What is behind the lips: cavity, teeth and tongue.

Everything is painted once per photo on the patch around the mouth. Upper teeth stay with the
skull, lower teeth and tongue with the jaw; per frame the layers are only shifted and shaded by
how far the lips let light in. Teeth the photo shows are kept as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pyojeong.edit.teeth import Layer
from pyojeong.edit.warp import Floats, soften


@dataclass(frozen=True, slots=True)
class LipState:
    """left: 0 to 1, how far the lips have left their place in the photo; then nothing of their
    edge may stay behind on the teeth. sealed: 1 where they touch; then nothing shines through."""

    left: float
    sealed: float


@dataclass(frozen=True, slots=True, eq=False)
class MouthInterior:
    """cavity: (h, w, 3). upper, lower, tongue: painted layers at rest. seen: what the
    photo itself shows in the opening, hanging from the skull and standing on the jaw. core: (h, w) the
    middle of that, which holds nothing of the lips. seam: (3,) between closed lips. reach: px
    that light gets in past the lips. before: (h, w) light in the photo."""

    cavity: Floats
    upper: Layer
    lower: Layer
    tongue: Layer
    seen_upper: Layer
    seen_lower: Layer
    core: Floats
    seam: Floats
    reach: float
    before: Floats

    def draw(self, ride: Floats, jaw: Floats, opening: Floats, lips: LipState) -> Floats:
        """(h, w, 3) float32: the inside of the mouth.

        ride: (2, 3) where the head takes the canvas. jaw: (2,) px by which the jaw has opened.
        opening: (h, w) how much of each pixel the lips leave free.
        """
        skull, dropped = ride, ride.copy()
        dropped[:, 2] += jaw
        picture = self.cavity.copy()
        _over(picture, self.tongue, dropped)
        _over(picture, self.lower, dropped)
        _over(picture, self.upper, skull)
        shade = self.shade(opening)
        picture *= shade[..., None]
        kept = 1 - lips.left * (1 - self.core)
        dimmer = np.minimum(shade / self.before, 1.0)[..., None]
        for (colour, alpha), move in (
            (self.seen_lower, dropped),
            (self.seen_upper, skull),
        ):
            _over(picture, (colour, alpha * kept), move, dimmer)
        picture += (self.seam - picture) * np.float32(lips.sealed)
        return picture

    def shade(self, opening: Floats) -> Floats:
        """(h, w) in (0, 1]: how much light the lips let in."""
        light = soften(opening, self.reach)
        shade: Floats = np.clip(0.22 + 1.15 * light, 0, 1).astype(np.float32)
        return shade


def _over(picture: Floats, layer: Layer, move: Floats, factor: Floats | None = None) -> None:
    """Lay a moved layer over the picture, in place. move: (2, 3)."""
    colour, alpha = layer
    if not alpha.any():
        return
    h, w = alpha.shape
    lit = np.asarray(cv2.warpAffine(colour, move, (w, h), borderMode=cv2.BORDER_REPLICATE))
    cover = np.asarray(cv2.warpAffine(alpha, move, (w, h)))
    if factor is not None:
        lit = lit * factor
    picture += (lit - picture) * cover[..., None]
