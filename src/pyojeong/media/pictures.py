"""The pictures of a film from any number on: exactly those that one pass from the start gives."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pyojeong.media.decode import frame_rgb, opened_film, video_stream
from pyojeong.media.packets import decoded_frames
from pyojeong.media.picture_order import PictureOrder
from pyojeong.settings import settings


@dataclass(frozen=True, slots=True, eq=False)
class FilmPicture:
    """A decoded picture; its pixels are converted when asked for.

    index: number in showing order. time: seconds from the film's first picture. damaged: whether
    parts of it may be made up: the decoder says so, or a picture it may build on was lost.
    """

    index: int
    time: float
    damaged: bool
    _frame: av.VideoFrame = field(repr=False)

    def rgb(self) -> NDArray[np.uint8]:
        """RGB uint8 (H, W, 3), rotation applied."""
        return frame_rgb(self._frame)

    def small(self, width: int, height: int) -> NDArray[np.uint8]:
        """RGB uint8 (height, width, 3) of the stored picture, not turned: quick, for measuring."""
        small = self._frame.reformat(
            width, height, "rgb24", interpolation="FAST_BILINEAR", threads=1
        )
        return np.asarray(small.to_ndarray(), np.uint8)


def read_pictures(
    path: Path | str,
    order: PictureOrder,
    first: int = 0,
    until: int | None = None,
    threads: int | None = None,
) -> Iterator[FilmPicture]:
    """Pictures `first` to `until`, excluded; those lost to broken packets are left out.

    threads: of the decoder, 0 all cores, else the setting. Raises BadInput.
    """
    until = min(len(order), len(order) if until is None else until)
    if first >= until:
        return
    for entry in _entries(order, first):
        pictures = _from_entry(Path(path), order, entry, first, threads)
        with closing(pictures):
            begun = next(pictures, None)
            # Not every entry is a clean one, and some containers miss it: then from further back.
            good = begun is not None and begun.index == first and not begun.damaged
            if not good and entry is not None:
                continue
            while begun is not None and begun.index < until:
                yield begun
                begun = None if begun.index == until - 1 else next(pictures, None)
            return


def _entries(order: PictureOrder, first: int) -> list[int | None]:
    """Time stamps of where to begin decoding, nearest first; None is the film's start."""
    before = order.entries[order.entries[:, 0] <= first] if order.stamped else order.entries[:0]
    nearest = [int(stamp) for number, stamp in before[:-3:-1] if number > 0]
    return [*nearest, None]


def _from_entry(
    path: Path,
    order: PictureOrder,
    entry: int | None,
    first: int,
    threads: int | None,
) -> Generator[FilmPicture, None, None]:
    """Pictures from `first` on, decoded from an entry; nothing if the file cannot go there."""
    times = order.times()
    errors: list[Exception] = []
    with opened_film(path) as container:
        stream = video_stream(container, path)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = settings().threads if threads is None else threads
        begin = 0 if entry is None else int(np.searchsorted(order.ticks, entry))
        gaps = _Gaps(order, begin)
        for number, frame in enumerate(decoded_frames(container, stream, errors, entry)):
            index = number
            if order.stamped:
                if frame.pts is None:
                    continue
                index = int(np.searchsorted(order.ticks, frame.pts))
                if index == len(order) or order.ticks[index] != frame.pts:
                    continue
            broken = gaps.broken(index) or frame.is_corrupt
            if first <= index < len(order):
                yield FilmPicture(index, float(times[index]), broken, frame)


class _Gaps:
    """Knows of each picture in turn whether one was lost since decoding could last begin anew."""

    def __init__(self, order: PictureOrder, first: int) -> None:
        self._order, self._next, self._clean = order, first, 0

    def broken(self, index: int) -> bool:
        if index > self._next:
            keys = self._order.entries[:, 0]
            after = int(np.searchsorted(keys, self._next, side="right"))
            self._clean = int(keys[after]) if after < len(keys) else len(self._order)
        self._next = index + 1
        return index < self._clean
