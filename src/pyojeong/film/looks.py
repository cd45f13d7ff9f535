"""What is measured on every picture of a film, small enough to keep for hours of it.

160 bytes a picture: shots, fades and the best frame of a shot are found from these numbers alone,
and the looks of parts measured side by side join to those of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput
from pyojeong.media.changes import ChangeMeter
from pyojeong.media.files import atomic_path
from pyojeong.media.pictures import FilmPicture

WIDTH, HEIGHT = 320, 180
"""Size of the copy that is measured, px, whatever the film's shape."""

_TINY = 16, 9

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """One row per picture. index: (n,) int64; time: (n,) float64 s. moved, recoloured: (n,)
    float32, change since the picture before (`media.changes`), 0 for a film's first. sharp: (n,)
    float32 (`sharpness`). tiny: (n, 9, 16) uint8, the picture in gray."""

    index: NDArray[np.int64]
    time: NDArray[np.float64]
    moved: Floats
    recoloured: Floats
    sharp: Floats
    tiny: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.index)


class Watcher:
    """Measures the pictures of a part of a film; give it as `watch` to `read_frames`."""

    def __init__(self) -> None:
        self._meter = ChangeMeter()
        self._rows: list[tuple[int, float, float, float, float]] = []
        self._tiny: list[NDArray[np.uint8]] = []

    def __call__(self, picture: FilmPicture) -> None:
        small = picture.small(WIDTH, HEIGHT)
        gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        change = self._meter.change(small) or (0.0, 0.0)
        self._rows.append((picture.index, picture.time, *change, sharpness(gray)))
        self._tiny.append(np.asarray(cv2.resize(gray, _TINY, interpolation=cv2.INTER_AREA)))

    def looks(self, first: int = 0) -> Looks:
        """Of the pictures from number `first` on; one before it served to measure change."""
        rows = np.array(self._rows, np.float64).reshape(-1, 5)
        kept = rows[:, 0] >= first
        rows, tiny = rows[kept], np.array(self._tiny, np.uint8).reshape(-1, _TINY[1], _TINY[0])
        moved, recoloured, sharp = rows[:, 2:].astype(np.float32).T
        return Looks(rows[:, 0].astype(np.int64), rows[:, 1], moved, recoloured, sharp, tiny[kept])


def sharpness(gray: NDArray[np.uint8]) -> float:
    """Fine detail against coarse where the picture is sharpest, gray (180, 320) uint8.

    0.5 to 0.9 in clear pictures, 0.2 where all is blurred by 4 px of a picture 720 px high, 0 in
    an empty one. Only a tenth of the picture need be sharp: grounds are often out of focus.
    """
    near = cv2.GaussianBlur(gray, (3, 3), 0)
    far = cv2.blur(near, (7, 7))
    fine, coarse = _sums(cv2.absdiff(gray, near)), _sums(cv2.absdiff(near, far))
    # 400 px a block: the added one keeps blocks without detail from counting as sharp.
    ratio = (fine / (coarse + 400.0)).ravel()
    rank = len(ratio) * 9 // 10
    return float(np.partition(ratio, rank)[rank])


def _sums(values: NDArray[Any]) -> NDArray[np.float32]:
    """(9, 16): sums over blocks of 20 x 20 px."""
    down = values.reshape(9, 20, WIDTH).sum(1, dtype=np.uint16)
    return np.asarray(down.reshape(9, 16, 20).sum(2), np.float32)


def joined(parts: Sequence[Looks]) -> Looks:
    """The looks of consecutive parts as one."""
    columns = (np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Looks))
    return Looks(*columns)


def save_looks(path: Path, looks: Looks) -> None:
    """As NPZ. Raises OutputFailed."""
    with atomic_path(path) as part, part.open("wb") as stream:
        np.savez(stream, **{f.name: getattr(looks, f.name) for f in fields(Looks)})


def load_looks(path: Path) -> Looks:
    """What `save_looks` wrote. Raises BadInput."""
    try:
        with np.load(path, allow_pickle=False) as table:
            return Looks(*(table[f.name] for f in fields(Looks)))
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise BadInput(
            f"{path} cannot be read; remove it and start again.",
            f"{path}을(를) 읽을 수 없습니다. 지우고 다시 시작하세요.",
        ) from error
