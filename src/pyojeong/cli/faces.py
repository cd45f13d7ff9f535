"""`pyojeong faces`: the faces of pictures and the emotion each shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import coloured, print_json, print_note, print_table
from pyojeong.errors import PyojeongError

if TYPE_CHECKING:
    from pyojeong.face.reader import FaceReader, ReadFace


def add_to(app: typer.Typer) -> None:
    app.command(
        "faces",
        help=say(
            "Find the faces of pictures and read the emotion of each.",
            "사진에서 얼굴을 찾고 각각의 감정을 읽습니다.",
        ),
        epilog="pyojeong faces group.jpg\n\npyojeong faces *.jpg --json > faces.json",
    )(command)


def command(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", show_default=False)],
    as_json: AsJson = False,
) -> None:
    from pyojeong.face.reader import FaceReader

    reader = FaceReader()
    results: list[dict[str, Any]] = []
    first_error: PyojeongError | None = None
    for path in images:
        try:
            results.append(_read(reader, path, quiet=as_json))
        except PyojeongError as error:
            if len(images) == 1:
                raise
            first_error = first_error or error
            print_note(f"{path}: {error.text(language())}")
            results.append({"image": str(path), "error": error.text(language())})
    if as_json:
        print_json(results)
    if first_error is not None:
        raise first_error


def _read(reader: FaceReader, path: Path, *, quiet: bool) -> dict[str, Any]:
    from pyojeong.media.image import read_image, to_srgb

    picture = to_srgb(read_image(path))
    faces = reader.read(picture.rgb)
    if not quiet:
        _print(path, faces)
    return {
        "image": str(path),
        "width": picture.rgb.shape[1],
        "height": picture.rgb.shape[0],
        "faces": [described(face) for face in faces],
    }


def described(face: ReadFace) -> dict[str, Any]:
    """The JSON object of one face (docs/json.md)."""
    unread = {"emotion": None, "confidence": None, "scores": None}
    return {
        "box": [round(float(v), 1) for v in face.box],
        "score": round(float(face.score), 4),
        **(face.scores.as_reading() if face.scores else unread),
    }


def _print(path: Path, faces: list[ReadFace]) -> None:
    if not faces:
        print_note(say(f"{path}: no face found.", f"{path}: 얼굴을 찾지 못했습니다."))
        return
    rows = []
    for number, face in enumerate(faces):
        x0, y0, x1, y1 = (round(float(v)) for v in face.box)
        emotion = coloured(face.scores.emotion) if face.scores else "-"
        sure = f"{face.scores.confidence:.0%}" if face.scores else "-"
        rows.append([str(number), emotion, sure, f"{x1 - x0}x{y1 - y0} @ {x0},{y0}"])
    print_note(str(path))
    print_table(["#", say("emotion", "감정"), "", say("box", "위치")], rows)
