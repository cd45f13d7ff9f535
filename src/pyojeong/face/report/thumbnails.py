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


def thumbnail(image: Image, box: NDArray[np.float32]) -> bytes:
    """JPEG (SIDE x SIDE px) of the square around a face; the picture's edge continues outside."""
    x0, y0, x1, y1 = (float(v) for v in box)
    half = max(1.0, max(x1 - x0, y1 - y0) * (0.5 + MARGIN))
    left, top = round((x0 + x1) / 2 - half), round((y0 + y1) / 2 - half)
    right, bottom = left + round(2 * half), top + round(2 * half)
    height, width = image.shape[:2]
    inside = image[max(0, top) : max(1, min(height, bottom)), max(0, left) : min(width, right)]
    edges = max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width)
    # Shrunk first, so that a face at the edge of a huge picture needs no huge copy.
    ratio = SIDE / (right - left)
    size = max(1, round(inside.shape[1] * ratio)), max(1, round(inside.shape[0] * ratio))
    way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    small = cv2.resize(np.ascontiguousarray(inside), size, interpolation=way)
    above, below, before, after = (round(edge * ratio) for edge in edges)
    framed = np.asarray(
        cv2.copyMakeBorder(small, above, below, before, after, cv2.BORDER_REPLICATE), np.uint8
    )
    stream = io.BytesIO()
    Pillow.fromarray(framed).resize((SIDE, SIDE)).save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


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
