"""`pyojeong data turn`: a set of faces with copies whose heads are turned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pyojeong.cli.data_options import Classes, Quiet, Source, load
from pyojeong.cli.language import say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note, progress_bar


def add_to(group: typer.Typer) -> None:
    group.command(
        "turn",
        help=say(
            "Write the pictures of faces and copies with their heads turned (pitch, yaw, roll).",
            "얼굴 사진과, 고개를 돌린(상하, 좌우, 기울임) 사본을 씁니다.",
        ),
        epilog="pyojeong data turn faces/ -o turned/ --copies 3 --degrees 20",
    )(run)


def run(
    source: Source,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar=say("FOLDER", "폴더"),
            help=say(
                "New folder; the same command goes on after a break.",
                "새 폴더. 중단된 뒤 같은 명령으로 이어 합니다.",
            ),
        ),
    ],
    copies: Annotated[
        int, typer.Option(help=say("Turned copies of each picture.", "사진마다 만들 사본 수."))
    ] = 3,
    degrees: Annotated[
        float, typer.Option(help=say("Largest angle in each axis.", "축마다 가장 큰 각도."))
    ] = 20.0,
    seed: Annotated[int, typer.Option(help=say("Seed of chance.", "난수 씨앗."))] = 0,
    classes: Classes = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    from pyojeong.train.turned_set import Plan, write_turned

    plan = Plan(copies, degrees, seed)
    dataset = load(source, classes)
    with progress_bar(quiet, say("Turning heads", "고개를 돌리는 중")) as progress:
        done = write_turned(dataset, out, plan, progress)
    if as_json:
        print_json(
            {
                "out": str(out),
                "originals": done.originals,
                "copies": done.copies,
                "pictures": done.originals + done.copies,
                "without_face": done.faceless,
                "not_turned": done.held,
                "unreadable": done.unreadable,
            }
        )
        return
    print_note(
        say(
            f"{done.originals + done.copies:,} pictures from {done.originals:,}: "
            f"{done.copies:,} turned copies.",
            f"{done.originals:,}장에서 {done.originals + done.copies:,}장: 돌린 사본 {done.copies:,}장.",
        )
    )
    for count, told in (
        (done.faceless, say("without a face, not turned", "얼굴을 찾지 못해 돌리지 않음")),
        (done.held, say("of val and test, not turned", "val과 test라서 돌리지 않음")),
        (len(done.unreadable), say("unreadable, left out", "읽을 수 없어 제외")),
    ):
        if count:
            print_note(f"{count:,} {told}.")
    print(out)
