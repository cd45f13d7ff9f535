"""`pyojeong data compare`: why a model trained on one set fails on another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pyojeong.cli.data_options import Quiet, Source, load
from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note, progress_bar
from pyojeong.errors import BadSettings

Report = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="report.html|report.json",
        help=say("Page or JSON to write.", "쓸 HTML 보고서나 JSON."),
    ),
]
Classifier = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.onnx",
        help=say(
            "Classifier of `pyojeong train expression`; without it the shipped one.",
            "`pyojeong train expression`으로 만든 분류기. 없으면 기본 분류기.",
        ),
    ),
]
Most = Annotated[
    int,
    typer.Option(min=1, help=say("Most pictures of each set.", "데이터마다 볼 사진 수의 한도.")),
]
Seed = Annotated[int, typer.Option(min=0, help=say("Seed of the sample.", "표본의 시드."))]


def add_to(group: typer.Typer) -> None:
    group.command(
        "compare",
        help=say(
            "Why a model trained on set A fails on set B.",
            "데이터 A로 배운 모델이 데이터 B에서 왜 틀리는지 봅니다.",
        ),
    )(run)


def run(
    a: Source,
    b: Source,
    out: Report = None,
    classifier: Classifier = None,
    most: Most = 400,
    seed: Seed = 0,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    from pyojeong.data.compare.make import as_dict, compare, open_reader, sentences

    if out is not None and out.suffix.lower() not in (".html", ".json"):
        raise BadSettings(
            f"{out} ends neither in .html nor in .json.",
            f"{out}: .html이나 .json으로 끝나야 합니다.",
        )
    sets = load(a), load(b)
    with progress_bar(quiet, say("Reading", "읽는 중")) as progress:
        made = compare(*sets, open_reader(classifier), most, seed, progress)
    if out is not None and out.suffix.lower() == ".html":
        from pyojeong.data.compare.page import write_page

        write_page(out, made, language())
    elif out is not None:
        from pyojeong.media.files import atomic_path

        text = json.dumps(as_dict(made, language()), ensure_ascii=False, indent=2)
        with atomic_path(out) as part:
            part.write_text(text + "\n", encoding="utf-8", newline="\n")
    if as_json:
        print_json(as_dict(made, language()))
        return
    for text in sentences(made, language()):
        print_note(text)
