"""The one form that every set of outlined pictures takes, whatever its files look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.instances.fill import fill
from pyojeong.errors import BadInput


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """One figure.

    label: index into the set's labels. rings: polygons (k, 2) float32, x and y in px of the
    picture, pixel edges at whole numbers; together they are one figure, and where they overlap it
    is still figure; a ring that crosses itself is filled by the even-odd rule. runs: instead of
    rings, lengths of runs of a mask read column by column, the first of nothing (COCO's
    uncompressed RLE), which can have holes.
    """

    label: int
    rings: tuple[NDArray[np.float32], ...] = ()
    runs: NDArray[np.int64] | None = None

    def mask(self, height: int, width: int) -> NDArray[np.bool_]:
        """(height, width), the pixels whose middle lies in the figure. Raises BadInput for runs of
        another size."""
        if self.runs is not None:
            if int(self.runs.sum()) != height * width:
                raise BadInput(
                    f"A mask of {int(self.runs.sum()):,} pixels does not fit a picture of "
                    f"{width} x {height}.",
                    f"픽셀 {int(self.runs.sum()):,}개짜리 마스크는 {width} x {height} 그림에 맞지 않습니다.",
                )
            values = np.arange(len(self.runs)) % 2 == 1
            return np.repeat(values, self.runs).reshape(width, height).T.copy()
        made = np.zeros((height, width), np.bool_)
        for ring in self.rings:
            fill(made, ring)
        return made


@dataclass(frozen=True, slots=True)
class OutlinedPicture:
    """file: on disk. name: what a person calls it, a path below the set's folder. width, height: px
    of the upright picture. outlines: its figures, none for a picture without any. split: "train",
    "val", "test", or "" where the set does not say."""

    file: Path
    name: str
    width: int
    height: int
    outlines: tuple[Outline, ...]
    split: str = ""


@dataclass(frozen=True, slots=True)
class InstanceSet:
    """title: what a report calls the set. labels: names of the classes. pictures: in a fixed order.
    notes: what importing left out or mended, as sentences with counts."""

    title: str
    labels: tuple[str, ...]
    pictures: tuple[OutlinedPicture, ...]
    notes: tuple[str, ...] = ()

    def split(self, name: str) -> Sequence[OutlinedPicture]:
        """The pictures of one split."""
        return [picture for picture in self.pictures if picture.split == name]
