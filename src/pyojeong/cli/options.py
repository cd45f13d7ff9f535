"""Options that several commands take. Imported once the language is chosen."""

from __future__ import annotations

from typing import Annotated

import typer

from pyojeong.cli.language import say

AsJson = Annotated[bool, typer.Option("--json", help=say("Print JSON.", "JSON으로 출력합니다."))]

FaceIndex = Annotated[
    int | None,
    typer.Option(
        help=say(
            "Which face, as `pyojeong faces` numbers them (the largest is 0).",
            "몇 번째 얼굴인지(`pyojeong faces`의 번호, 가장 큰 얼굴이 0).",
        )
    ),
]
