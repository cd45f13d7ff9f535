"""What a run read, from predictions.npz: sizes and kinds are checked before anything is unpacked."""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput
from pyojeong.train.experiment.folder import broken

Read = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.str_], NDArray[np.uint8]]
LARGEST = 2_000_000_000
"""Bytes of all arrays, unpacked."""
_KINDS = {"logits": "f", "labels": "iu", "names": "U", "thumbs": "u"}
_FAR = 1e30
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNREADABLE = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, OverflowError, RuntimeError),
    *(NotImplementedError, SyntaxError, RecursionError, zipfile.BadZipFile, zlib.error),
)
"""What a damaged archive may raise."""


def clean(text: str) -> str:
    """A text that any page can hold: no control signs and no halves of a sign."""
    return _UNFIT.sub("\ufffd", text)


def read_predictions(path: Path, classes: int) -> Read:
    """logits (n, k), labels (n,), names (n,), thumbs (n, 48, 48, 3) of the measured rows. Raises
    BadInput where the file is damaged or too large, or its parts do not fit together.
    """
    arrays = _arrays(path, classes, _KINDS, "")
    names = np.array([clean(name) for name in arrays["names"].tolist()], np.str_)
    return arrays["logits"], arrays["labels"], names, arrays["thumbs"]


def read_validation(path: Path, classes: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """logits (n, k) and labels (n,) of the validation rows. Raises BadInput."""
    arrays = _arrays(path, classes, {n: _KINDS[n] for n in ("logits", "labels")}, "val_")
    return arrays["logits"], arrays["labels"]


def _arrays(
    path: Path, classes: int, kinds: Mapping[str, str], prefix: str
) -> dict[str, NDArray[Any]]:
    """Arrays by the names of `kinds`, in the file with a prefix; logits float32, labels int64."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise _too_large(path)
            rows = _check_heads(archive, classes, kinds, prefix)
            arrays = {name: _array(archive, prefix + name) for name in kinds}
    except _UNREADABLE as error:
        raise broken(path) from error
    with np.errstate(over="ignore"):
        arrays["logits"] = arrays["logits"].astype(np.float32)
    labels = arrays["labels"] = arrays["labels"].astype(np.int64)
    if not rows or labels.min() < 0 or labels.max() >= classes:
        raise broken(path)
    # NaN is not below anything.
    if not (np.abs(arrays["logits"]) < _FAR).all():
        raise broken(path)
    return arrays


def _check_heads(
    archive: zipfile.ZipFile, classes: int, kinds: Mapping[str, str], prefix: str
) -> int:
    """Rows, where shapes and kinds fit together. Raises ValueError, KeyError."""
    heads = {name: _head(archive, prefix + name) for name in kinds}
    (rows,) = heads["labels"][0]
    wanted = {
        "logits": (rows, classes), "labels": (rows,), "names": (rows,), "thumbs": (rows, 48, 48, 3)
    }  # fmt: skip
    for name, (shape, kind) in heads.items():
        size = archive.getinfo(f"{prefix}{name}.npy").file_size
        fits = shape == wanted[name] and kind.kind in kinds[name]
        if not fits or math.prod(shape) * kind.itemsize > size:
            raise ValueError(name)
    if "thumbs" in heads and heads["thumbs"][1] != np.uint8:
        raise ValueError("thumbs")
    return int(rows)


def _head(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    with archive.open(f"{name}.npy") as stream:
        version = np.lib.format.read_magic(stream)
        reads = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }
        shape, _, kind = reads[version](stream)
    return shape, kind


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    stream: IO[bytes]
    with archive.open(f"{name}.npy") as stream:
        made: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return made


def _too_large(path: Path) -> BadInput:
    return BadInput(
        f"{path} is too large: unpacked more than {LARGEST:,} bytes.",
        f"{path}이(가) 너무 큽니다: 풀면 {LARGEST:,}바이트를 넘습니다.",
    )
