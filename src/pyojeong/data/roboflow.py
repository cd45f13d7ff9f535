"""Roboflow's classification exports with a table `_classes.csv` in each split's folder.

Columns: filename, then one for each class with 1, 0 or nothing. A picture has one expression here:
rows with several ones are left out and counted, rows with none stay, without a label.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pyojeong.data.assemble import assemble, split_of
from pyojeong.data.class_folders import folders_in, note_of_copies, source_of
from pyojeong.data.dataset import Dataset
from pyojeong.data.stores import FilePictures, inside
from pyojeong.data.tables import all_there, column, read_rows
from pyojeong.errors import BadInput
from pyojeong.media.listing import list_pictures

CLASSES_TABLE = "_classes.csv"
_NAMES = ("filename", "file", "image", "path")
_MARKS = {"": False, "0": False, "0.0": False, "1": True, "1.0": True}


@dataclass(slots=True)
class _Rows:
    """What the tables of an export say: paths below its folder, labels, splits; class names in
    the order met, numbers of pictures with several and with no class."""

    paths: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    none: int = 0


def class_tables(root: Path) -> dict[str, Path]:
    """Folder ("" for the root itself) and table of each `_classes.csv` at the root or just below
    it; empty where there is none."""
    names = ["", *folders_in(root)]
    return {n: root / n / CLASSES_TABLE for n in names if (root / n / CLASSES_TABLE).is_file()}


def load_class_tables(root: Path, tables: dict[str, Path], title: str) -> Dataset:
    """The pictures that the tables name. Raises BadInput for a cell that is neither 0, 1 nor
    empty, a picture that is not there, tables in which every picture has several classes."""
    found = _Rows()
    for folder, table in tables.items():
        _read(folder, table, found)
    if not found.paths:
        raise _nothing(root, len(found.several))
    sources = [source_of(path) for path in found.paths]
    return assemble(
        title,
        FilePictures(root, tuple(found.paths)),
        found.labels,
        classes=found.classes,
        identities=sources,
        splits=found.splits,
        notes=[*_notes(root, found), *note_of_copies(sources)],
    )


def _read(folder: str, table: Path, found: _Rows) -> None:
    names, rows = read_rows(table, lower=False)
    at = column([name.lower() for name in names], _NAMES)
    words = [name for place, name in enumerate(names) if place != at]
    if at is None or not words or "" in words or len(set(words)) < len(words):
        raise BadInput(
            f"{table} needs a column filename and one for each class, each with a name of its own; "
            f"it has {', '.join(names)[:300]}.",
            f"{table}에는 filename 열과 서로 이름이 다른 클래스 열이 있어야 합니다. "
            f"있는 열: {', '.join(names)[:300]}.",
        )
    found.classes += [word for word in words if word not in found.classes]
    files: list[str] = []
    for line, cells in rows:
        way = inside(cells[at], table)
        files.append(way)
        marks = [cell for place, cell in enumerate(cells) if place != at]
        ones = [word for word, mark in zip(words, marks, strict=True) if _mark(mark, table, line)]
        path = f"{folder}/{way}" if folder else way
        if len(ones) > 1:
            found.several.append(path)
            continue
        found.none += not ones
        found.paths.append(path)
        found.labels.append(ones[0] if ones else "")
        found.splits.append(split_of(folder))
    all_there(table, files)


def _mark(cell: str, table: Path, line: int) -> bool:
    plain = cell.strip()
    if plain not in _MARKS:
        raise BadInput(
            f"{table}, row {line}: {plain[:40]!r} is neither 0 nor 1.",
            f"{table} {line}행: {plain[:40]!r}은(는) 0도 1도 아닙니다.",
        )
    return _MARKS[plain]


def _notes(root: Path, found: _Rows) -> list[str]:
    notes = []
    if found.several:
        notes.append(
            f"{len(found.several):,} pictures have several classes and were left out, such as "
            f"{found.several[0]}."
        )
    if found.none:
        notes.append(f"{found.none:,} pictures have no class; they stay, without a label.")
    named = {*found.paths, *found.several}
    there = (listed.relative.as_posix() for listed in list_pictures([root]) if not listed.error)
    if loose := sum(path not in named for path in there):
        notes.append(f"{loose:,} pictures are in no {CLASSES_TABLE} and were left out.")
    return notes


def _nothing(root: Path, several: int) -> BadInput:
    return BadInput(
        f"The tables {CLASSES_TABLE} of {root} name no picture with a single class; {several:,} "
        "have several. Export the project as single-label classification.",
        f"{root}의 {CLASSES_TABLE}에 클래스가 하나인 그림이 없습니다(여러 개인 그림 {several:,}장). "
        "단일 라벨 분류로 내보내세요.",
    )
