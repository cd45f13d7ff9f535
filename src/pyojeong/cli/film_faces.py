"""`pyojeong film faces`: the faces of a film as pictures to label."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pyojeong.cli.film_options import (
    Characters,
    Classifier,
    Every,
    People,
    Seconds,
    Segmenter,
    Workers,
    choices_of,
)
from pyojeong.cli.language import say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import StoppedAndTold, print_json, print_note, progress_bar


def add_to(group: typer.Typer) -> None:
    group.command(
        "faces",
        help=say(
            "Cut the faces out, along the contour and centred on black (characters) or upright "
            "(people), with a table to label. Goes on where it was stopped.",
            "얼굴을 윤곽대로 오려 검은 바탕 가운데에 놓거나(인물) 바로 세워(사람) 저장하고, 라벨을 "
            "적을 표를 만듭니다. 중단된 작업은 이어서 합니다.",
        ),
        epilog="pyojeong film faces movie.mp4 -o faces/ --characters weights.onnx",
    )(run)


def run(
    film: Annotated[
        Path,
        typer.Argument(metavar="FILM", help=say("The film.", "영상 파일."), show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FOLDER", help=say("Folder for the faces.", "얼굴을 담을 폴더.")
        ),
    ],
    characters: Characters = None,
    segmenter: Segmenter = None,
    classifier: Classifier = None,
    every: Every = None,
    seconds: Seconds = None,
    apart: Annotated[
        float,
        typer.Option(
            metavar="T",
            help=say(
                "Seconds between two faces of one track.", "한 트랙에서 얼굴 사이의 간격(초)."
            ),
        ),
    ] = 0.5,
    people: People = None,
    workers: Workers = 1,
    as_json: AsJson = False,
) -> None:
    from pyojeong.film.executor import executor_of
    from pyojeong.film.faces import TABLE, face_cutter, figure_cutter, write_faces
    from pyojeong.film.plan import check_folder
    from pyojeong.film.run import read_film
    from pyojeong.film.segments import segmenter_of

    choices = choices_of(every, seconds, characters, classifier, segmenter)
    check_folder(out, film)
    try:
        with progress_bar(as_json, say("Reading the film", "영상 읽는 중")) as progress:
            reading = read_film(
                film,
                out,
                choices,
                people=people,
                executor=executor_of(workers),
                progress=lambda share: progress(0.8 * share),
            )
            cutter = face_cutter()
            if characters is not None:
                cutter = figure_cutter(segmenter_of(characters, choices.backend))
            done = write_faces(
                film,
                reading,
                out,
                cutter,
                seconds=apart,
                progress=lambda share: progress(0.8 + 0.2 * share),
            )
    except KeyboardInterrupt:
        tell_stopped(out)
        raise StoppedAndTold from None
    if as_json:
        print_json({"faces": done.faces, "before": done.before, "lost": done.lost})
        return
    table = out / TABLE
    print_note(
        say(
            f"{done.faces:,} faces of {len(reading.characters)} characters. "
            f"Fill the column label of {table}, then: pyojeong train expression --data {out} --out emotions",
            f"인물 {len(reading.characters)}명의 얼굴 {done.faces:,}개. {table}의 label 열을 채운 "
            f"뒤 실행하세요: pyojeong train expression --data {out} --out emotions",
        )
    )


def tell_stopped(folder: Path) -> None:
    """Ctrl-C, in words."""
    print_note(
        say(
            f"Stopped. The same command goes on from here; what is in {folder} stays.",
            f"중단했습니다. 같은 명령을 다시 실행하면 이어서 합니다. {folder}의 내용은 그대로입니다.",
        )
    )
