"""What can be measured of a person: proportions of the face, colours of skin, hair and clothes.

This is no recognition of persons. The proportions of one face differ from look to look by about
as much as those of two people differ from each other (benchmarks/film/people.json), so within a
film it is mostly hair, clothes and light that tell people apart, and they change with the scene.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.types import FaceMesh, Image

Floats = NDArray[np.float32]

DISTANCES = (
    (33, 263),
    (133, 362),
    (127, 356),
    (234, 454),
    (172, 397),
    (129, 358),
    (168, 2),
    (10, 168),
    (2, 152),
    (33, 133),
    (263, 362),
)
"""Pairs of mesh points between bones rather than muscles: eyes, temples, cheeks, jaw, nose, chin.
"""

SHAPE = slice(0, len(DISTANCES))
SKIN = slice(SHAPE.stop, SHAPE.stop + 3)
HAIR = slice(SKIN.stop, SKIN.stop + 3)
CLOTHES = slice(HAIR.stop, HAIR.stop + 4)
COUNT = CLOTHES.stop
"""Where each group lies in the traits, and how many there are. SHAPE: logarithms of distances,
their mean taken off. SKIN, HAIR: CIELAB. CLOTHES: CIELAB and the spread of lightness."""

_CHEEKS = (50, 280, 205, 425, 118, 347, 151)
_TOP, _CHIN = 10, 152
_LEAST_INSIDE = 0.6


def traits_of(image: Image, mesh: FaceMesh) -> Floats:
    """(COUNT,) traits; NaN for hair and clothes that lie outside the picture."""
    found = np.full(COUNT, np.nan, np.float32)
    found[SHAPE] = proportions(mesh)
    found[SKIN] = _skin(image, mesh)
    up = mesh.points[_TOP, :2] - mesh.points[_CHIN, :2]
    across = np.array([-up[1], up[0]], np.float32)
    hair = _patch(image, mesh.points[_TOP, :2] + 0.02 * up, 0.22 * up, 0.3 * across)
    if hair is not None:
        found[HAIR] = np.median(hair, axis=0)
    clothes = _patch(image, mesh.points[_CHIN, :2] - 0.45 * up, -0.7 * up, 0.6 * across)
    if clothes is not None:
        found[CLOTHES] = [*np.median(clothes, axis=0), clothes[:, 0].std()]
    return found


def proportions(mesh: FaceMesh) -> Floats:
    """(11,) logarithms of distances in space, so that turning the head changes little."""
    first, second = np.array(DISTANCES).T
    apart = np.linalg.norm(mesh.points[first] - mesh.points[second], axis=1)
    logs = np.log(np.maximum(apart, 1e-6))
    return np.asarray(logs - logs.mean(), np.float32)


def _skin(image: Image, mesh: FaceMesh) -> Floats:
    height, width = image.shape[:2]
    spots = np.rint(mesh.points[list(_CHEEKS), :2]).astype(int)
    spots = np.clip(spots, 0, [width - 1, height - 1])
    return np.asarray(np.median(_lab(image[spots[:, 1], spots[:, 0]]), axis=0), np.float32)


def _patch(image: Image, start: Floats, along: Floats, across: Floats) -> Floats | None:
    """(n, 3) CIELAB of an 8 x 8 grid over a parallelogram; None where too little of it is in the
    picture. along: its whole length; across: half its width."""
    steps = np.linspace(0, 1, 8, dtype=np.float32)
    sides = np.linspace(-1, 1, 8, dtype=np.float32)
    grid = start + steps[:, None, None] * along + sides[None, :, None] * across
    spots = np.rint(grid.reshape(-1, 2)).astype(int)
    height, width = image.shape[:2]
    inside = ((spots >= 0) & (spots < [width, height])).all(axis=1)
    if inside.mean() < _LEAST_INSIDE:
        return None
    spots = spots[inside]
    return _lab(image[spots[:, 1], spots[:, 0]])


def _lab(colours: NDArray[np.uint8]) -> Floats:
    """(n, 3) RGB to CIELAB, L 0 to 100."""
    shares = colours[None].astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(shares, cv2.COLOR_RGB2Lab)[0], np.float32)
