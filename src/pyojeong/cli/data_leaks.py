"""`pyojeong data leaks`: what the splits of a set share, and what repeats inside one."""

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
    from pyojeong.data.leaks import Leaks

SHOWN = 300
"""Most pairs in a page."""


def add_to(group: typer.Typer) -> None:
    group.command(
        "leaks",
        help=say(
            "Report people and (near-)duplicates shared by the splits, and repeats inside one.",
            "분할끼리 겹치는 사람과 (유사) 중복, 한 분할 안의 반복을 보고합니다.",
        ),
    )(run)


def run(
    source: Source,
    html: Html = None,
    table: Csv = None,
    classes: Classes = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    from pyojeong.data.leaks import find_leaks

    dataset = load(source, classes)
    with progress_bar(quiet, say("Comparing", "비교하는 중")) as progress:
        leaks = find_leaks(dataset, progress=progress)
    columns = [
        say("splits", "분할"),
        say("equal", "동일"),
        say("near", "유사"),
        say("mirrored", "좌우 반전"),
        say("people", "사람"),
        say("other label", "다른 라벨"),
    ]
    rows = _rows(leaks)
    if html is not None:
        _sheet(html, dataset, leaks, columns, rows)
    if table is not None:
        _write_pairs(table, dataset, leaks)
    if as_json:
        _print_as_json(leaks)
        return
    print_table(columns, rows)
    print_note(
        say("The splits share pictures or people.", "분할끼리 겹치는 사진이나 사람이 있습니다.")
        if leaks.leaking
        else say("The splits share nothing.", "분할끼리 겹치는 것이 없습니다.")
    )


def _rows(leaks: Leaks) -> list[list[str]]:
    none = say("no split", "분할 없음")
    return [
        [
            f"{c.first or none} / {c.second or none}"
            if c.first != c.second
            else say(f"inside {c.first or none}", f"{c.first or none} 안"),
            *(f"{n:,}" for n in (c.exact, c.near, c.mirrored, c.identities, c.contradictions)),
        ]
        for c in leaks.crossings
    ]


def _print_as_json(leaks: Leaks) -> None:
    from dataclasses import asdict

    print_json(
        {
            "leaking": leaks.leaking,
            "crossings": [asdict(c) for c in leaks.crossings],
            "identities": [{"identity": who, "splits": at} for who, at in leaks.identities],
        }
    )


def _sheet(
    path: Path, dataset: Dataset, leaks: Leaks, columns: list[str], rows: list[list[str]]
) -> None:
    from pyojeong.data.leaks import worst
    from pyojeong.data.sheet import write_sheet

    words, r = [*dataset.classes, "-"], leaks.repeats
    figures = []
    for at in worst(dataset, leaks, SHOWN):
        pair = [int(r.first[at]), int(r.second[at])]
        said = [f"{dataset.splits[row]} {words[int(dataset.labels[row])]}" for row in pair]
        names = ", ".join(dataset.name(row) for row in pair)
        figures.append((pair, f"{r.agreement[at]:.3f}; {' / '.join(said)}; {names}"))
    title = say(f"Leaks of {dataset.title}", f"{dataset.title}의 누출 보고서")
    write_sheet(path, title, dataset, (columns, rows), figures, language())


def _write_pairs(path: Path, dataset: Dataset, leaks: Leaks) -> None:
    from pyojeong.media.files import atomic_path

    words, r = [*dataset.classes, ""], leaks.repeats
    with atomic_path(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["first", "second", "agreement", "exact", "mirrored", "splits", "labels"])
        for at in range(len(r)):
            pair = [int(r.first[at]), int(r.second[at])]
            out.writerow(
                [
                    *(dataset.name(row) for row in pair),
                    f"{r.agreement[at]:.4f}",
                    "yes" if r.exact[at] else "no",
                    "yes" if r.mirrored[at] else "no",
                    "/".join(str(dataset.splits[row]) for row in pair),
                    "/".join(words[int(dataset.labels[row])] for row in pair),
                ]
            )
