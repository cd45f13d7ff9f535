"""A set of film frames divided into what is learned from and what is checked with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pyojeong.data.class_folders import source_of
from pyojeong.data.dataset import SPLITS
from pyojeong.data.instances.types import InstanceSet, OutlinedPicture
from pyojeong.errors import BadInput, BadSettings

_CHAPTERS, _LEAST = 5, 20
"""Into how many chapters a set is cut at most, and how many pictures one has at least."""

_LABEL_STUDIO = re.compile(r"^[0-9a-f]{8}-(?=.)")
_DIGITS = re.compile(r"([0-9]{1,18})")


def divided(found: InstanceSet, shares: Sequence[float] = (0.8, 0.2), seed: int = 0) -> InstanceSet:
    """The set with every picture in train, val or test; what it said before is forgotten.

    Frames of one film that are next to each other in time resemble one another: were single frames
    drawn by chance, nearly every val picture would have a twin in train, and the measured quality
    would be that of remembering. So the pictures are put in the order of their names (frames of
    `pyojeong film frames` begin with their number; the prefixes of Label Studio and endings of
    Roboflow are passed over), the order is cut into up to five chapters, and from each chapter val
    and test get one run of neighbours, at a place drawn with the seed. Copies that Roboflow made of
    one picture stay together.

    shares: for train and val, or train, val and test; they sum to 1. The same names and seed give
    the same splits. Raises BadSettings for other shares, BadInput for fewer than two pictures.
    """
    wanted = np.array(shares, np.float64)
    if len(wanted) not in (2, 3) or (wanted < 0).any() or abs(wanted.sum() - 1) > 1e-6:
        raise BadSettings(
            f"Shares are two or three numbers from 0 that sum to 1, for train, val (and test): "
            f"{tuple(shares)}.",
            f"비율은 train, val(, test) 순서로 합이 1인 0 이상의 수 두세 개입니다: {tuple(shares)}.",
        )
    runs = _in_order(found.pictures)
    if len(runs) < 2:
        raise BadInput(
            f"{found.title} has {len(runs)} pictures; there is nothing to divide.",
            f"{found.title}의 그림이 {len(runs)}장뿐이라 나눌 수 없습니다.",
        )
    split_of_source: dict[str, str] = {}
    rng = np.random.default_rng(seed)
    for chapter in np.array_split(np.array(runs), min(_CHAPTERS, max(1, len(runs) // _LEAST))):
        split_of_source |= zip(chapter.tolist(), _dealt(len(chapter), wanted, rng), strict=True)
    pictures = tuple(replace(p, split=split_of_source[_source(p)]) for p in found.pictures)
    told = ", ".join(f"{n} {sum(p.split == n for p in pictures):,}" for n in SPLITS[: len(wanted)])
    note = f"Divided {len(pictures):,} pictures by runs of neighbours with seed {seed}: {told}."
    return replace(found, pictures=pictures, notes=(*found.notes, note))


def _dealt(n: int, shares: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Splits of a chapter of n pictures in order: a run of val, then of test, amid train."""
    counts = [max(1, round(share * n)) if share > 0 and n > 1 else 0 for share in shares[1:]]
    held = [name for name, count in zip(SPLITS[1:], counts, strict=False) for _ in range(count)]
    # Something is left to learn from, unless nothing was asked for.
    held = held[: n - 1] if shares[0] > 0 else held[:n]
    before = int(rng.integers(n - len(held) + 1))
    return [SPLITS[0]] * before + held + [SPLITS[0]] * (n - before - len(held))


def _in_order(pictures: Sequence[OutlinedPicture]) -> list[str]:
    """The different sources of the pictures, in the order of the film."""
    return sorted({_source(picture) for picture in pictures}, key=_natural)


def _source(picture: OutlinedPicture) -> str:
    """The name without what Label Studio and Roboflow add, and without the folders of a split."""
    last = picture.name.rsplit("/", 1)[-1]
    return _LABEL_STUDIO.sub("", source_of(last) or last)


def _natural(name: str) -> list[tuple[int, str]]:
    """Numbers by their value: `frame_9.jpg` before `frame_10.jpg`."""
    parts = _DIGITS.split(name)
    return [(int(part) if at % 2 else 0, part) for at, part in enumerate(parts)]
