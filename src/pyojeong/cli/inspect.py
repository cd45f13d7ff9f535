"""`pyojeong inspect`: what a picture or a film is, and what made it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_table

if TYPE_CHECKING:
    from pyojeong.media.inspect import Inspected


def add_to(app: typer.Typer) -> None:
    app.command(
        "inspect",
        help=say(
            "Say what a picture or film is, and whether its own notes tell that it was generated "
            "or edited.",
            "사진이나 영상이 무엇인지, 생성 또는 편집되었다고 적혀 있는지 알려 줍니다.",
        ),
        epilog="pyojeong inspect sad.png",
    )(command)


def command(
    file: Annotated[
        Path, typer.Argument(help=say("Picture or film.", "사진 또는 영상."), show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    from pyojeong.media.inspect import inspect_file

    found = inspect_file(file)
    if as_json:
        print_json({"path": str(file), **found.as_dict()})
        return
    rows = [[_shown(name), text] for name, text in found.facts.items()]
    rows += [[name, text] for name, text in found.metadata.items()]
    rows += _making(found)
    print_table([say("what", "항목"), str(file)], rows)


def _making(found: Inspected) -> list[list[str]]:
    claim = found.claim
    head = say("made by", "만든 방법")
    if claim is None:
        if found.source_type:
            return [[head, found.source_type]]
        nothing = say(
            "It says nothing of being generated or edited.", "생성이나 편집에 대한 기록이 없습니다."
        )
        return [[head, nothing]]
    rows = [
        [head, f"{claim.what} ({claim.tool}, {claim.when})"],
        [say("source type", "출처 유형"), found.source_type or claim.source_type],
        [
            say("signed", "서명"),
            say("no: anybody could have written this", "없음: 누구나 쓸 수 있음"),
        ],
    ]
    rows += [[f"  {name}", str(value)] for name, value in claim.details.items()]
    if claim.ingredient:
        rows.append([say("edited from (SHA-256)", "원본 (SHA-256)"), claim.ingredient])
    if found.unchanged is not None:
        told = (
            say("as they were written", "기록될 때와 같음")
            if found.unchanged
            else say("CHANGED since this was written", "기록된 뒤에 바뀜")
        )
        rows.append([say("pixels", "픽셀"), told])
    return rows


def _shown(name: str) -> str:
    korean = {
        "format": "형식",
        "size": "크기",
        "mode": "색 방식",
        "frames": "장 수",
        "colour profile": "색 프로파일",
        "bytes": "바이트",
        "duration": "길이",
        "frames a second": "초당 장 수",
        "codecs": "코덱",
        "subtitles": "자막",
    }
    return say(name, korean.get(name, name))
