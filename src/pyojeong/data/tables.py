"""Tables of pictures: CSV or TSV, with or without a byte order mark, in UTF-8 or CP949."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.assemble import assemble, composed, normalised, split_of
from pyojeong.data.dataset import Dataset
from pyojeong.data.stores import FilePictures, inside
from pyojeong.errors import BadInput
from pyojeong.media.files import read_bytes

LARGEST = 2_000_000_000
"""Most bytes of a table; FER2013 as CSV has 300 MB."""

PATHS = ("path", "file", "filename", "file_name", "filepath", "image", "image_path", "img", "name")
LABELS = ("label", "labels", "class", "emotion", "category", "expression", "target")
SPLITS = ("split", "usage", "subset", "set", "fold")
IDENTITIES = ("identity", "subject", "person", "person_id", "subject_id", "id")
TARGET = "target:"
"""How the column of one class's soft target begins; the class's name follows."""
BOXES = (
    ("left", "top", "right", "bottom"),
    ("x0", "y0", "x1", "y1"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("minx", "miny", "maxx", "maxy"),
)


def read_rows(path: Path, lower: bool = True) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Column names, in lower case unless `lower` is False, and an iterator of line numbers and
    cells.

    Empty lines are passed over. Raises BadInput: for a text in another encoding, a table without
    a header, a row with more or fewer cells than the header, a cell of more than 131,072
    characters; the last two only when that row is reached.
    """
    text = decoded(read_bytes(path, LARGEST, "max_table_bytes"), path)
    first = text[: text.find("\n") if "\n" in text else None]
    separator = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        names = [name.strip() for name in next(reader)]
    except (StopIteration, csv.Error) as error:
        raise BadInput(f"{path} has no header.", f"{path}에 머리글 행이 없습니다.") from error
    names = [name.lower() for name in names] if lower else names
    return names, _cells(reader, len(names), path)


def _cells(reader: Iterator[list[str]], width: int, path: Path) -> Iterator[tuple[int, list[str]]]:
    line = 1
    while True:
        line += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInput(
                f"{path}, row {line}: {error}.", f"{path} {line}행을 읽을 수 없습니다: {error}."
            ) from error
        if not cells:
            continue
        if len(cells) != width:
            raise BadInput(
                f"{path}, row {line}: {len(cells)} cells under a header of {width}.",
                f"{path} {line}행: 머리글은 {width}칸인데 {len(cells)}칸입니다.",
            )
        yield line, cells


def decoded(data: bytes, path: Path) -> str:
    """Text in UTF-8, UTF-16 with a mark, or CP949 (EUC-KR). Raises BadInput."""
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp949"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text[:100_000]:
            return text
    raise BadInput(
        f"{path} is in an unknown encoding. Save it as UTF-8.",
        f"{path}의 인코딩을 알 수 없습니다. UTF-8로 저장하세요.",
    )


def column(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """The first of the wanted columns that there is."""
    return next((names.index(name) for name in wanted if name in names), None)


def is_labels_table(names: list[str]) -> bool:
    return column(names, PATHS) is not None and column(names, LABELS) is not None


def load_labels_table(path: Path, title: str) -> Dataset:
    """Pictures a table names by paths from its own folder: path, label and, where there, split,
    identity, a box (left, top, right, bottom in px) and soft targets (`target:happy` and so on,
    shares or votes; the classes are then these, in that order). Raises BadInput for a path that
    leads out of the folder, a file that is not there, a box that is no four numbers, targets that
    are no votes."""
    spelled, rows = read_rows(path, lower=False)
    names = [name.lower() for name in spelled]
    at_path, at_label = column(names, PATHS), column(names, LABELS)
    if at_path is None or at_label is None:
        raise BadInput(
            f"{path} has no columns path and label; it has {', '.join(names)[:300]}.",
            f"{path}에 path와 label 열이 없습니다. 있는 열: {', '.join(names)[:300]}.",
        )
    at_split, at_who = column(names, SPLITS), column(names, IDENTITIES)
    at_box = next((box for box in BOXES if set(box) <= set(names)), None)
    at_target = [at for at, name in enumerate(names) if name.startswith(TARGET)]
    classes = [composed(spelled[at][len(TARGET) :].strip()) for at in at_target]
    _check_classes(classes, path)
    files: dict[str, int] = {}
    places, labels, splits, who, boxes, targets = [], [], [], [], [], []
    for line, cells in rows:
        way = inside(cells[at_path], path)
        places.append(files.setdefault(way, len(files)))
        labels.append(_known(cells[at_label], classes, path, line))
        targets.append(_votes([cells[at] for at in at_target], path, line))
        splits.append("" if at_split is None else split_of(cells[at_split]))
        who.append("" if at_who is None else cells[at_who].strip())
        boxes.append(_box([cells[names.index(b)] for b in at_box], path, line) if at_box else _NONE)
    all_there(path, list(files))
    return assemble(
        title,
        FilePictures(path.parent, tuple(files)),
        labels,
        rows=places,
        classes=classes or None,
        targets=_shares(targets, len(classes)),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        identities=who,
        splits=splits,
    )


_NONE = (np.nan,) * 4


def _check_classes(classes: list[str], path: Path) -> None:
    if "" in classes or len(set(classes)) < len(classes):
        raise BadInput(
            f"{path} has two columns {TARGET} of one class, or one without a class's name.",
            f"{path}에 같은 클래스의 {TARGET} 열이 두 개이거나 클래스 이름이 없는 열이 있습니다.",
        )


def _known(label: str, classes: list[str], path: Path, line: int) -> str:
    if classes and (word := composed(label.strip())) and word not in classes:
        raise BadInput(
            f"{path}, row {line}: there is no column {TARGET}{word[:100]} for its label.",
            f"{path} {line}행: 라벨에 해당하는 {TARGET}{word[:100]} 열이 없습니다.",
        )
    return label


def _votes(cells: list[str], path: Path, line: int) -> list[float]:
    try:
        votes = [float(cell) if cell.strip() else 0.0 for cell in cells]
        if not all(0 <= vote < 1e9 for vote in votes):
            raise ValueError("less than 0, or no number")
    except ValueError as error:
        raise BadInput(
            f"{path}, row {line}: the columns {TARGET} hold no shares or votes ({error}).",
            f"{path} {line}행: {TARGET} 열이 비율이나 투표수가 아닙니다({error}).",
        ) from error
    return votes


def _shares(votes: list[list[float]], k: int) -> NDArray[np.float32] | None:
    """(n, k) rows that sum to 1, even where nobody voted; those that do already stay to the bit."""
    if not k:
        return None
    given = np.array(votes, np.float32).reshape(-1, k)
    fit = np.abs(given.sum(1, keepdims=True) - 1) <= 1e-4
    return np.where(fit, given, normalised(given)).astype(np.float32)


def _box(cells: list[str], path: Path, line: int) -> tuple[float, ...]:
    if not any(cell.strip() for cell in cells):
        return _NONE
    try:
        box = tuple(float(cell) for cell in cells)
        good: NDArray[np.bool_] = np.isfinite(box)
        if not (good.all() and box[0] < box[2] and box[1] < box[3]):
            raise ValueError("not left < right and top < bottom")
    except ValueError as error:
        raise BadInput(
            f"{path}, row {line}: no box ({error}).", f"{path} {line}행: 상자가 아닙니다({error})."
        ) from error
    return box


def all_there(table: Path, files: list[str]) -> None:
    """Raises BadInput where files, named from the table's folder, are missing."""
    missing = [file for file in files if not (table.parent / file).is_file()]
    if missing:
        raise BadInput(
            f"{table} names {len(missing):,} pictures that are not there, such as {missing[0]}.",
            f"{table}에 적힌 그림 {len(missing):,}장이 없습니다. 예: {missing[0]}.",
        )
