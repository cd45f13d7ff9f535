"""`pyojeong faces clip.mp4`: the faces of a film over time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pyojeong.cli.language import language, say
from pyojeong.cli.output import (
    StoppedAndTold,
    coloured,
    print_note,
    print_table,
    progress_bar,
)

if TYPE_CHECKING:
    from pyojeong.face.video.timeline import Timeline

FILM_SUFFIXES = (".mp4", ".m4v")


def read_video(
    path: Path,
    *,
    outputs: list[Path],
    annotated: Path | None,
    as_json: bool,
    threshold: float | None,
    classifier: Path | None,
) -> None:
    """Read a film's faces; write timelines (.csv, .json, .parquet) and a marked copy (.mp4).

    annotated: the marked copy, or a folder for it. classifier: file of a trained one. With as_json
    the timeline goes to standard output. Outputs are checked before the film is read, and written whole or not at all.
    """
    from pyojeong.face.exported import ExportedClassifier
    from pyojeong.face.video.drawing import write_marked
    from pyojeong.face.video.files import check_timeline_output, write_json_to, write_timeline
    from pyojeong.face.video.reading import read_timeline
    from pyojeong.media.encode import check_film_output

    films = [output for output in outputs if output.suffix.lower() in FILM_SUFFIXES]
    tables = [output for output in outputs if output not in films]
    if annotated is not None:
        films.append(_marked_path(path, annotated))
    for table in tables:
        check_timeline_output(table)
    for film in films:
        _refuse_itself(path, check_film_output(film))
    share = 0.6 if films else 1.0
    with (
        _tell_if_stopped() as written,
        progress_bar(quiet=as_json) as progress,
        read_timeline(
            path,
            threshold=threshold,
            classifier=None if classifier is None else ExportedClassifier(classifier),
            progress=lambda done: progress(share * done),
        ) as timeline,
    ):
        for note in timeline.notes:
            print_note(note.text(language()))
        for table in tables:
            write_timeline(table, timeline, str(path))
            written.append(table)
        for film in films:
            write_marked(
                film, path, timeline, language(), lambda done: progress(share + 0.4 * done)
            )
            written.append(film)
        if as_json:
            write_json_to(sys.stdout, timeline, str(path))
        else:
            _print(path, timeline, written)


@contextmanager
def _tell_if_stopped() -> Iterator[list[Path]]:
    """A list for what was written: Ctrl-C between two outputs keeps the first, and that is told."""
    written: list[Path] = []
    try:
        yield written
    except KeyboardInterrupt:
        if not written:
            raise
        names = ", ".join(map(str, written))
        print_note(say(f"Stopped. Written: {names}", f"중단했습니다. 쓴 파일: {names}"))
        raise StoppedAndTold from None


def _marked_path(path: Path, annotated: Path) -> Path:
    if annotated.suffix.lower() in FILM_SUFFIXES and not annotated.is_dir():
        return annotated
    if not annotated.suffix:
        annotated.mkdir(parents=True, exist_ok=True)
    return annotated / f"{path.stem}.mp4" if annotated.is_dir() else annotated


def _refuse_itself(path: Path, film: Path) -> None:
    from pyojeong.errors import OutputFailed

    if film.exists() and path.exists() and film.samefile(path):
        raise OutputFailed(
            f"The marked copy cannot take the place of {path}; give another name.",
            f"표시한 영상을 원본 {path}에 덮어쓸 수 없습니다. 다른 이름을 지정하세요.",
        )


def _print(path: Path, timeline: Timeline, written: list[Path]) -> None:
    if not timeline.tracks:
        print_note(say(f"{path}: no face found.", f"{path}: 얼굴을 찾지 못했습니다."))
    rows = []
    for track in timeline.tracks:
        longest = sorted(track.seconds.items(), key=lambda pair: -pair[1])[:3]
        shown = ", ".join(f"{coloured(e)} {s:.1f} s" for e, s in longest if s > 0)
        when = f"{_clock(track.first_s)} - {_clock(track.last_s)}"
        rows.append([str(track.number), when, shown, f"{track.unsure:.0%}"])
    if rows:
        print_note(str(path))
        heads = ["#", say("seen", "등장"), say("emotions", "감정"), say("unsure", "불확실")]
        print_table(heads, rows)
    for output in written:
        print_note(say(f"Written: {output}", f"저장함: {output}"))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"{int(minutes)}:{rest:04.1f}"
