"""The one form that every set of labelled pictures takes, whatever its files look like.

Importers make it, cleaning and splitting take rows from it, training and comparison read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""RGB uint8 (H, W, 3)."""
SPLITS = ("train", "val", "test")


class Pictures(Protocol):
    """Where the pictures of a set are: files, rows of an archive. Nothing is read before `read`."""

    def __len__(self) -> int: ...

    def name(self, row: int) -> str:
        """What a person calls the picture: a path below the set's folder, or `file.npz#12`."""
        ...

    def read(self, row: int) -> Image:
        """The picture, upright RGB. Raises BadInput where it cannot be read."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Labelled pictures, one row each; a row may be one of several faces of a picture.

    title: what a report calls the set. classes: names of the k classes, as the set spells them.
    pictures: the store, shared by all subsets. rows: (n,) int64, each row's picture in the store.
    labels: (n,) int64 class, -1 where unknown. targets: (n, k) float32 probabilities where several
    people voted, else None. boxes: (n, 4) float32 xyxy in px of the picture, NaN where the whole
    picture is meant. identities: (n,) who it is, "" where unknown. splits: (n,) one of SPLITS or "".
    notes: what importing, cleaning or splitting changed, as sentences with counts.
    """

    title: str
    classes: tuple[str, ...]
    pictures: Pictures
    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    targets: NDArray[np.float32] | None
    boxes: NDArray[np.float32]
    identities: NDArray[np.str_]
    splits: NDArray[np.str_]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n, k = len(self.rows), len(self.classes)
        shapes = (self.labels.shape, self.boxes.shape, self.identities.shape, self.splits.shape)
        if shapes != ((n,), (n, 4), (n,), (n,)):
            raise ValueError(f"columns do not agree: {shapes} for {n} rows")
        if self.targets is not None and self.targets.shape != (n, k):
            raise ValueError(f"targets are {self.targets.shape}, not {(n, k)}")
        if n and not -1 <= self.labels.min() <= self.labels.max() < k:
            raise ValueError(f"labels lie outside -1 ... {k - 1}")

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, chosen: Sequence[int] | NDArray[np.intp] | NDArray[np.bool_]) -> Dataset:
        """The chosen rows, by index or mask, in that order."""
        at = np.asarray(chosen)
        at = np.flatnonzero(at) if at.dtype == np.bool_ else at.astype(np.intp)
        columns: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                columns[field.name] = value[at]
        return replace(self, **columns)

    def split(self, name: str) -> Dataset:
        """The rows of one of SPLITS."""
        return self.take(self.splits == name)

    def name(self, row: int) -> str:
        """What a person calls row `row` of this set."""
        return self.pictures.name(int(self.rows[row]))

    def read(self, row: int) -> Image:
        """The picture of row `row`, cut to its box where it has one. Raises BadInput."""
        image = self.pictures.read(int(self.rows[row]))
        box = self.boxes[row]
        if not np.isfinite(box).all():
            return image
        height, width = image.shape[:2]
        left, top = np.clip(np.floor(box[:2]), 0, (width - 1, height - 1)).astype(int)
        right, bottom = np.clip(np.ceil(box[2:]), (left + 1, top + 1), (width, height)).astype(int)
        return np.ascontiguousarray(image[top:bottom, left:right])
