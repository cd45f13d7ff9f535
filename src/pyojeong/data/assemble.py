"""Columns of any layout made into a `Dataset`: classes from the words found, names of splits."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import Dataset, Pictures
from pyojeong.errors import BadInput

_SPLITS = {
    **dict.fromkeys(("train", "training", "학습"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "publictest", "검증"), "val"),
    **dict.fromkeys(("test", "testing", "privatetest", "평가"), "test"),
}

MOST_CLASSES = 1000


def split_of(word: str) -> str:
    """One of `dataset.SPLITS` for any usual spelling (Training, valid, PublicTest), else ""."""
    return _SPLITS.get(word.strip().lower(), "")


def composed(text: str) -> str:
    """Hangul in whole syllables: file names from macOS come in pieces."""
    return unicodedata.normalize("NFC", text)


def assemble(
    title: str,
    pictures: Pictures,
    labels: Sequence[str],
    *,
    rows: Sequence[int] | NDArray[np.int64] | None = None,
    classes: Sequence[str] | None = None,
    targets: NDArray[np.float32] | None = None,
    boxes: NDArray[np.float32] | None = None,
    identities: Sequence[str] | None = None,
    splits: Sequence[str] | None = None,
    notes: Sequence[str] = (),
) -> Dataset:
    """A data set of n rows; labels are words, "" where unknown.

    classes: in their order; without them, the words found, sorted. Raises BadInput for more than
    1,000 different labels: that is a column of something else.
    """
    n = len(labels)
    words = [composed(label.strip()) for label in labels]
    order = list(classes) if classes is not None else sorted(set(words) - {""})
    if len(order) > MOST_CLASSES:
        raise BadInput(
            f"{title} has {len(order):,} different labels, more than {MOST_CLASSES:,}; "
            f"the first are {', '.join(order[:3])}. Is that the column of labels?",
            f"{title}에 서로 다른 라벨이 {len(order):,}개 있습니다(한도 {MOST_CLASSES:,}개). "
            f"처음 몇 개: {', '.join(order[:3])}. 라벨 열이 맞습니까?",
        )
    number = {name: at for at, name in enumerate(order)} | {"": -1}
    return Dataset(
        title,
        tuple(order),
        pictures,
        np.arange(n) if rows is None else np.asarray(rows, np.int64),
        np.array([number[word] for word in words], np.int64),
        targets,
        np.full((n, 4), np.nan, np.float32) if boxes is None else boxes,
        np.array(identities if identities is not None else [""] * n, np.str_),
        np.array(splits if splits is not None else [""] * n, np.str_),
        tuple(notes),
    )


def with_classes(dataset: Dataset, classes: Sequence[str]) -> Dataset:
    """Only the classes named, in that order; rows of others are left out and counted.

    Rows without a label stay. Raises BadInput for a class the set does not have.
    """
    missing = [name for name in classes if name not in dataset.classes]
    if missing or len(set(classes)) != len(classes):
        have = ", ".join(dataset.classes) or "-"
        named = ", ".join(missing or classes)
        raise BadInput(
            f"{dataset.title} has no class {named}, or one is named twice. It has: {have}.",
            f"{dataset.title}에 {named} 클래스가 없거나 두 번 적혔습니다. 있는 클래스: {have}.",
        )
    at = [dataset.classes.index(name) for name in classes]
    number = np.full(len(dataset.classes) + 1, -2, np.int64)
    number[at], number[-1] = np.arange(len(at)), -1
    labels = number[dataset.labels]
    kept = dataset.take(labels != -2)
    targets = None if kept.targets is None else normalised(kept.targets[:, at])
    notes = dataset.notes
    if len(kept) < len(dataset):
        notes += (f"{len(dataset) - len(kept):,} rows of other classes were left out.",)
    return replace(
        kept, classes=tuple(classes), labels=labels[labels != -2], targets=targets, notes=notes
    )


def counts(dataset: Dataset) -> dict[str, int]:
    """Rows of each class, and of "" where some have no label."""
    found = Counter(dataset.labels.tolist())
    named = {name: found.get(at, 0) for at, name in enumerate(dataset.classes)}
    return named | ({"": found[-1]} if found.get(-1) else {})


def normalised(targets: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows that sum to 1; even where nothing is left."""
    total = targets.sum(1, keepdims=True)
    even = np.float32(1 / targets.shape[1])
    return np.where(total > 0, targets / np.maximum(total, 1e-9), even).astype(np.float32)
