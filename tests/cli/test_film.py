"""`pyojeong film`: the group that takes a film's name, and `film frames`."""

import csv
import json
import os
from fractions import Fraction
from pathlib import Path

import pytest
import typer

from pyojeong.cli import film as group


@pytest.fixture
def film(tmp_path, numbered):
    numbered.write(tmp_path / "영화 1.mp4", range(50), Fraction(1, 25), bf="2")
    return tmp_path / "영화 1.mp4"


def rows(folder):
    with (folder / "frames.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def film_app(monkeypatch, capsys):
    """film_app(*words) → (exit code, what was called, what was printed), with two commands."""

    def call(*words, read=True):
        called = []
        app = typer.Typer()
        app.callback()(lambda: None)
        inner = typer.Typer(cls=group.FilmGroup, no_args_is_help=True)
        inner.callback()(lambda: None)

        def reads(movie: str, out: str = "report", demo: bool = False):
            called.append(("read", movie, out))

        def frames(movie: str):
            called.append(("frames", movie))

        if read:
            inner.command("read")(reads)
        inner.command("frames")(frames)
        app.add_typer(inner, name="film")
        with pytest.raises(SystemExit) as stop:
            app(["film", *words])
        return stop.value.code, called, "".join(capsys.readouterr())

    return call


class TestGroup:
    @pytest.mark.parametrize(
        ("words", "called"),
        [
            (["movie.mp4"], ("read", "movie.mp4", "report")),
            (["movie.mp4", "--out", "x"], ("read", "movie.mp4", "x")),
            (["--out", "x", "movie.mp4"], ("read", "movie.mp4", "x")),
            (["read", "movie.mp4"], ("read", "movie.mp4", "report")),
            (["frames", "movie.mp4"], ("frames", "movie.mp4")),
            (["./frames"], ("read", "./frames", "report")),
        ],
    )
    def test_a_films_name_stands_for_reading_it(self, film_app, words, called):
        assert film_app(*words)[:2] == (0, [called])

    def test_help_is_of_the_group_and_of_the_command(self, film_app):
        code, called, text = film_app("--help")
        assert (code, called) == (0, [])
        assert "frames" in text
        code, called, text = film_app("movie.mp4", "--help")
        assert (code, called) == (0, [])
        assert "--out" in text

    def test_without_the_command_unknown_names_are_unknown(self, film_app):
        code, called, _ = film_app("movie.mp4", read=False)
        assert (code, called) == (2, [])


class TestFrames:
    def test_every_fourth_frame(self, run, film, tmp_path):
        done = run("film", "frames", film, "-o", tmp_path / "out")
        assert done.code == 0
        assert [int(r["index"]) for r in rows(tmp_path / "out")] == list(range(0, 50, 4))
        assert "13 frames" in done.err
        assert "pyojeong train characters" in done.err

    def test_json_and_choices(self, run, film, tmp_path):
        out = tmp_path / "out"
        words = ["film", "frames", film, "-o", out, "--seconds", "0.5", "--no-filter", "--json"]
        found = json.loads(run(*words).out)
        assert (found["frames"], found["dropped"], found["resumed"]) == (4, {}, False)
        assert json.loads(run(*words).out)["resumed"]
        assert [r["time"] for r in rows(out)] == ["0.000000", "0.520000", "1.000000", "1.520000"]

    def test_kinds_that_are_kept(self, run, film, tmp_path):
        run("film", "frames", film, "-o", tmp_path / "a", "--every", "1")
        run("film", "frames", film, "-o", tmp_path / "b", "--every", "1", "--keep", "duplicate",
            "--keep", "blurred", "--keep", "credits", "--keep", "black")  # fmt: skip
        assert len(list((tmp_path / "b").glob("*.jpg"))) == 50
        assert all(not r["dropped"] for r in rows(tmp_path / "b"))

    def test_best_per_shot_as_png(self, run, film, tmp_path):
        done = run("film", "frames", film, "-o", tmp_path / "o", "--best-per-shot", "--png",
                   "--no-filter")  # fmt: skip
        assert done.code == 0
        assert len(list((tmp_path / "o").glob("0*.png"))) == len(
            {r["shot"] for r in rows(tmp_path / "o")}
        )

    def test_only_faces(self, run, film, tmp_path):
        run("film", "frames", film, "-o", tmp_path / "o", "--only-faces", "--every", "25",
            "--keep", "blurred", "--keep", "credits")  # fmt: skip
        assert [r["dropped"] for r in rows(tmp_path / "o")] == ["nobody"] * 2 or [
            r["dropped"] for r in rows(tmp_path / "o")
        ] == ["black", "nobody"]

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["--every", "2", "--best-per-shot"], 5),
            (["--every", "0"], 5),
            (["--seconds", "0"], 5),
            (["--keep", "cats"], 5),
            (["--only-faces", "--characters", "a.onnx"], 5),
        ],
    )
    def test_choices_that_make_no_sense(self, run, film, tmp_path, words, code):
        done = run("film", "frames", film, "-o", tmp_path / "out", *words)
        assert done.code == code
        assert done.err.startswith("pyojeong: ")
        assert not (tmp_path / "out").exists()

    def test_in_korean(self, run, tmp_path):
        done = run("film", "frames", tmp_path / "없음.mp4", "-o", tmp_path / "out", "--lang", "ko")
        assert done.code == 3
        assert "파일이 없습니다" in done.err

    def test_another_films_folder(self, run, film, tmp_path, numbered):
        numbered.write(tmp_path / "b.mp4", range(30), Fraction(1, 25))
        run("film", "frames", film, "-o", tmp_path / "out")
        assert run("film", "frames", tmp_path / "b.mp4", "-o", tmp_path / "out").code == 10
        done = run("film", "frames", tmp_path / "b.mp4", "-o", tmp_path / "out", "--overwrite")
        assert done.code == 0
        assert len(rows(tmp_path / "out")) == 8


@pytest.mark.skipif("PYOJEONG_DATA" not in os.environ, reason="needs PYOJEONG_DATA")
def test_big_buck_bunny_from_end_to_end(run, tmp_path):
    """A real film with nobody human in it: read, reported, and no figure invented."""
    film = Path(os.environ["PYOJEONG_DATA"]) / "samples" / "bigbuckbunny.mp4"
    got = run("film", film, "-o", tmp_path / "report", "--json")
    assert got.code == 0, got.err
    told = json.loads(got.out)
    assert told["characters"] == []
    assert told["frames"] == 33
    assert (tmp_path / "report" / "report.html").is_file()
