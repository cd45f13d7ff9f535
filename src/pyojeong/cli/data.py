"""`pyojeong data`: label, clean, split and compare sets of pictures."""

from __future__ import annotations

from importlib import import_module

import typer

from pyojeong.cli.language import say

_COMMANDS: tuple[str, ...] = (
    "data_import",
    "data_autolabel",
    "data_clean",
    "data_split",
    "data_leaks",
    "data_flips",
    "data_turn",
    "data_compare",
    "data_instances",
)
"""Modules of this package that add their commands to the group."""


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(
        no_args_is_help=True,
        help=say(
            "Label, clean, split and compare sets of pictures.",
            "사진 데이터에 라벨을 붙이고, 정리하고, 나누고, 비교합니다.",
        ),
    )
    group.callback()(lambda: None)
    for name in _COMMANDS:
        import_module(f"pyojeong.cli.{name}").add_to(group)
    app.add_typer(group, name="data")
