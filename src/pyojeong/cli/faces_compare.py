"""`pyojeong faces compare`: several face detectors over the same pictures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import print_note, print_table
from pyojeong.errors import BadInput, BadSettings

if TYPE_CHECKING:
    from pyojeong.face.comparison.tally import Tally

FAILURES_TOLD = 20


def command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", show_default=False)],
    detectors: Annotated[
        str,
        typer.Option(
            "--detectors",
            "-d",
            metavar="A,B,...",
            help=say(
                "Detectors, separated by commas: blazeface, haar, mtcnn, dlib. Expressions are "
                "read on the faces of the first.",
                "쉼표로 나눈 검출기: blazeface, haar, mtcnn, dlib. 표정은 첫 검출기의 얼굴로 "
                "읽습니다.",
            ),
        ),
    ] = "blazeface,haar",
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help=say(
                "Comparison as .xlsx, .csv or .json; may be given several times.",
                "비교 결과: .xlsx, .csv, .json. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=say(
                "CSV with the true emotions (columns image, emotion). Without it, folders named "
                "after emotions count.",
                "정답 감정 CSV(image, emotion 열). 없으면 감정 이름의 폴더를 씁니다.",
            ),
        ),
    ] = None,
    margins: Annotated[
        str | None,
        typer.Option(
            metavar="M,M,...",
            show_default=False,
            help=say(
                "Crop margins to try, as shares of the crop's side (0 is the usual crop).",
                "시험할 자르기 여백. 자른 변에 대한 비율(0은 기본 틀).",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from pyojeong.cli.faces_progress import ProgressLine
    from pyojeong.face.comparison.make import Wanted, compare
    from pyojeong.face.comparison.margins import MARGINS
    from pyojeong.face.report.summary import Summary
    from pyojeong.media.listing import list_pictures

    wanted = Wanted(
        tuple(detectors.split(",")),
        MARGINS if margins is None else _numbers(margins),
        labels,
        language(),
    )
    line = ProgressLine(sum(1 for _ in list_pictures(paths)))
    try:
        tally = compare(
            paths,
            output or [],
            wanted,
            json_stream=sys.stdout if as_json else None,
            progress=lambda so_far: line(
                Summary(so_far.pictures, so_far.unreadable, faces=so_far.faces)
            ),
        )
    finally:
        line.done()
    if not as_json:
        _print(tally)
        for path in output or []:
            print(path)
    _tell(tally)


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise BadSettings(
            f"--margins takes numbers, as in 0,0.1,0.3; got {text!r}.",
            f"--margins는 0,0.1,0.3처럼 수를 받습니다: {text!r}.",
        ) from error


def _print(tally: Tally) -> None:
    from pyojeong.face.comparison.words import word

    def heads(*keys: str) -> list[str]:
        return [word(key, language()) for key in keys]

    rows = [
        [
            each.name,
            f"{each.faces:,}",
            f"{each.pictures:,}",
            f"{each.alone:,}",
            f"{each.missed:,}",
            f"{each.failed:,}",
            _number(each.mean_ms),
            f"{each.total / 1000:.1f}",
        ]
        for each in tally.detectors
    ]
    keys = ["detector", "faces", "short_with_faces", "short_alone", "short_missed", "failed"]
    print_table(heads(*keys, "mean_ms", "total_s"), rows)
    rows = [
        [f"{pair.first} - {pair.second}", f"{pair.both:,}", _share(pair.f1), _share(pair.jaccard)]
        for pair in tally.pairs
    ]
    print_table(heads("pair", "both", "f1", "jaccard"), rows)
    if not any(each.faces for each in tally.margins):
        return
    labelled = any(each.labelled for each in tally.margins)
    rows = [
        [
            f"{each.margin:+.2f}" if each.margin else "0",
            f"{each.faces:,}",
            _share(each.agreement),
            _share(each.mean_confidence),
            *([_share(each.accuracy)] if labelled else []),
        ]
        for each in tally.margins
    ]
    keys = ["margin", "faces", "short_agreement", "mean_confidence"]
    print_table(heads(*keys, *(["accuracy"] if labelled else [])), rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _tell(tally: Tally) -> None:
    """What was seen and what failed. Raises BadInput when no picture could be read."""
    pictures, disputed = tally.pictures - tally.unreadable, tally.disputed
    print_note(
        say(
            f"{pictures:,} pictures compared; the detectors disagree on {disputed:,}.",
            f"사진 {pictures:,}장 비교, {disputed:,}장에서 결과가 다릅니다.",
        )
    )
    for picture, detector, en, ko in tally.failures[:FAILURES_TOLD]:
        print_note("  " + (f"{picture}, {detector}: " if detector else "") + say(en, ko))
    failed = tally.unreadable + sum(each.failed for each in tally.detectors)
    if failed > FAILURES_TOLD:
        more = failed - FAILURES_TOLD
        print_note(say(f"  and {more:,} more", f"  그 밖에 {more:,}건"))
    if tally.unreadable == tally.pictures:
        _, _, en, ko = tally.failures[0]
        raise BadInput(en, ko)
