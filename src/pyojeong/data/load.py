"""Any usual layout of labelled pictures as a `Dataset`; what it is, its content says.

Read are folders by class (with or without train, val and test above; Roboflow's as well), FER2013
as CSV or NPZ, FER+ votes beside the CSV, AI-Hub's Korean emotion faces, Parquet, Roboflow's tables
`_classes.csv`, and a table `labels.csv` with the columns path and label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from pyojeong.data import aihub, fer, tables
from pyojeong.data.assemble import with_classes
from pyojeong.data.class_folders import load_class_folders
from pyojeong.data.dataset import SPLITS, Dataset
from pyojeong.data.parquet_files import load_parquet
from pyojeong.data.roboflow import CLASSES_TABLE, class_tables, load_class_tables
from pyojeong.errors import BadInput, BadSettings
from pyojeong.media.files import check_input

LABELS_TABLE = "labels.csv"
"""A folder that holds a table of this name is read by it."""


def load_dataset(
    source: str | Path,
    *,
    classes: Sequence[str] | None = None,
    title: str = "",
    split: str = "",
) -> Dataset:
    """The labelled pictures of a file or folder; pictures are not opened yet.

    classes: only these, in this order; for FER2013 with FER+ votes, naming FER2013's own classes
    (angry, happy ...) gives its hard labels instead of the votes. title: what reports call the set,
    else the source's name. split: only this one of train, val and test; of a source without splits
    all rows, which then belong to it. Raises BadInput for what is no set of labelled pictures,
    MissingExtra for Parquet without pyarrow, BadSettings for another split.
    """
    if split and split not in SPLITS:
        raise BadSettings(
            f"split is one of {', '.join(SPLITS)}, not {split!r}.",
            f"split은 {', '.join(SPLITS)} 중 하나입니다({split!r}).",
        )
    path = Path(source)
    named = title or path.name or path.resolve().name
    plus = classes is None or not set(classes) <= set(fer.FER)
    found = _folder(path, named, plus) if path.is_dir() else _file(path, named, plus)
    found = replace(found, title=named)
    if classes is not None:
        found = with_classes(found, list(classes))
    if not split:
        return found
    if not found.splits.astype(bool).any():
        return replace(found, splits=np.full(len(found), split))
    return found.split(split)


def _folder(path: Path, title: str, plus: bool) -> Dataset:
    table = path / LABELS_TABLE
    if table.is_file():
        return tables.load_labels_table(table, title)
    if marked := class_tables(path):
        return load_class_tables(path, marked, title)
    files = sorted(p for p in path.iterdir() if p.suffix.lower() in (".csv", ".npz", ".parquet"))
    kinds = {p: _kind(p) for p in files if p.is_file()}
    of = {kind: p for p, kind in reversed(kinds.items())}
    if "fer" in of:
        return fer.load_fer_csv(of["fer"], title, of.get("votes"), plus)
    described = aihub.find_json(path)
    if described:
        return aihub.load_aihub(path, described, title)
    whole = [p for p, kind in kinds.items() if kind in ("parquet", "npz")]
    if len(whole) == 1:
        return _file(whole[0], title, plus)
    if len(whole) > 1:
        raise BadInput(
            f"{path} holds {len(whole)} archives of pictures; name one, such as {whole[0].name}.",
            f"{path}에 그림 묶음이 {len(whole)}개 있습니다. {whole[0].name}처럼 하나를 지정하세요.",
        )
    return load_class_folders(path, title)


def _file(path: Path, title: str, plus: bool) -> Dataset:
    kind = _kind(check_input(path))
    if path.name == CLASSES_TABLE or kind == "table":
        return _table(path, title)
    if kind == "parquet":
        return load_parquet(path, title)
    if kind == "npz":
        return fer.load_fer_npz(path, title, plus)
    if kind == "fer":
        return fer.load_fer_csv(path, title, _beside(path, "votes"), plus)
    if kind == "votes":
        pictures = _beside(path, "fer")
        if pictures is None:
            raise BadInput(
                f"{path} holds only votes; put fer2013.csv, which has the pictures, beside it.",
                f"{path}에는 투표만 있습니다. 그림이 든 fer2013.csv를 같은 폴더에 두세요.",
            )
        return fer.load_fer_csv(pictures, title, path, plus)
    if kind == "aihub":
        return aihub.load_aihub(path.parent, [path], title)
    raise BadInput(
        f"{path} is no set of labelled pictures. Give a folder by class, FER2013 as CSV or NPZ, "
        "AI-Hub JSON, Parquet, or a CSV with the columns path and label.",
        f"{path}은(는) 라벨 달린 사진 데이터가 아닙니다. 클래스별 폴더, FER2013 CSV나 NPZ, AI-Hub JSON, "
        "Parquet, path와 label 열이 있는 CSV를 지정하세요.",
    )


def _table(path: Path, title: str) -> Dataset:
    if path.name == CLASSES_TABLE:
        return load_class_tables(path.parent, {"": path}, title)
    return tables.load_labels_table(path, title)


def _kind(path: Path) -> str:
    """What a file's first bytes say it is; "" for anything else."""
    with path.open("rb") as stream:
        head = stream.read(20_000)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "npz"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return "aihub" if aihub.begins_like_aihub(path) else ""
    first = head.replace(b"\r", b"\n").split(b"\n")[0].decode("utf-8-sig", "replace")
    names = [
        n.strip().strip('"').lower() for n in first.replace(";", ",").replace("\t", ",").split(",")
    ]
    if fer.is_fer_table(names):
        return "fer"
    if fer.is_votes_table(names):
        return "votes"
    return "table" if tables.is_labels_table(names) else ""


def _beside(path: Path, kind: str) -> Path | None:
    """Another CSV of the folder, of the kind."""
    others = [p for p in sorted(path.parent.glob("*.csv")) if p != path and p.is_file()]
    return next((p for p in others if _kind(p) == kind), None)
