"""From a labelled picture to the square that a network sees, and the store that holds the squares."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import Dataset, Image
from pyojeong.errors import BadInput
from pyojeong.face.square import around_box, whole_square

Floats = NDArray[np.float32]
FREE_SHARE = 0.25
"""Largest share of the free memory that kept pictures may take."""


def crop(dataset: Dataset, row: int, side: int, margin: float) -> Image:
    """The square (side, side, 3) around row `row`'s box, or its whole picture where it has none.

    margin: share of the box's longer side added all round. What lies outside the picture continues
    its edge, so that no face is stretched. Raises BadInput where the picture cannot be read.
    """
    image = dataset.pictures.read(int(dataset.rows[row]))
    box = dataset.boxes[row]
    if np.isfinite(box).all():
        return around_box(image, box, margin, side)
    return whole_square(image, side)


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """The n squares of a set, in memory or read anew each time.

    targets: (n, k) float32 probabilities. labels: (n,) int64. kept: uint8 (n, side, side, 3), or
    None where the squares did not fit.
    """

    dataset: Dataset
    side: int
    margin: float
    targets: Floats
    labels: NDArray[np.int64]
    kept: NDArray[np.uint8] | None

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> Image:
        if self.kept is not None:
            return np.asarray(self.kept[row])
        return crop(self.dataset, row, self.side, self.margin)


def make_crops(dataset: Dataset, side: int, margin: float, votes: bool, cache: str) -> Crops:
    """The squares of the labelled rows.

    votes: whether targets are what people voted. cache: "auto", "memory" or "none". Where the
    squares are kept, pictures that cannot be read are left out; else they are found while
    training, and do not count there.
    """
    labelled = dataset.take(dataset.labels >= 0)
    fits = len(labelled) * side * side * 3 < FREE_SHARE * free_memory()
    kept = None
    if cache == "memory" or (cache == "auto" and fits):
        kept, readable = _read_all(labelled, side, margin)
        if not readable.all():
            kept, labelled = kept[readable], labelled.take(readable)
        kept.setflags(write=False)
    return Crops(labelled, side, margin, _targets(labelled, votes), labelled.labels, kept)


def _targets(dataset: Dataset, votes: bool) -> Floats:
    sure = np.eye(len(dataset.classes), dtype=np.float32)[dataset.labels]
    if not votes or dataset.targets is None:
        return sure
    voted = np.where(np.isfinite(dataset.targets), np.maximum(dataset.targets, 0), 0)
    total = voted.sum(1, keepdims=True)
    return np.where(total > 0, voted / np.maximum(total, 1e-9), sure).astype(np.float32)


def _read_all(
    dataset: Dataset, side: int, margin: float
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """All squares, and which rows could be read."""
    kept = np.zeros((len(dataset), side, side, 3), np.uint8)

    def put(row: int) -> bool:
        try:
            kept[row] = crop(dataset, row, side, margin)
        except BadInput:
            return False
        return True

    # Decoders release the interpreter, so threads are enough.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        readable = list(pool.map(put, range(len(dataset))))
    return kept, np.asarray(readable, np.bool_)


def free_memory() -> int:
    """Bytes that can be used without pushing others out; 4 GB where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 4 << 30


Augmenter = Callable[[Image, np.random.Generator], Image]


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """What a loader takes batches from. An index is (epoch, row, counted): chance is decided by
    seed, epoch and row alone, so it is the same whichever process asks, and after a resume.
    """

    crops: Crops
    seed: int
    augment: Augmenter | None = None

    def __len__(self) -> int:
        return len(self.crops)

    def __getitem__(self, index: tuple[int, int, bool]) -> tuple[Image, Floats, int, bool]:
        epoch, row, counted = index
        target, label = self.crops.targets[row], int(self.crops.labels[row])
        try:
            image = self.crops[row]
        except BadInput:
            return self._nothing(), target, label, False
        if self.augment is not None:
            image = self.augment(image, np.random.default_rng((self.seed, epoch, row)))
            if image.shape != self._nothing().shape or image.dtype != np.uint8:
                raise _changed(image, self.crops.side)
        return image, target, label, counted

    def _nothing(self) -> Image:
        return np.zeros((self.crops.side, self.crops.side, 3), np.uint8)


def _changed(image: Image, side: int) -> BadInput:
    return BadInput(
        f"The augmentation made {image.dtype} {image.shape}; it must keep RGB uint8 of {side} px.",
        f"증강 결과가 {image.dtype} {image.shape}입니다. {side}px RGB uint8이어야 합니다.",
    )


def together(items: Sequence[tuple[Image, Floats, int, bool]]) -> tuple[Any, ...]:
    """A batch: pictures uint8 (n, s, s, 3), targets (n, k), labels (n,), counted (n,) bool."""
    import torch

    images, targets, labels, counted = zip(*items, strict=True)
    return (
        torch.from_numpy(np.stack(images)),
        torch.from_numpy(np.stack(targets)),
        torch.tensor(labels),
        torch.tensor(counted),
    )
