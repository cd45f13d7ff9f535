"""Options that say where a film's words come from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pyojeong.cli.language import say

Subtitles = Annotated[
    Path | None,
    typer.Option(
        "--subtitles",
        metavar="FILE",
        help=say(
            "SRT, VTT, ASS or SMI file; else the film's own text track.",
            "SRT, VTT, ASS, SMI 자막 파일. 없으면 영상 안의 자막을 씁니다.",
        ),
    ),
]
SpeechModel = Annotated[
    str | None,
    typer.Option(
        "--speech-to-text",
        metavar="MODEL",
        help=say(
            "Without subtitles: write down what is said, with this Whisper model (a name, or a "
            "folder). Needs pyojeong[speech-to-text].",
            "자막이 없으면 이 Whisper 모델(이름이나 폴더)로 말소리를 받아 적습니다. "
            "pyojeong[speech-to-text]가 필요합니다.",
        ),
    ),
]
