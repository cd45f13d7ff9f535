"""`pyojeong text --image`: a picture's text is read like typed text."""

import json

import numpy as np
import pytest
from PIL import Image

from pyojeong.settings import Settings
from pyojeong.testing import ClovaField, FakeAnswer, FakeClova

KEYS = {"image", "ocr", "sentences"}


@pytest.fixture
def clova(monkeypatch):
    """clova(fields, answers) → a running FakeClova that the settings name."""
    with FakeClova() as service:
        own = Settings(clova_url=service.url, clova_secret=service.secret)
        monkeypatch.setattr("pyojeong.text.clova.settings", lambda: own)

        def prepare(*fields, answers=()):
            service.fields, service.answers = fields, list(answers)
            return service

        yield prepare


@pytest.fixture
def picture(tmp_path, note):
    path = tmp_path / "note.png"
    Image.fromarray(note(["오늘은 정말 신난다!", "그런데 갑자기 무서워졌다."])).save(path)
    return path


def words(*lines):
    return [
        ClovaField(word, (10, 40 * n, 60, 40 * n + 30), 0.9, word is line[-1])
        for n, line in enumerate(lines)
        for word in line
    ]


def test_json(run, clova, picture):
    clova(*words(["오늘은", "정말", "신난다!"], ["그런데", "갑자기", "무서워졌다."]))
    got = run("text", "--image", picture, "--ocr", "clova", "--json")
    assert got.code == 0, got.err
    read = json.loads(got.out)
    assert set(read) == KEYS
    assert read["image"] == str(picture)
    assert read["ocr"] == {
        "text": "오늘은 정말 신난다!\n그런데 갑자기 무서워졌다.",
        "confidence": 0.9,
        "source": "clova-v2",
    }
    typed = json.loads(run("text", read["ocr"]["text"], "--json").out)
    assert read["sentences"] == typed["sentences"]


def test_for_people(run, clova, picture):
    clova(*words(["오늘은", "정말", "신난다!"]))
    got = run("--lang", "ko", "text", "--image", picture, "--ocr", "clova")
    assert got.code == 0
    assert "오늘은 정말 신난다!" in got.out
    assert "기쁨" in got.out
    assert got.err == ""


def test_other_options_go_along(run, clova, picture):
    clova(*words(["오늘은", "정말", "신난다!"]))
    options = ["--image", picture, "--ocr", "clova", "--json", "--explain", "--speakers"]
    read = json.loads(run("text", *options).out)
    assert set(read) == KEYS | {"cast"}
    assert "words" in read["sentences"][0]


def test_no_text_is_an_empty_result_and_a_word_about_it(run, clova, tmp_path):
    clova()
    path = tmp_path / "blank.png"
    Image.new("RGB", (80, 60), "white").save(path)
    got = run("text", "--image", path, "--ocr", "clova", "--json")
    assert got.code == 0
    assert json.loads(got.out)["sentences"] == []
    assert json.loads(got.out)["ocr"]["text"] == ""
    assert "no text found" in got.err
    got = run("--lang", "ko", "text", "--image", path, "--ocr", "clova")
    assert (got.code, got.out) == (0, "")
    assert "글을 찾지 못했습니다" in got.err


def test_doubt_is_told(run, clova, picture):
    clova(ClovaField("글씨", (1, 1, 9, 9), 0.4))
    got = run("text", "--image", picture, "--ocr", "clova")
    assert "40% certainty" in got.err


def test_transparent_pictures_lie_on_white(run, clova, tmp_path):
    service = clova(*words(["글"]))
    path = tmp_path / "clear.png"
    Image.fromarray(np.zeros((60, 80, 4), np.uint8)).save(path)
    got = run("text", "--image", path, "--ocr", "clova", "--json")
    assert json.loads(got.out)["ocr"]["text"] == ""  # all of it is white
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["text", "글", "--image", "note.png"], 2),
        (["text", "--lines", "x.txt", "--image", "note.png"], 2),
        (["text", "글", "--ocr", "clova"], 2),
        (["text", "--image", "missing.png", "--ocr", "clova"], 3),
        (["text", "--image", "text.png", "--ocr", "clova"], 3),
        (["text", "--image", "note.png", "--ocr", "clova"], 9),
        (["text", "--image", "note.png", "--ocr", "clover"], 6),
    ],
)
def test_errors(run, clova, picture, monkeypatch, arguments, code):
    clova(answers=[FakeAnswer(body=b"nonsense")])
    monkeypatch.chdir(picture.parent)
    (picture.parent / "text.png").write_text("no picture", "utf-8")
    got = run(*arguments)
    assert (got.code, got.out) == (code, ""), got.err
    if code != 2:
        assert got.err.startswith("pyojeong: ")
        assert got.err.count("\n") == 1


def test_without_an_account(run, monkeypatch, picture):
    monkeypatch.setattr("pyojeong.text.clova.settings", Settings)
    got = run("text", "--image", picture, "--ocr", "clova")
    assert got.code == 5
    assert "PYOJEONG_CLOVA_URL" in got.err


def test_without_the_program(run, monkeypatch, picture, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    got = run("text", "--image", picture)
    assert got.code == 7
    assert "apt install tesseract-ocr tesseract-ocr-kor" in got.err
