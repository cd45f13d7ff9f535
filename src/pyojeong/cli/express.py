"""`pyojeong express`: draw expressions on a photo, and say whether they can be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.express_still import (
    EVERYONE,
    Finish,
    by_stargan,
    one_face,
    told,
    write_still,
)
from pyojeong.cli.express_wish import parse_each, wish_of
from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_note
from pyojeong.errors import BadSettings

if TYPE_CHECKING:
    from pyojeong.edit.wish import Wish


def add_to(app: typer.Typer) -> None:
    app.command(
        "express",
        help=say(
            "Draw an expression on faces of a photo, at full size. The result is read back.",
            "사진 속 얼굴에 표정을 그립니다(원본 크기 그대로). 결과를 다시 읽어 확인합니다.",
        ),
        epilog="pyojeong express portrait.jpg --emotion sadness:0.7+fear:0.3 -o mixed.png\n\n"
        'pyojeong express portrait.jpg --text "I miss you." -o missing.png\n\n'
        "pyojeong express portrait.jpg --preset wink --head 0,8,3 -o wink.png\n\n"
        "pyojeong express portrait.jpg --set jawOpen=0.4 --save-preset ah.json -o own.png\n\n"
        "pyojeong express group.jpg --each 0=happiness --each 340,220=anger:0.8 -o group.png\n\n"
        "pyojeong express portrait.jpg --strip -o sheet.jpg\n\n"
        "pyojeong express portrait.jpg --emotion surprise --animate -o loop.gif",
    )(command)


def command(
    image: Annotated[Path, typer.Argument(help=say("The photo.", "사진."), show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", help=say("Picture to write.", "만들 그림 파일."))
    ],
    emotion: Annotated[
        str | None,
        typer.Option(
            help=say("Emotion, or a mix.", "감정 또는 섞은 감정."), metavar="NAME[:0-1][+...]"
        ),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option(
            help=say("Words whose feeling is drawn.", "글에서 읽은 감정을 그립니다."),
            metavar="WORDS",
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help=say(
                "A named expression: wink, smirk, pout ..., or a JSON file.",
                "이름 있는 표정(wink, smirk, pout ...) 또는 JSON 파일.",
            )
        ),
    ] = None,
    coefficients: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help=say(
                "ARKit coefficient to add (repeatable); mouthSmile means both sides.",
                "더할 ARKit 계수(여러 번 가능). mouthSmile은 양쪽입니다.",
            ),
        ),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="PITCH,YAW,ROLL",
            help=say(
                "Turn the head, degrees up to 12: + is up, to the person's left, to that shoulder.",
                "고개를 돌립니다(12도까지). +는 위, 본인의 왼쪽, 왼쪽 어깨 방향.",
            ),
        ),
    ] = None,
    gaze: Annotated[
        str | None,
        typer.Option(
            metavar="PITCH,YAW",
            help=say("Turn the eyes, degrees up to 30.", "눈길을 돌립니다(30도까지)."),
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="INDEX|X,Y|all",
            help=say(
                "Which face: its number (the largest is 0), a point in it, or all.",
                "어느 얼굴인지: 번호(가장 큰 얼굴이 0), 얼굴 안의 점, 또는 all.",
            ),
        ),
    ] = None,
    each: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FACE=WISH",
            help=say(
                "A face and its own emotion or preset (repeatable): 1=happiness:0.8.",
                "얼굴마다 다른 감정이나 프리셋(여러 번 가능): 1=happiness:0.8.",
            ),
        ),
    ] = None,
    strip: Annotated[
        bool,
        typer.Option(
            "--strip",
            help=say(
                "A sheet of all emotions at three intensities.", "모든 감정을 세 세기로 한 장에."
            ),
        ),
    ] = False,
    animate: Annotated[
        bool,
        typer.Option(
            "--animate",
            help=say(
                "A short loop to the expression and back (.mp4, .gif, .webp).",
                "표정을 지었다 돌아오는 짧은 반복 영상(.mp4, .gif, .webp).",
            ),
        ),
    ] = False,
    seconds: Annotated[
        float,
        typer.Option(min=0.5, max=20, help=say("Length of the loop.", "반복 영상의 길이(초).")),
    ] = 2.0,
    save_preset: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Also keep the expression as a JSON file for --preset.",
                "표정을 --preset에 쓸 JSON 파일로도 저장합니다.",
            )
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help=say(
                "Fail when the result does not read as asked.",
                "요청한 감정으로 읽히지 않으면 오류로 끝냅니다.",
            ),
        ),
    ] = False,
    background: Annotated[
        str | None,
        typer.Option(
            metavar="remove|blur|#RRGGBB|FILE",
            help=say(
                "What stands behind: nothing, a blur, a colour, or a picture.",
                "배경: 없음, 흐림, 색, 또는 그림.",
            ),
        ),
    ] = None,
    remover: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=say(
                "What cuts the people out: selfie (here), removebg or rembg.",
                "오리는 방법: selfie(내장), removebg, rembg.",
            ),
        ),
    ] = None,
    editor: Annotated[
        str,
        typer.Option(
            metavar="mesh|stargan",
            help=say(
                "What draws: the built-in editor, or a network of `pyojeong train stargan`.",
                "그리는 방법: 내장 편집기 또는 `pyojeong train stargan`의 신경망.",
            ),
        ),
    ] = "mesh",
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.onnx",
            help=say("File of the stargan editor.", "stargan 편집기의 파일."),
        ),
    ] = None,
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            metavar="[-]NAME",
            help=say(
                "With stargan: what to give or (-) take: black_hair, -eyeglasses (repeatable).",
                "stargan: 더하거나(-는 빼기) 바꿀 속성: black_hair, -eyeglasses(여러 번 가능).",
            ),
        ),
    ] = None,
    keep_gps: Annotated[
        bool,
        typer.Option(
            "--keep-gps",
            help=say(
                "Keep where the photo was taken; it is dropped by default.",
                "촬영 위치를 남깁니다. 기본은 지웁니다.",
            ),
        ),
    ] = False,
    visible_mark: Annotated[
        bool,
        typer.Option(
            "--visible-mark",
            help=say(
                "Write on the picture that it was edited.",
                "편집되었음을 그림에 눈에 보이게 적습니다.",
            ),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    asked = emotion, text, preset, coefficients or [], head, gaze
    if sum([strip, animate, bool(each)]) > 1 or ((strip or each) and any(asked)):
        raise BadSettings(
            "--strip and --each stand alone: they draw expressions of their own.",
            "--strip과 --each는 다른 표정 옵션과 함께 쓸 수 없습니다.",
        )
    finish = Finish(keep_gps, visible_mark, strict, as_json, background, remover)
    if editor != "mesh" or weights is not None or attributes:
        others: list[object] = [strip, animate, each, preset, coefficients, head, gaze, save_preset]
        drawer = by_stargan(editor, weights, attributes or [], on, any(others))
        write_still(image, output, drawer(emotion, text), finish)
        return
    if strip:
        _strip(image, output, on)
        return
    wish = wish_of(*asked)
    from pyojeong import api

    if animate:
        _animate(image, output, on, wish, seconds)
    else:
        wishes = parse_each(each) if each else wish if on == EVERYONE else {one_face(on): wish}
        write_still(image, output, lambda pixels: api.express_faces(pixels, wishes), finish)
    if save_preset is not None:
        _save(save_preset, wish)


def _strip(path: Path, output: Path, on: str | None) -> None:
    from pyojeong import api
    from pyojeong.edit.strip import draw_strip
    from pyojeong.media.files import check_output
    from pyojeong.media.image import (
        Picture,
        image_format,
        keeps_pixels,
        read_image,
        to_srgb,
        write_image,
    )
    from pyojeong.media.provenance import edited, stamped

    image_format(output)
    check_output(output)
    sitting = api.sitting(to_srgb(told(read_image(path))).rgb, one_face(on))
    claim = edited("A sheet of expressions drawn on one face", {})
    sheet = Picture(draw_strip(sitting, language()))
    write_image(output, stamped(sheet, claim, lossless=keeps_pixels(output)))
    print_note(say(f"{output} is written.", f"{output}을(를) 만들었습니다."))


def _animate(path: Path, output: Path, on: str | None, wish: Wish, seconds: float) -> None:
    from pyojeong import api
    from pyojeong.edit.animation import FPS, loop_frames
    from pyojeong.media.image import on_white, read_image, to_srgb
    from pyojeong.media.loops import check_loop_output, write_loop
    from pyojeong.media.provenance import edited

    check_loop_output(output)
    if wish.empty:
        raise BadSettings("Nothing to draw: give an emotion.", "그릴 표정이 없습니다.")
    sitting = api.sitting(on_white(to_srgb(told(read_image(path)))).rgb, one_face(on))
    asked = {emotion.value: share for emotion, share in wish.mix.items()}
    claim = edited("A moving picture of an expression drawn on one face", {"asked": asked})
    write_loop(output, loop_frames(sitting, wish, seconds), FPS, claim)
    print_note(say(f"{output} is written.", f"{output}을(를) 만들었습니다."))


def _save(path: Path, wish: Wish) -> None:
    from pyojeong.edit.preset_file import save_preset

    save_preset(path, wish.looks()[0] + wish.added, wish.relaxation > 0)
    print_note(say(f"{path} keeps the expression.", f"{path}에 표정을 저장했습니다."))
