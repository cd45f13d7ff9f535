"""Labelled texts of others: the AI-Hub emotion dialogues, and tables with any known labels.

A table has a column of texts and one of the following, found by name or named by the user:
five raters ("1번 감정", "1번 감정세기", ... of AI-Hub's 감정 분류를 위한 대화 음성 데이터셋), one column
of labels (a name, several names, or numbers of a label set), or one column per label. Rows that
cannot be used are counted by reason and left out, never fatal.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS, LABEL_SETS
from pyojeong.errors import BadInput, BadSettings
from pyojeong.media.files import Note
from pyojeong.text.normalize import normalize
from pyojeong.train.text_table_files import Broken, Record, find_tables, read_records
from pyojeong.train.text_table_labels import Layout, find_layout

_MOST_ROWS = 5_000_000
_LONGEST_TEXT = 10_000
_SAMPLE = 1000
_MOST_REASONS = 30


@dataclass(frozen=True, slots=True)
class TableOptions:
    """text, label: names of columns, or their numbers from 0 in a table without a header; None
    guesses. label_set: name of the set the labels are from; None finds it. strength: AI-Hub
    raters count by how strongly they felt it (세기 0 to 2; at least 1).
    """

    text: str | None = None
    label: str | None = None
    label_set: str | None = None
    strength: bool = False

    def __post_init__(self) -> None:
        if self.label_set is not None and self.label_set not in LABEL_SETS:
            raise BadSettings(
                f"Unknown label set {self.label_set!r}; there are: {', '.join(LABEL_SETS)}.",
                f"모르는 라벨 집합 {self.label_set!r}. 사용 가능: {', '.join(LABEL_SETS)}.",
            )


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file. broken: rows left out, by reason. layout: None when no usable
    columns were found."""

    path: Path
    rows: int
    broken: Mapping[str, int]
    layout: Layout | None

    def note(self) -> Note:
        """One line for people."""
        left_out = sum(self.broken.values())
        reasons = "; ".join(f"{n:,} x {reason}" for reason, n in self.broken.items())
        found = self.layout.described if self.layout else "-"
        tail = f" ({reasons})" if reasons else ""
        return Note(
            f"{self.path.name}: {self.rows:,} rows, {left_out:,} left out{tail}; {found}",
            f"{self.path.name}: {self.rows:,}행, 제외 {left_out:,}행{tail}; {found}",
        )


@dataclass(frozen=True, slots=True)
class Labelled:
    """n labelled texts. targets: (n, 7) float32, house emotions, rows sum to 1. intensities:
    (n,) float32 in [0, 1], NaN where nobody said. sources: names of their files, without suffix.
    """

    texts: list[str]
    targets: NDArray[np.float32]
    intensities: NDArray[np.float32]
    sources: list[str]
    reports: tuple[FileReport, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    def where(self, chosen: Sequence[bool] | NDArray[np.bool_]) -> Labelled:
        rows = np.flatnonzero(np.asarray(chosen))
        return Labelled(
            [self.texts[r] for r in rows],
            self.targets[rows],
            self.intensities[rows],
            [self.sources[r] for r in rows],
            self.reports,
        )


@dataclass(slots=True)
class _Gathered:
    texts: list[str] = field(default_factory=list)
    targets: list[NDArray[np.float32]] = field(default_factory=list)
    intensities: list[float] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)


def read_tables(paths: Iterable[Path | str], options: TableOptions | None = None) -> Labelled:
    """All labelled texts of files and folders, at most five million, each cut at 10,000
    characters.

    Raises BadInput when a path is wrong or no row can be used (the message says why), BadSettings
    for a column that is not there.
    """
    wanted = options or TableOptions()
    gathered = _Gathered()
    reports = tuple(_read_file(path, wanted, gathered) for path in find_tables(paths))
    if not gathered.texts:
        told = [r.note() for r in reports[:5]]
        raise BadInput(
            "No labelled text found. " + " | ".join(n.en for n in told),
            "라벨이 있는 글을 찾지 못했습니다. " + " | ".join(n.ko for n in told),
        )
    return Labelled(
        gathered.texts,
        np.stack(gathered.targets),
        np.array(gathered.intensities, np.float32),
        gathered.sources,
        reports,
    )


def _read_file(path: Path, options: TableOptions, gathered: _Gathered) -> FileReport:
    headless = all(name is not None and name.isdigit() for name in (options.text, options.label))
    records = read_records(path, headless)
    sample = list(islice(records, _SAMPLE))
    layout = find_layout(
        [r for r in sample if not isinstance(r, Broken)],
        options.text,
        options.label,
        options.label_set,
        options.strength,
    )
    broken: Counter[str] = Counter()
    before = len(gathered.texts)
    for record in chain(sample, records):
        reason = _take(record, layout, path.stem, gathered)
        if reason:
            known = reason in broken or len(broken) < _MOST_REASONS
            broken[reason if known else "other reasons"] += 1
        if len(gathered.texts) >= _MOST_ROWS:
            broken[f"after the first {_MOST_ROWS:,} rows, not read"] += 1
            break
    return FileReport(path, len(gathered.texts) - before, dict(broken.most_common()), layout)


def _take(record: Record | Broken, layout: Layout | None, source: str, gathered: _Gathered) -> str:
    """Add a record, or say why not."""
    if isinstance(record, Broken):
        return record.reason
    if layout is None:
        return f"no column of texts or none of labels; columns are {_listed(record)}"
    text = _text(record.get(layout.text))
    if not text.strip() or "\ufffd" in text:
        return "characters that cannot be decoded" if text.strip() else "no text"
    weights = layout.weights(record)
    if isinstance(weights, str):
        return weights
    target = np.array([weights.get(e, 0.0) for e in EMOTIONS], np.float64)
    if not (target >= 0).all() or not 0 < target.sum() < math.inf:
        return "a label that says nothing of emotion"
    gathered.texts.append(text)
    gathered.targets.append((target / target.sum()).astype(np.float32))
    gathered.intensities.append(layout.intensity(record))
    gathered.sources.append(source)
    return ""


def _text(value: Any) -> str:
    # Cut first: normalising is the slow part. Lone surrogates become U+FFFD there as well.
    return normalize(value[:_LONGEST_TEXT]) if isinstance(value, str) else ""


def _listed(record: Record) -> str:
    return ", ".join(repr(str(name)[:40]) for name in list(record)[:20])
