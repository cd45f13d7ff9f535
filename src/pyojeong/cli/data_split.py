"""`pyojeong data split`: train, val and test that share no person and no picture."""

from __future__ import annotations

from typing import Annotated

import typer

from pyojeong.cli.data_options import Classes, Out, Quiet, Source, load, print_classes, summary
from pyojeong.cli.language import say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note, progress_bar
from pyojeong.errors import BadSettings


def add_to(group: typer.Typer) -> None:
    group.command(
        "split",
        help=say(
            "Split into train, val and test that share no person and no near-duplicate.",
            "같은 사람이나 비슷한 사진이 겹치지 않게 train, val, test로 나눕니다.",
        ),
        epilog="pyojeong data split faces/ --shares 0.8,0.1,0.1 -o split.parquet",
    )(run)


def run(
    source: Source,
    out: Out,
    shares: Annotated[
        str, typer.Option(help=say("Train, val, test.", "train, val, test의 비율."))
    ] = "0.8,0.1,0.1",
    seed: Annotated[int, typer.Option(help=say("Seed of chance.", "난수 씨앗."))] = 0,
    classes: Classes = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    from pyojeong.data.save import check_place, save_dataset
    from pyojeong.data.split import split_dataset

    wanted = _numbers(shares)
    check_place(out)
    dataset = load(source, classes)
    with progress_bar(quiet, say("Comparing", "비교하는 중")) as progress:
        dataset = split_dataset(dataset, wanted, seed, progress=progress)
    save_dataset(dataset, out)
    if as_json:
        print_json(summary(dataset) | {"out": str(out)})
        return
    print_classes(dataset)
    print_note(dataset.notes[-1])


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadSettings(
            f"--shares takes three numbers such as 0.8,0.1,0.1, not {text!r}.",
            f"--shares는 0.8,0.1,0.1처럼 수 세 개입니다({text!r}).",
        ) from error
