"""Parquet: pictures as bytes or as paths beside the file, with labels. Ours, or anybody's.

Read are a column of bytes (`picture`, `image`, `jpeg`, `bytes`; or Hugging Face's struct of bytes
and path) or of paths, and a column of labels: words, or numbers that the file's own notes name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.data import tables
from pyojeong.data.assemble import assemble, split_of
from pyojeong.data.dataset import Dataset, Pictures
from pyojeong.data.stores import EncodedPictures, FilePictures, encoded, inside
from pyojeong.errors import BadInput
from pyojeong.media.files import atomic_path, check_input
from pyojeong.registry import missing_extra

BYTES = ("picture", "image", "jpeg", "png", "bytes", "img", "image_bytes")
BOX = ("left", "top", "right", "bottom")
MOST_BYTES = 16_000_000_000
"""Most bytes that a file may unpack to; its pictures are held in memory."""

_GROUP = 512
"""Rows of a group when writing: so many pictures are in memory at once."""


def load_parquet(path: Path, title: str) -> Dataset:
    """Raises MissingExtra without pyarrow, BadInput for a file that cannot be read or lacks
    pictures or labels."""
    table = _table(path)
    names = [str(name).lower() for name in table.column_names]
    columns = dict(zip(names, table.columns, strict=True))
    notes = _notes(table)
    words = notes.get("classes")
    pictures = _pictures(path, columns)
    label = next((columns[name] for name in tables.LABELS if name in columns), None)
    if label is None:
        raise _unfit(path, f"no column of labels among {', '.join(names)[:300]}")
    given, boxes = _targets(path, columns, words), _boxes(path, columns)
    return assemble(
        notes.get("title") or title,
        pictures,
        _words(path, label, _named_by_hugging_face(table)),
        classes=words,
        targets=given,
        boxes=boxes,
        identities=_texts(columns, tables.IDENTITIES),
        splits=[split_of(s) for s in _texts(columns, tables.SPLITS) or ()] or None,
        notes=notes.get("notes", ()),
    )


def write_parquet(path: Path, dataset: Dataset) -> None:
    """Each row with its picture as bytes, whole or not at all. Raises MissingExtra, OutputFailed,
    BadInput for a picture that cannot be read."""
    with _arrow(path) as (pa, parquet):
        schema = _schema(pa, dataset)
        with atomic_path(path) as part, parquet.ParquetWriter(part, schema) as writer:
            for at in range(0, max(len(dataset), 1), _GROUP):
                rows = range(at, min(at + _GROUP, len(dataset)))
                writer.write_table(pa.table(_columns(dataset, rows), schema=schema))


def _schema(pa: Any, dataset: Dataset) -> Any:
    fields = [("name", pa.string()), ("picture", pa.binary()), ("label", pa.string())]
    fields += [("split", pa.string()), ("identity", pa.string())]
    fields += [(side, pa.float32()) for side in BOX]
    if dataset.targets is not None:
        fields.append(("targets", pa.list_(pa.float32())))
    about = {"title": dataset.title, "classes": dataset.classes, "notes": dataset.notes}
    notes = json.dumps(about, ensure_ascii=False).encode()
    return pa.schema(fields, metadata={b"pyojeong": notes})


def _columns(dataset: Dataset, rows: range) -> dict[str, list[Any]]:
    words = [*dataset.classes, None]
    boxes = [[None if np.isnan(v) else float(v) for v in dataset.boxes[row]] for row in rows]
    columns: dict[str, list[Any]] = {
        "name": [dataset.name(row) for row in rows],
        "picture": [encoded(dataset.pictures, int(dataset.rows[row])) for row in rows],
        "label": [words[int(dataset.labels[row])] for row in rows],
        "split": [str(dataset.splits[row]) for row in rows],
        "identity": [str(dataset.identities[row]) for row in rows],
    }
    columns |= {side: [box[at] for box in boxes] for at, side in enumerate(BOX)}
    if dataset.targets is not None:
        columns["targets"] = [dataset.targets[row].tolist() for row in rows]
    return columns


@contextmanager
def _arrow(path: Path) -> Iterator[tuple[Any, Any]]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise missing_extra(f"{path.name}", "report") from error
    try:
        yield pa, parquet
    except (pa.ArrowException, UnicodeDecodeError, OverflowError) as error:
        raise _unfit(path, str(error)[:300]) from error


def _table(path: Path) -> Any:
    with _arrow(path) as (_, parquet), parquet.ParquetFile(check_input(path)) as file:
        groups = range(file.metadata.num_row_groups)
        size = sum(file.metadata.row_group(n).total_byte_size for n in groups)
        if size > MOST_BYTES:
            raise _unfit(path, f"it unpacks to {size:,} bytes, more than {MOST_BYTES:,}")
        return file.read()


def _pictures(path: Path, columns: dict[str, Any]) -> Pictures:
    import pyarrow as pa

    for name in BYTES:
        column = columns.get(name)
        if column is None:
            continue
        paths = _texts(columns, tables.PATHS)
        if pa.types.is_struct(column.type):
            parts = {field.name: at for at, field in enumerate(column.type)}
            if "bytes" not in parts:
                continue
            column = pa.chunked_array([c.field(parts["bytes"]) for c in column.chunks])
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            plain = [f"{path.name}#{row}" for row in range(len(column))]
            return EncodedPictures(tuple(paths or plain), column)
    ways = _texts(columns, tables.PATHS)
    if ways is None:
        raise _unfit(path, "no column of pictures, as bytes or as paths")
    pictures = FilePictures(path.parent, tuple(inside(way, path) for way in ways))
    missing = [way for way in pictures.paths if not (path.parent / way).is_file()]
    if missing:
        raise _unfit(path, f"{len(missing):,} pictures are not there, such as {missing[0]}")
    return pictures


def _texts(columns: dict[str, Any], wanted: tuple[str, ...]) -> list[str] | None:
    import pyarrow as pa

    for name in wanted:
        column = columns.get(name)
        if column is not None and (
            pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        ):
            return [text or "" for text in column.to_pylist()]
    return None


def _words(path: Path, column: Any, names: list[str]) -> list[str]:
    values = column.to_pylist()
    if all(value is None or isinstance(value, str) for value in values):
        return [value or "" for value in values]
    if not all(value is None or isinstance(value, int) for value in values):
        raise _unfit(path, "labels are neither words nor whole numbers")
    if names and any(value is not None and not -1 <= value < len(names) for value in values):
        raise _unfit(path, f"labels lie outside -1 ... {len(names) - 1}")
    known = [None if value is None or value < 0 else value for value in values]
    return ["" if v is None else names[v] if names else str(v) for v in known]


def _named_by_hugging_face(table: Any) -> list[str]:
    """Names of the classes in the notes that Hugging Face's `datasets` leaves, else none."""
    try:
        about = json.loads((table.schema.metadata or {})[b"huggingface"])
        features = about["info"]["features"]
        found = [features[n]["names"] for n in tables.LABELS if "names" in features.get(n, {})]
        return [str(name) for name in found[0]]
    except (KeyError, ValueError, TypeError, AttributeError, IndexError):
        return []


def _notes(table: Any) -> dict[str, Any]:
    """What `write_parquet` left in the file; nothing where somebody else wrote it."""
    try:
        about = json.loads((table.schema.metadata or {})[b"pyojeong"])
        return {
            "title": str(about["title"]),
            "classes": [str(name) for name in about["classes"]],
            "notes": tuple(str(note) for note in about["notes"]),
        }
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}


def _targets(
    path: Path, columns: dict[str, Any], words: list[str] | None
) -> NDArray[np.float32] | None:
    if words is None or "targets" not in columns:
        return None
    try:
        found = np.array(columns["targets"].to_pylist(), np.float32)
        if found.ndim != 2 or found.shape[1] != len(words) or not np.isfinite(found).all():
            raise ValueError(f"they are {found.shape}")
    except (TypeError, ValueError) as error:
        raise _unfit(path, f"targets do not fit {len(words)} classes ({error})") from error
    return found


def _boxes(path: Path, columns: dict[str, Any]) -> NDArray[np.float32] | None:
    if not set(BOX) <= set(columns):
        return None
    try:
        sides = [columns[side].to_numpy(zero_copy_only=False) for side in BOX]
        return np.stack(sides, 1).astype(np.float32)
    except (TypeError, ValueError) as error:
        raise _unfit(path, f"boxes are no numbers ({error})") from error


def _unfit(path: Path, reason: str) -> BadInput:
    return BadInput(
        f"{path} cannot be used as a set of pictures: {reason}.",
        f"{path}을(를) 사진 데이터로 쓸 수 없습니다: {reason}.",
    )
