"""What a grid file means: factors with their levels, the runs, what reads together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyojeong.errors import BadSettings
from pyojeong.train.classifier.config import Config
from pyojeong.train.experiment.tables import Text

METHODS = ("soft", "stacked")
"""Of an ensemble."""


@dataclass(frozen=True, slots=True)
class Level:
    """name: what a reader sees; shown: in both languages. values: the settings it stands for."""

    name: str
    shown: Text
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Factor:
    name: str
    title: Text
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """One run. name: of its folder, readable and with a hash of its settings. label: what it is
    called, the same for all seeds. shown: the label in both languages. levels: factor → level, of
    every factor of the grid that the run's settings agree with. changed: how it differs from the base.
    """

    name: str
    label: str
    shown: Text
    seed: int
    levels: Mapping[str, str]
    changed: Mapping[str, Any]
    config: Config


@dataclass(frozen=True, slots=True)
class Together:
    """An ensemble. name: of its folder. label: what it is called; shown: in both languages. members: names of the runs.
    kind: "soft" or "stacked"."""

    name: str
    label: str
    shown: Text
    seed: int
    members: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Published:
    """A number from elsewhere, and the settings of ours that it stands beside."""

    name: str
    accuracy: float
    values: Mapping[str, Any]
    note: Text


@dataclass(frozen=True, slots=True)
class Changed:
    """What a caller lays over a grid. values: `section.name` to setting, of the base; what a
    factor sets still goes before. seeds: in place of the grid's, where there are any."""

    values: Mapping[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    title: Text
    about: Text
    mode: str
    base: Config
    factors: tuple[Factor, ...]
    seeds: tuple[int, ...]
    runs: tuple[Planned, ...]
    ensembles: tuple[Together, ...]
    published: tuple[Published, ...]
    text: str

    def chosen(self, patterns: tuple[str, ...]) -> tuple[Planned, ...]:
        """The runs whose name or label holds one of the words; all without words.

        Raises BadSettings for a word that none has.
        """
        for pattern in patterns:
            if not any(_named(run, pattern) for run in self.runs):
                listed = ", ".join(dict.fromkeys(run.label for run in self.runs))
                raise BadSettings(
                    f"No run is called {pattern!r}; there are: {listed}.",
                    f"{pattern!r} 실험은 없습니다. 있는 것: {listed}.",
                )
        runs = self.runs
        return tuple(r for r in runs if not patterns or any(_named(r, p) for p in patterns))


def _named(run: Planned, pattern: str) -> bool:
    return pattern.casefold() in f"{run.name}\n{run.label}".casefold()
