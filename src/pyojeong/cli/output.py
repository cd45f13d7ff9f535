"""What several commands print: JSON, emotions in colour, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pyojeong.cli.language import language, say
from pyojeong.emotion import KOREAN_NAMES, Emotion
from pyojeong.errors import EXIT_CODES

COLOURS: dict[Emotion, str] = {
    Emotion.HAPPINESS: "yellow",
    Emotion.ANGER: "red",
    Emotion.SADNESS: "blue",
    Emotion.FEAR: "magenta",
    Emotion.SURPRISE: "cyan",
    Emotion.DISGUST: "green",
    Emotion.NEUTRAL: "white",
}


class StoppedAndTold(SystemExit):
    """Ctrl-C, after the person was told what is kept: `main` adds nothing."""

    def __init__(self) -> None:
        super().__init__(EXIT_CODES[KeyboardInterrupt])


def print_json(value: Any, *, indent: int | None = 2) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=indent))


def print_note(text: str) -> None:
    """A remark for the person, on standard error so that pipes stay clean."""
    print(text, file=sys.stderr)


def name_of(emotion: Emotion) -> str:
    return KOREAN_NAMES[emotion] if language() == "ko" else emotion.value


def coloured(emotion: Emotion) -> str:
    colour = COLOURS[emotion]
    return f"[{colour}]{name_of(emotion)}[/{colour}]"


def print_table(columns: list[str], rows: list[list[str]]) -> None:
    """A table with rich markup in its cells, for people."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def progress_bar(quiet: bool, about: str = "") -> Iterator[Callable[[float], None]]:
    """A bar with the time left on standard error; calls with the share done move it. about: what is
    being done, else filming."""
    if quiet or not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (
        TextColumn(about or say("Filming", "촬영 중")),
        BarColumn(),
        TaskProgressColumn(),
        Remaining(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share: bar.update(task, completed=share)
