"""The command `pyojeong`: builds the commands, prints errors as one line, sets the exit code."""

from __future__ import annotations

import io
import sys
from importlib import metadata
from typing import Annotated, NoReturn

import typer

from pyojeong.cli.language import choose_language, language, say
from pyojeong.cli.output import StoppedAndTold
from pyojeong.errors import EXIT_CODES, PyojeongError, exit_code


def main() -> None:
    """Entry point. Exits with 0, or the code that `errors.EXIT_CODES` gives."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.argv[1:] = choose_language(sys.argv[1:])
        build()()
    except PyojeongError as error:
        _fail(error.text(language()), exit_code(error))
    except KeyboardInterrupt:
        _stopped()
    except StoppedAndTold:
        raise
    except SystemExit as stop:
        # Typer turns Ctrl-C inside a command into this exit, without a word.
        if stop.code == EXIT_CODES[KeyboardInterrupt]:
            _stopped()
        raise


def build() -> typer.Typer:
    """The Typer application in the language chosen."""
    from pyojeong.cli import (
        background,
        data,
        experiment,
        express,
        faces,
        film,
        inspect,
        models,
        story,
        text,
        train,
    )

    app = typer.Typer(
        name="pyojeong",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        help=_about(),
        epilog=_examples(),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for module in (story, text, faces, express, background, inspect):
        module.add_to(app)
    film.add_to(app)
    train.add_to(app)
    data.add_to(app)
    experiment.add_to(app)
    models.add_to(app)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pyojeong {metadata.version('pyojeong')}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=_show_version,
            help="Show the version and exit / 버전 표시.",
        ),
    ] = False,
    lang: Annotated[
        str, typer.Option("--lang", metavar="en|ko", help="Language of messages / 메시지 언어.")
    ] = "auto",
) -> None:
    # Both are listed for --help and dealt with before: by the callback and by choose_language.
    del version, lang


def _about() -> str:
    return say(
        "Reads emotion in text and faces, and gives it a face.",
        "글과 얼굴에서 감정을 읽고, 그 감정에 표정을 줍니다.",
    )


def _examples() -> str:
    lines = (
        (
            say("A portrait tells a story", "초상이 이야기를 들려줍니다"),
            "pyojeong story tale.txt --face portrait.jpg -o tale.mp4",
        ),
        (
            say("Draw an expression on a photo", "사진에 표정을 그립니다"),
            "pyojeong express portrait.jpg --emotion sadness:0.8 -o sad.png",
        ),
        (
            say("Read the emotion of a text", "글의 감정을 읽습니다"),
            'pyojeong text "오늘은 정말 신난다!" --json',
        ),
        (
            say("Read the faces of a picture", "사진 속 얼굴을 읽습니다"),
            "pyojeong faces group.jpg",
        ),
    )
    # A blank line between two keeps Typer from joining them.
    return "\n\n".join(f"{about}:\n\n[cyan]  {command}[/cyan]" for about, command in lines)


def _stopped() -> NoReturn:
    _fail(
        say("Stopped; nothing was written.", "중단했습니다. 아무것도 쓰지 않았습니다."),
        EXIT_CODES[KeyboardInterrupt],
    )


def _fail(message: str, code: int) -> NoReturn:
    print(f"pyojeong: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)
