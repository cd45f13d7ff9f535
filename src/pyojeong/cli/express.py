"""`pyojeong express`: draw an expression on a photo, and say whether it can be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson, FaceIndex
from pyojeong.cli.output import name_of, print_json, print_note
from pyojeong.errors import BadSettings

if TYPE_CHECKING:
    from pyojeong.edit.express import Expressed


def add_to(app: typer.Typer) -> None:
    app.command(
        "express",
        help=say(
            "Draw an expression on a face of a photo, at full size. The result is read back.",
            "사진 속 얼굴에 표정을 그립니다(원본 크기 그대로). 결과를 다시 읽어 확인합니다.",
        ),
        epilog="pyojeong express portrait.jpg --emotion sadness:0.8 -o sad.png\n\n"
        "pyojeong express portrait.jpg --emotion sadness:0.7+fear:0.3 -o mixed.png\n\n"
        "pyojeong express portrait.jpg --preset wink -o wink.png\n\n"
        "pyojeong express portrait.jpg --set jawOpen=0.4 --set eyeBlinkLeft=1 -o own.png",
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
    preset: Annotated[
        str | None,
        typer.Option(
            help=say(
                "A named expression: wink, smirk, pout ...", "이름 있는 표정: wink, smirk, pout ..."
            )
        ),
    ] = None,
    face_index: FaceIndex = None,
    as_json: AsJson = False,
) -> None:
    from pyojeong import api
    from pyojeong.media.files import check_output
    from pyojeong.media.image import image_format, read_image, write_image

    image_format(output)
    check_output(output)
    weights = {**_preset(preset), **parse_coefficients(coefficients or [])}
    picture = read_image(image)
    for note in picture.notes:
        print_note(note.text(language()))
    done = api.express(picture.rgb, emotion, coefficients=weights, face_index=face_index)
    for note in write_image(output, replace(picture, rgb=done.image)):
        print_note(note.text(language()))
    if as_json:
        height, width = picture.rgb.shape[:2]
        head = {"image": str(image), "output": str(output), "width": width, "height": height}
        print_json({**head, **done.as_dict()})
    else:
        _report(output, done)


def _preset(name: str | None) -> dict[str, float]:
    from pyojeong.expression import named_expression

    return dict(named_expression(name).coefficients) if name else {}


def parse_coefficients(items: list[str]) -> dict[str, float]:
    """["jawOpen=0.4"] → {"jawOpen": 0.4}. Raises BadSettings."""
    weights: dict[str, float] = {}
    for item in items:
        name, equals, value = item.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError as error:
            raise BadSettings(
                f"{item!r}: write a coefficient like jawOpen=0.4.",
                f"{item!r}: 계수는 jawOpen=0.4처럼 쓰세요.",
            ) from error
        if not equals or not -1 <= weights[name.strip()] <= 1.5:
            raise BadSettings(
                f"{item!r}: a coefficient lies between -1 and 1.5.",
                f"{item!r}: 계수는 -1에서 1.5 사이입니다.",
            )
    return weights


def _report(output: Path, done: Expressed) -> None:
    verdict = done.verdict
    after = verdict.after
    read = f"{name_of(after.emotion)} {after.confidence:.0%}" if after else "-"
    print_note(say(f"{output}: now reads as {read}.", f"{output}: 이제 {read}(으)로 읽힙니다."))
    for reason in verdict.failed:
        print_note(f"  {reason.text(language())}")
