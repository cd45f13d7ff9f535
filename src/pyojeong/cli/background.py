"""`pyojeong background`: cut the people out of a photo, or put something else behind them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_json, print_note
from pyojeong.errors import BadSettings

if TYPE_CHECKING:
    from pyojeong.edit.background.types import BackgroundRemover

_WITH_ALPHA = ("PNG", "WEBP", "TIFF")


def add_to(app: typer.Typer) -> None:
    app.command(
        "background",
        help=say(
            "Cut the people out of a photo along their hair, or put something else behind them.",
            "사진에서 사람을 머리카락까지 오려 내거나 배경을 바꿉니다.",
        ),
        epilog="pyojeong background portrait.jpg -o cut.png\n\n"
        'pyojeong background portrait.jpg --background "#2a6f97" -o blue.jpg\n\n'
        "pyojeong background portrait.jpg --background beach.jpg -o beach.jpg",
    )(command)


def command(
    image: Annotated[Path, typer.Argument(help=say("The photo.", "사진."), show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", help=say("Picture to write.", "만들 그림 파일."))
    ],
    background: Annotated[
        str,
        typer.Option(
            metavar="remove|blur|#RRGGBB|FILE",
            help=say(
                "What stands behind: nothing, a blur, a colour, or a picture.",
                "배경: 없음, 흐림, 색, 또는 그림.",
            ),
        ),
    ] = "remove",
    remover: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=say(
                "What cuts: selfie (here), removebg (a paid service) or rembg.",
                "오리는 방법: selfie(내장), removebg(유료 서비스), rembg.",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from pyojeong.edit.background.replace import replace_background
    from pyojeong.media.files import check_output
    from pyojeong.media.image import keeps_pixels, read_image, write_image
    from pyojeong.media.provenance import edited, stamped
    from pyojeong.registry import load

    check_alpha(output, background)
    check_output(output)
    picture = read_image(image)
    for note in picture.notes:
        print_note(note.text(language()))
    cutter: BackgroundRemover = load("BackgroundRemover", remover)
    done = replace_background(picture, background, cutter)
    claim = edited("Background replaced", {"background": background})
    for note in write_image(output, stamped(done, claim, lossless=keeps_pixels(output))):
        print_note(note.text(language()))
    if as_json:
        size = {"width": done.width, "height": done.height}
        print_json({"image": str(image), "output": str(output), "background": background, **size})
    else:
        print_note(say(f"{output} is written.", f"{output}을(를) 만들었습니다."))


def check_alpha(output: Path, background: str) -> None:
    """Raises BadSettings where a removed background cannot be kept in the format of the output,
    OutputFailed for a suffix that is no picture's."""
    from pyojeong.media.image import image_format

    kind = image_format(output)
    if background == "remove" and kind not in _WITH_ALPHA:
        raise BadSettings(
            f"{kind} has no transparency, so a removed background cannot be kept in {output}. "
            "Write .png or .webp, or give --background a colour.",
            f"{kind}에는 투명도가 없어 {output}에 배경을 지운 그림을 담을 수 없습니다. .png나 "
            ".webp로 저장하거나 --background에 색을 주세요.",
        )
