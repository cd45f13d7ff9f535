"""What `text`, `faces` and `models` print."""

import io
import json

import pytest

from pyojeong.emotion import EMOTIONS

NAMES = [e.value for e in EMOTIONS]


def check_scores(item):
    assert list(item["scores"]) == NAMES
    assert sum(item["scores"].values()) == pytest.approx(1, abs=1e-3)
    assert item["emotion"] in NAMES
    assert item["confidence"] == pytest.approx(max(item["scores"].values()), abs=1e-4)


def test_text_json(run):
    got = run("text", "오늘은 정말 신난다! 그런데 갑자기 무서워졌다.", "--json")
    assert got.code == 0
    sentences = json.loads(got.out)["sentences"]
    assert [s["text"] for s in sentences] == ["오늘은 정말 신난다!", "그런데 갑자기 무서워졌다."]
    assert set(sentences[0]) == {"text", "emotion", "confidence", "scores", "intensity"}
    for sentence in sentences:
        check_scores(sentence)
    assert sentences[0]["emotion"] == "happiness"


def test_text_with_speakers(run):
    got = run("text", "“어서 와!” 하고 늑대가 말했어요. 해가 졌어요.", "--speakers", "--json")
    assert got.code == 0
    told = json.loads(got.out)
    assert [s["spans"] for s in told["sentences"]] == [
        [{"start": 0, "end": 7, "speaker": "늑대"}],
        [],
    ]
    assert [s["speaker"] for s in told["sentences"]] == ["narrator", "narrator"]
    assert told["cast"] == [
        {"name": "narrator", "sentences": 2, "spans": 0},
        {"name": "늑대", "sentences": 0, "spans": 1},
    ]
    shown = run("--lang", "ko", "text", "“어서 와!” 하고 늑대가 말했어요.", "--speakers")
    assert "화자" in shown.out
    assert run("text", "--lines", "x.txt", "--speakers").code == 2


def test_text_for_people(run):
    got = run("--lang", "ko", "text", "오늘은 정말 신난다!")
    assert got.code == 0
    assert "기쁨" in got.out
    assert "오늘은 정말 신난다!" in got.out


def test_text_reads_files_and_says_the_encoding(run, tmp_path):
    path = tmp_path / "이야기.txt"
    path.write_bytes("너무 슬퍼서 엉엉 울었습니다.".encode("cp949"))
    got = run("text", path, "--json")
    assert json.loads(got.out)["sentences"][0]["text"] == "너무 슬퍼서 엉엉 울었습니다."
    assert "CP949" in got.err


def test_text_reads_a_pipe(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("I am so happy today!"))
    got = run("text", "--json")
    assert json.loads(got.out)["sentences"][0]["text"] == "I am so happy today!"


def test_lines_in_lines_out(run, tmp_path):
    lines = ["신난다! 정말 기뻐.", "", "I was terrified.", "   ", "끝"]
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    got = run("text", "--lines", path)
    assert got.code == 0
    items = [json.loads(line) for line in got.out.splitlines()]
    assert [item["text"] for item in items] == lines
    for item in items:
        check_scores(item)
    assert items[1]["emotion"] == "neutral"


def test_lines_of_other_encodings(run, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes("정말 기쁩니다\n너무 무서워요\n".encode("euc-kr"))
    got = run("text", "--lines", path)
    assert [json.loads(x)["text"] for x in got.out.splitlines()] == [
        "정말 기쁩니다",
        "너무 무서워요",
    ]


def test_faces_json(run, portrait_path):
    got = run("faces", portrait_path, "--json")
    assert got.code == 0
    (image,) = json.loads(got.out)
    assert (image["image"], image["width"], image["height"]) == (str(portrait_path), 512, 512)
    (face,) = image["faces"]
    x0, y0, x1, y1 = face["box"]
    assert 100 < x0 < x1 < 350
    assert 20 < y0 < y1 < 350
    assert 0.5 < face["score"] <= 1
    check_scores(face)
    assert face["emotion"] == "happiness"


def test_one_broken_picture_among_several(run, portrait_path, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"")
    got = run("faces", broken, portrait_path, "--json")
    assert got.code == 3
    first, second = json.loads(got.out)
    assert "error" in first
    assert len(second["faces"]) == 1
    assert "broken.png" in got.err


def test_no_face_is_no_error(run, tmp_path):
    from PIL import Image

    path = tmp_path / "gray.png"
    Image.new("L", (300, 200), 90).save(path)
    got = run("faces", path, "--json")
    assert got.code == 0
    assert json.loads(got.out)[0]["faces"] == []


def test_models(run):
    listed = json.loads(run("models", "list", "--json").out)
    assert {"name", "file", "sha256", "licence", "origin", "accuracy"} <= set(listed[0])
    shown = json.loads(run("models", "show", listed[0]["name"], "--json").out)
    assert shown == listed[0]
    verified = run("models", "verify", "--json")
    assert verified.code == 0
    assert all(json.loads(verified.out).values())
    missing = run("models", "show", "no-such-model")
    assert missing.code == 8
    assert listed[0]["name"] in missing.err


def test_version_and_help(run):
    assert run("--version").out.startswith("pyojeong ")
    for command in ("story", "text", "faces", "express", "models"):
        got = run(command, "--help")
        assert got.code == 0
        assert command == "models" or f"pyojeong {command}" in got.out


def test_language(run):
    assert "Read the emotion" in run("--lang=en", "text", "--help").out
    assert "감정을 읽습니다" in run("text", "--help", "--lang", "ko").out
    assert run("--lang", "fr", "text", "x").code == 5
