"""What `pyojeong express` does with a drawn still: read back, marked, written, told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pyojeong.cli.background import check_alpha
from pyojeong.cli.express_wish import parse_which, wish_of
from pyojeong.cli.language import language, say
from pyojeong.cli.output import name_of, print_json, print_note
from pyojeong.errors import BadSettings, NotReached

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyojeong.api import Which
    from pyojeong.edit.background.types import BackgroundRemover
    from pyojeong.edit.express import Expressed
    from pyojeong.face.types import Image
    from pyojeong.media.image import Picture

    Draw = Callable[[Image], Expressed]

EVERYONE = "all"


@dataclass(frozen=True, slots=True)
class Finish:
    """What is done with the drawn picture, besides writing it."""

    keep_gps: bool
    visible_mark: bool
    strict: bool
    as_json: bool
    background: str | None
    remover: str | None


def by_stargan(
    editor: str, weights: Path | None, attributes: list[str], on: str | None, others: bool
) -> Callable[[str | None, str | None], Draw]:
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
    which: Which | Literal["all"] = "all" if on == EVERYONE else one_face(on)

    def drawer(emotion: str | None, text: str | None) -> Draw:
        mix = wish_of(emotion, text, None, [], None, None).mix
        return lambda pixels: api.express_stargan(
            pixels, weights, mix, attributes=attributes, which=which
        )

    return drawer


def write_still(path: Path, output: Path, draw: Draw, finish: Finish) -> None:
    from pyojeong.edit.background.replace import check_background, replace_background
    from pyojeong.media.files import check_output, read_bytes
    from pyojeong.media.image import decode_image, image_format, write_image
    from pyojeong.registry import load
    from pyojeong.settings import settings

    image_format(output)
    if finish.background:
        check_alpha(output, finish.background)
        check_background(finish.background)
    check_output(output)
    # The very bytes that are edited are those the claim names.
    source = read_bytes(path, settings().max_image_bytes, "max_image_bytes")
    picture = told(decode_image(source, path, position=finish.keep_gps))
    done = draw(picture.rgb)
    if finish.strict and not done.reached:
        _report(output, done, written=False)
        raise _not_reached(done)
    drawn = replace(picture, rgb=done.image)
    if finish.background:
        remover: BackgroundRemover = load("BackgroundRemover", finish.remover)
        drawn = replace_background(drawn, finish.background, remover)
    edited = _marked(drawn, done, source, output, finish)
    for note in write_image(output, edited):
        print_note(note.text(language()))
    if finish.as_json:
        head = {"image": str(path), "output": str(output)}
        print_json({**head, "width": picture.width, "height": picture.height, **done.as_dict()})
    else:
        _report(output, done)


def _marked(
    picture: Picture, done: Expressed, source: bytes, output: Path, finish: Finish
) -> Picture:
    """The picture with what was done to it written into it."""
    from pyojeong.media.image import keeps_pixels
    from pyojeong.media.provenance import edited, stamped, visibly_marked

    if finish.visible_mark:
        text = say("Expression edited with AI", "AI로 표정을 편집한 사진")
        picture = replace(picture, rgb=visibly_marked(picture.rgb, text))
    drawn = [
        {"box": face.as_dict()["box"], "asked": face.as_dict()["verdict"]["asked"]}
        for face in done.faces
    ]
    details = {"faces": drawn} | ({"background": finish.background} if finish.background else {})
    claim = edited("Expressions drawn on faces", details, source)
    return stamped(picture, claim, lossless=keeps_pixels(output))


def told(picture: Picture) -> Picture:
    """The picture, once its notes are printed."""
    for note in picture.notes:
        print_note(note.text(language()))
    return picture


def one_face(on: str | None) -> Which:
    if on == EVERYONE:
        raise BadSettings(
            "A sheet or a loop shows one face: give --on INDEX or X,Y.",
            "한 장 시트나 반복 영상은 한 얼굴만 그립니다: --on 번호 또는 X,Y.",
        )
    return None if on is None else parse_which(on)


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
