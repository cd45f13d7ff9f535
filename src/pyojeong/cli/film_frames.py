"""`pyojeong film frames`: a film's frames as pictures in a folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.film_options import Segmenter, check_segmenter
from pyojeong.cli.language import language, say
from pyojeong.cli.options import AsJson
from pyojeong.cli.output import (
    StoppedAndTold,
    print_json,
    print_note,
    print_table,
    progress_bar,
)
from pyojeong.errors import BadSettings

if TYPE_CHECKING:
    from pyojeong.film.filters import Finder
    from pyojeong.film.frame_folder import Extracted

_SURE = 0.25
"""Probability from which a character is in a frame."""


def add_to(group: typer.Typer) -> None:
    group.command(
        "frames",
        help=say(
            "Write a film's frames as pictures named by number and time, with a table of shots. "
            "Goes on where it was stopped.",
            "영상의 프레임을 번호와 시각으로 이름 붙여 저장하고 장면 표를 만듭니다. "
            "중단된 작업은 이어서 합니다.",
        ),
        epilog="pyojeong film frames movie.mp4 -o frames/\n\n"
        "pyojeong film frames movie.mp4 -o frames/ --best-per-shot",
    )(run)


def run(
    film: Annotated[
        Path,
        typer.Argument(metavar="FILM", help=say("The film.", "영상 파일."), show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="FOLDER",
            help=say("Folder for the pictures.", "사진을 담을 폴더."),
        ),
    ],
    every: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            show_default=False,
            help=say("Every N-th frame (4).", "N번째 프레임마다(4)."),
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(metavar="T", help=say("A frame every T seconds.", "T초마다 한 프레임.")),
    ] = None,
    best: Annotated[
        bool,
        typer.Option(
            "--best-per-shot",
            help=say("The sharpest frame of each shot.", "장면마다 가장 선명한 프레임."),
        ),
    ] = False,
    filters: Annotated[
        bool,
        typer.Option(
            "--filter/--no-filter",
            help=say(
                "Leave out black, credits, blurred and nearly repeated frames.",
                "검은 화면, 크레디트, 흐린 프레임, 거의 같은 프레임을 뺍니다.",
            ),
        ),
    ] = True,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help=say(
                "Do not leave out: black, credits, blurred or duplicate; several times.",
                "빼지 않을 종류: black, credits, blurred, duplicate. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    only_faces: Annotated[
        bool,
        typer.Option(
            "--only-faces",
            help=say(
                "Leave out frames without a human face (slow).",
                "사람 얼굴이 없는 프레임을 뺍니다(느림).",
            ),
        ),
    ] = False,
    characters: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=say(
                "Leave out frames without a character that this network finds (YOLO-seg as .onnx, "
                "or Mask R-CNN as .safetensors).",
                "이 신경망(YOLO-seg .onnx 또는 Mask R-CNN .safetensors)이 인물을 찾지 못한 프레임을 "
                "뺍니다.",
            ),
        ),
    ] = None,
    segmenter: Segmenter = None,
    png: Annotated[
        bool, typer.Option("--png", help=say("PNG instead of JPEG.", "JPEG 대신 PNG."))
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help=say("Replace frames that the folder holds.", "폴더에 있는 프레임을 바꿉니다."),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    from pyojeong.film.extract import extract_frames
    from pyojeong.film.filters import Rules
    from pyojeong.film.frame_folder import Wanted

    if sum((every is not None, seconds is not None, best)) > 1:
        raise BadSettings(
            "Choose one of --every, --seconds and --best-per-shot.",
            "--every, --seconds, --best-per-shot 중 하나만 고르세요.",
        )
    kept = _kinds(keep or [])
    finder, sought = _finder(only_faces, characters, segmenter)
    on = {kind: filters and kind not in kept for kind in ("black", "credits", "blurred")}
    rules = Rules(**on, duplicates=filters and "duplicate" not in kept, finder=finder)
    wanted = Wanted(4 if every is None else every, seconds, best, "png" if png else "jpg", sought)
    try:
        with progress_bar(as_json, say("Reading the film", "영상 읽는 중")) as progress:
            done = extract_frames(
                film, out, wanted, rules, lang=language(), overwrite=overwrite, progress=progress
            )
    except KeyboardInterrupt:
        print_note(
            say(
                f"Stopped. The same command goes on from here; what is in {out} stays.",
                f"중단했습니다. 같은 명령을 다시 실행하면 이어서 합니다. {out}의 내용은 그대로입니다.",
            )
        )
        raise StoppedAndTold from None
    _report(out, done, as_json)


def _finder(
    faces: bool, characters: Path | None, segmenter: str | None
) -> tuple[Finder | None, str]:
    """Who must be in a frame, and a name for that."""
    check_segmenter(characters, segmenter)
    if faces and characters is not None:
        raise BadSettings(
            "Choose one of --only-faces and --characters.",
            "--only-faces와 --characters 중 하나만 고르세요.",
        )
    if faces:
        from pyojeong.data.faults import face_finder

        return face_finder(), "face"
    if characters is not None:
        from pyojeong.film.filters import figure_finder
        from pyojeong.film.segments import segmenter_of

        finder = figure_finder(segmenter_of(characters, segmenter or "", threshold=_SURE))
        return finder, " ".join(filter(None, (characters.name, segmenter)))
    return None, ""


def _kinds(names: list[str]) -> set[str]:
    known = ("black", "credits", "blurred", "duplicate")
    for name in names:
        if name not in known:
            raise BadSettings(
                f"--keep takes {', '.join(known)}, not {name!r}.",
                f"--keep은 {', '.join(known)} 중 하나입니다: {name!r}.",
            )
    return set(names)


def _report(out: Path, done: Extracted, as_json: bool) -> None:
    from pyojeong.film.contact import NAMES

    if as_json:
        print_json(asdict(done))
        return
    korean = language() == "ko"
    rows = [[NAMES[reason][korean], f"{number:,}"] for reason, number in done.dropped.items()]
    if rows:
        print_table([say("left out", "뺀 프레임"), say("frames", "수")], rows)
        print_note(say(f"Left out: see {out / 'dropped.png'}", f"뺀 프레임: {out / 'dropped.png'}"))
    if done.damaged:
        print_note(
            say(
                f"{done.damaged:,} frames are damaged; the decoder made up parts of them.",
                f"프레임 {done.damaged:,}개가 손상되어 일부를 추정해 채웠습니다.",
            )
        )
    print_note(
        say(
            f"{done.frames:,} of {done.looked_at:,} frames from {done.shots:,} shots: {out}",
            f"{done.shots:,}개 장면의 프레임 {done.looked_at:,}개 중 {done.frames:,}개: {out}",
        )
    )
    print_note(
        say(
            "Next: outline the figures in Roboflow, CVAT or Label Studio (docs/characters.md says "
            "how), then: pyojeong train characters SET -o run",
            "다음: Roboflow, CVAT, Label Studio에서 인물의 윤곽을 그린 뒤(방법: docs/characters.md) "
            "실행하세요: pyojeong train characters SET -o run",
        )
    )
