"""A set of pictures written out: one Parquet file, or a folder with a table `labels.csv`."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pyojeong.data.dataset import Dataset
from pyojeong.data.load import LABELS_TABLE
from pyojeong.data.parquet_files import BOX, write_parquet
from pyojeong.data.stores import encoded
from pyojeong.data.tables import TARGET
from pyojeong.errors import OutputFailed
from pyojeong.media.files import output_failed

_KINDS = (
    (b"\x89PNG", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"RIFF", ".webp"),
    (b"BM", ".bmp"),
    (b"GIF8", ".gif"),
    (b"II", ".tif"),
    (b"MM", ".tif"),
)


def save_dataset(dataset: Dataset, path: Path) -> None:
    """To `path`: Parquet where it ends in .parquet, else a new folder. Both read back the same;
    a folder without soft targets does not remember the order of its classes, nor those without a
    row. Raises OutputFailed, BadInput."""
    if path.suffix.lower() == ".parquet":
        write_parquet(path, dataset)
    else:
        with new_folder(path) as part:
            _fill(part, dataset)


def check_place(path: Path) -> None:
    """Raises OutputFailed where `save_dataset` could not write, before long work."""
    if path.suffix.lower() != ".parquet":
        check_new_folder(path)
    elif not path.resolve().parent.is_dir():
        raise output_failed(path, FileNotFoundError(2, "no folder"))


def check_new_folder(path: Path) -> None:
    """Raises OutputFailed where `new_folder` could not write, before long work."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise OutputFailed(
            f"{path} is there already; name a new folder.",
            f"{path}이(가) 이미 있습니다. 새 폴더를 지정하세요.",
        )
    if not path.resolve().parent.is_dir():
        raise output_failed(path, FileNotFoundError(2, "no folder"))


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Write a folder so that it is there completely or not at all: gives an empty one, which takes
    its place when the block ends and is removed on any exception. Raises OutputFailed."""
    check_new_folder(path)
    try:
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=path.resolve().parent))
        try:
            yield part
            part.chmod(0o755)
            if path.exists():
                path.rmdir()
            part.rename(path)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise output_failed(path, error) from error


def _fill(folder: Path, dataset: Dataset) -> None:
    written: dict[int, str] = {}
    with (folder / LABELS_TABLE).open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        voted = [] if dataset.targets is None else [TARGET + name for name in dataset.classes]
        table.writerow(["path", "label", "split", "identity", *BOX, *voted])
        for row in range(len(dataset)):
            picture = int(dataset.rows[row])
            label = dataset.classes[dataset.labels[row]] if dataset.labels[row] >= 0 else ""
            if picture not in written:
                data = encoded(dataset.pictures, picture)
                written[picture] = _place(dataset, row, label, data)
                target = folder / written[picture]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            sides = ["" if np.isnan(v) else _exact(v) for v in dataset.boxes[row]]
            who = [dataset.splits[row], dataset.identities[row]]
            shares = [] if dataset.targets is None else map(_exact, dataset.targets[row])
            table.writerow([written[picture], label, *who, *sides, *shares])


def _exact(value: np.float32) -> str:
    return repr(float(value))


def _place(dataset: Dataset, row: int, label: str, data: bytes) -> str:
    kind = suffix_of(data)
    stem = plain_stem(dataset.name(row)).removesuffix(kind)
    return "/".join(
        [*folder_of(dataset.splits[row], label), f"{dataset.rows[row]:06d}-{stem}{kind}"]
    )


def suffix_of(data: bytes) -> str:
    """The suffix that an encoded picture's first bytes call for."""
    return next((suffix for mark, suffix in _KINDS if data.startswith(mark)), ".img")


def plain_stem(name: str) -> str:
    """The last part of a picture's name, at most 80 characters, without what files may not be
    called."""
    return re.sub(r"[^\w.-]+", "_", name.rsplit("/", 1)[-1])[-80:].lstrip(".")


def folder_of(split: str, label: str) -> list[str]:
    """Folders in which a picture of a class lies: that of its split, where it has one, and the
    class's own."""
    return [*filter(None, [str(split)]), re.sub(r"[^\w-]+", "_", label) or "unlabelled"]
