"""Timelines as files: CSV, JSON and Parquet, written row by row, whole or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from pyojeong.errors import MissingExtra, OutputFailed
from pyojeong.face.video.timeline import COLUMNS, Timeline, table_rows
from pyojeong.media.files import atomic_path, check_output

_ROWS_AT_ONCE = 20_000


def check_timeline_output(path: Path) -> None:
    """Fail before long work where a timeline cannot be written. Raises OutputFailed, MissingExtra."""
    if path.suffix.lower() not in WRITERS:
        known = " ".join(WRITERS)
        raise OutputFailed(
            f"Cannot write a film's faces as {path.suffix or path.name!r}. "
            f"Use one of: {known}, or .mp4 for a marked copy.",
            f"영상의 얼굴을 {path.suffix or path.name!r}(으)로 쓸 수 없습니다. "
            f"다음 중에서 고르세요: {known}, 표시한 사본은 .mp4.",
        )
    if path.suffix.lower() == ".parquet":
        _arrow()
    check_output(path)


def write_timeline(path: Path, timeline: Timeline, film: str) -> None:
    """Write it in the format that the suffix names. film: the path as given."""
    with atomic_path(path) as part:
        WRITERS[path.suffix.lower()](part, timeline, film)


def write_json_to(stream: TextIO, timeline: Timeline, film: str) -> None:
    """One object (docs/json.md); the samples one to a line."""
    info = timeline.info
    head: dict[str, Any] = {
        "film": film,
        "width": info.width,
        "height": info.height,
        "duration_s": round(info.duration_s, 3),
        "fps": round(info.fps, 3),
        "step_s": round(timeline.step_s, 4),
        "read_s": round(timeline.read_s, 3),
        "complete": timeline.complete,
        "notes": [note.en for note in timeline.notes],
        "tracks": [track.as_dict() for track in timeline.tracks],
    }
    stream.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "samples": [')
    names = [name for name, _ in COLUMNS]
    for at, row in enumerate(table_rows(timeline)):
        line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
        stream.write((",\n" if at else "\n") + line)
    stream.write("\n]}\n")


def _json(path: Path, timeline: Timeline, film: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        write_json_to(stream, timeline, film)


def _csv(path: Path, timeline: Timeline, film: str) -> None:
    # With a mark, so that spreadsheets read it as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([name for name, _ in COLUMNS])
        writer.writerows(table_rows(timeline))


def _parquet(path: Path, timeline: Timeline, film: str) -> None:
    arrow, parquet = _arrow()
    kinds = {str: arrow.string(), int: arrow.int32(), float: arrow.float64()}
    tracks = json.dumps([track.as_dict() for track in timeline.tracks])
    about = {"film": film, "tracks": tracks, "complete": json.dumps(timeline.complete)}
    schema = arrow.schema([(name, kinds[kind]) for name, kind in COLUMNS], about)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        rest = table_rows(timeline)
        while rows := list(islice(rest, _ROWS_AT_ONCE)):
            columns = zip(*rows, strict=True)
            arrays = [arrow.array(v, f.type) for v, f in zip(columns, schema, strict=True)]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "A timeline as Parquet needs: pip install 'pyojeong[report]'",
            "Parquet로 쓰려면 다음을 설치하세요: pip install 'pyojeong[report]'",
        ) from error
    return pyarrow, parquet


WRITERS: dict[str, Callable[[Path, Timeline, str], None]] = {
    ".csv": _csv,
    ".json": _json,
    ".parquet": _parquet,
}
