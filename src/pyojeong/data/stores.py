"""Where pictures of a set lie: files below a folder, encoded bytes, or an array of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import Image, Pictures
from pyojeong.errors import BadInput
from pyojeong.media.files import read_bytes
from pyojeong.media.image import Picture, decode_image, on_white, read_image, to_srgb
from pyojeong.settings import settings


@dataclass(frozen=True, slots=True, eq=False)
class FilePictures:
    """Files below a folder; `paths` lead from there, with slashes."""

    root: Path
    paths: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.paths)

    def name(self, row: int) -> str:
        return self.paths[row]

    def read(self, row: int) -> Image:
        return _plain(read_image(self.root / self.paths[row]))

    def encoded(self, row: int) -> bytes:
        """The file as it is. Raises BadInput."""
        limit = settings().max_image_bytes
        return read_bytes(self.root / self.paths[row], limit, "max_image_bytes")


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPictures:
    """Pictures as the bytes of files (JPEG, PNG ...), all in memory."""

    names: tuple[str, ...]
    blobs: Sequence[Any]

    def __len__(self) -> int:
        return len(self.names)

    def name(self, row: int) -> str:
        return self.names[row]

    def read(self, row: int) -> Image:
        return _plain(decode_image(self.encoded(row), self.names[row]))

    def encoded(self, row: int) -> bytes:
        blob = self.blobs[row]
        data = blob.as_py() if hasattr(blob, "as_py") else blob
        if not data:
            name = self.names[row]
            raise BadInput(f"{name} holds no picture.", f"{name}에 그림이 없습니다.")
        return bytes(data)


@dataclass(frozen=True, slots=True, eq=False)
class ArrayPictures:
    """Pixels in memory: uint8 (n, H, W) gray or (n, H, W, 3) RGB; names are `file.npz#12`."""

    title: str
    images: NDArray[np.uint8]

    def __post_init__(self) -> None:
        shape = self.images.shape
        if self.images.dtype != np.uint8 or not (
            len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)
        ):
            raise ValueError(f"expected uint8 (n, H, W) or (n, H, W, 3), got {shape}")

    def __len__(self) -> int:
        return len(self.images)

    def name(self, row: int) -> str:
        return f"{self.title}#{row}"

    def read(self, row: int) -> Image:
        image = self.images[row]
        return np.repeat(image[:, :, None], 3, 2) if image.ndim == 2 else image.copy()


def encoded(pictures: Pictures, row: int) -> bytes:
    """The picture as the bytes of a file: those it came from, else a PNG. Raises BadInput."""
    if isinstance(pictures, FilePictures | EncodedPictures):
        return pictures.encoded(row)
    import cv2

    return bytes(cv2.imencode(".png", np.ascontiguousarray(pictures.read(row)[:, :, ::-1]))[1])


def inside(path: str, source: Path) -> str:
    """A path out of a table, with slashes, that stays below the table's folder. Raises BadInput."""
    plain = path.strip().replace("\\", "/")
    way = PurePosixPath(plain)
    bad = way.is_absolute() or PureWindowsPath(plain).drive or "\0" in plain
    if bad or ".." in way.parts or not way.parts:
        raise BadInput(
            f"{source} names the picture {path[:200]!r}, which is not below the table's folder. "
            "Write paths that lead from there, without '..'.",
            f"{source}의 그림 경로 {path[:200]!r}이(가) 표가 있는 폴더 밖입니다. "
            "표의 폴더에서 시작하는 경로를 '..' 없이 쓰세요.",
        )
    return way.as_posix()


def _plain(picture: Picture) -> Image:
    return on_white(to_srgb(picture)).rgb
