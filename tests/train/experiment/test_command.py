"""`pyojeong experiment`: what it lists, refuses and passes on."""

from functools import partial

import pytest

pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.train.experiment import runner


@pytest.fixture
def command(program):
    """command(...) → exit code, standard output, standard error."""
    return partial(program, "experiment")


def test_the_shipped_studies_are_listed(command):
    code, said, _ = command("--list", "--lang", "ko")
    assert code == 0
    assert "cartoon_faces" in said
    assert "만화 얼굴" in said


def test_a_dry_run_writes_nothing(command, tmp_path):
    out = tmp_path / "study"
    code, said, _ = command("korean_faces", "-o", out, "--dry-run", "--only", "efficientnet")
    assert code == 0
    assert said.count("to do") == 6
    assert "efficientnet_b0" in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("korean_faces",), "--out"),
        (("report",), "--out"),
        (("korean_faces", "-o", "x"), "--data"),
        (("korean_faces", "x", "-o", "x"), "one grid"),
    ],
)
def test_what_is_missing_is_asked_for(command, words, told):
    code, _, said = command(*words)
    assert code == 5
    assert told in said


def test_a_file_that_is_not_there(command, tmp_path):
    code, _, said = command(tmp_path / "none.toml", "-o", tmp_path, "--dry-run")
    assert code == 3
    assert "none.toml" in said


def test_run_and_report(command, tmp_path, monkeypatch, study):
    """The folder is as a finished experiment leaves it; running adds nothing but the report."""
    folder = study({})
    given = {}
    monkeypatch.setattr(runner, "needs_training", lambda: None)
    monkeypatch.setattr(runner, "run_grid", lambda grid, out, **more: given.update(more))
    code, said, told = command(folder / "grid.toml", "-o", folder, "--data", tmp_path)
    assert code == 0, told
    assert given["source"] == str(tmp_path.resolve())
    assert said.strip() == str(folder / "report.html")
    assert "best: " in told
    code, _, told = command("report", folder, "--lang", "ko")
    assert code == 0
    assert "최고: " in told
    assert 'lang="ko"' in (folder / "report.html").read_text("utf-8")


def test_ctrl_c_says_how_to_go_on(command, tmp_path, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "needs_training", lambda: None)
    monkeypatch.setattr(runner, "run_grid", stopped)
    code, _, told = command("korean_faces", "-o", tmp_path, "--data", tmp_path)
    assert code == 130
    assert "same command" in told
