"""`pyojeong film`: who feels what in a film, and the steps on the way there."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from pyojeong.cli.language import say

_COMMANDS: tuple[str, ...] = ("film_read", "film_frames", "film_outlines", "film_faces")
"""Modules of this package that add their commands to the group."""

READ = "read"
"""The command that a film's name without a command stands for."""


class FilmGroup(TyperGroup):
    """`pyojeong film movie.mp4` is `pyojeong film read movie.mp4`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if READ in self.commands and args and not self._speaks_of_itself(ctx, args[0]):
            args = [READ, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if READ in self.commands and args and args[0] not in self.commands:
            args = [READ, *args]
        return super().resolve_command(ctx, args)

    def _speaks_of_itself(self, ctx: Any, word: str) -> bool:
        return word in self.commands or word in self.get_help_option_names(ctx)


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(
        cls=FilmGroup,
        no_args_is_help=True,
        help=say(
            "Films: frames, characters, and who feels what when.",
            "영상에서 프레임과 인물을 얻고, 누가 언제 무엇을 느끼는지 읽습니다.",
        ),
    )
    group.callback()(lambda: None)
    for name in _COMMANDS:
        import_module(f"pyojeong.cli.{name}").add_to(group)
    app.add_typer(group, name="film")
