"""What one split knows of another: people and copies of pictures in both, and repeats inside one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyojeong.data.dataset import SPLITS, Dataset
from pyojeong.data.fingerprint import Prints, fingerprints
from pyojeong.data.repeats import Progress, Repeats, find_repeats


@dataclass(frozen=True, slots=True)
class Crossing:
    """What two splits share, or one repeats: numbers of pairs of equal pictures, of other copies
    (of these, mirrored), of people in both, and of pairs whose two pictures have other labels."""

    first: str
    second: str
    exact: int
    near: int
    mirrored: int
    identities: int
    contradictions: int


@dataclass(frozen=True, slots=True, eq=False)
class Leaks:
    """crossings: for every two splits, and within each (first equals second). repeats: the pairs,
    as rows of the set. identities: people in more than one split, with these splits."""

    crossings: tuple[Crossing, ...]
    repeats: Repeats
    identities: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def leaking(self) -> bool:
        """Whether anything at all is in two splits."""
        return any(c.first != c.second and c.exact + c.near + c.identities for c in self.crossings)


def find_leaks(
    dataset: Dataset,
    *,
    prints: Prints | None = None,
    progress: Progress = lambda share: None,
) -> Leaks:
    """Copies and people shared by the splits of a set, and repeats within each split.

    Rows without a split count as a split called "".
    """
    prints = fingerprints(dataset) if prints is None else prints
    repeats = find_repeats(prints, progress=progress)
    present = [name for name in (*SPLITS, "") if (dataset.splits == name).any()]
    homes: dict[str, set[str]] = {}
    for who, split in zip(dataset.identities.tolist(), dataset.splits.tolist(), strict=True):
        if who:
            homes.setdefault(who, set()).add(split)
    crossings = [
        _crossing(dataset, repeats, a, b, homes)
        for at, a in enumerate(present)
        for b in present[at:]
    ]
    both = [(who, tuple(sorted(at))) for who, at in sorted(homes.items()) if len(at) > 1]
    return Leaks(tuple(crossings), repeats, tuple(both))


def _crossing(
    dataset: Dataset, repeats: Repeats, a: str, b: str, homes: dict[str, set[str]]
) -> Crossing:
    one, two = dataset.splits[repeats.first], dataset.splits[repeats.second]
    here = ((one == a) & (two == b)) | ((one == b) & (two == a))
    first, second = dataset.labels[repeats.first], dataset.labels[repeats.second]
    differ = (first >= 0) & (second >= 0) & (first != second)
    people = 0 if a == b else sum({a, b} <= home for home in homes.values())
    return Crossing(
        a,
        b,
        int((here & repeats.exact).sum()),
        int((here & ~repeats.exact).sum()),
        int((here & repeats.mirrored).sum()),
        people,
        int((here & differ).sum()),
    )


def worst(dataset: Dataset, leaks: Leaks, most: int) -> list[int]:
    """Positions in `leaks.repeats`, pairs across splits first, then with other labels, most
    alike first."""
    r = leaks.repeats
    across = dataset.splits[r.first] != dataset.splits[r.second]
    differ = dataset.labels[r.first] != dataset.labels[r.second]
    order = np.lexsort((-r.agreement, ~differ, ~across))
    return [int(at) for at in order[:most]]
