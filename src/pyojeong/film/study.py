"""A film read from end to end: people, words, report, and a marked copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pyojeong.errors import Language
from pyojeong.film.executor import Executor
from pyojeong.film.fusion import HOUSE_FUSION, WORDS_RIGHT, weighed
from pyojeong.film.kept import keep_reading
from pyojeong.film.plan import Choices, check_folder
from pyojeong.film.report.make import write_report
from pyojeong.film.report.marked import write_marked
from pyojeong.film.run import read_film
from pyojeong.film.types import FilmReading
from pyojeong.film.words import find_cues, read_lines
from pyojeong.media.video import check_film_output
from pyojeong.registry import load

HEARD = "work/heard.srt"
"""What speech-to-text wrote down, kept for the next time."""


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """What is wanted beside the reading. people: who is who, else people.toml in the folder.
    subtitles: a file; else the film's own track. speech_model: name or folder of a Whisper model
    that writes down what is said where there are no subtitles. marked: file for a copy of the film
    with everybody named. lang: what the report shows at first. accuracy: of the classifier of
    faces where it is known, which decides its weight beside the words; else the built-in one's."""

    people: Path | None = None
    subtitles: Path | None = None
    speech_model: str | None = None
    marked: Path | None = None
    lang: Language = "en"
    accuracy: float | None = None


def check_study(film: Path | None, folder: Path, options: StudyOptions) -> None:
    """Fail before long work. film: None where it is still to be drawn. Raises BadInput,
    OutputFailed."""
    if options.marked is not None:
        check_film_output(options.marked)
    if film is not None:
        check_folder(folder, film)


def study(
    film: Path,
    folder: Path,
    choices: Choices,
    options: StudyOptions = StudyOptions(),
    executor: Executor | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> FilmReading:
    """Read a film and write its report into a folder (`check_study`); goes on where it was stopped.

    progress is told the share of the film that is read. Raises BadInput, BadSettings, MissingExtra,
    MissingWeights, UnknownBackend, OutputFailed.
    """
    reading = read_film(
        film,
        folder,
        choices,
        people=options.people,
        executor=executor,
        progress=lambda share: progress(0.95 * share),
    )
    reading = with_lines(film, folder, reading, options)
    keep_reading(folder, reading)
    write_report(reading, folder, options.lang)
    if options.marked is not None:
        write_marked(options.marked, film, reading, options.lang)
    return reading


def with_lines(
    film: Path, folder: Path, reading: FilmReading, options: StudyOptions
) -> FilmReading:
    """The reading with what is said in it."""
    cues = find_cues(film, options.subtitles)
    if not cues and options.speech_model is not None:
        # A model is opened only where it is needed.
        hearer = load("SpeechToText", model=options.speech_model)
        cues = find_cues(film, None, hearer, heard=folder / HEARD)
    known = options.accuracy
    fusion = HOUSE_FUSION if known is None else weighed(known, WORDS_RIGHT)
    return replace(reading, lines=read_lines(cues, reading, fusion=fusion))
