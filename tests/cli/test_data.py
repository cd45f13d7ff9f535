"""`pyojeong data`: the commands from source to a clean split, and their errors."""

import json
import sys

import cv2
import numpy as np
import pytest

from pyojeong.cli.main import main


@pytest.fixture
def call(capsys, monkeypatch):
    """call(words) → exit code, standard output, standard error."""

    def go(*words):
        monkeypatch.setattr(sys, "argv", ["pyojeong", "--lang", "en", "data", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return end.value.code or 0, said.out, said.err

    return go


@pytest.fixture
def source(tmp_path):
    """24 pictures of two classes, of which two are copies."""
    for n in range(24):
        rng = np.random.default_rng(n if n < 22 else n - 22)
        noise = rng.normal(128, 60, (8, 8, 3)).clip(0, 255).astype(np.uint8)
        image = cv2.resize(noise, (64, 64), interpolation=cv2.INTER_NEAREST)
        path = tmp_path / "in" / "ab"[n % 2] / f"{n:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(".png", image)[1].tobytes())
    return tmp_path / "in"


def test_from_folder_to_split(call, source, tmp_path):
    code, out, _ = call("import", source, "-o", tmp_path / "set", "--json")
    assert (code, json.loads(out)["classes"]) == (0, {"a": 12, "b": 12})
    table, page, clean = tmp_path / "f.csv", tmp_path / "f.html", tmp_path / "clean"
    words = ("--csv", table, "--html", page, "--no-faces", "--json")
    code, out, _ = call("clean", tmp_path / "set", *words)
    assert json.loads(out)["left_out"] == {"duplicate": 2}
    assert page.read_text("utf-8").count("<figure>") == 2
    code, out, _ = call("clean", tmp_path / "set", "--no-faces", "--turned", "--json")
    assert json.loads(out)["left_out"] == {"duplicate": 2}
    code, _, err = call("clean", tmp_path / "set", "--exact", "--turned")
    assert (code, "--turned looks for near-duplicates" in err) == (5, True)
    code, out, err = call("clean", tmp_path / "set", "--apply", table, "-o", clean)
    assert (code, "22 of 24 rows stay" in err) == (0, True)
    code, out, _ = call(
        "split", clean, "-o", tmp_path / "split", "--shares", "0.5,0.3,0.2", "--json"
    )
    assert sum(json.loads(out)["splits"].values()) == 22
    code, out, _ = call("leaks", tmp_path / "split", "--json", "--csv", tmp_path / "p.csv")
    assert json.loads(out)["leaking"] is False
    code, out, err = call("leaks", source, "--html", tmp_path / "l.html")
    assert (code, "inside no split" in out) == (0, True)


def test_flips(call, source, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is in the train extra")
    code, out, _ = call("flips", source, "--json", "--csv", tmp_path / "d.csv")
    assert (code, json.loads(out)["rows"]) == (0, 24)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("import", "absent", "-o", "x"), 3, "no file"),
        (("split", "IN", "-o", "OUT", "--shares", "one"), 5, "three numbers"),
        (("import", "IN", "-o", "IN"), 10, "there already"),
        (("import", "IN", "-o", "IN/no/x"), 10, "no folder"),
    ],
)
def test_errors_have_their_exit_code(call, source, tmp_path, words, code, said):
    given = [w.replace("IN", str(source)).replace("OUT", str(tmp_path / "o")) for w in words]
    found, _, err = call(*given)
    assert (found, said in err) == (code, True), err


@pytest.fixture
def outlined(tmp_path):
    """Ten frames of a film as Label Studio exports them, each with one figure of two classes."""
    from PIL import Image

    for part in ("images", "labels"):
        (tmp_path / "export" / part).mkdir(parents=True)
    for n in range(10):
        name = f"0f1e2d3c-{4 * n:07d}_00h00m{n:02d}.000s"
        shade = Image.new("RGB", (64, 48), (20 * n, 90, 90))
        shade.save(tmp_path / "export/images" / f"{name}.png")
        line = f"{n % 2} 0.1 0.1 0.6 0.1 0.6 0.7\n"
        (tmp_path / "export/labels" / f"{name}.txt").write_text(line * (1 + (n == 3)))
    (tmp_path / "export/classes.txt").write_text("anger\njoy\n")
    return tmp_path / "export"


class TestInstances:
    def test_from_an_export_to_a_divided_set_and_back(self, call, outlined, tmp_path):
        code, out, err = call("instances", outlined, "-o", tmp_path / "set")
        assert (code, "--split does that" in err, "listed twice" in err) == (0, True, True)
        assert "pyojeong train characters" in err
        assert "anger" in out
        words = ("-o", tmp_path / "coco", "--to", "coco", "--split", "--shares", "0.7,0.2,0.1")
        code, out, _ = call("instances", tmp_path / "set", *words, "--json")
        told = json.loads(out)
        assert (code, told["pictures"]) == (0, {"train": 7, "val": 2, "test": 1})
        assert sum(sum(counts.values()) for counts in told["figures"].values()) == 10
        assert set(told["figures"]["train"]) == {"anger", "joy"}
        assert "with seed 0" in told["notes"][-1]
        code, out, _ = call("instances", tmp_path / "coco", "-o", tmp_path / "again", "--json")
        assert json.loads(out)["pictures"] == told["pictures"]
        names = sorted(p.name for p in (tmp_path / "again/labels/val").iterdir())
        assert len(names) == 2
        assert names[0].startswith("0f1e2d3c-00000")

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("absent", "-o", "OUT"), 3, "no file"),
            (("IN/images", "-o", "OUT"), 3, "no set of outlined"),
            (("IN", "-o", "OUT", "--to", "voc"), 5, "yolo or coco"),
            (("IN", "-o", "OUT", "--split", "--shares", "one"), 5, "numbers such as"),
            (("IN", "-o", "OUT", "--split", "--shares", "2,-1"), 5, "sum to 1"),
            (("IN", "-o", "IN"), 10, "there already"),
            (("IN", "-o", "IN/no/x"), 10, "no folder"),
        ],
    )
    def test_errors_have_their_exit_code(self, call, outlined, tmp_path, words, code, said):
        given = [w.replace("IN", str(outlined)).replace("OUT", str(tmp_path / "o")) for w in words]
        found, _, err = call("instances", *given)
        assert (found, said in err) == (code, True), err
        assert not (tmp_path / "o").exists()
