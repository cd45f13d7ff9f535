"""Run the command line in this process."""

from dataclasses import dataclass

import pytest

from pyojeong.cli import main as cli


@dataclass
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys):
    """run("text", "hello", "--json") → Ran(code, out, err)."""

    def call(*arguments: object) -> Ran:
        monkeypatch.setattr("sys.argv", ["pyojeong", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code: object = 0
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        return Ran(int(code or 0), captured.out, captured.err)

    return call
