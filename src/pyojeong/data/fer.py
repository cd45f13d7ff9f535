"""FER2013 as CSV or NPZ, and the FER+ votes for its pictures.

FER2013 (Goodfellow et al. 2013): columns emotion (0-6), pixels (2,304 numbers 0-255) and Usage.
FER+ (Barsoum et al. 2016): `fer2013new.csv` with ten votes a picture, in the order of FER2013's
rows. With votes the classes are FER+'s eight, else FER2013's seven.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.assemble import assemble, split_of
from pyojeong.data.dataset import Dataset
from pyojeong.data.stores import ArrayPictures
from pyojeong.data.tables import read_rows
from pyojeong.emotion import LABEL_SETS
from pyojeong.errors import BadInput
from pyojeong.media.files import check_input

FER = LABEL_SETS["fer-7"].labels
FERPLUS = LABEL_SETS["ferplus-8"].labels
SIDE = 48
MOST_BYTES = 4_000_000_000
"""Most bytes that the arrays of an NPZ may unpack to."""

_VOTES = (*FERPLUS, "unknown", "nf")


def is_fer_table(names: list[str]) -> bool:
    return "pixels" in names


def is_votes_table(names: list[str]) -> bool:
    return set(_VOTES) <= set(names)


def load_fer_csv(path: Path, title: str, votes: Path | None = None, plus: bool = True) -> Dataset:
    """FER2013 as CSV, with FER+ votes where there are and `plus` is not off. Raises BadInput for a
    row of pixels or a label that is none, and for votes of another number of rows."""
    names, rows = read_rows(path)
    at_pixels = names.index("pixels")
    at_label = names.index("emotion") if "emotion" in names else None
    at_usage = names.index("usage") if "usage" in names else None
    images, labels, splits = [], [], []
    for line, cells in rows:
        images.append(_pixels(cells[at_pixels], path, line))
        labels.append("" if at_label is None else _label(cells[at_label], path, line))
        splits.append("" if at_usage is None else split_of(cells[at_usage]))
    if not images:
        raise BadInput(f"{path} has no rows.", f"{path}에 행이 없습니다.")
    store = ArrayPictures(path.name, np.stack(images))
    if votes is not None and plus:
        return _plus(title, store, read_votes(votes), splits, votes)
    return assemble(title, store, labels, classes=FER, splits=splits)


def read_votes(path: Path) -> NDArray[np.float32]:
    """(n, 10) votes of `fer2013new.csv`: FER+'s eight classes, unknown, no face. Raises BadInput."""
    names, rows = read_rows(path)
    at = [names.index(name) for name in _VOTES]
    found = []
    for line, cells in rows:
        try:
            votes = [float(cells[n] or 0) for n in at]
            if not all(0 <= v <= 100 for v in votes):
                raise ValueError("a number of votes is not in 0-100")
        except ValueError as error:
            raise BadInput(
                f"{path}, row {line}: {error}.",
                f"{path} {line}행: 투표 수가 잘못되었습니다({error}).",
            ) from error
        found.append(votes)
    return np.array(found, np.float32).reshape(-1, len(_VOTES))


def load_fer_npz(path: Path, title: str, plus: bool = True) -> Dataset:
    """An NPZ with `images` (n, H, W[, 3]) uint8 and `labels` (n,) or `ferplus_votes` (n, 10).

    `fer_classes` or `classes` name the labels, else FER2013's seven. Nothing is unpickled. Raises
    BadInput for arrays that are absent, of another kind, too large, or do not agree.
    """
    arrays = _arrays(path)
    images = arrays.get("images")
    if images is None or images.dtype != np.uint8 or images.ndim not in (3, 4):
        raise _no_npz(path, "there is no array 'images' of uint8 (n, H, W) or (n, H, W, 3)")
    try:
        store = ArrayPictures(path.name, images)
    except ValueError as error:
        raise _no_npz(path, str(error)) from error
    votes = arrays.get("ferplus_votes")
    if votes is not None and plus:
        if votes.shape != (len(images), len(_VOTES)) or votes.dtype.kind not in "uif":
            raise _no_npz(path, f"'ferplus_votes' are {votes.dtype} {votes.shape}")
        return _plus(title, store, votes.astype(np.float32), [""] * len(images), path)
    labels, classes = _npz_labels(path, arrays, len(images))
    return assemble(title, store, labels, classes=classes)


def _npz_labels(
    path: Path, arrays: dict[str, NDArray[Any]], n: int
) -> tuple[list[str], tuple[str, ...] | None]:
    labels = arrays.get("labels")
    if labels is None or labels.shape != (n,) or labels.dtype.kind not in "iuU":
        raise _no_npz(path, "there is no array 'labels' with a class for each picture")
    if labels.dtype.kind == "U":
        return labels.tolist(), None
    named = arrays.get("fer_classes", arrays.get("classes"))
    classes = FER if named is None else tuple(map(str, named.tolist()))
    if n and not -1 <= int(labels.min()) <= int(labels.max()) < len(classes):
        raise _no_npz(path, f"labels lie outside -1 ... {len(classes) - 1}")
    return [classes[label] if label >= 0 else "" for label in labels.tolist()], classes


def _plus(
    title: str, store: ArrayPictures, votes: NDArray[np.float32], splits: Sequence[str], path: Path
) -> Dataset:
    if len(votes) != len(store):
        raise BadInput(
            f"{path} has votes for {len(votes):,} pictures, but there are {len(store):,}.",
            f"{path}에는 {len(votes):,}장의 투표가 있는데 그림은 {len(store):,}장입니다.",
        )
    cast = votes[:, :8].sum(1)
    targets = np.where(cast[:, None] > 0, votes[:, :8] / np.maximum(cast, 1)[:, None], 1 / 8)
    leader, top = votes.argmax(1), votes.max(1)
    alone = (votes == top[:, None]).sum(1) == 1
    clear = alone & (leader < 8)
    labels = [FERPLUS[at] if ok else "" for at, ok in zip(leader.tolist(), clear, strict=True)]
    faceless = int((votes[:, 9] * 2 > votes.sum(1)).sum())
    notes = [
        f"{int((~clear).sum()):,} pictures have no label: no class has most votes alone, or most "
        f"say 'unknown' or 'no face' ({faceless:,} of them: no face).",
    ]
    return assemble(
        title,
        store,
        labels,
        classes=FERPLUS,
        targets=targets.astype(np.float32),
        splits=splits,
        notes=notes,
    )


def _pixels(text: str, path: Path, line: int) -> NDArray[np.uint8]:
    try:
        values = bytes(map(int, text.split()))
        if len(values) != SIDE * SIDE:
            raise ValueError(f"{len(values):,} pixels, not {SIDE * SIDE:,}")
    except ValueError as error:
        raise BadInput(
            f"{path}, row {line}: no picture of 48 x 48 px ({str(error)[:200]}).",
            f"{path} {line}행: 48x48 그림이 아닙니다({str(error)[:200]}).",
        ) from error
    return np.frombuffer(values, np.uint8).reshape(SIDE, SIDE)


def _label(text: str, path: Path, line: int) -> str:
    word = text.strip()
    if word in FER:
        return word
    if not (word.isascii() and word.isdigit() and len(word) < 4 and int(word) < len(FER)):
        raise BadInput(
            f"{path}, row {line}: emotion is 0 to 6, not {word[:40]!r}.",
            f"{path} {line}행: emotion은 0-6입니다({word[:40]!r}).",
        )
    return FER[int(word)]


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(check_input(path)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MOST_BYTES:
            raise _no_npz(path, f"it unpacks to {size:,} bytes, more than {MOST_BYTES:,}")
        with np.load(path, allow_pickle=False) as table:
            return {name: table[name] for name in table.files}
    except BadInput:
        raise
    # On a damaged archive numpy and zipfile raise nearly anything; pickled arrays: ValueError.
    except Exception as error:
        raise _no_npz(path, str(error)) from error


def _no_npz(path: Path, reason: str) -> BadInput:
    return BadInput(
        f"{path} cannot be used as an archive of pictures: {reason}.",
        f"{path}을(를) 그림 묶음으로 쓸 수 없습니다: {reason}.",
    )
