"""Cuts, found at once: frames whose colours and places both change.

For faces that are followed as the film runs. `film/shots.py` looks ahead as well and finds more.
"""

from __future__ import annotations

from pyojeong.face.types import Image
from pyojeong.media.changes import ChangeMeter

COLOURS_CHANGE, PIXELS_CHANGE = 0.35, 18.0
"""Least change of both kinds (`ChangeMeter.change`) that is a cut."""


class CutFinder:
    """Says of each frame whether a new shot starts with it."""

    def __init__(self) -> None:
        self._meter = ChangeMeter()

    def is_cut(self, image: Image) -> bool:
        """Whether the shot changed since the frame before; False for the first frame."""
        change = self._meter.change(image)
        return change is not None and change[0] > PIXELS_CHANGE and change[1] > COLOURS_CHANGE
