"""Single annotations of a COCO set: polygons, run lengths, boxes, in px of the upright picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.instances.rle import runs_of, unpacked
from pyojeong.data.instances.sound import Tally, rectangle, sound_rings
from pyojeong.data.instances.types import Outline
from pyojeong.settings import settings

_ALIKE = 0.01
"""How much the shapes of two sizes may differ, as a share, and still be those of one picture."""


def smaller(entry: dict[str, Any]) -> dict[str, Any]:
    """An object of the file as it is parsed, its long lists as arrays: a tenth of the memory."""
    for key, kind in (("segmentation", np.float32), ("counts", np.int64)):
        value = entry.get(key)
        if isinstance(value, list):
            try:
                entry[key] = (
                    np.array(value, kind)
                    if key == "counts"
                    else [np.array(ring, kind) for ring in value]
                )
            except (ValueError, TypeError, OverflowError):
                entry[key] = False
    return entry


@dataclass(frozen=True, slots=True)
class Placing:
    """How outlines lie in their picture. declared: (width, height) px in which they are given.
    upright: of the picture. turn: EXIF's number where they were drawn on the picture lying on its
    side, else 1. kind: "turned", "scaled" or "", for the tally."""

    declared: tuple[int, int]
    upright: tuple[int, int]
    turn: int
    kind: str

    @classmethod
    def between(
        cls, declared: tuple[int, int], upright: tuple[int, int], stored: tuple[int, int], turn: int
    ) -> Placing | None:
        """None where outlines of the declared size are not those of this picture."""
        if declared == upright:
            return cls(declared, upright, 1, "")
        if declared == stored:
            return cls(declared, upright, turn, "turned")
        shape = declared[0] * upright[1] / (declared[1] * upright[0])
        if abs(shape - 1) > _ALIKE:
            return None
        return cls(declared, upright, 1, "scaled")

    def points(self, ring: NDArray[Any]) -> NDArray[np.float64]:
        """Points (k, 2) as they lie in the upright picture."""
        made: NDArray[np.float64] = ring.astype(np.float64)
        if self.turn == 1:
            made *= np.array(self.upright) / np.array(self.declared)
            return made
        made = made[:, ::-1] if self.turn >= 5 else made
        if self.turn in (2, 3, 6, 7):
            made = made * (-1, 1) + (self.upright[0], 0)
        if self.turn in (3, 4, 7, 8):
            made = made * (1, -1) + (0, self.upright[1])
        return made

    def mask(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask of the declared size as it lies in the upright picture."""
        if self.turn == 1:
            small = cv2.resize(mask.view(np.uint8), self.upright, interpolation=cv2.INTER_NEAREST)
            return small.astype(np.bool_)
        mask = mask.T if self.turn >= 5 else mask
        rows = slice(None, None, -1 if self.turn in (3, 4, 7, 8) else 1)
        columns = slice(None, None, -1 if self.turn in (2, 3, 6, 7) else 1)
        return np.ascontiguousarray(mask[rows, columns])


def figure_of(
    entry: dict[str, Any], label: int, fit: Placing, tally: Tally, where: str
) -> Outline | None:
    """The figure of an annotation; None, counted, where there is none to be had."""
    given = entry.get("segmentation")
    if isinstance(given, dict):
        return _from_runs(given, label, fit, tally, where)
    given = [] if given is None else given
    # Pairs of points, which some tools write, become rows of numbers as well.
    flat = [ring.reshape(-1) for ring in given] if isinstance(given, list) else None
    if flat is None or any(len(ring) % 2 for ring in flat):
        tally.add("unreadable", where)
        return None
    rings = [ring.reshape(-1, 2) for ring in flat] if flat else _box(entry, tally, where)
    kept = sound_rings([fit.points(ring) for ring in rings], *fit.upright, tally, where)
    return Outline(label, kept) if kept else None


def _box(entry: dict[str, Any], tally: Tally, where: str) -> list[NDArray[np.float64]]:
    box = entry.get("bbox")
    if (
        not isinstance(box, list)
        or len(box) != 4
        or not all(isinstance(n, int | float) and abs(n) < 1e9 for n in box)
    ):
        tally.add("unoutlined", where)
        return []
    tally.add("boxes", where)
    return [rectangle(*map(float, box))]


def _from_runs(
    given: dict[str, Any], label: int, fit: Placing, tally: Tally, where: str
) -> Outline | None:
    counts = given.get("counts")
    try:
        runs = unpacked(counts) if isinstance(counts, str) else counts
    except ValueError:
        runs = None
    if not isinstance(runs, np.ndarray) or runs.ndim != 1 or (runs < 0).any():
        tally.add("unreadable", where)
        return None
    width, height = fit.declared
    if not _is_size(given.get("size"), width, height) or not _covers(runs, width * height):
        tally.add("size", where)
        return None
    if not runs[1::2].any():
        tally.add("flat", where)
        return None
    if not fit.kind:
        return Outline(label, (), runs)
    return Outline(label, (), runs_of(fit.mask(Outline(0, (), runs).mask(height, width))))


def _is_size(size: Any, width: int, height: int) -> bool:
    return size is None or (isinstance(size, list) and size == [height, width])


def _covers(runs: NDArray[np.int64], pixels: int) -> bool:
    if pixels > settings().max_image_pixels or runs.max(initial=0) > pixels:
        return False
    return len(runs) <= 2 * pixels + 1 and int(runs.sum()) == pixels
