"""What the tests of training commands share."""

import sys

import pytest

from pyojeong.cli import main as cli


@pytest.fixture
def program(monkeypatch, capsys):
    """program("train", ...) → exit code, standard output, standard error."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["pyojeong", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "200")
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        told = capsys.readouterr()
        return code, told.out, told.err

    return call
