"""`pyojeong film movie.mp4` and `pyojeong film faces`."""

import json

import cv2
import numpy as np
import pytest

from pyojeong import registry
from pyojeong.errors import (
    EXIT_CODES,
    BadInput,
    BadSettings,
    MissingWeights,
    OutputFailed,
    UnknownBackend,
)
from pyojeong.media.encode import VideoWriter


@pytest.fixture(scope="module")
def film(tmp_path_factory, portrait):
    """A second and a half of a face that moves."""
    path = tmp_path_factory.mktemp("film") / "얼굴.mp4"
    small = cv2.resize(portrait, (192, 192), interpolation=cv2.INTER_AREA)
    with VideoWriter(path, 320, 192, fps=24, crf=16) as writer:
        for at in range(36):
            canvas = np.full((192, 320, 3), 90, np.uint8)
            canvas[:, at : at + 192] = small
            writer.write_frame(canvas)
    return path


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "empty.mp4"
    with VideoWriter(path, 160, 96, fps=24) as writer:
        for at in range(24):
            writer.write_frame(np.full((96, 160, 3), 60 + at, np.uint8))
    return path


def test_a_film_is_read_and_again_with_other_names(run, film, tmp_path):
    done = run("film", film, "-o", tmp_path / "r", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert [c["name"] for c in told["characters"]] == ["person 1"]
    assert told["characters"][0]["seconds"] == pytest.approx(1.5, abs=0.01)
    assert told["characters"][0]["emotions"]["happiness"] == 1
    folder = tmp_path / "r"
    text = (folder / "people.toml").read_text("utf-8")
    (folder / "people.toml").write_text(text.replace('"person 1"', '"아일린"'), "utf-8")
    again = json.loads(run("film", film, "-o", folder, "--json").out)
    assert [c["name"] for c in again["characters"]] == ["아일린"]
    assert (folder / "people.jpg").read_bytes()[:2] == b"\xff\xd8"
    shown = run("--lang", "ko", "film", film, "-o", folder)
    assert "아일린" in shown.out
    assert "저장함" in shown.err


def test_options_that_were_changed_are_told(run, film, tmp_path):
    run("film", film, "-o", tmp_path / "r")
    done = run("film", film, "-o", tmp_path / "r", "--every", 8)
    assert done.code == EXIT_CODES[BadSettings]
    assert "people.toml" in done.err


def test_nobody_is_no_error(run, empty, tmp_path):
    done = run("film", empty, "-o", tmp_path / "r")
    assert done.code == 0
    assert "Nobody" in done.err


def test_faces_to_label(run, film, tmp_path):
    done = run("film", "faces", film, "-o", tmp_path / "f", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out) == {"faces": 3, "before": 0, "lost": 0}
    assert len(list((tmp_path / "f/person 1").glob("*.png"))) == 3
    again = run("film", "faces", film, "-o", tmp_path / "f")
    assert "train expression" in again.err


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["{film}", "--demo"], BadSettings),
        ([], BadSettings),
        (["{film}", "--every", "4", "--seconds", "1"], BadSettings),
        (["{film}", "--every", "0"], BadSettings),
        (["{film}", "--workers", "0"], BadSettings),
        (["missing.mp4"], BadInput),
        (["{film}", "--characters", "missing.onnx"], MissingWeights),
        (["{film}", "--classifier", "missing.onnx"], MissingWeights),
        (["{film}", "--people", "missing.toml"], BadInput),
        (["{film}", "--characters", "missing.safetensors"], MissingWeights),
        (["{film}", "--characters", "yolov8n-seg.pt"], BadInput),
        (["{film}", "--segmenter", "ultralytics"], BadSettings),
        (["{film}", "--characters", "a.onnx", "--segmenter", "ultralitics"], UnknownBackend),
        (["faces", "{film}", "--segmenter", "mask-rcnn"], BadSettings),
        (["frames", "{film}", "--segmenter", "mask-rcnn"], BadSettings),
        (["frames", "{film}", "--characters", "weights.pt"], BadInput),
    ],
)
def test_what_cannot_be_done_is_told_at_once(run, film, tmp_path, words, error):
    words = [word.format(film=film) for word in words]
    done = run("film", *(words or ["read"]), "-o", tmp_path / "r")
    assert done.code == EXIT_CODES[error], done.err
    assert not list(tmp_path.glob("r/work/segment-*"))


def test_a_folder_of_something_else_is_left_alone(run, film, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    done = run("film", film, "-o", tmp_path)
    assert done.code == EXIT_CODES[OutputFailed]
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    "content", [b"", b"#EXTM3U\nfile.ts\n", b"ffconcat version 1.0\nfile a.mp4\n", b"\0" * 999]
)
def test_what_is_no_film_leaves_nothing(run, tmp_path, content):
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    assert run("film", path, "-o", tmp_path / "r").code == EXIT_CODES[BadInput]
    assert not list(tmp_path.glob("r/work/*.npz"))


def test_weights_that_are_none(run, film, tmp_path):
    (tmp_path / "w.onnx").write_bytes(b"no network")
    done = run("film", film, "-o", tmp_path / "r", "--characters", tmp_path / "w.onnx")
    assert done.code in (EXIT_CODES[BadInput], EXIT_CODES[MissingWeights])
    assert "w.onnx" in done.err


@pytest.mark.parametrize("command", ["read", "faces", "frames"])
def test_a_segmenter_by_name(run, film, tmp_path, monkeypatch, command):
    """Every command opens the one that is named, workers and cutters too."""
    from pyojeong.assets import asset_path
    from pyojeong.film import segments

    named = []

    def load(capability, name, **settings):
        named.append(name)
        return registry.load(capability, "yolo-seg-onnx", **settings)

    monkeypatch.setattr(segments, "load", load)
    segments.reader_of.cache_clear()
    done = run("film", command, film, "-o", tmp_path / "r", "--every", "12", "--characters",
               asset_path("cartoon_characters_v1"), "--segmenter", "ultralytics")  # fmt: skip
    assert done.code == 0, done.err
    assert set(named) == {"ultralytics"}
    segments.reader_of.cache_clear()


def test_the_licence_is_told_in_the_help(run):
    done = run("film", "read", "--help")
    assert "AGPL-3.0" in done.out


def test_stopped_by_hand_it_says_so(run, film, tmp_path, monkeypatch):
    from pyojeong.film import run as reading

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(reading, "read_film", stop)
    done = run("film", film, "-o", tmp_path / "r")
    assert done.code == 130
    assert "goes on" in done.err


def test_the_demo_draws_its_own_film(run, tmp_path, monkeypatch):
    from pyojeong.data.cartoon import film as cartoon

    draw = cartoon.make_film
    short = {"seconds": 3, "size": (320, 180)}
    monkeypatch.setattr(cartoon, "make_film", lambda path, **given: draw(path, **(given | short)))
    done = run("film", "--demo", "-o", tmp_path / "r", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["film"] == "demo.mp4"
    assert told["characters"]
    assert set(told["characters"][0]["emotions"]) > {"anger", "happiness"}
    drawn = (tmp_path / "r/demo.mp4").stat().st_mtime_ns
    assert run("film", "--demo", "-o", tmp_path / "r", "--json").out == done.out
    assert (tmp_path / "r/demo.mp4").stat().st_mtime_ns == drawn
