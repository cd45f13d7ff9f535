"""The eyeball behind the lids: the photo's own, continued under the lids, turned by the gaze."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pyojeong.edit.slit import Pixels, pixel_grid
from pyojeong.edit.warp import Floats, sample, soften


@dataclass(frozen=True, slots=True, eq=False)
class Eyeball:
    """picture: (h, w, 3) float32, the eye without lids. centre: (2,)
    of the iris in px of the patch. radius: of the iris in px. side: 0 is the person's right.
    white: (3,) typical colour of the sclera. before: (h, w) light that the photo's lids let in."""

    picture: Floats
    centre: Floats
    radius: float
    side: int
    white: Floats
    before: Floats

    def draw(self, turn: Floats, ride: Floats, opening: Floats) -> Floats:
        """(h, w, 3) float32 with the iris moved by (2,) px. The iris keeps its shape; the white
        around it gives way.

        ride: (2, 3) where the head takes the patch. opening: (h, w) what the lids leave free;
        they cast a shadow.
        """
        h, w = opening.shape
        back = cv2.invertAffineTransform(ride).astype(np.float32)
        place = pixel_grid((0, 0, w, h)) @ back[:, :2].T + back[:, 2]
        if np.abs(turn).max() > 1e-3:
            distance = np.hypot(*(place - self.centre - turn).transpose(2, 0, 1)) / self.radius
            t = np.clip((2.6 - distance) / 1.4, 0, 1)
            place = place - (t * t * (3 - 2 * t))[..., None] * turn
        seen = sample(np.dstack([self.picture, self.before]), place)
        dimmer = np.minimum(self._shade(opening) / seen[..., 3], 1.0)
        lit: Floats = seen[..., :3] * dimmer[..., None]
        return lit

    def _shade(self, opening: Floats) -> Floats:
        return lid_shadow(opening, self.radius)


def lid_shadow(opening: Floats, radius: float) -> Floats:
    """(h, w): light on the eyeball behind an opening, less of it near the lids."""
    light = soften(opening, max(0.8, 0.42 * radius))
    shade: Floats = np.clip(0.38 + 0.85 * light, 0, 1).astype(np.float32)
    return shade


def make_eyeball(
    photo: Pixels, visible: Floats, centre: Floats, radius: float, side: int
) -> Eyeball:
    """Continue the visible part of an eye under its lids.

    photo: (h, w, 3) pixels of the patch. visible: (h, w) in [0, 1], the opening between the
    lids. centre: (2,) px in the patch; radius px.
    """
    colours = photo.astype(np.float32)
    h, w = visible.shape
    grid = pixel_grid((0, 0, w, h))
    offset = grid - centre
    distance = np.hypot(offset[..., 0], offset[..., 1]) / max(radius, 0.5)
    iris = np.clip((1.04 - distance) * radius + 0.5, 0, 1)
    inner = np.asarray(cv2.erode(visible, np.ones((3, 3), np.uint8)), np.float32)
    white, typical = _fill_white(colours, inner * (distance > 1.12), visible, radius)
    whole = _complete_iris(colours, inner, distance, offset, centre)
    synthetic = white + (whole - white) * iris[..., None]
    keep = inner[..., None]
    picture = colours * keep + synthetic * (1 - keep)
    # What the lids hid gets its shadow from the lids of the day, not from those of the photo.
    before = lid_shadow(visible, radius) * inner + (1 - inner)
    return Eyeball(picture, centre, max(radius, 0.5), side, typical, before)


def _fill_white(
    colours: Floats, known: Floats, visible: Floats, radius: float
) -> tuple[Floats, Floats]:
    """The sclera, spread smoothly from where it is seen; the median where little is seen."""
    sure = known > 0.5
    seen = colours[sure]
    if len(seen) < 4:
        seen = colours[visible > 0.5] if (visible > 0.5).any() else colours.reshape(-1, 3)
    bright = seen @ np.array([0.3, 0.59, 0.11], np.float32)
    typical = np.median(seen[bright >= np.percentile(bright, 40)], axis=0).astype(np.float32)
    weight = known.astype(np.float32)
    sigma = max(1.0, radius * 0.7)
    total = soften(weight, sigma)
    spread = soften(colours * weight[..., None], sigma)
    prior = 0.12
    filled: Floats = (spread + prior * typical) / (total[..., None] + prior)
    return filled, typical


def _complete_iris(
    colours: Floats, inner: Floats, distance: Floats, offset: Floats, centre: Floats
) -> Floats:
    """The iris under the lids: its visible ring mean by radius."""
    ring = np.clip((distance * 8).astype(int), 0, 11)
    seen = inner > 0.5
    rings = np.zeros((12, 3), np.float32)
    known = np.zeros(12, bool)
    for k in range(12):
        chosen = colours[seen & (ring == k)]
        if len(chosen):
            rings[k], known[k] = chosen.mean(0), True
    if not known.any():
        return colours
    at = np.flatnonzero(known)
    for c in range(3):
        rings[:, c] = np.interp(np.arange(12), at, rings[at, c])
    place = np.clip(distance * 8 - 0.5, 0, 11)
    return np.stack(
        [np.interp(place, np.arange(12), rings[:, c]) for c in range(3)], axis=-1
    ).astype(np.float32)
