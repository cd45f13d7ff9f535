"""What the commands of `pyojeong train` share that keep a run in a folder. Imported once the language
is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from pyojeong.cli.language import say
from pyojeong.cli.output import StoppedAndTold, print_note
from pyojeong.errors import BadSettings

RunFolder = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FOLDER", help=say("Folder of the run.", "학습 폴더.")),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="SECTION.NAME=VALUE",
        help=say("A single setting, such as train.seed=5.", "설정 하나, 예: train.seed=5."),
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help=say("Go on with a run that stopped.", "중단된 학습을 이어 합니다.")
    ),
]


def run_folder(out: Path | None, resume: bool, *settings: object) -> Path:
    """The folder of the run. Raises BadSettings without one, and for settings beside --resume."""
    if out is None:
        raise BadSettings(
            "Say where the run is kept: --out FOLDER.", "학습 폴더를 정해 주세요: --out 폴더."
        )
    if resume and any(settings):
        raise BadSettings(
            "--resume goes on with the settings in the folder; give it nothing but --out.",
            "--resume은 폴더에 있는 설정으로 이어 합니다. --out만 함께 쓰세요.",
        )
    return out


@contextmanager
def resumable() -> Iterator[None]:
    """Around training: Ctrl-C says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        print_note(
            say(
                "Stopped. Go on later with --resume.",
                "중단했습니다. 나중에 --resume으로 이어 할 수 있습니다.",
            )
        )
        raise StoppedAndTold from None


def trainer(package: str, module: str, command: str) -> Any:
    """A module of train/PACKAGE. Raises MissingExtra where the extra "train" is missing."""
    from pyojeong.registry import missing_extra

    try:
        return import_module(f"pyojeong.train.{package}.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pyojeong"):
            raise
        raise missing_extra(f"pyojeong train {command}", "train") from error
