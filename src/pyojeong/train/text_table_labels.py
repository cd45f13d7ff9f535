"""Where a table keeps its texts and labels, and what a label is worth in house emotions."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pyojeong.emotion import LABEL_SETS, Emotion
from pyojeong.errors import BadSettings
from pyojeong.text.label_map import keyed, known_labels, label_key

Record = Mapping[str, Any]
_ENGLISH_TEXTS = ("text", "sentence", "utterance", "content", "comment", "document", "review")
_TEXTS = (*_ENGLISH_TEXTS, "발화문", "문장", "발화", "텍스트", "글", "내용", "사람문장1")
_ENGLISH_LABELS = ("emotion", "emotions", "label", "labels", "class", "target", "sentiment")
_LABELS = (*_ENGLISH_LABELS, "감정", "감정대분류", "라벨", "레이블")
_INTENSITIES = ("intensity", "strength", "세기", "강도")
_UNNUMBERED = ("aihub-7", "film-5")
_RATERS = 5
_FEWEST_VOTES = 3
_SEPARATORS = re.compile(r"[,|;]")
Kind = Literal["raters", "labels", "columns"]


@dataclass(frozen=True, slots=True)
class Layout:
    """kind: how labels are written. text: column of texts. labels: column(s) of labels.
    strengths: columns of 세기, or one of intensities in [0, 1]. known: weights by label key.
    numbered: labels by number, for a set that was named.
    """

    kind: Kind
    text: str
    labels: tuple[str, ...]
    strengths: tuple[str, ...]
    label_set: str
    known: Mapping[str, Mapping[Emotion, float]]
    numbered: tuple[str, ...] = ()
    by_strength: bool = False

    @property
    def described(self) -> str:
        return f"{self.text} ← {self.labels[0]} ({self.kind}, {self.label_set})"

    def weights(self, record: Record) -> dict[Emotion, float] | str:
        """House weights of a row, not yet normalised, or why there are none."""
        if self.kind == "raters":
            return self._votes(record)
        if self.kind == "columns":
            pairs = [(name, _number(record.get(name))) for name in self.labels]
            named = [(name, share) for name, share in pairs if share > 0]
        else:
            named = list(self._named(record.get(self.labels[0])))
        total: dict[Emotion, float] = {}
        for name, share in named:
            row = self.known.get(label_key(name))
            if row is None:
                if name.isdigit() and not self.numbered:
                    return "a number for a label; name the label set"
                return f"unknown label {name[:40]!r}"
            for emotion, weight in row.items():
                total[emotion] = total.get(emotion, 0.0) + share * weight
        return total if named else "no label"

    def intensity(self, record: Record) -> float:
        """In [0, 1]; NaN where nobody said. Of raters, the mean of all strengths, of 2."""
        found = [_number(record.get(name), math.nan) for name in self.strengths]
        if self.kind == "raters":
            found = [value / 2 for value in found]
        found = [value for value in found if 0 <= value <= 1]
        return sum(found) / len(found) if found else math.nan

    def _votes(self, record: Record) -> dict[Emotion, float] | str:
        total: dict[Emotion, float] = {}
        votes = 0
        for column, strength in zip(self.labels, self.strengths, strict=True):
            row = self.known.get(label_key(str(record.get(column) or "")))
            if row is None:
                continue
            votes += 1
            felt = max(1.0, min(2.0, _number(record.get(strength)))) if self.by_strength else 1.0
            for emotion, weight in row.items():
                total[emotion] = total.get(emotion, 0.0) + felt * weight
        return total if votes >= _FEWEST_VOTES else f"fewer than {_FEWEST_VOTES} readable votes"

    def _named(self, cell: Any) -> Iterator[tuple[str, float]]:
        """(label, share) of a cell: a name, names between commas, a list, numbers, a table."""
        if isinstance(cell, Mapping):
            yield from ((str(name), _number(share)) for name, share in cell.items())
        elif isinstance(cell, list | tuple):
            for item in cell[:100]:
                if not isinstance(item, Mapping | list | tuple):
                    yield from self._named(item)
        elif isinstance(cell, str) and label_key(cell) not in self.known and not cell.isdigit():
            parts = [part.strip() for part in _SEPARATORS.split(cell[:1000])]
            yield from ((self._name(part), 1.0) for part in parts if part)
        elif isinstance(cell, str) and cell.strip():
            yield self._name(cell.strip()), 1.0
        elif isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell:  # noqa: PLR0124 - NaN
            yield self._name(f"{cell:.0f}"), 1.0

    def _name(self, written: str) -> str:
        """The label of that number, where the set was named."""
        if written.isdigit() and len(written) < 6 and int(written) < len(self.numbered):
            return self.numbered[int(written)]
        return written


def find_layout(
    sample: Sequence[Record],
    text: str | None,
    label: str | None,
    label_set: str | None,
    by_strength: bool = False,
) -> Layout | None:
    """The layout of a table by its first records, None when there is none to be found.

    Raises BadSettings for a named column that is not there.
    """
    columns = {_column_key(str(name)): str(name) for record in sample[:50] for name in record}
    for name in (text, label):
        if columns and name is not None and _column_key(name) not in columns:
            raise BadSettings(
                f"There is no column {name!r}; there are: {', '.join(columns.values())}.",
                f"{name!r} 열이 없습니다. 있는 열: {', '.join(columns.values())}.",
            )
    texts = columns.get(_column_key(text)) if text else _first(columns, _TEXTS)
    if texts is None:
        return None
    if label is None and (raters := _raters(columns)):
        strengths = tuple(columns.get(f"{n}번감정세기", "") for n in range(1, _RATERS + 1))
        return Layout(
            "raters", texts, raters, strengths, "ai-hub dialogue", known_labels(), (), by_strength
        )
    strength = _first(columns, _INTENSITIES)
    strengths = (strength,) if strength else ()
    labels = columns.get(_column_key(label)) if label else _first(columns, _LABELS)
    numbered = _numbered(label_set)
    if labels is not None and labels != texts:
        name, known = (label_set, keyed(label_set)) if label_set else _set_of(sample, labels)
        return Layout("labels", texts, (labels,), strengths, name, known, numbered)
    return _wide(columns, texts, strengths, label_set)


def _numbered(label_set: str | None) -> tuple[str, ...]:
    """Labels in the order of their official numbers, () where a set has none."""
    if label_set is None or label_set in _UNNUMBERED:
        return ()
    labels = LABEL_SETS[label_set].labels
    if label_set == "goemotions-27":
        # The files number them by alphabet, neutral last; the table here is in groups.
        return (*sorted(set(labels) - {"neutral"}), "neutral")
    return labels


def _wide(
    columns: Mapping[str, str], texts: str, strengths: tuple[str, ...], label_set: str | None
) -> Layout | None:
    """One column per label: the set of which most labels are columns, at least three."""
    names = [n for n in columns.values() if n != texts]
    sets = [label_set] if label_set else list(LABEL_SETS)
    fitting = {s: [n for n in names if label_key(n) in keyed(s)] for s in sets}
    best = max(fitting, key=lambda s: len(fitting[s]))
    if len(fitting[best]) < 3:
        return None
    return Layout("columns", texts, tuple(fitting[best]), strengths, best, keyed(best))


def _set_of(
    sample: Sequence[Record], column: str
) -> tuple[str, Mapping[str, Mapping[Emotion, float]]]:
    """The set that knows most of the labels, the smallest of equals, or all sets together."""
    reader = Layout("labels", "", (column,), (), "", known_labels())
    seen = Counter(label_key(n) for record in sample for n, _ in reader._named(record.get(column)))
    if not seen:
        return "mixed", known_labels()

    def knows(name: str) -> tuple[int, int]:
        return sum(n for label, n in seen.items() if label in keyed(name)), -len(keyed(name))

    best = max(LABEL_SETS, key=knows)
    together = sum(n for label, n in seen.items() if label in known_labels())
    return (best, keyed(best)) if knows(best)[0] >= together else ("mixed", known_labels())


def _raters(columns: Mapping[str, str]) -> tuple[str, ...]:
    """Columns of the five raters. The real files write "4번 감정" but "4번감정세기"."""
    found = [columns.get(f"{n}번감정") for n in range(1, _RATERS + 1)]
    return tuple(name for name in found if name) if all(found) else ()


def _column_key(name: str) -> str:
    return label_key(name).replace(" ", "")


def _first(columns: Mapping[str, str], wanted: Sequence[str]) -> str | None:
    return next((columns[name] for name in wanted if name in columns), None)


def _number(value: Any, absent: float = 0.0) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return absent
    return number if math.isfinite(number) else absent
