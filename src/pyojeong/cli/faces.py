"""`pyojeong faces`: the faces of pictures and the emotion each shows."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import coloured, print_note, print_table
from pyojeong.emotion import Emotion
from pyojeong.errors import BadSettings, PyojeongError

if TYPE_CHECKING:
    from pyojeong.face.report.make import Asked
    from pyojeong.face.report.reading import Seen
    from pyojeong.face.report.record import Item, Record
    from pyojeong.media.listing import Listed

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
            "Find the faces of pictures and read the emotion of each. PATH is a picture, a folder "
            "of pictures, or a film.",
            "사진에서 얼굴을 찾고 각각의 감정을 읽습니다. PATH는 사진이나 사진 폴더, 또는 영상입니다.",
        ),
        epilog="pyojeong faces group.jpg\n\npyojeong faces photos/ -o report.xlsx -o report.html"
        "\n\npyojeong faces *.jpg --json > faces.json\n\n"
        "pyojeong faces compare --help",
    )(command)


def command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", show_default=False)],
    as_json: AsJson = False,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help=say(
                "Report: .xlsx, .csv, .json, .parquet, .html or .png; of a film .csv, .json, "
                ".parquet or a marked .mp4. May be given several times. A report that was stopped "
                "goes on when started again.",
                "보고서: .xlsx, .csv, .json, .parquet, .html, .png. 영상은 .csv, .json, .parquet나 "
                "표시한 .mp4. 여러 번 쓸 수 있습니다. 중단된 보고서는 다시 실행하면 이어집니다.",
            ),
        ),
    ] = None,
    annotated: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help=say("Folder for copies with the faces marked.", "얼굴을 표시한 사본을 둘 폴더."),
        ),
    ] = None,
    cropped: Annotated[
        bool,
        typer.Option(
            "--cropped",
            help=say(
                "Each picture is one already cropped face.",
                "사진마다 이미 잘라 낸 얼굴 하나입니다.",
            ),
        ),
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="0-1",
            show_default=False,
            help=say(
                "Least detector score of a face; lower finds more, and more that is none.",
                "얼굴로 볼 최소 검출 점수. 낮추면 더 찾지만 얼굴이 아닌 것도 늘어납니다.",
            ),
        ),
    ] = None,
    classifier: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.onnx",
            show_default=False,
            help=say(
                "A classifier of your own, as pyojeong train expression makes it.",
                "pyojeong train expression으로 만든 자신의 분류기.",
            ),
        ),
    ] = None,
) -> None:
    film = _film_among(paths)
    if film is not None:
        if cropped:
            raise BadSettings(
                "--cropped is for pictures, not for a film.", "--cropped는 영상에 쓸 수 없습니다."
            )
        import_module(_VIDEO).read_video(
            film,
            outputs=output or [],
            annotated=annotated,
            as_json=as_json,
            threshold=threshold,
            classifier=classifier,
        )
        return
    from pyojeong.face.report.make import Asked

    asked = Asked(cropped, threshold, annotated, language(), classifier)
    if output:
        from pyojeong.cli.faces_report import report

        report(paths, output, asked, as_json)
    else:
        _read_each(paths, asked, as_json)


def _film_among(paths: list[Path]) -> Path | None:
    """The film to read, if that is what was given. Raises BadSettings for one among others."""
    films = [path for path in paths if _is_film(path)] if find_spec(_VIDEO) else []
    if films and len(paths) > 1:
        raise BadSettings(
            f"{films[0]} is a film; read each film by itself, without other files.",
            f"{films[0]}은(는) 영상입니다. 영상은 다른 파일 없이 하나씩 읽으세요.",
        )
    return films[0] if films else None


def _is_film(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in FILMS:
        return True
    from pyojeong.media.listing import PICTURES

    if suffix in PICTURES or not path.is_file():
        return False
    from pyojeong.media.decode import is_film

    return is_film(path)


def _read_each(paths: list[Path], asked: Asked, as_json: bool) -> None:
    """Print every picture's faces as soon as they are read; hold nothing but failures."""
    from pyojeong.face.report.data_files import print_json_list
    from pyojeong.face.report.make import readings

    whole_run = _Run(alone=len(paths) == 1 and not paths[0].is_dir(), quiet=as_json)
    seen = readings(paths, asked)
    records = (whole_run.passed(found, each) for found, each in seen)
    if as_json:
        print_json_list(sys.stdout, records, language())
    else:
        for _ in records:
            pass
    whole_run.finish()


class _Run:
    """What becomes of the pictures that cannot be read: one named alone ends the run at once, one
    named among others sets the exit code, those found in folders are only told."""

    def __init__(self, alone: bool, quiet: bool) -> None:
        from pyojeong.face.report.summary import Summary

        self._alone, self._quiet = alone, quiet
        self._summary = Summary()
        self._first: PyojeongError | None = None
        self._named: PyojeongError | None = None

    def passed(self, found: Listed, seen: Seen) -> Record:
        self._summary.add(seen.record)
        if seen.error is not None:
            if self._alone:
                raise seen.error
            self._first = self._first or seen.error
            if found.given:
                self._named = self._named or seen.error
        elif not self._quiet:
            _print(seen.record)
        return seen.record

    def finish(self) -> None:
        if self._first is None:
            return
        from pyojeong.cli.faces_report import tell_counts

        tell_counts(self._summary)
        error = self._named
        if self._summary.failed == self._summary.pictures:
            error = self._first
        if error is not None:
            raise error


def _print(record: Record) -> None:
    if not record.faces:
        print_note(
            say(f"{record.image}: no face found.", f"{record.image}: 얼굴을 찾지 못했습니다.")
        )
        return
    rows = []
    for number, face in enumerate(record.faces):
        x0, y0, x1, y1 = (round(v) for v in face["box"])
        emotion = coloured(Emotion(face["emotion"])) if face["emotion"] else "-"
        rows.append([str(number), emotion, _certainty(face), f"{x1 - x0}x{y1 - y0} @ {x0},{y0}"])
    print_note(record.image)
    print_table(["#", say("emotion", "감정"), "", say("box", "위치")], rows)


def _certainty(face: Item) -> str:
    """Probability of the emotion, or why it should not be relied on."""
    from pyojeong.face.report.words import unsure_name, word

    if face["emotion"] is None:
        return f"[dim]{word('unreadable', language())}[/]"
    sure = f"{face['confidence']:.0%}"
    reason = unsure_name(face.get("unsure"), language())
    return f"[dim]{sure} ? {reason}[/]" if reason else sure
