"""Which rows of a set to leave out, and why each: repeats, and pictures that show no usable face.

The findings go through a CSV: one line for each row, with a column `keep` that a person may change
before it is applied.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.dataset import Dataset
from pyojeong.data.faults import Finder, inspect, repair_boxes
from pyojeong.data.fingerprint import Prints, fingerprints
from pyojeong.data.repeats import Progress, Repeats, find_repeats
from pyojeong.data.tables import read_rows
from pyojeong.errors import BadInput
from pyojeong.media.files import atomic_path

KINDS = ("unreadable", "bad box", "duplicate", "near-duplicate", "no face", "dark", "blurred")
"""Reasons for leaving a row out, in the order they are counted."""

_COLUMNS = ["row", "name", "keep", "reason", "detail", "same_as", "label", "split"]
_TURNS = ("", ", turned by a quarter", ", turned by half")
_YES, _NO = {"yes", "y", "1", "true", "keep", "예"}, {"no", "n", "0", "false", "drop", "아니오"}


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """For each of n rows: keep (n,) bool; reasons, one of KINDS or ""; details, what was seen;
    same_as (n,) int64, the row kept instead of a duplicate, else -1. repaired: boxes put right."""

    keep: NDArray[np.bool_]
    reasons: tuple[str, ...]
    details: tuple[str, ...]
    same_as: NDArray[np.int64]
    repaired: int = 0

    def counts(self) -> dict[str, int]:
        """Rows left out, by reason."""
        found = Counter(self.reasons)
        return {kind: found[kind] for kind in KINDS if found[kind]}


def examine(
    dataset: Dataset,
    *,
    near: bool = True,
    turned: bool = False,
    finder: Finder | None = None,
    prints: Prints | None = None,
    progress: Progress = lambda share: None,
) -> tuple[Dataset, Findings]:
    """The set with its boxes put right, and what should be left out.

    Of a group of copies the first row with a label stays, else the first. near: also copies that
    differ in their pixels; turned: and those that were turned by 90, 180 or 270 degrees.
    finder: whether a picture shows a face; None does not ask.
    """
    boxes, changed = repair_boxes(dataset)
    dataset = replace(dataset, boxes=boxes)
    faults = inspect(dataset, finder, lambda share: progress(0.4 * share))
    prints = fingerprints(dataset) if prints is None else prints
    repeats = find_repeats(
        prints, near=near, turned=turned, progress=lambda share: progress(0.4 + 0.6 * share)
    )
    reasons, details = [""] * len(dataset), [""] * len(dataset)
    for row, fault in enumerate(faults):
        for kind in KINDS:
            if kind in fault and not reasons[row]:
                reasons[row], details[row] = kind, fault[kind]
    same_as = _copies(dataset, repeats, reasons, details)
    keep = np.array([not reason for reason in reasons], np.bool_)
    return dataset, Findings(keep, tuple(reasons), tuple(details), same_as, changed)


def _copies(
    dataset: Dataset, repeats: Repeats, reasons: list[str], details: list[str]
) -> NDArray[np.int64]:
    same_as = np.full(len(dataset), -1, np.int64)
    best: dict[tuple[int, int], int] = {}
    for at, (a, b) in enumerate(zip(repeats.first.tolist(), repeats.second.tolist(), strict=True)):
        best[a, b] = best[b, a] = at
    order = np.argsort(repeats.groups, kind="stable")
    _, starts = np.unique(repeats.groups[order], return_index=True)
    for group in np.split(order, starts[1:]):
        rows = [int(row) for row in group if not reasons[int(row)]]
        if len(rows) < 2:
            continue
        kept = min(rows, key=lambda row: (dataset.labels[row] < 0, row))
        for row in rows:
            if row == kept:
                continue
            same_as[row] = kept
            at = best.get((kept, row), -1)
            exact = at >= 0 and bool(repeats.exact[at])
            reasons[row] = "duplicate" if exact else "near-duplicate"
            linked = f"agreement {repeats.agreement[at]:.3f}" if at >= 0 else "through another copy"
            details[row] = "equal pixels" if exact else linked
            if at >= 0 and repeats.mirrored[at]:
                details[row] += ", mirrored"
            if at >= 0:
                details[row] += _TURNS[int(repeats.turns[at])]
            if -1 < dataset.labels[row] != dataset.labels[kept] > -1:
                details[row] += (
                    f"; the kept one is labelled {dataset.classes[dataset.labels[kept]]}"
                )
    return same_as


def apply(dataset: Dataset, findings: Findings) -> Dataset:
    """The rows to keep, with a note of what was left out."""
    counts = ", ".join(f"{kind} {n:,}" for kind, n in findings.counts().items())
    gone = int((~findings.keep).sum())
    note = f"Cleaning left out {gone:,} of {len(dataset):,} rows ({counts or 'nothing found'})."
    if findings.repaired:
        note += f" {findings.repaired:,} boxes were cut to their pictures."
    return replace(dataset.take(findings.keep), notes=(*dataset.notes, note))


def write_findings(path: Path, dataset: Dataset, findings: Findings) -> None:
    """One line for each row of the set. Raises OutputFailed."""
    words = [*dataset.classes, ""]
    with atomic_path(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(_COLUMNS)
        for row in range(len(dataset)):
            same = int(findings.same_as[row])
            table.writerow(
                [
                    row,
                    dataset.name(row),
                    "yes" if findings.keep[row] else "no",
                    findings.reasons[row],
                    findings.details[row],
                    same if same >= 0 else "",
                    words[int(dataset.labels[row])],
                    dataset.splits[row],
                ]
            )


def read_findings(path: Path, dataset: Dataset) -> Findings:
    """What `write_findings` wrote, as a person changed it; lines may be in any order, and rows
    without a line stay. Raises BadInput for a table that is not of this set."""
    names, lines = read_rows(path)
    if not {"row", "name", "keep"} <= set(names):
        raise _foreign(path, "it has no columns row, name and keep")
    n = len(dataset)
    keep, same_as = np.ones(n, np.bool_), np.full(n, -1, np.int64)
    reasons, details = [""] * n, [""] * n
    for line, cells in lines:
        cell = dict(zip(names, cells, strict=True))
        row = int(cell["row"]) if cell["row"].isascii() and cell["row"].isdigit() else n
        if row >= n or dataset.name(row) != cell["name"]:
            raise _foreign(
                path, f"line {line} names {cell['name'][:100]!r}, row {cell['row'][:20]}"
            )
        word = cell["keep"].strip().lower()
        if word not in _YES | _NO:
            raise _foreign(path, f"line {line}: keep is yes or no, not {word[:20]!r}")
        keep[row] = word in _YES
        if not keep[row]:
            # A reason of one's own, or none at all, is a person's decision.
            reasons[row] = cell.get("reason", "") or "by hand"
            details[row] = cell.get("detail", "")
            same = cell.get("same_as", "")
            same_as[row] = int(same) if same.isascii() and same.isdigit() and int(same) < n else -1
    return Findings(keep, tuple(reasons), tuple(details), same_as)


def _foreign(path: Path, reason: str) -> BadInput:
    return BadInput(
        f"{path} is no table of findings for this set: {reason}.",
        f"{path}은(는) 이 데이터의 정리 결과 표가 아닙니다: {reason}.",
    )
