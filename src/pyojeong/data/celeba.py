"""CelebA as its authors give it out: aligned faces and forty attributes of each.

    img_align_celeba/000001.jpg ...  list_attr_celeba.txt  list_eval_partition.txt

The tables may lie in folders of their own (Anno/, Eval/). Liu et al. 2015, Deep learning face
attributes in the wild. A CSV of the same name, as on Kaggle, is read as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import SPLITS, Dataset
from pyojeong.data.stores import FilePictures
from pyojeong.errors import BadInput
from pyojeong.media.files import read_bytes
from pyojeong.media.image import image_size

PICTURES, ATTRIBUTES, PARTITION = "img_align_celeba", "list_attr_celeba", "list_eval_partition"
LARGEST = 200_000_000
"""Most bytes of a table; the attributes of the whole set take 27 MB."""

ALIGNED = (178, 218)
FACE = (46.0, 68.0, 132.0, 174.0)
"""Where the aligned pictures (178 x 218 px) hold the face: from eyes at about (69, 111) and
(108, 111) and a mouth at y = 152, as far out as the face mesh reaches. xyxy, px."""


def find_attributes(root: Path) -> Path | None:
    """The table of attributes below a folder in CelebA's layout, else None."""
    return _table(root, ATTRIBUTES) if root.is_dir() else None


def load_celeba(root: Path, title: str, attributes: Sequence[str] = ()) -> Dataset:
    """The aligned pictures with the chosen attributes, all of them where none is named.

    Several attributes hold of one picture: `labels` are -1 and `targets` (n, k) say 0 or 1 for
    each. Raises BadInput for tables that are none, an unknown attribute, or no picture.
    """
    table = find_attributes(root)
    if table is None:
        raise BadInput(
            f"{root} holds no {ATTRIBUTES}.txt beside {PICTURES}/.",
            f"{root}에 {PICTURES}/와 {ATTRIBUTES}.txt가 없습니다.",
        )
    known, names, values = _attributes(table)
    columns = [_column(name, known, table) for name in attributes or known]
    folder = _pictures(root, table)
    there = np.array([(folder / name).is_file() for name in names], bool)
    if not there.any():
        raise BadInput(
            f"None of the {len(names):,} pictures of {table} is in {folder}.",
            f"{table}의 그림 {len(names):,}장이 {folder}에 하나도 없습니다.",
        )
    kept = [name for name, found in zip(names, there, strict=True) if found]
    n, missing = len(kept), len(names) - len(kept)
    aligned = image_size(folder / kept[0]) == ALIGNED
    notes = [f"{missing:,} pictures of {table.name} are missing."] if missing else []
    return Dataset(
        title,
        tuple(known[at] for at in columns),
        FilePictures(folder, tuple(kept)),
        np.arange(n),
        np.full(n, -1, np.int64),
        values[there][:, columns].astype(np.float32),
        np.tile(np.array(FACE if aligned else (np.nan,) * 4, np.float32), (n, 1)),
        np.full(n, "", "<U1"),
        _splits(root, kept),
        tuple(notes),
    )


def _table(root: Path, stem: str) -> Path | None:
    found = [p for suffix in (".txt", ".csv") for p in sorted(root.rglob(stem + suffix))]
    return next((p for p in found if p.is_file()), None)


def _lines(path: Path) -> list[list[str]]:
    """Cells of the lines that are not empty. Raises BadInput."""
    data = read_bytes(path, LARGEST, "the largest table").decode("utf-8-sig", "replace")
    return [line.replace(",", " ").split() for line in data.splitlines() if line.strip()]


def _attributes(table: Path) -> tuple[list[str], list[str], NDArray[np.bool_]]:
    """Names of the attributes, names of the pictures, and whether (n, k) each holds."""
    lines = _lines(table)
    # The original begins with the number of pictures; the CSV heads the first column.
    if lines and len(lines[0]) == 1:
        lines = lines[1:]
    head = lines[0] if lines else []
    if head[:1] == ["image_id"]:
        head = head[1:]
    rows = lines[1:]
    if not head or not rows or any(len(row) != len(head) + 1 for row in rows):
        raise _no_table(table)
    try:
        values = np.array([[int(v) for v in row[1:]] for row in rows])
    except (ValueError, OverflowError) as error:
        raise _no_table(table) from error
    names = [row[0] for row in rows]
    if any("/" in n or "\\" in n or n.startswith(".") for n in names):
        raise _no_table(table)
    return head, names, values > 0


def _no_table(table: Path) -> BadInput:
    return BadInput(
        f"{table} is no table of attributes: names in one line, then a picture and -1 or 1 for "
        "each in every line.",
        f"{table}은(는) 속성 표가 아닙니다. 첫 줄은 속성 이름, 그다음 줄마다 그림 이름과 -1 또는 1이어야 합니다.",
    )


def _column(name: str, known: list[str], table: Path) -> int:
    plain = [k.lower() for k in known]
    if name.lower() in plain:
        return plain.index(name.lower())
    close = get_close_matches(name, known, n=1)
    hint = f" ({close[0]}?)" if close else ""
    raise BadInput(
        f"{table.name} has no attribute {name!r}{hint}; it has: {', '.join(known)}.",
        f"{table.name}에 {name!r} 속성이 없습니다{hint}. 있는 속성: {', '.join(known)}",
    )


def _pictures(root: Path, table: Path) -> Path:
    near = [p / PICTURES for p in (root, table.parent, root / "Img") if (p / PICTURES).is_dir()]
    folder = near[0] if near else root / PICTURES
    # Archives often hold a folder of their own name.
    return folder / PICTURES if (folder / PICTURES).is_dir() else folder


def _splits(root: Path, names: list[str]) -> NDArray[np.str_]:
    table = _table(root, PARTITION)
    if table is None:
        return np.full(len(names), "", "<U5")
    of = {row[0]: row[1] for row in _lines(table) if len(row) == 2}
    words = dict(zip("012", SPLITS, strict=True))
    return np.array([words.get(of.get(name, ""), "") for name in names], "<U5")
