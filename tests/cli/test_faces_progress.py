"""The line that says how far a long run has come."""

import pytest

from pyojeong.cli import faces_progress
from pyojeong.cli.faces_progress import ProgressLine
from pyojeong.cli.language import choose_language
from pyojeong.face.report.summary import Summary


@pytest.fixture
def clock(monkeypatch):
    """clock.now: seconds that ProgressLine believes."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(faces_progress, "time", clock)
    choose_language(["--lang", "en"])
    return clock


def test_a_terminal_sees_one_line_redrawn(clock, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    line = ProgressLine(1000)
    line(Summary(pictures=1))
    assert capsys.readouterr().err == ""
    clock.now += 10
    line(Summary(pictures=110, recalled=10, faces=1234, failed=2))
    text = capsys.readouterr().err
    assert text.startswith("\r110 / 1,000 pictures")
    assert "\n" not in text
    for part in ("1,234 faces", "2 failed", "10.0 per second", "1 min left"):
        assert part in text
    line(Summary(pictures=111))
    assert capsys.readouterr().err == ""
    line.done()
    assert capsys.readouterr().err.strip() == ""


def test_a_log_gets_a_line_a_minute(clock, capsys):
    line = ProgressLine(100_000)
    for _ in range(300):
        clock.now += 1
        line(Summary(pictures=int(clock.now) - 100))
    line.done()
    lines = capsys.readouterr().err.splitlines()
    assert 4 <= len(lines) <= 5
    assert "h " in lines[-1]
    assert "\r" not in lines[-1]


def test_in_korean_and_with_more_pictures_than_were_counted(clock, capsys):
    choose_language(["--lang", "ko"])
    line = ProgressLine(5)
    clock.now += 100
    line(Summary(pictures=9, failed=1))
    assert "사진 9 / 9장" in capsys.readouterr().err
