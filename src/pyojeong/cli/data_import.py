"""`pyojeong data import`: any layout of labelled pictures to one file or folder."""

from __future__ import annotations

import typer

from pyojeong.cli.data_options import Classes, Out, Source, load, print_classes, summary
from pyojeong.cli.language import say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note


def add_to(group: typer.Typer) -> None:
    group.command(
        "import",
        help=say(
            "Read labelled pictures of any usual layout and write them as one Parquet file or folder.",
            "여러 형식의 라벨 달린 사진을 읽어 Parquet 파일이나 폴더 하나로 씁니다.",
        ),
    )(run)


def run(source: Source, out: Out, classes: Classes = "", as_json: AsJson = False) -> None:
    from pyojeong.data.save import check_place, save_dataset

    check_place(out)
    dataset = load(source, classes)
    save_dataset(dataset, out)
    if as_json:
        print_json(summary(dataset) | {"out": str(out)})
        return
    print_classes(dataset)
    print_note(say(f"Written to {out}.", f"{out}에 썼습니다."))
