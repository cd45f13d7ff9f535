"""`pyojeong faces`: the faces of pictures and the emotion each shows."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import coloured, print_json, print_note, print_table
from pyojeong.errors import BadSettings, PyojeongError

if TYPE_CHECKING:
    from pyojeong.face.reader import FaceReader, ReadFace

FILMS = frozenset((".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"))
"""Suffixes, in lower case, of what is read as a film."""
_COMPARE = "pyojeong.cli.faces_compare"
_VIDEO = "pyojeong.cli.faces_video"


class _FacesCommand(TyperCommand):
    """A command whose first argument may be the name of another: `pyojeong faces compare ...`.

    A group would take every picture for the name of a command. A picture called "compare" is
    read as ./compare.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        if args[:1] == ["compare"] and find_spec(_COMPARE):
            return _compare().make_context(f"{info_name} compare", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


def _compare() -> Any:
    """The command `pyojeong faces compare`, imported only when it is asked for."""
    app = typer.Typer(rich_markup_mode="rich")
    app.command(
        "compare",
        help=say(
            "Run several face detectors over the same pictures and set them side by side.",
            "여러 얼굴 검출기를 같은 사진에 돌려 나란히 비교합니다.",
        ),
        epilog="pyojeong faces compare --detectors blazeface,haar photos/ -o comparison.xlsx",
    )(import_module(_COMPARE).command)
    return typer.main.get_command(app)


def add_to(app: typer.Typer) -> None:
    app.command(
        "faces",
        cls=_FacesCommand,
        help=say(
            "Find the faces of pictures and read the emotion of each.",
            "사진에서 얼굴을 찾고 각각의 감정을 읽습니다.",
        ),
        epilog="pyojeong faces group.jpg\n\npyojeong faces *.jpg --json > faces.json\n\n"
        "pyojeong faces compare --help",
    )(command)


def command(
    images: Annotated[list[Path], typer.Argument(metavar="PATH...", show_default=False)],
    as_json: AsJson = False,
) -> None:
    film = _film_among(images)
    if film is not None:
        import_module(_VIDEO).read_video(
            film, outputs=[], annotated=None, as_json=as_json, threshold=None
        )
        return
    _read_pictures(images, as_json)


def _film_among(paths: list[Path]) -> Path | None:
    """The film to read, if that is what was given. Raises BadSettings for one among others."""
    films = [path for path in paths if path.suffix.lower() in FILMS and find_spec(_VIDEO)]
    if films and len(paths) > 1:
        raise BadSettings(
            f"{films[0]} is a film; read each film by itself, without other files.",
            f"{films[0]}은(는) 영상입니다. 영상은 다른 파일 없이 하나씩 읽으세요.",
        )
    return films[0] if films else None


def _read_pictures(images: list[Path], as_json: bool) -> None:
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
