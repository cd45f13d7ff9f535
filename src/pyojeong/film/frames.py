"""Frames of a film at their exact times: every n-th, every so many seconds, or chosen ones.

What is chosen depends only on the film: a part read by itself gives the same frames as one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadSettings
from pyojeong.film.types import Frame
from pyojeong.media.picture_order import PictureOrder, picture_order
from pyojeong.media.pictures import FilmPicture, read_pictures

_LEAP = 48
"""Frames between two chosen ones from which on it may pay to go there instead of decoding on."""

Ints = NDArray[np.int64]
Watch = Callable[[FilmPicture], None]
"""Called with every picture of the part that is read, whether its frame is chosen or not."""


def sampled(order: PictureOrder, every: int | None = 4, seconds: float | None = None) -> Ints:
    """Numbers of the chosen frames: 0, every, 2 * every ...; or, with seconds, the first frame
    shown at or after 0, seconds, 2 * seconds ..., each once. Raises BadSettings."""
    if seconds is None:
        if every is None or every < 1:
            raise BadSettings(
                f"Take every n-th frame with n of 1 or more, not {every}.",
                f"n번째 프레임의 n은 1 이상이어야 합니다: {every}.",
            )
        return np.arange(0, len(order), every, dtype=np.int64)
    if not 0.001 <= seconds < 1e6:
        raise BadSettings(
            f"Seconds between frames must be from 0.001 to 1,000,000, not {seconds}.",
            f"프레임 사이의 초는 0.001에서 1,000,000까지입니다: {seconds}.",
        )
    step = Fraction(seconds).limit_denominator(1_000_000) / order.unit
    # The last multiple of the step at or before each frame, in whole numbers: no rounding.
    passed = [
        int(tick) * step.denominator // step.numerator for tick in order.ticks - order.ticks[0]
    ]
    return np.flatnonzero(np.diff(passed, prepend=-1) > 0)


def read_frames(
    path: Path | str,
    every: int | None = 4,
    seconds: float | None = None,
    *,
    start: float = 0.0,
    end: float | None = None,
    span: tuple[int, int] | None = None,
    picks: Ints | None = None,
    order: PictureOrder | None = None,
    watch: Watch | None = None,
    threads: int | None = None,
) -> FrameReader:
    """Frames of a film, one at a time.

    every, seconds: which (`sampled`); picks: numbers of frames instead, rising. start, end:
    seconds of the part to read, end excluded; span: first and last frame of the part instead, the
    last excluded. order: of this film, where it is known. watch: sees every picture of the part,
    and before them the one just before, so that changes can be measured. threads: of the decoder,
    0 all cores, else the setting. Raises BadInput, BadSettings.
    """
    order = picture_order(path) if order is None else order
    wanted = sampled(order, every, seconds) if picks is None else np.asarray(picks, np.int64)
    if span is None:
        span = order.at(start), len(order) if end is None else order.at(end)
    first, until = max(0, span[0]), min(len(order), span[1])
    wanted = wanted[(wanted >= first) & (wanted < until)]
    return FrameReader(Path(path), order, wanted, (first, until), watch, threads)


class FrameReader(Iterator[Frame]):
    """The frames asked for, in order.

    wanted: their numbers. missing: how many of the frames passed so far could not be decoded.
    damaged: numbers of frames that the decoder had to make up in part; they are given as well.
    """

    def __init__(
        self,
        path: Path,
        order: PictureOrder,
        wanted: Ints,
        span: tuple[int, int],
        watch: Watch | None,
        threads: int | None,
    ) -> None:
        self.order, self.wanted = order, wanted
        self.missing = 0
        self.damaged: list[int] = []
        self._path, self._span, self._watch, self._threads = path, span, watch, threads
        self._frames = self._read()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Frame:
        return next(self._frames)

    def close(self) -> None:
        """Let go of the file before the end."""
        self._frames.close()

    def _read(self) -> Generator[Frame, None, None]:
        passed = 0
        for picture in self._pictures():
            if passed == len(self.wanted) and self._watch is None:
                break
            while passed < len(self.wanted) and self.wanted[passed] < picture.index:
                passed += 1
                self.missing += 1
            if passed < len(self.wanted) and self.wanted[passed] == picture.index:
                passed += 1
                if picture.damaged:
                    self.damaged.append(picture.index)
                yield Frame(picture.index, picture.time, picture.rgb())
        self.missing += len(self.wanted) - passed

    def _pictures(self) -> Iterator[FilmPicture]:
        if self._watch is not None:
            first, until = self._span
            # The one before was asked for by nobody, but changes are measured against it.
            for picture in self._from(max(0, first - 1), until):
                self._watch(picture)
                if picture.index >= first:
                    yield picture
            return
        for first, last in _runs(self.wanted, self.order):
            yield from self._from(first, last + 1)

    def _from(self, first: int, until: int) -> Iterator[FilmPicture]:
        return read_pictures(self._path, self.order, first, until, self._threads)


def _runs(wanted: Ints, order: PictureOrder) -> list[tuple[int, int]]:
    """First and last of each run of chosen frames that is best decoded in one go."""
    if not len(wanted):
        return []
    leaps = np.flatnonzero(np.diff(wanted) >= _LEAP)
    keys = order.entries[:, 0] if order.stamped else order.entries[:0, 0]
    # Decoding goes on through a leap unless it can begin anew well inside it.
    nearest = np.searchsorted(keys, wanted[leaps + 1], side="right") - 1
    if not len(keys):
        return [(int(wanted[0]), int(wanted[-1]))]
    anew = leaps[(nearest >= 0) & (keys[nearest] > wanted[leaps] + _LEAP // 2)]
    parts = np.split(wanted, anew + 1)
    return [(int(part[0]), int(part[-1])) for part in parts]
