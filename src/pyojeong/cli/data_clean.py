"""`pyojeong data clean`: find repeats and unusable pictures; apply the findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.data_options import Classes, Csv, Html, MaybeOut, Quiet, Source, load
from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note, print_table, progress_bar

if TYPE_CHECKING:
    from pyojeong.data.clean import Findings
    from pyojeong.data.dataset import Dataset

SHOWN = 400
"""Most pictures in a page."""


def add_to(group: typer.Typer) -> None:
    group.command(
        "clean",
        help=say(
            "Find duplicates, near-duplicates, bad boxes, dark, blurred and faceless pictures.",
            "중복, 유사 중복, 잘못된 상자, 어둡거나 흐리거나 얼굴 없는 사진을 찾습니다.",
        ),
        epilog="pyojeong data clean faces/ --csv findings.csv\n\n"
        "pyojeong data clean faces/ --apply findings.csv -o clean.parquet",
    )(run)


def run(
    source: Source,
    out: MaybeOut = None,
    table: Csv = None,
    html: Html = None,
    applied: Annotated[
        Path | None,
        typer.Option(
            "--apply",
            metavar="CSV",
            help=say(
                "Findings of an earlier run, changed by hand.", "손으로 고친 이전 결과 표를 씁니다."
            ),
        ),
    ] = None,
    faces: Annotated[
        bool,
        typer.Option(
            "--faces/--no-faces",
            help=say("Look for faces (slow).", "얼굴이 있는지 봅니다(느림)."),
        ),
    ] = True,
    near: Annotated[
        bool,
        typer.Option(
            "--near/--exact", help=say("Near-duplicates as well.", "유사 중복도 찾습니다.")
        ),
    ] = True,
    turned: Annotated[
        bool,
        typer.Option(
            "--turned",
            help=say(
                "Near-duplicates turned by 90, 180 or 270 degrees as well (four times as slow).",
                "90, 180, 270도 돌린 유사 중복도 찾습니다(네 배 느림).",
            ),
        ),
    ] = False,
    classes: Classes = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    from pyojeong.data.clean import apply, examine, read_findings, write_findings
    from pyojeong.data.faults import face_finder
    from pyojeong.data.save import check_place, save_dataset
    from pyojeong.errors import BadSettings

    if turned and not near:
        raise BadSettings(
            "--turned looks for near-duplicates, which --exact leaves out. Give one of them.",
            "--turned는 유사 중복을 찾는데 --exact는 이를 뺍니다. 둘 중 하나만 쓰세요.",
        )
    if out is not None:
        check_place(out)
    dataset = load(source, classes)
    if applied is not None:
        findings = read_findings(applied, dataset)
    else:
        with progress_bar(quiet, say("Looking", "살펴보는 중")) as progress:
            finder = face_finder() if faces else None
            dataset, findings = examine(
                dataset, near=near, turned=turned, finder=finder, progress=progress
            )
    if table is not None:
        write_findings(table, dataset, findings)
    if html is not None:
        _sheet(html, dataset, findings)
    if out is not None:
        save_dataset(apply(dataset, findings), out)
    _report(dataset, findings, as_json)


def _report(dataset: Dataset, findings: Findings, as_json: bool) -> None:
    kept = int(findings.keep.sum())
    if as_json:
        counts = {"rows": len(dataset), "kept": kept, "repaired_boxes": findings.repaired}
        print_json(counts | {"left_out": findings.counts()})
        return
    rows = [[kind, f"{n:,}"] for kind, n in findings.counts().items()]
    print_table([say("reason", "이유"), say("rows", "행")], rows)
    print_note(
        say(
            f"{kept:,} of {len(dataset):,} rows stay.",
            f"{len(dataset):,}행 중 {kept:,}행을 남깁니다.",
        )
    )


def _sheet(path: Path, dataset: Dataset, findings: Findings) -> None:
    from pyojeong.data.sheet import write_sheet

    gone = [row for row, keep in enumerate(findings.keep.tolist()) if not keep][:SHOWN]
    figures = [
        (
            [row, *filter(lambda same: same >= 0, [int(findings.same_as[row])])],
            f"{findings.reasons[row]}: {findings.details[row]}; {dataset.name(row)}",
        )
        for row in gone
    ]
    rows = [[kind, f"{n:,}"] for kind, n in findings.counts().items()]
    title = say(f"Left out of {dataset.title}", f"{dataset.title}에서 뺀 사진")
    columns = [say("reason", "이유"), say("rows", "행")]
    write_sheet(path, title, dataset, (columns, rows), figures, language())
