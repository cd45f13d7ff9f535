"""Options and tables of the commands that write outlined pictures. Imported once the language is
chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import say
from pyojeong.cli.output import print_table
from pyojeong.errors import BadSettings

if TYPE_CHECKING:
    from pyojeong.data.instances.save import Form
    from pyojeong.data.instances.types import InstanceSet

Out = Annotated[
    Path,
    typer.Option(
        "--out", "-o", metavar="FOLDER", help=say("New folder to write.", "새로 쓸 폴더.")
    ),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="yolo|coco",
        help=say("Form to write: YOLO-seg or COCO.", "쓸 형식: YOLO-seg 또는 COCO."),
    ),
]


def form_of(text: str) -> Form:
    """Raises BadSettings."""
    if text == "yolo":
        return "yolo"
    if text == "coco":
        return "coco"
    raise BadSettings(
        f"--to takes yolo or coco, not {text!r}.", f"--to는 yolo 또는 coco입니다({text!r})."
    )


def summary(found: InstanceSet) -> dict[str, object]:
    """For JSON: pictures, and figures of each class, in each split."""
    return {
        "title": found.title,
        "pictures": {split: len(found.split(split)) for split in _splits(found)},
        "figures": {
            split: dict(zip(found.labels, _counts(found, split), strict=True))
            for split in _splits(found)
        },
        "notes": list(found.notes),
    }


def print_figures(found: InstanceSet) -> None:
    """Figures of each class in each split."""
    splits = _splits(found)
    columns = [_counts(found, split) for split in splits]
    rows = [
        [label, *(f"{column[at]:,}" for column in columns), f"{sum(c[at] for c in columns):,}"]
        for at, label in enumerate(found.labels)
    ]
    totals = [sum(column) for column in columns]
    rows.append([say("all figures", "모든 인물"), *map("{:,}".format, [*totals, sum(totals)])])
    pictures = [len(found.split(split)) for split in splits]
    rows.append([say("pictures", "그림"), *map("{:,}".format, [*pictures, sum(pictures)])])
    named = [split or say("no split", "분할 없음") for split in splits]
    print_table([say("class", "클래스"), *named, say("all", "전체")], rows)


def _splits(found: InstanceSet) -> list[str]:
    present = {picture.split for picture in found.pictures}
    return [split for split in ("train", "val", "test", "") if split in present]


def _counts(found: InstanceSet, split: str) -> list[int]:
    counts = [0] * len(found.labels)
    for picture in found.split(split):
        for outline in picture.outlines:
            counts[outline.label] += 1
    return counts
