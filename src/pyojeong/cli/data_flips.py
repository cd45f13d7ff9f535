"""`pyojeong data flips`: labels that look wrong, the most doubtful first."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pyojeong.cli.data_options import Classes, Csv, Html, Quiet, Source, load
from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note, print_table, progress_bar

if TYPE_CHECKING:
    from pyojeong.data.dataset import Dataset
    from pyojeong.data.flips import Flips

LISTED, SHOWN = 20, 300


def add_to(group: typer.Typer) -> None:
    group.command(
        "flips",
        help=say(
            "List labels that look wrong: what the pictures of other rows say against them.",
            "잘못된 것 같은 라벨을 찾습니다. 다른 사진에서 배운 예측과 견줍니다.",
        ),
    )(run)


def run(
    source: Source,
    table: Csv = None,
    html: Html = None,
    classes: Classes = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    import numpy as np

    from pyojeong.data.flips import features, find_flips
    from pyojeong.data.repeats import Ints
    from pyojeong.data.split import together

    dataset = load(source, classes)
    with progress_bar(quiet, say("Reading", "읽는 중")) as progress:
        described = features(dataset, progress)
    none: Ints = np.zeros((0, 2), np.int64)
    flips = find_flips(dataset, described, together(dataset, none))
    if table is not None:
        _write(table, dataset, flips)
    columns = [say("picture", "사진"), say("label", "라벨"), say("looks like", "보이는 것"), ""]
    rows = _rows(dataset, flips)
    if html is not None:
        from pyojeong.data.sheet import write_sheet

        figures = [([int(r)], ", ".join(row[1:])) for r, row in zip(flips.rows, rows, strict=True)]
        title = say(f"Doubted labels of {dataset.title}", f"{dataset.title}의 의심스러운 라벨")
        write_sheet(html, title, dataset, (columns, rows[:LISTED]), figures[:SHOWN], language())
    if as_json:
        keys = ("picture", "label", "guess", "margin")
        found = [dict(zip(keys, (*row[:3], float(row[3])), strict=True)) for row in rows]
        print_json({"rows": len(dataset), "noise": round(flips.noise, 4), "doubted": found})
        return
    print_table(columns, rows[:LISTED])
    print_note(
        say(
            f"{len(rows):,} of {len(dataset):,} labels are in doubt; look at them before changing any.",
            f"라벨 {len(dataset):,}개 중 {len(rows):,}개가 의심스럽습니다. 고치기 전에 직접 확인하세요.",
        )
    )


def _rows(dataset: Dataset, flips: Flips) -> list[list[str]]:
    words = dataset.classes
    return [
        [dataset.name(int(row)), words[int(given)], words[int(guess)], f"{margin:.3f}"]
        for row, given, guess, margin in zip(
            flips.rows, flips.given, flips.guessed, flips.margin, strict=True
        )
    ]


def _write(path: Path, dataset: Dataset, flips: Flips) -> None:
    from pyojeong.media.files import atomic_path

    with atomic_path(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["row", "name", "label", "guess", "margin"])
        for row, cells in zip(flips.rows.tolist(), _rows(dataset, flips), strict=True):
            out.writerow([row, *cells])
