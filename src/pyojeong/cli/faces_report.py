"""`pyojeong faces -o`: the report, and what is told of it."""

from __future__ import annotations

import sys
from pathlib import Path

from pyojeong.cli.faces_progress import ProgressLine
from pyojeong.cli.language import language, say
from pyojeong.cli.output import StoppedAndTold, coloured, print_note, print_table
from pyojeong.emotion import EMOTIONS
from pyojeong.errors import BadInput
from pyojeong.face.report.data_files import print_json_list
from pyojeong.face.report.journal import Journal, progress_folder
from pyojeong.face.report.make import Asked, make_report
from pyojeong.face.report.summary import Summary
from pyojeong.media.listing import list_pictures

FAILURES_TOLD = 20


def report(paths: list[Path], outputs: list[Path], asked: Asked, as_json: bool) -> None:
    """Make the report and say what is in it. Raises BadInput when no picture could be read."""
    line = ProgressLine(sum(1 for _ in list_pictures(paths)))

    def print_list(journal: Journal) -> None:
        if as_json:
            print_json_list(sys.stdout, journal, language())

    try:
        summary = make_report(
            paths,
            outputs,
            asked,
            tell=lambda note: print_note(note.text(language())),
            progress=line,
            finished=print_list,
        )
    except KeyboardInterrupt:
        line.done()
        print_note(_stopped(outputs[0]))
        raise StoppedAndTold from None
    finally:
        line.done()
    if not as_json:
        _print_emotions(summary)
        for output in outputs:
            print(output)
    tell_counts(summary)
    if summary.failed == summary.pictures:
        error = summary.failures[0].error
        assert error is not None  # noqa: S101 - failures have one
        raise BadInput(error.en, error.ko)


def tell_counts(summary: Summary) -> None:
    """What was found, and which pictures could not be read, with reasons."""
    faces, pictures = summary.faces, summary.pictures
    print_note(
        say(
            f"{faces:,} face{'s'[: faces != 1]} in {pictures:,} picture{'s'[: pictures != 1]}.",
            f"사진 {pictures:,}장에서 얼굴 {faces:,}개.",
        )
    )
    if summary.reread:
        print_note(
            say(
                f"{summary.reread:,} had changed since the run that stopped and were read again.",
                f"중단된 뒤 바뀐 {summary.reread:,}장을 다시 읽었습니다.",
            )
        )
    if not summary.failed:
        return
    print_note(
        say(f"{summary.failed:,} could not be read:", f"읽지 못한 사진 {summary.failed:,}장:")
    )
    for record in summary.failures[:FAILURES_TOLD]:
        if record.error is not None:
            print_note("  " + record.error.text(language()))
    if summary.failed > FAILURES_TOLD:
        more = summary.failed - FAILURES_TOLD
        print_note(say(f"  and {more:,} more", f"  그 밖에 {more:,}장"))


def _print_emotions(summary: Summary) -> None:
    if not summary.faces:
        return
    rows = [
        [
            coloured(emotion),
            f"{summary.emotions[emotion].faces:,}",
            f"{summary.share(emotion):.0%}",
            f"{summary.emotions[emotion].mean:.0%}" if summary.emotions[emotion].faces else "-",
        ]
        for emotion in EMOTIONS
    ]
    columns = [say("emotion", "감정"), say("faces", "얼굴"), say("share", "비율")]
    print_table([*columns, say("mean confidence", "평균 확신도")], rows)


def _stopped(output: Path) -> str:
    folder = progress_folder(output)
    return say(
        f"Stopped. What was read is kept in {folder}; the same command goes on from there.",
        f"중단했습니다. 지금까지 읽은 것은 {folder}에 있습니다. 같은 명령을 다시 실행하면 이어집니다.",
    )
