"""Which pictures are meant by a list of files and folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyojeong.errors import BadInput

PICTURES = frozenset(
    (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff")
)
"""Suffixes, in lower case, of the pictures that are read."""

_UNREAD = frozenset((".heic", ".heif", ".avif", ".jxl", ".jp2"))
"""Pictures of other formats: found as well, so that a report says why they were not read."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One picture of a listing, or one folder that cannot be listed.

    path: as given, or the folder as given and the way from there. relative: the way from the
    folder given, the bare name for a file given. given: whether the file itself was named.
    error: why a folder cannot be listed; None for pictures, which nobody has opened yet.
    """

    path: Path
    relative: Path
    given: bool
    error: BadInput | None = None


def list_pictures(paths: Iterable[Path], without: Sequence[Path] = ()) -> Iterator[Listed]:
    """The files given and the pictures in the folders given, in that order.

    Folders are searched to any depth, names sorted, whatever the case of the suffix; names that
    begin with a dot are left out. Links are followed, but no folder is entered twice. A file
    given is passed on whatever it is called, and whether or not it exists. without: files and
    folders passed over in folders, such as those that are being written.
    Memory holds the names of one folder per level.
    """
    skipped = frozenset(os.path.realpath(path) for path in without)
    for path in paths:
        if path.is_dir():
            yield from _inside(path, skipped)
        else:
            yield Listed(path, Path(path.name), True)


def _inside(root: Path, skipped: frozenset[str]) -> Iterator[Listed]:
    entered: set[tuple[int, int]] = set()
    names_skipped = {os.path.basename(path) for path in skipped}
    # What is still to be seen of each folder on the way down; folders may be deeper than Python
    # may recurse.
    open_folders = [iter([Path()])]
    while open_folders:
        way = next(open_folders[-1], None)
        if way is None:
            open_folders.pop()
            continue
        path = root / way
        if way.name in names_skipped and os.path.realpath(path) in skipped:
            continue
        if not path.is_dir():
            if path.suffix.lower() in PICTURES | _UNREAD:
                yield Listed(path, way, False)
            continue
        try:
            open_folders.append(_entries(path, way, entered))
        except OSError as error:
            yield Listed(path, way, False, _cannot_list(path, error))


def _entries(folder: Path, way: Path, entered: set[tuple[int, int]]) -> Iterator[Path]:
    """The ways to what a folder holds, in order; nothing where it was entered before."""
    state = folder.stat()
    # Some file systems give no inode; there, links that lead back end at the longest path.
    if state.st_ino and (state.st_dev, state.st_ino) in entered:
        return iter(())
    entered.add((state.st_dev, state.st_ino))
    names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    # Paths are several times as large as names; they are made as they are needed.
    return map(way.joinpath, names)


def _cannot_list(folder: Path, error: OSError) -> BadInput:
    reason = error.strerror or error
    return BadInput(
        f"The folder {folder} cannot be read: {reason}.",
        f"{folder} 폴더를 읽을 수 없습니다: {reason}.",
    )
