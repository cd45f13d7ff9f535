"""`pyojeong models`: the learned files, where they come from, and whether they are intact."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pyojeong.cli.language import say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note, print_table
from pyojeong.errors import MissingWeights


def add_to(app: typer.Typer) -> None:
    models = typer.Typer(
        no_args_is_help=True,
        help=say(
            "List, show and verify the models and other learned files.",
            "모델과 학습된 파일을 나열하고, 보여 주고, 검증합니다.",
        ),
    )
    models.command("list", help=say("One line per file.", "파일마다 한 줄."))(list_models)
    models.command("show", help=say("Everything known about one.", "하나의 모든 정보."))(show)
    models.command(
        "convert",
        help=say(
            "Turn weights of torchvision's Mask R-CNN (.pth) into a file for --characters.",
            "torchvision Mask R-CNN 가중치(.pth)를 --characters에 쓸 파일로 바꿉니다.",
        ),
        epilog="pyojeong models convert maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth -o coco.safetensors",
    )(convert)
    models.command("verify", help=say("Check every file's hash.", "모든 파일의 해시 확인."))(verify)
    app.add_typer(models, name="models")


def list_models(as_json: AsJson = False) -> None:
    from pyojeong.assets import assets

    if as_json:
        print_json([asdict(a) for a in assets()])
        return
    rows = [[a.name, f"{a.size / 1e6:.1f} MB", a.licence, a.accuracy] for a in assets()]
    print_table(
        [
            say("name", "이름"),
            say("size", "크기"),
            say("licence", "라이선스"),
            say("accuracy", "정확도"),
        ],
        rows,
    )


def show(name: str, as_json: AsJson = False) -> None:
    from pyojeong.assets import find_asset

    facts = asdict(find_asset(name))
    if as_json:
        print_json(facts)
    else:
        print_table(["", ""], [[f"[bold]{key}[/bold]", str(value)] for key, value in facts.items()])


def convert(
    source: Annotated[
        Path,
        typer.Argument(metavar="FILE.pth", help=say("The weights.", "가중치 파일.")),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE.safetensors",
            help=say("The file to write.", "저장할 파일."),
        ),
    ],
    names: Annotated[
        str,
        typer.Option(
            metavar="A,B,...",
            help=say(
                "Classes in order, without the background; without it, those of COCO.",
                "배경을 뺀 클래스 이름을 순서대로. 없으면 COCO의 것.",
            ),
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    from pyojeong.film.convert import convert as convert_file

    done = convert_file(source, out, [name.strip() for name in names.split(",")] if names else [])
    if as_json:
        print_json(
            {"file": str(out), "architecture": done.architecture, "classes": list(done.names)}
        )
        return
    number = len(done.names)
    print_note(
        say(
            f"Written: {out} ({done.architecture}, {number} classes).",
            f"저장함: {out} ({done.architecture}, 클래스 {number}개).",
        )
    )


def verify(as_json: AsJson = False) -> None:
    from pyojeong.assets import assets, verify_asset

    results = {a.name: verify_asset(a) for a in assets()}
    if as_json:
        print_json(results)
    else:
        good, bad = say("intact", "정상"), say("BROKEN", "손상")
        print_table(
            ["", ""], [[n, good if ok else f"[red]{bad}[/red]"] for n, ok in results.items()]
        )
    broken = [name for name, ok in results.items() if not ok]
    if broken:
        raise MissingWeights(
            f"Missing or changed: {', '.join(broken)}. Install Pyojeong again.",
            f"없거나 바뀐 파일: {', '.join(broken)}. Pyojeong을 다시 설치하세요.",
        )
