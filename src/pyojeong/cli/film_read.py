"""`pyojeong film movie.mp4 -o report/`: who feels what, when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.film_faces import tell_stopped
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
from pyojeong.cli.film_subtitles import SpeechModel, Subtitles
from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import StoppedAndTold, print_json, print_note, print_table, progress_bar
from pyojeong.errors import BadSettings

if TYPE_CHECKING:
    from pyojeong.film.plan import Choices
    from pyojeong.film.types import FilmReading


DEMO_FACES = 0.95
"""Accuracy of the demo's classifier on its cartoon (docs/models/cartoon.md)."""


def add_to(group: typer.Typer) -> None:
    group.command(
        "read",
        help=say(
            "Read who is seen when in a film and what they feel, into a report. Goes on where it "
            "was stopped. `pyojeong film movie.mp4` means this.",
            "영상에 누가 언제 나오고 무엇을 느끼는지 읽어 보고서를 만듭니다. 중단된 작업은 이어서 "
            "합니다. `pyojeong film movie.mp4`와 같습니다.",
        ),
        epilog="pyojeong film movie.mp4 -o report/\n\n"
        "pyojeong film cartoon.mp4 -o report/ --characters weights.onnx --classifier model.onnx\n\n"
        "pyojeong film --demo -o report/",
    )(run)


def run(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="FOLDER",
            help=say("Folder for the report.", "보고서를 둘 폴더."),
        ),
    ],
    film: Annotated[
        Path | None,
        typer.Argument(metavar="[FILM]", help=say("The film.", "영상 파일."), show_default=False),
    ] = None,
    characters: Characters = None,
    segmenter: Segmenter = None,
    classifier: Classifier = None,
    every: Every = None,
    seconds: Seconds = None,
    people: People = None,
    workers: Workers = 1,
    subtitles: Subtitles = None,
    speech_to_text: SpeechModel = None,
    marked: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.mp4",
            help=say(
                "Also a copy of the film with everybody named.", "인물을 표시한 영상도 만듭니다."
            ),
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help=say(
                "Draw a cartoon of a minute, and read that.",
                "1분짜리 만화를 그려서 그것을 읽습니다.",
            ),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    from pyojeong.film.executor import executor_of
    from pyojeong.film.study import StudyOptions, check_study, study

    if demo == (film is not None):
        raise BadSettings("Name a film, or give --demo.", "영상을 지정하거나 --demo를 쓰세요.")
    choices = choices_of(every, seconds, characters, classifier, segmenter)
    accuracy = DEMO_FACES if demo else None
    wanted = StudyOptions(people, subtitles, speech_to_text, marked, language(), accuracy)
    check_study(film, out, wanted)
    try:
        with progress_bar(as_json, say("Reading the film", "영상 읽는 중")) as progress:
            if film is None:
                film, choices = _drawn(out, choices)
            reading = study(film, out, choices, wanted, executor_of(workers), progress)
    except KeyboardInterrupt:
        tell_stopped(out)
        raise StoppedAndTold from None
    if as_json:
        print_json(summary(reading))
    else:
        _print(reading, out)


def _drawn(out: Path, choices: Choices) -> tuple[Path, Choices]:
    """The house's own cartoon, drawn into the folder unless it is there, and its networks."""
    from pyojeong.assets import asset_path
    from pyojeong.data.cartoon.film import make_film

    film = out / "demo.mp4"
    if not film.is_file():
        out.mkdir(parents=True, exist_ok=True)
        make_film(film, seed=1, seconds=60, language=language())
    return film, replace(
        choices,
        characters=choices.characters or asset_path("cartoon_characters_v1"),
        classifier=choices.classifier or asset_path("cartoon_emotions_v1"),
    )


def summary(reading: FilmReading) -> dict[str, object]:
    """For JSON: characters with their seconds and shares of emotions."""
    from pyojeong.film.sightings import told

    return {
        "film": reading.title,
        "duration_s": round(reading.duration, 3),
        "shots": len(reading.shots),
        "frames": len(reading.frames),
        "characters": [person.as_dict() for person in told(reading)],
        "notes": [note.text(language()) for note in reading.notes],
    }


def _print(reading: FilmReading, out: Path) -> None:
    from pyojeong.film.sightings import told

    for note in reading.notes:
        print_note(note.text(language()))
    rows = []
    for person in told(reading):
        longest = sorted(person.shares.items(), key=lambda pair: -pair[1])[:3]
        felt = ", ".join(f"{name} {share:.0%}" for name, share in longest if share > 0)
        rows.append([person.name, f"{person.seconds:.1f} s", felt, f"{person.unsure:.0%}"])
    if rows:
        heads = [say("who", "인물"), say("seen", "등장"), say("emotions", "감정")]
        print_table([*heads, say("unsure", "불확실")], rows)
    else:
        print_note(say("Nobody was found in the film.", "영상에서 아무도 찾지 못했습니다."))
    page = out / "report.html"
    print_note(say(f"Written: {page}", f"저장함: {page}"))
