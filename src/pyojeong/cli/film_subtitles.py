"""Options that say where a film's words come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import say

if TYPE_CHECKING:
    from pyojeong.film.types import FilmReading

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


def with_lines(
    film: Path,
    reading: FilmReading,
    subtitles: Path | None,
    model: str | None,
    heard: Path,
    face: float | None = None,
) -> FilmReading:
    """The reading with what is said in it. heard: file that keeps what was written down. face:
    accuracy of the classifier of faces where it is known, which decides its weight beside the
    words; else that of the built-in one."""
    from dataclasses import replace

    from pyojeong.film.fusion import HOUSE_FUSION, WORDS_RIGHT, weighed
    from pyojeong.film.words import find_cues, read_lines
    from pyojeong.registry import load

    cues = find_cues(film, subtitles)
    if not cues and model is not None:
        # A model is opened only where it is needed.
        cues = find_cues(film, None, load("SpeechToText", model=model), heard=heard)
    fusion = HOUSE_FUSION if face is None else weighed(face, WORDS_RIGHT)
    return replace(reading, lines=read_lines(cues, reading, fusion=fusion))
