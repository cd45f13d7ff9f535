"""A film cut into segments that are read one by one or side by side, each kept when it is done.

Segments end where blocks end, so that however a film is cut, and on whichever machine a segment is
read, the rows are those of one pass. What a segment needs is a `SegmentJob`, plain enough to be
sent as JSON; what it leaves is one file of figures and one of looks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import batched
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.figures import Gathered, write_part
from pyojeong.film.frames import read_frames
from pyojeong.film.looks import Watcher, save_looks
from pyojeong.film.readers import BLOCK, BlockReader, CharacterBlocks, FaceBlocks
from pyojeong.media.picture_order import PictureOrder, picture_order

LONGEST_S, SHORTEST_S, PIECES = 60.0, 10.0, 16
"""Seconds of the longest and shortest segment, and into how many a film is cut in between."""


@dataclass(frozen=True, slots=True)
class SegmentJob:
    """One segment to read. film: its path. folder: where its files go. number: from 0. picks:
    which sampled frames, first and last excluded, of all that `every` or `seconds` choose. first,
    until: frames of the segment. characters, classifier: ONNX files, "" for none; characters may
    be "demo"."""

    film: str
    folder: str
    number: int
    picks: tuple[int, int]
    first: int
    until: int
    every: int | None
    seconds: float | None
    characters: str = ""
    classifier: str = ""

    @property
    def figures_path(self) -> Path:
        return Path(self.folder) / f"segment-{self.number:05d}.npz"

    @property
    def looks_path(self) -> Path:
        return Path(self.folder) / f"looks-{self.number:05d}.npz"

    @property
    def is_done(self) -> bool:
        """Whether its files are there; figures are written last."""
        return self.figures_path.is_file() and self.looks_path.is_file()

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> SegmentJob:
        table = json.loads(text)
        return cls(**{**table, "picks": tuple(table["picks"])})


def cut(
    picks: NDArray[np.int64], times: NDArray[np.float64], total: int, longest_s: float | None = None
) -> list[tuple[tuple[int, int], int, int]]:
    """Segments of a film: range of its sampled frames, first frame, and the frame it ends before.

    picks: (m,) sampled frames, rising, at least one. times: (total,) s of all frames. longest_s:
    about so long at most; else 10 to 60 s.
    """
    duration = float(times[-1] - times[0])
    wanted = longest_s or min(max(duration / PIECES, SHORTEST_S), LONGEST_S)
    step = max((times[picks[-1]] - times[picks[0]]) / max(len(picks) - 1, 1), 1e-3)
    size = BLOCK * max(1, round(wanted / step / BLOCK))
    segments = []
    for start in range(0, len(picks), size):
        stop = min(start + size, len(picks))
        first = 0 if start == 0 else int(picks[start])
        until = total if stop == len(picks) else int(picks[stop])
        segments.append(((start, stop), first, until))
    return segments


def perform(
    job: SegmentJob,
    reader: BlockReader,
    picks: NDArray[np.int64],
    order: PictureOrder,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Read one segment and keep it. picks: all sampled frames of the film."""
    own = picks[slice(*job.picks)]
    watcher = Watcher()
    gathered = Gathered(reader.widths)
    frames = read_frames(
        job.film, picks=own, span=(job.first, job.until), order=order, watch=watcher
    )
    done = 0
    # A frame that cannot be decoded must not shift the blocks after it: they go by the numbers.
    block_of = {int(frame): at // BLOCK for at, frame in enumerate(own)}
    for block in _grouped(frames, block_of):
        for frame, rows in zip(block, reader.read(block), strict=True):
            gathered.add(frame.index, frame.time, rows)
        done += len(block)
        progress(done / max(len(own), 1))
    if frames.missing:
        gathered.dropped["broken"] = frames.missing
    save_looks(job.looks_path, watcher.looks(job.first))
    write_part(job.figures_path, gathered)
