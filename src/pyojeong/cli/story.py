"""`pyojeong story`: a portrait tells a story."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson, FaceIndex
from pyojeong.cli.output import print_json, print_note, progress_bar
from pyojeong.errors import BadSettings


def add_to(app: typer.Typer) -> None:
    app.command(
        "story",
        help=say(
            "Make a film in which a portrait tells a story: voice, moving lips, expressions that "
            "follow the text, subtitles. Beside the .mp4 lie .srt, .vtt and the storyboard .json.",
            "초상이 이야기를 들려주는 영상을 만듭니다. 목소리, 움직이는 입술, 글을 따르는 표정, 자막. "
            ".mp4 옆에 .srt, .vtt와 스토리보드 .json을 씁니다.",
        ),
        epilog="pyojeong story tale.txt --face portrait.jpg -o tale.mp4\n\n"
        + say("Edit tale.json by hand, then film it again:", "tale.json을 고친 뒤 다시 촬영:")
        + "\n\npyojeong story --storyboard tale.json --face portrait.jpg -o tale2.mp4",
    )(command)


def command(
    face: Annotated[
        Path, typer.Option("--face", help=say("Photo of the narrator.", "이야기할 얼굴 사진."))
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help=say("The .mp4 to write.", "만들 .mp4 파일."))
    ],
    story: Annotated[
        Path | None,
        typer.Argument(help=say("Text file of the story.", "이야기 글 파일."), show_default=False),
    ] = None,
    storyboard: Annotated[
        Path | None,
        typer.Option(help=say("Film this edited storyboard.", "고친 스토리보드로 촬영합니다.")),
    ] = None,
    size: Annotated[
        str, typer.Option(help=say("Width x height in px.", "가로x세로 픽셀."))
    ] = "1280x720",
    fps: Annotated[int, typer.Option(help=say("Frames per second.", "초당 프레임 수."))] = 24,
    face_index: FaceIndex = None,
    speech_lang: Annotated[
        str, typer.Option(help=say("ko, en or auto.", "ko, en 또는 auto."), metavar="ko|en|auto")
    ] = "auto",
    voice: Annotated[
        str | None, typer.Option(help=say("Speech engine.", "음성 엔진."), show_default="espeak")
    ] = None,
    burn: Annotated[
        bool,
        typer.Option(
            "--burn/--no-burn",
            help=say("Draw the subtitles into the picture.", "자막을 화면에 그립니다."),
        ),
    ] = True,
    as_json: AsJson = False,
) -> None:
    from pyojeong import api
    from pyojeong.media.video import check_film_output
    from pyojeong.story.film import FilmFormat
    from pyojeong.story.storyboard import read_storyboard

    width, height = parse_size(size)
    film = FilmFormat(width, height, fps, burn)
    check_film_output(output)
    if (story is None) == (storyboard is None):
        raise typer.BadParameter(
            say("give a story file or --storyboard", "글 파일이나 --storyboard 중 하나를 주세요")
        )
    source = read_storyboard(storyboard) if storyboard else _story_text(cast(Path, story))
    with progress_bar(quiet=as_json) as progress:
        made = api.tell(
            source,
            face,
            output,
            film=film,
            face_index=face_index,
            lang=parse_speech_lang(speech_lang),
            voice=voice,
            progress=progress,
        )
    if as_json:
        print_json(made.storyboard.as_dict())
        return
    seconds = made.storyboard.duration_s or 0.0
    count = len(made.storyboard.lines)
    print_note(
        say(
            f"{output}: {seconds:.1f} s, {count} sentences; beside it .srt, .vtt, .json.",
            f"{output}: {seconds:.1f}초, {count}문장. 옆에 .srt, .vtt, .json도 있습니다.",
        )
    )


def _story_text(path: Path) -> str:
    from pyojeong.media.files import read_text_file

    found = read_text_file(path)
    for note in found.notes:
        print_note(note.text(language()))
    return found.text


def parse_size(text: str) -> tuple[int, int]:
    """ "1280x720" → (1280, 720). Raises BadSettings."""
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text.strip())
    if match is None:
        raise BadSettings(
            f"{text!r} is no size; write it like 1280x720.",
            f"{text!r}: 크기는 1280x720처럼 쓰세요.",
        )
    return int(match[1]), int(match[2])


def parse_speech_lang(text: str) -> Literal["ko", "en"] | None:
    """ "auto" → None. Raises BadSettings."""
    if text not in ("ko", "en", "auto"):
        raise BadSettings(
            f"--speech-lang takes ko, en or auto, not {text!r}.",
            f"--speech-lang은 ko, en, auto 중 하나입니다: {text!r}.",
        )
    return None if text == "auto" else cast(Literal["ko", "en"], text)
