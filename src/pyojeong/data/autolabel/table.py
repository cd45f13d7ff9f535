"""The labels as a CSV table that a person edits, and back, as a `Dataset`."""

from __future__ import annotations

import codecs
import csv
import io
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields, replace
from pathlib import Path, PurePosixPath

import numpy as np

from pyojeong.data.autolabel.label import Row
from pyojeong.data.dataset import Dataset, Image
from pyojeong.errors import BadInput
from pyojeong.media.files import atomic_path, read_bytes
from pyojeong.media.image import read_image, to_srgb
from pyojeong.settings import settings

COLUMNS = tuple(f.name for f in fields(Row))
_NEEDED = ("path", "label", "status")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
TOLD = 5
"""Wrong rows that an error names."""


def write_table(path: Path, rows: Iterable[Row]) -> None:
    """UTF-8 with a mark, so that Excel shows Hangul. Raises OutputFailed."""
    with atomic_path(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([_written(value) for value in astuple(row)] for row in rows)


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    text = "" if value is None else str(value)
    # A spreadsheet runs what begins like a formula; "./" names the same file.
    return f"./{text}" if text.startswith(_FORMULA) else text


def read_table(path: Path, folder: Path, labels: Sequence[str]) -> tuple[Row, ...]:
    """The rows of an edited table, checked. labels: the names a label may have.

    Read are commas, semicolons and tabs, UTF-8 and CP949, columns in any order, other columns
    beside. Raises BadInput that names the rows that are wrong and what is wrong with them.
    """
    text = _text(path)
    head = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count), strict=True)
    rows: list[Row] = []
    wrong: list[tuple[int, str, str]] = []
    seen: dict[str, int] = {}
    try:
        names = [name.strip().lower() for name in next(lines)]
        _check_head(names, path)
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            line = lines.line_num
            row = _row(names, cells, folder, labels)
            if isinstance(row, Row) and row.path in seen:
                first = seen[row.path]
                row = (
                    f"{row.path} is also in line {first}",
                    f"{row.path}이(가) {first}행에도 있음",
                )
            if isinstance(row, Row):
                seen[row.path] = line
                rows.append(row)
            else:
                wrong.append((line, *row))
    except csv.Error as error:
        wrong.append((lines.line_num, f"broken quotes ({error})", f"따옴표가 잘못됨({error})"))
    if wrong:
        raise _wrong_rows(path, wrong)
    return tuple(rows)


def _text(path: Path) -> str:
    """The table as text: as it was written, or as Excel saves it in Korea."""
    data = read_bytes(path, settings().max_image_bytes, "max_image_bytes")
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp949"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.strip() and "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise BadInput(
        f"{path} is empty or no text. Save the table as CSV in UTF-8.",
        f"{path}이(가) 비었거나 글 파일이 아닙니다. 표를 UTF-8 CSV로 저장하세요.",
    )


def _check_head(names: list[str], path: Path) -> None:
    missing = [name for name in _NEEDED if name not in names]
    twice = [name for name, n in Counter(names).items() if n > 1 and name in COLUMNS]
    if missing or twice:
        listed = ", ".join(missing or twice)
        what = ("lacks", "가 없습니다") if missing else ("repeats", "가 두 번 있습니다")
        raise BadInput(
            f"{path} {what[0]} the columns {listed}. Its first line must name the columns of a "
            "table that `pyojeong data autolabel` wrote.",
            f"{path}에 열 {listed}{what[1]}. 첫 줄에는 `pyojeong data autolabel`이 쓴 열 이름이 "
            "있어야 합니다.",
        )


def _row(
    names: list[str], cells: list[str], folder: Path, labels: Sequence[str]
) -> Row | tuple[str, str]:
    """The row, or what is wrong with it in English and Korean."""
    if len(cells) != len(names):
        return (
            f"{len(cells)} cells instead of {len(names)}",
            f"칸이 {len(names)}개가 아니라 {len(cells)}개",
        )
    cell = dict(zip(names, cells, strict=True))
    path = _on_disk(cell.pop("path").removeprefix("./"), folder)
    cell = {name: text.strip() for name, text in cell.items()}
    label, status = cell["label"], cell["status"].lower()
    wrong = _wrong_path(path, folder) or _wrong_label(label, status, labels) or _wrong_number(cell)
    if wrong:
        return wrong
    confidence = float(cell.get("confidence") or 0)
    faces = int(cell["faces"]) if cell.get("faces") else None
    rest = (cell.get(name, "") for name in ("reason", "provenance", "automatic"))
    return Row(path, label, confidence, status, faces, *rest)


Wrong = tuple[str, str] | None
"""What is wrong with a cell in English and Korean."""


def _wrong_path(path: str, folder: Path) -> Wrong:
    if not path or PurePosixPath(path).is_absolute() or ".." in path.split("/"):
        return f"{path!r} is no path below the folder", f"{path!r}은(는) 폴더 아래의 경로가 아님"
    if "\0" in path or not (folder / path).is_file():
        return f"there is no picture {path}", f"사진이 없음: {path}"
    return None


def _wrong_label(label: str, status: str, labels: Sequence[str]) -> Wrong:
    if label and label not in labels:
        known = ", ".join(labels)
        return f"label {label!r}, not one of {known}", f"모르는 라벨 {label!r}(가능: {known})"
    if status not in ("label", "review"):
        return f"status {status!r}, not label or review", f"status {status!r}: label 또는 review"
    if status == "label" and not label:
        return "status label without a label", "status가 label인데 라벨이 없음"
    return None


def _wrong_number(cell: dict[str, str]) -> Wrong:
    try:
        confidence = float(cell.get("confidence") or 0)
        faces = int(cell.get("faces") or 0)
    except ValueError:
        return "confidence or faces is no number", "confidence나 faces가 숫자가 아님"
    if not (math.isfinite(confidence) and 0 <= confidence <= 1) or faces < 0:
        return "confidence is not from 0 to 1, or faces below 0", "confidence는 0~1, faces는 0 이상"
    return None


def _on_disk(path: str, folder: Path) -> str:
    """The path as the disk spells it: programs may have composed or taken apart its Hangul."""
    if "\\" in path and not (folder / path).is_file():
        path = path.replace("\\", "/")
    spellings = (path, *(unicodedata.normalize(form, path) for form in ("NFC", "NFD")))
    try:
        return next((p for p in spellings if (folder / p).is_file()), path)
    except (OSError, ValueError):
        return path


def _wrong_rows(path: Path, wrong: list[tuple[int, str, str]]) -> BadInput:
    more = len(wrong) - TOLD
    en = "; ".join(f"line {n}: {text}" for n, text, _ in wrong[:TOLD])
    ko = "; ".join(f"{n}행: {text}" for n, _, text in wrong[:TOLD])
    return BadInput(
        f"{path} has {len(wrong)} row{'s'[: len(wrong) != 1]} that cannot be used: {en}"
        + (f"; and {more} more." if more > 0 else "."),
        f"{path}에 쓸 수 없는 행이 {len(wrong)}개 있습니다: {ko}"
        + (f"; 그 밖에 {more}개." if more > 0 else "."),
    )


def reviewed(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows with the decisions of a person said in their provenance, once each."""
    return tuple(_decided(row) for row in rows)


def _decided(row: Row) -> Row:
    doubtful = row.status == "label" and (row.label != row.automatic or bool(row.reason))
    said = f"person: {row.label}"
    if not doubtful or said in row.provenance.split("; "):
        return row
    told = [t for t in row.provenance.split("; ") if t and not t.startswith("person: ")]
    return replace(row, provenance="; ".join([*told, said]), confidence=1.0)


class _Files:
    """`Pictures` that are files below a folder."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder, self._names = folder, tuple(names)

    def __len__(self) -> int:
        return len(self._names)

    def name(self, row: int) -> str:
        return self._names[row]

    def read(self, row: int) -> Image:
        return to_srgb(read_image(self._folder / self._names[row])).rgb


def as_dataset(rows: Sequence[Row], folder: Path, labels: Sequence[str]) -> Dataset:
    """The rows whose status is "label"; those for review are counted in the notes."""
    kept = [row for row in rows if row.status == "label"]
    n = len(kept)
    waiting = len(rows) - n
    return Dataset(
        folder.name,
        tuple(labels),
        _Files(folder, [row.path for row in kept]),
        np.arange(n, dtype=np.int64),
        np.array([labels.index(row.label) for row in kept], np.int64),
        None,
        np.full((n, 4), np.nan, np.float32),
        np.full(n, "", np.str_),
        np.full(n, "", np.str_),
        (f"{waiting:,} pictures wait for review and are left out",) if waiting else (),
    )
