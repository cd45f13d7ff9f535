"""`pyojeong data instances`: sets of outlined pictures from one tool to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pyojeong.cli.instance_options import Out, To, form_of, print_figures, summary
from pyojeong.cli.language import say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note
from pyojeong.errors import BadSettings


def add_to(group: typer.Typer) -> None:
    group.command(
        "instances",
        help=say(
            "Read outlined pictures (instance segmentation) as Roboflow, CVAT or Label Studio "
            "export them, count them, and write them as YOLO-seg or COCO.",
            "Roboflow, CVAT, Label Studio에서 내보낸, 윤곽이 그려진 그림(인스턴스 분할)을 읽어 세고 "
            "YOLO-seg나 COCO로 씁니다.",
        ),
        epilog="pyojeong data instances export/ -o set/ --to yolo --split",
    )(run)


def run(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN",
            show_default=False,
            help=say(
                "Unpacked export: folder, data.yaml, or COCO JSON.",
                "압축을 푼 내보내기: 폴더, data.yaml, COCO JSON.",
            ),
        ),
    ],
    out: Out,
    to: To = "yolo",
    split: Annotated[
        bool,
        typer.Option(
            "--split",
            help=say(
                "Divide into train and val anew, by runs of neighbouring frames.",
                "이웃한 프레임끼리 묶어 train과 val로 새로 나눕니다.",
            ),
        ),
    ] = False,
    shares: Annotated[
        str,
        typer.Option(
            metavar="A,B[,C]",
            help=say(
                "With --split: shares of train, val, test.", "--split의 train, val, test 비율."
            ),
        ),
    ] = "0.8,0.2",
    seed: Annotated[
        int, typer.Option(help=say("With --split: seed of chance.", "--split의 난수 씨앗."))
    ] = 0,
    as_json: AsJson = False,
) -> None:
    from pyojeong.data.instances.divide import divided
    from pyojeong.data.instances.load import load_instances
    from pyojeong.data.instances.save import save_instances
    from pyojeong.data.save import check_new_folder

    form, wanted = form_of(to), _numbers(shares)
    check_new_folder(out)
    found = load_instances(source)
    if split:
        found = divided(found, wanted, seed)
    save_instances(found, out, form)
    if as_json:
        print_json(summary(found) | {"out": str(out)})
        return
    print_figures(found)
    for note in found.notes:
        print_note(note)
    if len({picture.split for picture in found.pictures}) == 1:
        print_note(
            say(
                "The set is not divided; --split does that.",
                "나뉘지 않은 데이터입니다. --split으로 나눌 수 있습니다.",
            )
        )
    print_note(
        say(
            f"Written to {out}. To train on it: pyojeong train characters {out} -o run",
            f"{out}에 썼습니다. 학습하려면: pyojeong train characters {out} -o run",
        )
    )


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadSettings(
            f"--shares takes numbers such as 0.8,0.2, not {text!r}.",
            f"--shares는 0.8,0.2 같은 수입니다({text!r}).",
        ) from error
