"""Figures seen in sampled frames, before anybody knows who they are: what a segment is read into.

Nothing in them depends on frames of other segments, so that a film read in pieces gives the rows
that one pass gives.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput
from pyojeong.media.files import atomic_path

MOST = 64
"""Most figures kept of one frame, the surest first: a crowd must not take memory with it."""


class Row(TypedDict):
    """One figure, on its way into `Figures`."""

    box: NDArray[np.float32]
    score: float
    kind: int
    area: float
    look: NDArray[np.float32]
    traits: NDArray[np.float32]
    raw: NDArray[np.float32]
    doubt: bool
    thumb: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """One row per figure in one sampled frame, in order of frames.

    frame: (n,) int64 index in the film. time: (n,) float64 s. boxes: (n, 4) float32, xyxy, px.
    scores: (n,) float32, of the detector. kinds: (n,) int64 class. area: (n,) float32 share of the
    picture. looks: (n, d) float16, unit vectors; the product of two says how alike two figures
    look. traits: (n, t) float32 (`traits.py`), NaN where not measured. raw: (n, k) float32
    probabilities of emotions, NaN without a readable face. doubt: (n,) bool, the face could not be
    read well.
    """

    frame: NDArray[np.int64]
    time: NDArray[np.float64]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    kinds: NDArray[np.int64]
    area: NDArray[np.float32]
    looks: NDArray[np.float16]
    traits: NDArray[np.float32]
    raw: NDArray[np.float32]
    doubt: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, rows: Any) -> Figures:
        return Figures(*(getattr(self, name)[rows] for name in COLUMNS))

    @classmethod
    def joined(cls, parts: Sequence[Figures]) -> Figures:
        """All rows, part after part; at least one part, of the same widths."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in COLUMNS))


COLUMNS = tuple(Figures.__dataclass_fields__)


@dataclass(slots=True, eq=False)
class Gathered:
    """A segment while it is read, and what its file holds.

    frames, times: every sampled frame of the segment, with figures or not. dropped: reason ->
    number of sampled frames that were not looked at. widths: of looks, traits and raw.
    """

    widths: tuple[int, int, int]
    frames: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[int, float, Row]] = field(default_factory=list)

    def add(self, frame: int, time: float, rows: Iterable[Row]) -> None:
        self.frames.append(frame)
        self.times.append(time)
        surest = sorted(rows, key=lambda row: -row["score"])[:MOST]
        self.rows += [(frame, time, row) for row in surest]

    def drop(self, reason: str) -> None:
        self.dropped[reason] = self.dropped.get(reason, 0) + 1

    def figures(self) -> Figures:
        rows = [row for _, _, row in self.rows]
        return Figures(
            np.array([frame for frame, _, _ in self.rows], np.int64),
            np.array([time for _, time, _ in self.rows], np.float64),
            np.array([row["box"] for row in rows], np.float32).reshape(len(rows), 4),
            np.array([row["score"] for row in rows], np.float32),
            np.array([row["kind"] for row in rows], np.int64),
            np.array([row["area"] for row in rows], np.float32),
            np.array([row["look"] for row in rows], np.float16).reshape(len(rows), self.widths[0]),
            np.array([row["traits"] for row in rows], np.float32).reshape(
                len(rows), self.widths[1]
            ),
            np.array([row["raw"] for row in rows], np.float32).reshape(len(rows), self.widths[2]),
            np.array([row["doubt"] for row in rows], bool),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One segment as it lies on disk, without its thumbnails."""

    frames: NDArray[np.int64]
    times: NDArray[np.float64]
    figures: Figures
    dropped: dict[str, int]


def write_part(path: Path, gathered: Gathered) -> None:
    """Keep a segment, whole or not at all."""
    figures = gathered.figures()
    thumbs = [row["thumb"] for _, _, row in gathered.rows]
    packed = np.frombuffer(b"".join(thumbs), np.uint8)
    ends = np.cumsum([len(thumb) for thumb in thumbs], dtype=np.int64)
    reasons = sorted(gathered.dropped)
    with atomic_path(path) as part, part.open("wb") as stream:
        np.savez_compressed(
            stream,
            sampled=np.array(gathered.frames, np.int64),
            sampled_times=np.array(gathered.times, np.float64),
            reasons=np.array(reasons, np.str_),
            counts=np.array([gathered.dropped[reason] for reason in reasons], np.int64),
            thumbs=packed,
            thumb_ends=ends,
            **{name: getattr(figures, name) for name in COLUMNS},
        )


def read_part(path: Path) -> Part:
    """A segment. Raises BadInput where the file is no whole segment."""
    with _opened(path) as kept:
        figures = Figures(*(kept[name] for name in COLUMNS))
        dropped = dict(zip(kept["reasons"].tolist(), kept["counts"].tolist(), strict=True))
        return Part(kept["sampled"], kept["sampled_times"], figures, dropped)


def read_thumbs(path: Path, rows: NDArray[np.int64]) -> list[bytes]:
    """JPEG bytes of some rows of a segment. Raises BadInput."""
    with _opened(path) as kept:
        packed, ends = kept["thumbs"], kept["thumb_ends"]
    starts = np.concatenate([[0], ends])
    return [packed[starts[row] : ends[row]].tobytes() for row in rows.tolist()]


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            yield kept
    except (ValueError, KeyError, OSError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BadInput(
            f"{path} is damaged ({error}). Delete it; that part of the film is read again.",
            f"{path}이(가) 손상되었습니다({error}). 지우면 영상의 그 부분을 다시 읽습니다.",
        ) from error
