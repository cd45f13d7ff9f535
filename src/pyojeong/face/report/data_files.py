"""Reports for programs: CSV, JSON and Parquet, written record by record."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from pyojeong.errors import Language
from pyojeong.face.report.record import Record
from pyojeong.face.report.table import Cell, columns, rows_of
from pyojeong.registry import missing_extra

_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
_ROWS_AT_ONCE = 4096


def write_csv(path: Path, records: Iterable[Record], lang: Language) -> None:
    """UTF-8 with a byte order mark, by which Excel knows Korean; comma, CRLF (RFC 4180).

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    wanted = columns(lang)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([column.name for column in wanted])
        for record in records:
            writer.writerows([harmless(cell) for cell in row] for row in rows_of(record, wanted))


def harmless(cell: Cell) -> Cell:
    if isinstance(cell, str):
        cell = cell.replace("\0", "\ufffd")
        return f"'{cell}" if cell.startswith(_DANGEROUS) else cell
    return cell


def write_json(path: Path, records: Iterable[Record], lang: Language) -> None:
    """The list that `pyojeong faces --json` prints (docs/json.md)."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        print_json_list(stream, records, lang)


def print_json_list(stream: TextIO, records: Iterable[Record], lang: Language) -> None:
    """As `json.dumps(list, indent=2)` would, without ever holding the list."""
    between = "[\n"
    for record in records:
        item = json.dumps(record.as_item(lang), ensure_ascii=False, indent=2)
        stream.write(between + "  " + item.replace("\n", "\n  "))
        between = ",\n"
    stream.write("[]\n" if between == "[\n" else "\n]\n")


def write_parquet(path: Path, records: Iterable[Record], lang: Language) -> None:
    """One row per face as in CSV, typed, compressed. Raises MissingExtra without pyarrow."""
    arrow, parquet = _arrow()
    wanted = columns(lang)
    kinds = {"text": arrow.string(), "whole": arrow.int32(), "number": arrow.float32()}
    schema = arrow.schema([(column.name, kinds[column.kind]) for column in wanted])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        rest = _all_rows(records, lang)
        while rows := list(islice(rest, _ROWS_AT_ONCE)):
            values = zip(*rows, strict=True)
            arrays = [arrow.array(v, f.type) for v, f in zip(values, schema, strict=True)]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))


def _all_rows(records: Iterable[Record], lang: Language) -> Iterator[list[Cell]]:
    wanted = columns(lang)
    for record in records:
        yield from rows_of(record, wanted)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise missing_extra("A report as Parquet", "report") from error
    return pyarrow, parquet
