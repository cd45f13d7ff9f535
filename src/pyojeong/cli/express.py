"""`pyojeong express`: draw expressions on a photo, and say whether they can be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pyojeong.cli.background import check_alpha
from pyojeong.cli.express_wish import parse_each, parse_which, wish_of
from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import name_of, print_json, print_note
from pyojeong.errors import BadSettings, NotReached

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyojeong.api import Which
    from pyojeong.edit.background.types import BackgroundRemover
    from pyojeong.edit.express import Expressed
    from pyojeong.edit.wish import Wish
    from pyojeong.face.types import Image
    from pyojeong.media.image import Picture

    _Draw = Callable[[Image], Expressed]

_EVERYONE = "all"


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
    finish = _Finish(keep_gps, visible_mark, strict, as_json, background, remover)
    if editor != "mesh" or weights is not None or attributes:
        others: list[object] = [strip, animate, each, preset, coefficients, head, gaze, save_preset]
        drawer = _by_stargan(editor, weights, attributes or [], on, any(others))
        _still(image, output, drawer(emotion, text), finish)
        return
    if strip:
        _strip(image, output, on)
        return
    wish = wish_of(*asked)
    from pyojeong import api

    if animate:
        _animate(image, output, on, wish, seconds)
    else:
        wishes = parse_each(each) if each else wish if on == _EVERYONE else {_face(on): wish}
        _still(image, output, lambda pixels: api.express_faces(pixels, wishes), finish)
    if save_preset is not None:
        _save(save_preset, wish)


@dataclass(frozen=True, slots=True)
class _Finish:
    """What is done with the drawn picture, besides writing it."""

    keep_gps: bool
    visible_mark: bool
    strict: bool
    as_json: bool
    background: str | None
    remover: str | None


def _by_stargan(
    editor: str, weights: Path | None, attributes: list[str], on: str | None, others: bool
) -> Callable[[str | None, str | None], _Draw]:
    """What draws an emotion, or that of a text, with a trained file. others: whether options were
    given that only the built-in editor knows. Raises BadSettings."""
    from pyojeong import api

    if editor != "stargan" or weights is None:
        raise BadSettings(
            "--weights and --attribute belong to --editor stargan, which needs --weights FILE.onnx.",
            "--weights와 --attribute는 --editor stargan과 함께 쓰며, --weights 파일.onnx가 필요합니다.",
        )
    if others:
        raise BadSettings(
            "The stargan editor draws emotions and attributes only.",
            "stargan 편집기는 감정과 속성만 그립니다.",
        )
    which: Which | Literal["all"] = "all" if on == _EVERYONE else _face(on)

    def drawer(emotion: str | None, text: str | None) -> _Draw:
        mix = wish_of(emotion, text, None, [], None, None).mix
        return lambda pixels: api.express_stargan(
            pixels, weights, mix, attributes=attributes, which=which
        )

    return drawer


def _still(path: Path, output: Path, draw: _Draw, finish: _Finish) -> None:
    from pyojeong.edit.background.replace import check_background, replace_background
    from pyojeong.media.files import check_output
    from pyojeong.media.image import image_format, write_image
    from pyojeong.registry import load

    image_format(output)
    if finish.background:
        check_alpha(output, finish.background)
        check_background(finish.background)
    check_output(output)
    picture = _picture(path, finish.keep_gps)
    done = draw(picture.rgb)
    if finish.strict and not done.reached:
        _report(output, done, written=False)
        raise _not_reached(done)
    drawn = replace(picture, rgb=done.image)
    if finish.background:
        remover: BackgroundRemover = load("BackgroundRemover", finish.remover)
        drawn = replace_background(drawn, finish.background, remover)
    edited = _marked(drawn, done, path, output, finish)
    for note in write_image(output, edited):
        print_note(note.text(language()))
    if finish.as_json:
        head = {"image": str(path), "output": str(output)}
        print_json({**head, "width": picture.width, "height": picture.height, **done.as_dict()})
    else:
        _report(output, done)


def _strip(path: Path, output: Path, on: str | None) -> None:
    from pyojeong import api
    from pyojeong.edit.strip import draw_strip
    from pyojeong.media.files import check_output
    from pyojeong.media.image import Picture, image_format, to_srgb, write_image
    from pyojeong.media.provenance import edited, stamped

    image_format(output)
    check_output(output)
    sitting = api.sitting(to_srgb(_picture(path)).rgb, _face(on))
    claim = edited("A sheet of expressions drawn on one face", {})
    sheet = Picture(draw_strip(sitting, language()))
    write_image(output, stamped(sheet, claim, lossless=image_format(output) in ("PNG", "TIFF")))
    print_note(say(f"{output} is written.", f"{output}을(를) 만들었습니다."))


def _animate(path: Path, output: Path, on: str | None, wish: Wish, seconds: float) -> None:
    from pyojeong import api
    from pyojeong.edit.animation import FPS, loop_frames
    from pyojeong.media.image import on_white, to_srgb
    from pyojeong.media.loops import check_loop_output, write_loop
    from pyojeong.media.provenance import edited

    check_loop_output(output)
    if wish.empty:
        raise BadSettings("Nothing to draw: give an emotion.", "그릴 표정이 없습니다.")
    sitting = api.sitting(on_white(to_srgb(_picture(path))).rgb, _face(on))
    asked = {emotion.value: share for emotion, share in wish.mix.items()}
    claim = edited("A moving picture of an expression drawn on one face", {"asked": asked})
    write_loop(output, loop_frames(sitting, wish, seconds), FPS, claim)
    print_note(say(f"{output} is written.", f"{output}을(를) 만들었습니다."))


def _marked(
    picture: Picture, done: Expressed, path: Path, output: Path, finish: _Finish
) -> Picture:
    """The picture with what was done to it written into it."""
    from pyojeong.media.files import read_bytes
    from pyojeong.media.image import image_format
    from pyojeong.media.provenance import edited, stamped, visibly_marked
    from pyojeong.settings import settings

    if finish.visible_mark:
        text = say("Expression edited with AI", "AI로 표정을 편집한 사진")
        picture = replace(picture, rgb=visibly_marked(picture.rgb, text))
    drawn = [
        {"box": face.as_dict()["box"], "asked": face.as_dict()["verdict"]["asked"]}
        for face in done.faces
    ]
    source = read_bytes(path, settings().max_image_bytes, "max_image_bytes")
    details = {"faces": drawn} | ({"background": finish.background} if finish.background else {})
    claim = edited("Expressions drawn on faces", details, source)
    return stamped(picture, claim, lossless=image_format(output) in ("PNG", "TIFF"))


def _picture(path: Path, keep_gps: bool = False) -> Picture:
    from pyojeong.media.image import read_image

    picture = read_image(path, position=keep_gps)
    for note in picture.notes:
        print_note(note.text(language()))
    return picture


def _face(on: str | None) -> Which:
    if on == _EVERYONE:
        raise BadSettings(
            "A sheet or a loop shows one face: give --on INDEX or X,Y.",
            "한 장 시트나 반복 영상은 한 얼굴만 그립니다: --on 번호 또는 X,Y.",
        )
    return None if on is None else parse_which(on)


def _save(path: Path, wish: Wish) -> None:
    from pyojeong.edit.preset_file import save_preset

    save_preset(path, wish.looks()[0] + wish.added)
    print_note(say(f"{path} keeps the expression.", f"{path}에 표정을 저장했습니다."))


def _report(output: Path, done: Expressed, *, written: bool = True) -> None:
    for number, face in enumerate(done.faces):
        after = face.verdict.after
        read = f"{name_of(after.emotion)} {after.confidence:.0%}" if after else "-"
        which = f"{output}" if written else "-"
        if len(done.faces) > 1:
            which = f"{which} [{number + 1}/{len(done.faces)}]"
        print_note(say(f"{which}: now reads as {read}.", f"{which}: 이제 {read}(으)로 읽힙니다."))
        for reason in face.verdict.failed:
            print_note(f"  {reason.text(language())}")


def _not_reached(done: Expressed) -> NotReached:
    missed = sum(not face.verdict.reached for face in done.faces)
    return NotReached(
        f"Not written: {missed} of {len(done.faces)} faces do not show what was asked (--strict).",
        f"저장하지 않았습니다: 얼굴 {len(done.faces)}개 중 {missed}개가 요청과 다르게 읽힙니다(--strict).",
    )
