"""Runs that differ only in their seed taken together, ranked, and what each factor did."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.compare.statistics import holm, wilson
from pyojeong.errors import Language
from pyojeong.face.report.data_files import harmless
from pyojeong.media.files import atomic_path
from pyojeong.train.calibration import reliability, softmax
from pyojeong.train.experiment import statistics as st
from pyojeong.train.experiment.folder import shown, write_json
from pyojeong.train.experiment.gather import COSTS, Experiment, Run

SURE = 0.05


@dataclass(frozen=True, eq=False)
class Entry:
    """A setting with all its seeds. accuracy, f1: means over the seeds, with 95 % intervals over
    the test rows; spread: standard deviation over seeds, NaN for one. p: Holm-corrected, that it
    is as good as the best; NaN where the rows differ. cost: means over the seeds.
    """

    label: str
    runs: tuple[Run, ...]
    rank: int
    accuracy: float
    accuracy_interval: st.Interval
    spread: float
    f1: float
    f1_interval: st.Interval
    ece: tuple[float, float]
    p: float
    cost: Mapping[str, float]

    def shown(self, lang: Language) -> str:
        """What the reader sees it called."""
        return shown(self.runs[0].plan, lang)

    @property
    def like_best(self) -> bool:
        """Whether it cannot be told apart from the best."""
        return self.rank == 1 or not self.p < SURE


@dataclass(frozen=True, slots=True)
class Effect:
    """A level of a factor against the level of the base: mean difference in accuracy with its
    95 % interval, from `pairs` pairs of runs that differ in nothing else. of_settings: whether the
    interval knows the chance of training, which takes two seeds.
    """

    level: str
    accuracy: float
    difference: float
    interval: st.Interval
    pairs: int
    of_settings: bool


@dataclass(frozen=True, slots=True)
class FactorEffect:
    """shown: level → its name in both languages."""

    name: str
    title: Mapping[str, str]
    shown: Mapping[str, Any]
    reference: str
    reference_accuracy: float
    levels: tuple[Effect, ...]


def models_only(entries: Sequence[Entry]) -> bool:
    """Whether a comparison with the best is one of two single trainings."""
    single = [len(entry.runs) == 1 for entry in entries]
    return single[0] and any(single[1:])


def rank(runs: Sequence[Run]) -> tuple[Entry, ...]:
    """The best accuracy first."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(str(run.plan["label"]), []).append(run)
    ordered = sorted(groups.items(), key=lambda g: -_mean([r.right.mean() for r in g[1]]))
    if not ordered:
        return ()
    best = _table(ordered[0][1])
    chances = [_chance(best, _table(group)) for _, group in ordered[1:]]
    known = iter(holm([p for p in chances if not math.isnan(p)]))
    corrected = [1.0, *(p if math.isnan(p) else next(known) for p in chances)]
    return tuple(
        _entry(label, group, number, p)
        for number, ((label, group), p) in enumerate(zip(ordered, corrected, strict=True), 1)
    )


Table = tuple[NDArray[np.str_], NDArray[np.float64]]
"""Names of the rows (n,), and whether they were read right, (seeds, n)."""


def _table(runs: Sequence[Run]) -> Table | None:
    """None where the seeds were not measured on the same rows."""
    first = _key(runs[0])
    order = np.argsort(first, kind="stable")
    right = []
    for run in runs:
        own = _key(run)
        at = np.argsort(own, kind="stable")
        if not np.array_equal(own[at], first[order]):
            return None
        right.append(run.right[at])
    return first[order], np.stack(right)


def _key(run: Run) -> NDArray[np.str_]:
    """Name and label of each row; a picture with several faces has its name several times."""
    return np.char.add(run.names, np.char.add("\n", run.labels.astype(np.str_)))


def _chance(first: Table | None, second: Table | None) -> float:
    if first is None or second is None or not np.array_equal(first[0], second[0]):
        return float("nan")
    return st.compare(first[1], second[1])


def _mean(values: Sequence[float] | Sequence[Any]) -> float:
    return float(np.mean(values))


def _entry(label: str, runs: list[Run], number: int, p: float) -> Entry:
    accuracies = [float(run.right.mean()) for run in runs]
    accuracy, total = _mean(accuracies), len(runs[0].labels)
    intervals = [st.bootstrap_f1(run.confusion)[0] for run in runs]
    low, high = (_mean([interval[at] for interval in intervals]) for at in (0, 1))
    return Entry(
        label,
        tuple(runs),
        number,
        accuracy,
        wilson(accuracy * total, total),
        float(np.std(accuracies, ddof=1)) if len(runs) > 1 else float("nan"),
        _mean([st.macro(st.f1_scores(run.confusion)) for run in runs]),
        (low, high),
        (_mean([_ece(run, False) for run in runs]), _mean([_ece(run, True) for run in runs])),
        p,
        {key: _mean([float(run.result[key]) for run in runs]) for key in COSTS},
    )


def _ece(run: Run, calibrated: bool) -> float:
    made = run.probabilities if calibrated else softmax(run.logits)
    return reliability(made, run.labels)[3]


# --- factors ---------------------------------------------------------------------------------


def effects(experiment: Experiment) -> tuple[FactorEffect, ...]:
    """What each level of each factor did, where runs that differ in it alone are there."""
    made = []
    # An ensemble is no level of any factor.
    trained = [run for run in experiment.runs if "members" not in run.plan]
    for factor in experiment.plan["factors"]:
        effect = _effect(factor, trained)
        if effect is not None:
            made.append(effect)
    return tuple(made)


def _effect(factor: Mapping[str, Any], runs: Sequence[Run]) -> FactorEffect | None:
    name, settings = str(factor["name"]), set(factor["settings"])
    others: dict[tuple[Any, Any], dict[str, Run]] = {}
    for run in runs:
        changed = run.plan["changed"]
        level = str(run.plan["levels"].get(name, "-"))
        if level == "-" and settings & set(changed):
            continue
        # Runs that agree in all other settings differ in this factor alone.
        rest = sorted((k, str(v)) for k, v in changed.items() if k not in settings)
        others.setdefault((run.plan["seed"], tuple(rest)), {}).setdefault(level, run)
    there = {level for group in others.values() for level in group if len(group) > 1}
    if len(there) < 2:
        return None
    # The base's own level is what the others are measured against; "-" is a base of no level.
    base = _base_level(name, runs)
    reference = base if base in there else sorted(there)[0]
    ordered = [str(level) for level in factor["levels"] if level in there and level != reference]
    levels = [_against(level, reference, others) for level in ordered]
    kept = [group[reference] for group in others.values() if reference in group and len(group) > 1]
    accuracy = _mean([run.right.mean() for run in kept])
    found = tuple(level for level in levels if level is not None)
    return FactorEffect(
        name, factor["title"], factor.get("shown") or {}, reference, accuracy, found
    )


def _base_level(name: str, runs: Sequence[Run]) -> str:
    for run in runs:
        if not run.plan["changed"]:
            return str(run.plan["levels"].get(name, "-"))
    return str(runs[0].plan["levels"].get(name, "-"))


def _against(
    level: str, reference: str, groups: Mapping[tuple[Any, Any], Mapping[str, Run]]
) -> Effect | None:
    pairs, names = [], []
    for (_, rest), group in groups.items():
        if level not in group or reference not in group:
            continue
        a, b = _table([group[level]]), _table([group[reference]])
        # Pairs measured on other rows (another split) cannot be averaged row by row.
        if a is not None and b is not None and np.array_equal(a[0], b[0]):
            pairs.append((a[1][0], b[1][0]))
            names.append(rest)
    fit = [at for at, pair in enumerate(pairs) if len(pair[0]) == len(pairs[0][0])]
    if not fit:
        return None
    first, second = (np.stack([pairs[at][side] for at in fit]) for side in (0, 1))
    known = {rest: number for number, rest in enumerate(names)}
    found = st.difference(first, second, [known[names[at]] for at in fit])
    return Effect(
        level, float(first.mean()), found.mean, found.interval, len(fit), found.of_settings
    )


# --- files -----------------------------------------------------------------------------------


def as_row(entry: Entry) -> dict[str, Any]:
    """An entry as a row of a table: shares in 0-1, cost in its own units."""
    seeds = [run.plan["seed"] for run in entry.runs]
    row: dict[str, Any] = {
        "rank": entry.rank,
        "name": entry.label,
        "seeds": " ".join(map(str, seeds)),
        "accuracy": entry.accuracy,
        "accuracy_low": entry.accuracy_interval[0],
        "accuracy_high": entry.accuracy_interval[1],
        "accuracy_sd_over_seeds": entry.spread,
        "macro_f1": entry.f1,
        "macro_f1_low": entry.f1_interval[0],
        "macro_f1_high": entry.f1_interval[1],
        "ece_before": entry.ece[0],
        "ece": entry.ece[1],
        "p_as_good_as_best": entry.p,
        "cannot_be_told_from_best": entry.like_best,
        "test_pictures": len(entry.runs[0].labels),
    }
    row |= dict(entry.cost)
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()}


def write_ranking(folder: Path, entries: Sequence[Entry]) -> None:
    """ranking.csv and ranking.json. Raises OutputFailed."""
    rows = [as_row(entry) for entry in entries]
    write_json(folder / "ranking.json", rows)
    with (
        atomic_path(folder / "ranking.csv") as part,
        part.open("w", encoding="utf-8-sig", newline="") as stream,
    ):
        writer = csv.DictWriter(stream, list(rows[0]) if rows else ["rank"])
        writer.writeheader()
        for row in rows:
            writer.writerow({k: harmless(v) for k, v in row.items()})
