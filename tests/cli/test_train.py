"""`pyojeong train text`, and the classifier it makes in `pyojeong text`."""

import json

import pytest

ROWS = [("나는 기뻐요", "기쁨"), ("여우가 슬퍼요", "상처"), ("곰은 무서워요", "불안")]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "talk.csv"
    lines = ["문장,감정", *(f"{text} {n},{label}" for n in "abcdefghij" for text, label in ROWS)]
    path.write_text("\n".join([*lines, "깨진 줄", "무엇,모름"]), "cp949")
    return path


def test_from_table_to_classifier(run, tiny_encoder, table, tmp_path):
    out = tmp_path / "run"
    options = ("--epochs", 1, "--batch", 8, "--rate", 0.001, "--seed", 5, "--device", "cpu")
    got = run("train", "text", "--encoder", tiny_encoder("bert", None), "--data", table,
              "--out", out, *options)  # fmt: skip
    assert got.code == 0, got.err
    assert got.out.strip() == str(out)
    assert "30 rows, 2 left out" in got.err
    assert "unknown label '모름'" in got.err
    settings = json.loads((out / "train.json").read_text("utf-8"))
    assert (settings["preset"], settings["epochs"], settings["seed"]) == ("koelectra", 1, 5)
    for chosen in (("--classifier", out / "model.onnx"), ("--classifier", "hf", "--model", out)):
        got = run("text", "나는 기뻐요", "--json", *chosen)
        assert got.code == 0, got.err
        (sentence,) = json.loads(got.out)["sentences"]
        assert sum(sentence["scores"].values()) == pytest.approx(1, abs=1e-3)
    again = run("train", "text", "--out", out, "--preset", "kobert", "--data", table)
    assert again.code == 5
    assert "finished run" in again.err


def test_settings_come_from_a_file(run, tiny_encoder, table, tmp_path):
    path = tmp_path / "a.toml"
    lines = [
        f"encoder = {json.dumps(str(tiny_encoder('electra', None)))}",
        f"data = [{json.dumps(str(table))}]",
        'text = "문장"\nlabel = "감정"\nlabel_set = "aihub-7"',
        'preset = "kobert"\nepochs = 1\ndevice = "cpu"\nvalid_share = 0.3',
    ]
    path.write_text("\n".join(lines), "utf-8")
    got = run("train", "text", "--config", path, "--out", tmp_path / "run", "--batch", 4)
    assert got.code == 0, got.err
    settings = json.loads((tmp_path / "run" / "train.json").read_text("utf-8"))
    assert (settings["schedule"], settings["batch"], settings["max_len"]) == ("cosine", 4, 71)


def test_mistakes_are_named(run, tiny_encoder, table, tmp_path):
    encoder = tiny_encoder("bert", None)
    cases = [
        (("--encoder", encoder), 5, "--data"),
        (("--encoder", tmp_path / "none", "--data", table), 8, "no model folder"),
        (("--encoder", encoder, "--data", tmp_path / "none.csv"), 3, "no file"),
        (("--encoder", encoder, "--data", table, "--label-column", "x"), 5, "문장, 감정"),
        (("--preset", "kobart"), 5, "kobert, koelectra"),
        (("--encoder", encoder, "--data", table, "--epochs", 0), 5, "epochs"),
        (("--encoder", encoder, "--resume"), 5, "train.json"),
    ]
    for number, (options, code, word) in enumerate(cases):
        out = tmp_path / f"run{number}"
        got = run("train", "text", "--out", out, *options)
        assert got.code == code, (options, got.err)
        assert word in got.err, options
        assert not (out / "result.json").exists()


def test_without_the_packages_the_install_line_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    got = run("train", "text", "--preset", "kobert", "--out", tmp_path / "run")
    assert got.code == 7
    assert 'pip install "pyojeong[train]"' in got.err


def test_help_lists_it(run):
    got = run("--lang", "ko", "train", "--help")
    assert got.code == 0
    assert "학습" in got.out
    assert "text" in got.out
