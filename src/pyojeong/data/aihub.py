"""AI-Hub's Korean emotion faces (한국인 감정인식을 위한 복합 영상): pictures, and JSON that labels them.

A JSON file is a list of records: `filename`, `faceExp_uploader` (the emotion that was acted, one of
the seven) and, from three annotators, `annot_A`, `annot_B`, `annot_C`: `boxes` with minX, minY,
maxX, maxY and `faceExp`. Files are in EUC-KR or UTF-8, pictures in any folders beside them. The
first part of a file name stands for the person, who must not be in two splits.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pyojeong.data.assemble import assemble, composed, split_of
from pyojeong.data.boxes import Box, consensus, repaired
from pyojeong.data.dataset import Dataset
from pyojeong.data.stores import FilePictures
from pyojeong.data.tables import decoded
from pyojeong.emotion import LABEL_SETS
from pyojeong.errors import BadInput
from pyojeong.media.files import read_bytes
from pyojeong.media.image import image_size
from pyojeong.media.listing import list_pictures

CLASSES = LABEL_SETS["aihub-7"].labels
ANNOTATORS = ("annot_A", "annot_B", "annot_C")
LARGEST = 1_000_000_000
"""Most bytes of a JSON file; AI-Hub's have up to 100 MB."""

_SIDES = ("minX", "minY", "maxX", "maxY")
_COUNTED = {
    "odd": "{} records are not of AI-Hub's form and were left out.",
    "unlabelled": "{} records carry no emotion of the seven and were left out.",
    "missing": "{} records name a picture that is not there and were left out.",
    "unreadable": "{} pictures cannot be read and were left out.",
    "repaired": "{} boxes reached out of their picture or had their sides swapped: repaired.",
    "dropped": "{} boxes lie outside their picture or are no boxes: dropped.",
    "boxless": "{} pictures have no usable box and are taken whole.",
    "split": "{} pictures have boxes that do not overlap: the one nearest to the middle was taken.",
    "contradicted": "{} pictures show another emotion than acted to all annotators.",
    "twice": "{} records repeat a picture already described and were left out.",
    "namesakes": "{} pictures share a file name with another; the first was taken.",
}


@dataclass(slots=True)
class _Rows:
    paths: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    votes: list[list[float]] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)


def find_json(root: Path) -> list[Path]:
    """JSON files below a folder that begin like AI-Hub's, by name."""
    found = [p for p in sorted(root.rglob("*")) if p.suffix.lower() == ".json" and p.is_file()]
    return [path for path in found if begins_like_aihub(path)]


def begins_like_aihub(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(20_000)
    return b'"faceExp_uploader"' in head or b'"annot_A"' in head


def load_aihub(root: Path, files: list[Path], title: str) -> Dataset:
    """The pictures below `root` that the JSON files describe. Raises BadInput for a file that is
    no JSON, is in another encoding or too large, and where no record can be used."""
    rows = _Rows()
    pictures = _by_name(root, rows.counts)
    for file in files:
        for record in _records(file):
            _add(rows, record, file, root, pictures)
    if not rows.paths:
        seen = "; ".join(_notes(rows.counts)) or "no records"
        raise BadInput(
            f"None of the pictures that {title} describes can be used: {seen}",
            f"{title}의 기록 가운데 쓸 수 있는 그림이 없습니다: {dict(rows.counts)}",
        )
    targets = np.array(rows.votes, np.float32)
    return assemble(
        title,
        FilePictures(root, tuple(rows.paths)),
        rows.labels,
        classes=CLASSES,
        targets=targets / targets.sum(1, keepdims=True),
        boxes=np.array(rows.boxes, np.float32),
        identities=rows.people,
        splits=rows.splits,
        notes=_notes(rows.counts),
    )


def _notes(counts: Counter[str]) -> list[str]:
    return [text.format(f"{counts[kind]:,}") for kind, text in _COUNTED.items() if counts[kind]]


def _by_name(root: Path, counts: Counter[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for listed in list_pictures([root]):
        name = composed(listed.relative.name)
        counts["namesakes"] += name in found
        found.setdefault(name, listed.relative)
    return found


def _records(path: Path) -> Iterator[Any]:
    text = decoded(read_bytes(path, LARGEST, "max_json_bytes"), path)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{path} is no JSON: {str(error)[:200]}.",
            f"{path}은(는) JSON이 아닙니다: {str(error)[:200]}.",
        ) from error
    yield from value if isinstance(value, list) else [value]


def _add(rows: _Rows, record: Any, file: Path, root: Path, pictures: dict[str, Path]) -> None:
    name = record.get("filename") if isinstance(record, dict) else None
    if not isinstance(name, str):
        rows.counts["odd"] += 1
        return
    label = _emotion(record.get("faceExp_uploader"))
    if not label:
        rows.counts["unlabelled"] += 1
        return
    # Found by its bare name among the pictures listed: no path in the file leads anywhere.
    way = pictures.get(composed(name))
    if way is None:
        rows.counts["missing"] += 1
        return
    if way.as_posix() in rows.known:
        rows.counts["twice"] += 1
        return
    try:
        size = image_size(root / way)
    except BadInput:
        rows.counts["unreadable"] += 1
        return
    rows.known.add(way.as_posix())
    votes = [word for a in ANNOTATORS if (word := _emotion(_dict(record.get(a)).get("faceExp")))]
    rows.counts["contradicted"] += bool(votes) and label not in votes
    rows.paths.append(way.as_posix())
    rows.labels.append(label)
    rows.votes.append([float([label, *votes].count(c)) for c in CLASSES])
    rows.boxes.append(_box(record, size, rows.counts))
    rows.people.append(_person(name))
    rows.splits.append(_split((file.parent / "x").relative_to(root).parts) or _split(way.parts))


def _box(record: dict[str, Any], size: tuple[int, int], counts: Counter[str]) -> Box:
    good = []
    for annotator in ANNOTATORS:
        sides = _dict(_dict(record.get(annotator)).get("boxes"))
        if not sides:
            continue
        box, state = repaired([_number(sides.get(side)) for side in _SIDES], size)
        counts[state] += 1
        if box is not None:
            good.append(box)
    if not good:
        counts["boxless"] += 1
        return (np.nan,) * 4
    box, agreed = consensus(good)
    counts["split"] += not agreed
    return box


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def _emotion(value: Any) -> str:
    word = composed(value.strip()) if isinstance(value, str) else ""
    return word if word in CLASSES else ""


def _person(name: str) -> str:
    """The part of the file name that stands for who took it, where it looks like a digest."""
    first = name.split("_", 1)[0]
    digest = len(first) >= 16 and all(c in "0123456789abcdef" for c in first.lower())
    return first if digest else ""


def _split(parts: tuple[str, ...]) -> str:
    return next((found for part in parts[:-1] if (found := split_of(part))), "")
