"""Check the corpus files and print their counts. Standard library only.

Exit status 1 when a row has a wrong label, kind or intensity, an empty field, a text that
occurs twice (compared without spaces and punctuation), or when an author belongs to no part
or to more than one.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
EMOTIONS = ("happiness", "anger", "sadness", "fear", "surprise", "disgust", "neutral")
KINDS = ("narration", "speech", "diary", "dialogue")
COLUMNS = ["id", "text", "emotion", "intensity", "second", "kind"]
PARTS = ("train", "dev", "test")


def bare(text: str) -> str:
    """The text without spaces, punctuation and case: what two copies have in common."""
    return re.sub(r"[\W_]+", "", text).casefold()


def row_faults(row: dict[str, str]) -> Iterator[str]:
    """What is wrong with one row taken alone."""
    for column in ("id", "text", "emotion", "intensity", "kind"):
        if not (row[column] or "").strip():
            yield f"empty {column}"
    if row["emotion"] not in EMOTIONS:
        yield f"unknown emotion {row['emotion']!r}"
    if row["second"] and (row["second"] not in EMOTIONS or row["second"] == row["emotion"]):
        yield f"bad second emotion {row['second']!r}"
    if row["kind"] not in KINDS:
        yield f"unknown kind {row['kind']!r}"
    if not re.fullmatch(r"0(\.\d+)?|1(\.0+)?", row["intensity"] or ""):
        yield f"intensity {row['intensity']!r} is not in 0-1"


def read_author(path: Path) -> list[dict[str, str]]:
    """The rows of one author's file; raises ValueError when its columns are not ours."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise ValueError(f"{path.name}: columns {reader.fieldnames}")
        return list(reader)


def split_of_authors(root: Path, faults: list[str]) -> dict[str, str]:
    """Author ("ko/author_01_...") to part; adds a fault for an author named twice."""
    parts: dict[str, list[str]] = json.loads((root / "splits.json").read_text(encoding="utf-8"))
    if sorted(parts) != sorted(PARTS):
        faults.append(f"splits.json: parts {sorted(parts)}")
    part_of: dict[str, str] = {}
    for part, authors in parts.items():
        for author in authors:
            if author in part_of:
                faults.append(f"splits.json: {author} is in {part_of[author]} and {part}")
            if not (root / f"{author}.csv").is_file():
                faults.append(f"splits.json: {author} has no file")
            part_of[author] = part
    return part_of


def check(root: Path) -> tuple[list[str], Counter[tuple[str, str, str]]]:
    """All faults of the corpus under root, and counts by (language, part, emotion)."""
    faults: list[str] = []
    counts: Counter[tuple[str, str, str]] = Counter()
    texts: dict[str, str] = {}
    ids: set[str] = set()
    part_of = split_of_authors(root, faults)
    for path in sorted([*root.glob("ko/*.csv"), *root.glob("en/*.csv")]):
        author = f"{path.parent.name}/{path.stem}"
        if author not in part_of:
            faults.append(f"{author} is in no part")
        for row in read_author(path):
            faults += [f"{author} {row['id']}: {fault}" for fault in row_faults(row)]
            if row["id"] in ids:
                faults.append(f"{author} {row['id']}: id used twice")
            ids.add(row["id"])
            first = texts.setdefault(bare(row["text"] or ""), row["id"])
            if first != row["id"]:
                faults.append(f"{author} {row['id']}: same text as {first}")
            counts[path.parent.name, part_of.get(author, "none"), row["emotion"]] += 1
    return faults, counts


def table(counts: Counter[tuple[str, str, str]]) -> str:
    """Counts as a Markdown table, one line per language and part."""
    lines = ["| | " + " | ".join(EMOTIONS) + " | all |", "|---" * (len(EMOTIONS) + 2) + "|"]
    for language in sorted({key[0] for key in counts}, reverse=True):
        for part in (*PARTS, "all"):
            keys = PARTS if part == "all" else (part,)
            row = [sum(counts[language, key, emotion] for key in keys) for emotion in EMOTIONS]
            cells = " | ".join(str(number) for number in (*row, sum(row)))
            lines.append(f"| {language} {part} | {cells} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print counts and faults; 1 when there are faults."""
    faults, counts = check(ROOT)
    sys.stdout.write(table(counts))
    for fault in faults:
        sys.stderr.write(fault + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
