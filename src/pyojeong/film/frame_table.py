"""The tables beside extracted pictures: frames.csv and shots.csv."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from pyojeong.film.types import Shot
from pyojeong.media.files import atomic_path

FRAME_COLUMNS = "index", "time", "shot", "file", "dropped"
SHOT_COLUMNS = "shot", "start", "end", "first", "last", "begins"


@dataclass(frozen=True, slots=True)
class FrameRow:
    """A frame that was looked at. file: name of its picture, "" if there is none. dropped: why
    there is none, "" if there is."""

    index: int
    time: float
    file: str
    dropped: str

    def as_list(self) -> list[object]:
        """For JSON; `FrameRow(*row)` reads it again."""
        return list(astuple(self))


def picture_name(index: int, time: float, suffix: str) -> str:
    """Such as 0000124_00h00m05.167s.jpg: in order by name, and readable."""
    whole = round(time * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{index:07d}_{hours:02d}h{minutes:02d}m{rest / 1000:06.3f}s.{suffix}"


def write_frame_table(path: Path, rows: Iterable[FrameRow], shots: Sequence[Shot]) -> None:
    """frames.csv: time in seconds, shot as the row of shots.csv from 0. Raises OutputFailed."""
    firsts = [shot.first for shot in shots]
    lines = [
        [
            row.index,
            f"{row.time:.6f}",
            max(0, bisect_right(firsts, row.index) - 1),
            row.file,
            row.dropped,
        ]
        for row in rows
    ]
    _write(path, FRAME_COLUMNS, lines)


def write_shot_table(path: Path, shots: Sequence[Shot]) -> None:
    """shots.csv: times in seconds, end excluded; first and last frame; how it begins."""
    lines = [
        [number, f"{s.start:.6f}", f"{s.end:.6f}", s.first, s.last, s.begins]
        for number, s in enumerate(shots)
    ]
    _write(path, SHOT_COLUMNS, lines)


def _write(path: Path, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    with atomic_path(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(columns)
        table.writerows(lines)
