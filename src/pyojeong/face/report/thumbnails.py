"""Small square pictures of faces, kept one after another in one file on disk."""

from __future__ import annotations

import io
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from pyojeong.face.types import Image

SIDE = 112
"""Side of a thumbnail, px: sheets show it at half the size, sharp on dense screens too."""

MARGIN = 0.25
"""How much further than the face's box it reaches on each side, as a share of the box."""

_LONGEST = 1_000_000
_QUALITY = 82
_PLAIN = "#E9ECEF"


def thumbnail(image: Image, box: NDArray[np.float32]) -> bytes:
    """JPEG (SIDE x SIDE px) of a square around a face, moved into the picture where it would
    reach over the edge; a picture smaller than the square gets a plain margin."""
    x0, y0, x1, y1 = (float(v) for v in box)
    side = max(2, round(max(x1 - x0, y1 - y0) * (1 + 2 * MARGIN)))
    height, width = image.shape[:2]
    left, right = _window((x0 + x1) / 2, side, width)
    top, bottom = _window((y0 + y1) / 2, side, height)
    ratio = SIDE / side
    size = max(1, round((right - left) * ratio)), max(1, round((bottom - top) * ratio))
    way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    small = cv2.resize(np.ascontiguousarray(image[top:bottom, left:right]), size, interpolation=way)
    framed = Pillow.new("RGB", (SIDE, SIDE), _PLAIN)
    framed.paste(Pillow.fromarray(small), ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    stream = io.BytesIO()
    framed.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


def _window(middle: float, side: int, length: int) -> tuple[int, int]:
    """First and past-the-last px of a stretch around a middle, inside a length of px."""
    first = min(max(round(middle - side / 2), 0), max(length - side, 0))
    return first, min(first + side, length)


class ThumbnailFile:
    """Thumbnails one after another; each is known by its position and length in bytes."""

    def __init__(self, path: Path) -> None:
        # Python positions appends at the end by itself; reads need a handle of their own.
        self._out = path.open("ab")
        self._in = path.open("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._out.close()
        self._in.close()

    def append(self, data: bytes) -> tuple[int, int]:
        """Where it lies."""
        at = self._out.tell()
        self._out.write(data)
        return at, len(data)

    def flush(self) -> None:
        self._out.flush()

    def clear(self) -> None:
        self._out.truncate(0)
        self._out.seek(0)

    def read(self, place: tuple[int, int] | None) -> bytes | None:
        """The JPEG at a place; None where there is none."""
        if place is None or place[0] < 0 or not 0 < place[1] <= _LONGEST:
            return None
        self._in.seek(place[0])
        data = self._in.read(place[1])
        whole = (
            len(data) == place[1] and data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9")
        )
        return data if whole else None
