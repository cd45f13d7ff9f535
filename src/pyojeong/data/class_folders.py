"""Folders by class, with or without folders for train, val and test above them.

That is also Roboflow's classification layout (`train/`, `valid/`, `test/`). Its exports hold
several augmented copies of one picture, named `picture_jpg.rf.<hash>.jpg`: these get the
picture's name as their identity, so that a split never separates them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from pyojeong.data.assemble import assemble, composed, split_of
from pyojeong.data.dataset import Dataset
from pyojeong.data.stores import FilePictures
from pyojeong.errors import BadInput
from pyojeong.media.listing import list_pictures

_ROBOFLOW = re.compile(r"^(.+)\.rf\.[0-9a-zA-Z]{16,}\.\w+$")


def load_class_folders(root: Path, title: str) -> Dataset:
    """Pictures below folders named by class. Raises BadInput where no folder holds pictures."""
    parts = {name: split_of(name) for name in folders_in(root)}
    # A set whose only classes are called "train" and "test" is nobody's.
    divided = bool(parts) and all(parts.values())
    paths, labels, splits, loose = [], [], [], 0
    for listed in list_pictures([root]):
        if listed.error:
            raise listed.error
        way = listed.relative.parts
        depth = 1 if divided else 0
        if len(way) < depth + 2:
            loose += 1
            continue
        paths.append(listed.relative.as_posix())
        labels.append(way[depth])
        splits.append(parts.get(way[0], "") if divided else "")
    if not paths:
        raise _nothing(root, loose)
    sources = [source_of(path) for path in paths]
    notes = []
    if loose:
        notes.append(f"{loose:,} pictures lie outside the folders of classes and were left out.")
    notes += note_of_copies(sources)
    return assemble(
        title,
        FilePictures(root, tuple(paths)),
        labels,
        identities=sources,
        splits=splits,
        notes=notes,
    )


def note_of_copies(sources: list[str]) -> list[str]:
    """A sentence on how many pictures are copies of how many sources ("" for no copy)."""
    copies, whole = sum(map(bool, sources)), len(set(filter(None, sources)))
    if not copies:
        return []
    return [
        f"{copies:,} pictures are named as Roboflow's copies of {whole:,} sources; copies of "
        "one source share an identity."
    ]


def folders_in(root: Path) -> list[str]:
    """Names of the folders in a folder, but not hidden ones."""
    with os.scandir(root) as entries:
        return sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))


def source_of(path: str) -> str:
    """The picture that a Roboflow copy was made from; "" for other names."""
    found = _ROBOFLOW.match(path.rsplit("/", 1)[-1])
    return composed(found[1]) if found else ""


def _nothing(root: Path, loose: int) -> BadInput:
    seen = f"{loose:,} pictures without a folder" if loose else "no picture"
    return BadInput(
        f"{root} holds {seen}. Put the pictures into one folder per class, or name them in a table "
        "labels.csv with the columns path and label.",
        f"{root}에 클래스별 폴더에 든 그림이 없습니다(폴더 밖 그림 {loose:,}장). 클래스마다 폴더를 만들어 넣거나, "
        "path와 label 열이 있는 labels.csv를 두세요.",
    )
