"""Options and tables that the commands of `pyojeong data` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import say
from pyojeong.cli.output import print_note, print_table

if TYPE_CHECKING:
    from pyojeong.data.dataset import Dataset

Source = Annotated[
    Path,
    typer.Argument(
        metavar="SOURCE",
        help=say(
            "Folder by class, FER2013 CSV or NPZ, AI-Hub folder or JSON, Parquet, or labels.csv.",
            "클래스별 폴더, FER2013 CSV나 NPZ, AI-Hub 폴더나 JSON, Parquet, labels.csv.",
        ),
    ),
]
_OUT = typer.Option(
    "--out",
    "-o",
    metavar="data.parquet|FOLDER",
    help=say("Parquet file or new folder to write.", "쓸 Parquet 파일이나 새 폴더."),
)
Out = Annotated[Path, _OUT]
MaybeOut = Annotated[Path | None, _OUT]
Classes = Annotated[
    str,
    typer.Option(
        metavar="A,B,...",
        help=say("Only these classes, in this order.", "이 클래스만, 이 순서로 씁니다."),
    ),
]
Html = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help=say("Page with the pictures.", "사진이 든 HTML 쪽.")),
]
Csv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help=say("Table of the findings.", "결과 표(CSV).")),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help=say("No progress.", "진행 표시를 하지 않습니다."))
]


def load(source: Path, classes: str = "") -> Dataset:
    """The set of an argument SOURCE, and a remark for each of its notes."""
    from pyojeong.data.load import load_dataset

    names = [name.strip() for name in classes.split(",") if name.strip()]
    dataset = load_dataset(source, classes=names or None)
    for note in dataset.notes:
        print_note(note)
    return dataset


def summary(dataset: Dataset) -> dict[str, object]:
    """For JSON: rows, classes and splits of a set."""
    from pyojeong.data.assemble import counts
    from pyojeong.data.dataset import SPLITS

    splits = {name: int((dataset.splits == name).sum()) for name in SPLITS}
    return {
        "title": dataset.title,
        "rows": len(dataset),
        "classes": counts(dataset),
        "splits": {name: n for name, n in splits.items() if n},
        "identities": len(set(dataset.identities.tolist()) - {""}),
        "notes": list(dataset.notes),
    }


def print_classes(dataset: Dataset) -> None:
    """Rows of each class in each split."""
    from pyojeong.data.assemble import counts
    from pyojeong.data.dataset import SPLITS

    present = [name for name in (*SPLITS, "") if (dataset.splits == name).any()]
    parts = [counts(dataset.split(name)) for name in present]
    whole = counts(dataset)
    rows = [
        [
            name or say("(no label)", "(라벨 없음)"),
            *(f"{p.get(name, 0):,}" for p in parts),
            f"{n:,}",
        ]
        for name, n in whole.items()
    ]
    rows.append([say("all", "전체"), *(f"{sum(p.values()):,}" for p in parts), f"{len(dataset):,}"])
    named = [name or say("no split", "분할 없음") for name in present]
    print_table([say("class", "클래스"), *named, say("rows", "행")], rows)
