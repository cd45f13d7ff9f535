"""A film cut into segments that are read one by one or side by side, each kept when it is done.

Segments end where blocks end, so that however a film is cut, and on whichever machine a segment is
read, the rows are those of one pass. What a segment needs is a `SegmentJob`, plain enough to be
sent as JSON; what it leaves is one file of figures and one of looks.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput
from pyojeong.film.emotions import BuiltInEmotions, OwnEmotions
from pyojeong.film.figures import Gathered, write_part
from pyojeong.film.frames import read_frames, sampled
from pyojeong.film.looks import Watcher, save_looks
from pyojeong.film.readers import BLOCK, BlockReader, CharacterBlocks, FaceBlocks
from pyojeong.film.types import Frame, Segmenter
from pyojeong.film.weights import backend_of
from pyojeong.media.files import atomic_path
from pyojeong.media.picture_order import PictureOrder
from pyojeong.registry import load

LONGEST_S, SHORTEST_S, PIECES = 60.0, 10.0, 16
"""Seconds of the longest and shortest segment, and into how many a film is cut in between."""


@dataclass(frozen=True, slots=True)
class SegmentJob:
    """One segment to read. film: its path. folder: where its files go. number: from 0. picks:
    which sampled frames, first and last excluded, of all that `every` or `seconds` choose. first,
    until: frames of the segment. characters, classifier: files of networks, "" for none. segmenter:
    name of the backend that reads `characters`."""

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
    segmenter: str = ""

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


def picks_of(job: SegmentJob, order: PictureOrder) -> NDArray[np.int64]:
    """All sampled frames of the job's film."""
    return sampled(order, job.every, job.seconds)


def perform(
    job: SegmentJob,
    reader: BlockReader,
    order: PictureOrder,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Read one segment and keep it. Raises BadInput, InferenceFailed, OutputFailed."""
    own = picks_of(job, order)[slice(*job.picks)]
    watcher = Watcher()
    gathered = Gathered(reader.widths)
    frames = read_frames(
        job.film, picks=own, span=(job.first, job.until), order=order, watch=watcher
    )
    done = 0
    for block in _blocks(frames, own):
        for frame, rows in zip(block, reader.read(block), strict=True):
            gathered.add(frame.index, frame.time, rows)
        done += len(block)
        progress(done / max(len(own), 1))
    if frames.missing:
        gathered.dropped["broken"] = frames.missing
    save_looks(job.looks_path, watcher.looks(job.first))
    write_part(job.figures_path, gathered)


def _blocks(frames: Iterable[Frame], own: NDArray[np.int64]) -> Iterator[list[Frame]]:
    """Frames by blocks. A frame that cannot be decoded does not shift the blocks after it."""
    block: list[Frame] = []
    number = 0
    for frame in frames:
        at = int(np.searchsorted(own, frame.index)) // BLOCK
        if at != number and block:
            yield block
            block = []
        number = at
        block.append(frame)
    if block:
        yield block


# --- what all jobs of a film need ----------------------------------------------------------------

_ORDER = "order.npz"


def keep_order(folder: Path, order: PictureOrder) -> None:
    """So that a worker need not run over the film again."""
    with atomic_path(folder / _ORDER) as part, part.open("wb") as stream:
        np.savez_compressed(
            stream,
            ticks=order.ticks,
            entries=order.entries,
            unit=np.array([order.unit.numerator, order.unit.denominator], np.int64),
            facts=np.array([order.stamped, order.delay, order.lost, order.rate], np.float64),
        )


def kept_order(folder: Path) -> PictureOrder:
    """What `keep_order` kept. Raises BadInput."""
    try:
        with np.load(folder / _ORDER, allow_pickle=False) as kept:
            unit = Fraction(*kept["unit"].tolist())
            stamped, delay, lost, rate = kept["facts"].tolist()
            return PictureOrder(
                kept["ticks"], unit, kept["entries"], bool(stamped), delay, int(lost), rate
            )
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise BadInput(
            f"{folder / _ORDER} is damaged ({error}). Delete it and start again.",
            f"{folder / _ORDER}이(가) 손상되었습니다({error}). 지우고 다시 시작하세요.",
        ) from error


@lru_cache(maxsize=1)
def reader_of(characters: str, classifier: str, segmenter: str = "") -> BlockReader:
    """The reader that a job names, opened once in a process. Raises MissingWeights, BadInput,
    UnknownBackend, MissingExtra."""
    emotions = OwnEmotions(Path(classifier)) if classifier else BuiltInEmotions()
    if not characters:
        return FaceBlocks(emotions)
    return CharacterBlocks(segmenter_of(characters, segmenter), emotions)


FAINTEST = 0.05
"""Least score of figures that are read at all (`faint.py`)."""


def segmenter_of(
    characters: str | Path, segmenter: str = "", threshold: float = FAINTEST
) -> Segmenter:
    """Opens a file. segmenter: the backend that reads it, else the one for such a file. Raises
    MissingWeights, BadInput, UnknownBackend, MissingExtra."""
    name = segmenter or backend_of(Path(characters))
    made: Segmenter = load("Segmenter", name, path=characters, threshold=threshold)
    return made
