"""`pyojeong text --profanity --mask`, end to end."""

import json

import pytest

from pyojeong.settings import settings

TEXT = "꽃이 예뻐요. 야 이 시1발놈아!"


def test_json(run):
    got = run("text", TEXT, "--profanity", "--json")
    assert got.code == 0
    kind, rude = json.loads(got.out)["sentences"]
    assert kind["profanity"] == {"found": False, "spans": []}
    (span,) = rude["profanity"]["spans"]
    assert rude["text"][span["start"] : span["end"]] == span["text"]
    assert span["text"].startswith("시1발")
    assert (span["kind"], span["score"]) == ("word", 1.0)
    assert "profanity" not in json.loads(run("text", TEXT, "--json").out)["sentences"][0]


def test_masked(run):
    got = run("text", TEXT, "--mask", "--json")
    kind, rude = (s["profanity"]["masked"] for s in json.loads(got.out)["sentences"])
    assert kind == "꽃이 예뻐요."
    assert "***" in rude
    assert "발" not in rude
    assert len(rude) == len("야 이 시1발놈아!")


def test_table(run):
    shown = run("--lang", "ko", "text", TEXT, "--profanity")
    assert "욕설" in shown.out
    assert "시1발" in shown.out
    hidden = run("--lang", "en", "text", TEXT, "--mask")
    assert "***" in hidden.out
    assert "시1발" not in hidden.out


def test_lines(run, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("f u c k this\n안녕\n" * 300, "utf-8")
    got = run("text", "--lines", path, "--mask")
    found = [json.loads(line)["profanity"] for line in got.out.splitlines()]
    assert len(found) == 600
    assert [f["found"] for f in found[:2]] == [True, False]
    assert found[0]["masked"] == "* * * * this"


@pytest.mark.parametrize("option", ["--profanity", "--mask"])
def test_with_speakers(run, option):
    got = run("text", "“병신!” 하고 늑대가 말했어요.", option, "--speakers", "--json")
    (sentence,) = json.loads(got.out)["sentences"]
    assert sentence["profanity"]["found"]
    assert sentence["speaker"]


def test_own_lists(run, tmp_path, monkeypatch):
    deny = tmp_path / "deny.txt"
    deny.write_text("바보 # not in this house\n", "utf-8")
    monkeypatch.setenv("PYOJEONG_PROFANITY_DENY", str(deny))
    settings.cache_clear()
    try:
        got = run("text", "너는 바.보.야", "--profanity", "--json")
        (sentence,) = json.loads(got.out)["sentences"]
        assert [s["text"] for s in sentence["profanity"]["spans"]] == ["바.보"]
        deny.unlink()
        missing = run("text", "안녕", "--profanity")
        assert missing.code != 0
        assert "deny.txt" in missing.err
    finally:
        monkeypatch.undo()
        settings.cache_clear()
