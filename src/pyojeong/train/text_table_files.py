"""Tables of any usual kind as a stream of records: CSV, TSV, JSONL, Parquet.

What cannot be read becomes a `Broken` in the stream and the next record follows. Memory stays at
one line or one batch of rows, whatever the file.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pyojeong.errors import BadInput
from pyojeong.media.files import check_input
from pyojeong.registry import missing_extra

SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet")
IN_FOLDERS = tuple(s for s in SUFFIXES if s != ".txt")
Record = dict[str, Any]
_LONGEST_LINE = 1_000_000
_MOST_FILES = 10_000
_LARGEST_GROUP = 2_000_000_000
_BATCH = 2048


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be used, and why."""

    reason: str


def find_tables(paths: Iterable[Path | str]) -> list[Path]:
    """The files named, and those in the folders named, in order and without doubles.

    Raises BadInput for a path that is not there, a kind of file that is not read, a folder
    without tables, or more than 10,000 files.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.suffix.lower() in IN_FOLDERS and p.is_file())
            tables = sorted(p for _, p in zip(range(_MOST_FILES + 1), inside, strict=False))
        else:
            tables = [check_input(path)]
        if not tables or any(p.suffix.lower() not in SUFFIXES for p in tables):
            kinds = ", ".join(SUFFIXES)
            raise BadInput(
                f"{path} is no table, or a folder without any; read are {kinds}.",
                f"{path}은(는) 표 파일이 아니거나 표가 없는 폴더입니다. 읽는 형식: {kinds}.",
            )
        found.update(dict.fromkeys(tables))
    if len(found) > _MOST_FILES:
        raise BadInput(
            f"More than {_MOST_FILES:,} tables; give a folder with fewer.",
            f"표가 {_MOST_FILES:,}개를 넘습니다. 더 적은 폴더를 주세요.",
        )
    return list(found)


def read_records(path: Path, headless: bool = False) -> Iterator[Record | Broken]:
    """Records of a table in order. headless: a CSV or TSV without names for its columns, which
    become "0", "1", ... Raises MissingExtra for Parquet without pyarrow, BadInput."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        yield from _parquet(path)
        return
    with path.open(encoding=guess_encoding(path), errors="replace", newline="") as stream:
        if suffix in (".jsonl", ".ndjson"):
            yield from _json_lines(stream)
        else:
            yield from _separated(stream, headless, "\t" if suffix == ".tsv" else None)


def guess_encoding(path: Path) -> str:
    """UTF-8, UTF-16 with a mark, or CP949: whichever leaves fewer characters unread."""
    wrong = {"utf-8-sig": 0, "cp949": 0}
    readers = {name: codecs.getincrementaldecoder(name)("replace") for name in wrong}
    with path.open("rb") as stream:
        block = stream.read(1 << 20)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        while block and wrong["utf-8-sig"] == wrong["cp949"]:
            for name, reader in readers.items():
                wrong[name] += reader.decode(block).count("\ufffd")
            block = stream.read(1 << 20)
    return min(wrong, key=lambda name: wrong[name])


def _lines(stream: IO[str], dropped: list[Broken]) -> Iterator[str]:
    """Lines with their ends; one that is too long goes to `dropped` instead."""
    while line := stream.readline(_LONGEST_LINE):
        if len(line) < _LONGEST_LINE or line.endswith("\n"):
            # csv takes a NUL for the end of a row.
            yield line.replace("\0", "")
            continue
        dropped.append(Broken("a line of more than a million characters"))
        while (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith("\n"):
            pass


def _json_lines(stream: IO[str]) -> Iterator[Record | Broken]:
    dropped: list[Broken] = []
    for line in _lines(stream, dropped):
        if line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                value = None
            yield value if isinstance(value, dict) else Broken("a line that is no JSON object")
    yield from dropped


def _separated(stream: IO[str], headless: bool, delimiter: str | None) -> Iterator[Record | Broken]:
    dropped: list[Broken] = []
    lines = _lines(stream, dropped)
    first = next(lines, "")
    separator = delimiter or max(",\t;|", key=first.count)
    # In tab-separated files a quotation mark is most often just that.
    plain = separator == "\t" and '"\t' not in first
    reader = csv.reader(
        _again(first, lines),
        delimiter=separator,
        quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL,
    )
    names: list[str] | None = None
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            yield Broken("a cell that is too long, or quotes that do not close")
            continue
        if not any(cells):
            continue
        if names is None:
            names = [str(n) for n in range(len(cells))] if headless else [c.strip() for c in cells]
            if not headless:
                continue
        if len(cells) == len(names):
            yield dict(zip(names, cells, strict=True))
        else:
            yield Broken("a row with more or fewer cells than columns")
    yield from dropped


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _parquet(path: Path) -> Iterator[Record | Broken]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise missing_extra(f"Reading {path.name}", "train") from error
    try:
        with parquet.ParquetFile(path) as file:
            groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
            if any(group.total_byte_size > _LARGEST_GROUP for group in groups):
                raise ValueError(f"a group of rows has more than {_LARGEST_GROUP:,} bytes")
            # Sound and pictures that came along are not read.
            columns = [
                f.name
                for f in file.schema_arrow
                if not (pa.types.is_binary(f.type) or pa.types.is_struct(f.type))
            ]
            for batch in file.iter_batches(_BATCH, columns=columns):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        yield Broken(f"the file cannot be read further ({error})")
