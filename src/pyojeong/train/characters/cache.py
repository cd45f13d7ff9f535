"""Pictures and masks at the network's size, decoded once and read from disk as they are needed.

    NAME.pixels  NAME.masks  NAME.npz

The first two are bare bytes that are mapped into memory; the third says where each picture and mask
lies in them, and is written last, so its presence means that all three are whole.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.media.files import atomic_path, output_failed
from pyojeong.media.image import Rgb


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One picture. name: what a person calls it. image: RGB uint8 (h, w, 3). masks: (k, h, w) bool,
    which may overlap. classes: (k,) int64."""

    name: str
    image: Rgb
    masks: NDArray[np.bool_]
    classes: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cache:
    """Pictures on disk. sizes: (n, 2) height and width. starts: (n,) their first byte. of: (m,) the
    picture of each figure. classes: (m,). boxes: (m, 4) int64 xyxy px around each mask, which is
    kept as the bits inside it. bits: (m,) first byte of each. notes: what had to be left out."""

    names: tuple[str, ...]
    sizes: NDArray[np.int64]
    starts: NDArray[np.int64]
    of: NDArray[np.int64]
    classes: NDArray[np.int64]
    boxes: NDArray[np.int64]
    bits: NDArray[np.int64]
    pixels: NDArray[np.uint8]
    packed: NDArray[np.uint8]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def image(self, row: int) -> Rgb:
        h, w = (int(n) for n in self.sizes[row])
        start = int(self.starts[row])
        return np.asarray(self.pixels[start : start + 3 * h * w]).reshape(h, w, 3)

    def figures(self, row: int) -> NDArray[np.intp]:
        """Numbers of the figures of a picture."""
        return np.flatnonzero(self.of == row)

    def inner(self, figure: int) -> NDArray[np.bool_]:
        """A figure's mask inside its box."""
        x0, y0, x1, y1 = (int(n) for n in self.boxes[figure])
        h, w = y1 - y0, x1 - x0
        start = int(self.bits[figure])
        packed = self.packed[start : start + (h * w + 7) // 8]
        return np.unpackbits(packed, count=h * w).reshape(h, w).view(np.bool_)

    def shown(self, row: int) -> Shown:
        """A picture with its masks in full."""
        mine = self.figures(row)
        masks = np.zeros((len(mine), *self.sizes[row]), np.bool_)
        for mask, figure in zip(masks, mine, strict=True):
            x0, y0, x1, y1 = self.boxes[figure]
            mask[y0:y1, x0:x1] = self.inner(int(figure))
        return Shown(self.names[row], self.image(row), masks, self.classes[mine])


def write_cache(
    folder: Path,
    name: str,
    key: str,
    pictures: Iterable[Shown],
    notes: Callable[[], Sequence[str]] = tuple,
) -> None:
    """key: of all that decides the pictures; `open_cache` asks for it. notes: asked for once the
    pictures are through. Raises OutputFailed."""
    at = {"pixels": 0, "masks": 0}
    rows: dict[str, list[object]] = {k: [] for k in ("names", "sizes", "starts")}
    found: dict[str, list[object]] = {k: [] for k in ("of", "classes", "boxes", "bits")}
    # Until the new one is there, the old bytes must not be taken for whole.
    (folder / f"{name}.npz").unlink(missing_ok=True)
    with ExitStack() as stack:
        streams = {}
        for kind in at:
            part = stack.enter_context(atomic_path(folder / f"{name}.{kind}"))
            streams[kind] = stack.enter_context(part.open("wb"))
        for row, one in enumerate(pictures):
            rows["names"].append(one.name)
            rows["sizes"].append(one.image.shape[:2])
            rows["starts"].append(at["pixels"])
            at["pixels"] += streams["pixels"].write(np.ascontiguousarray(one.image).tobytes())
            for mask, label in zip(one.masks, one.classes, strict=True):
                x, y, w, h = cv2.boundingRect(mask.view(np.uint8))
                found["of"].append(row)
                found["classes"].append(int(label))
                found["boxes"].append((x, y, x + w, y + h))
                found["bits"].append(at["masks"])
                bits = np.packbits(mask[y : y + h, x : x + w])
                at["masks"] += streams["masks"].write(bits.tobytes())
    whole = {k: np.array(v, np.int64) for k, v in (rows | found).items() if k != "names"}
    whole["sizes"], whole["boxes"] = (
        whole[k].reshape(-1, n) for k, n in (("sizes", 2), ("boxes", 4))
    )
    with atomic_path(folder / f"{name}.npz") as part, part.open("wb") as stream:
        table: dict[str, Any] = {
            "key": key,
            "names": np.array(rows["names"], np.str_),
            "notes": np.array(notes(), np.str_),
            **whole,
        }
        np.savez(stream, **table)


def open_cache(folder: Path, name: str, key: str) -> Cache | None:
    """What `write_cache` left, or None where there is nothing whole of that key."""
    try:
        with np.load(folder / f"{name}.npz", allow_pickle=False) as file:
            if str(file["key"]) != key:
                return None
            names, notes = (tuple(map(str, file[k].tolist())) for k in ("names", "notes"))
            table = {k: file[k] for k in ("sizes", "starts", "of", "classes", "boxes", "bits")}
        pixels, packed = (_mapped(folder / f"{name}.{kind}") for kind in ("pixels", "masks"))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    found = Cache(names, **table, pixels=pixels, packed=packed, notes=notes)
    return found if len(pixels) == int(3 * found.sizes.prod(1).sum()) else None


def _mapped(path: Path) -> NDArray[np.uint8]:
    if not path.stat().st_size:  # Nothing cannot be mapped.
        return np.zeros(0, np.uint8)
    return np.memmap(path, np.uint8, "r")


def drop_caches(folder: Path) -> None:
    """Remove the folder of caches, which anybody can make again. Raises OutputFailed."""
    try:
        for path in folder.glob("*"):
            path.unlink()
        if folder.is_dir():
            folder.rmdir()
    except OSError as error:
        raise output_failed(folder, error) from error
