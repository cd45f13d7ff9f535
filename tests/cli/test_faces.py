"""`pyojeong faces`: folders, reports, cropped faces, and to which command the words lead."""

import importlib.util
import json
import shutil
import sys
import types

import numpy as np
import pytest
from PIL import Image

from pyojeong.emotion import EMOTIONS


@pytest.fixture
def album(tmp_path, portrait_path):
    """One portrait in a sub-folder, one picture without a face, three broken files."""
    folder = tmp_path / "사진첩"
    (folder / "가족").mkdir(parents=True)
    shutil.copy(portrait_path, folder / "가족/콜린스.PNG")
    Image.new("RGB", (80, 60), (40, 90, 160)).save(folder / "blue.jpg")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "cut.png").write_bytes(portrait_path.read_bytes()[:90_000])
    (folder / "text.webp").write_text("no picture")
    return folder


def listing(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def test_a_folder_as_json(run, album):
    got = run("faces", album, "--json")
    assert got.code == 0
    items = {item["image"]: item for item in json.loads(got.out)}
    assert len(items) == 5
    (face,) = items[str(album / "가족/콜린스.PNG")]["faces"]
    assert face["emotion"] == "happiness"
    assert face["valence"] > 0.3
    assert -1 <= face["arousal"] <= 1
    assert sum("error" in item for item in items.values()) == 3
    assert got.err.count("is not a picture") == 1
    assert "3 could not be read" in got.err


def test_a_folder_for_people(run, album):
    got = run("--lang", "ko", "faces", album)
    assert got.code == 0
    assert "기쁨" in got.out
    assert "얼굴을 찾지 못했습니다" in got.err
    assert "읽지 못한 사진 3장" in got.err


def test_reports_and_their_notes(run, album, tmp_path):
    outputs = [tmp_path / name for name in ("r.csv", "r.json", "r.html", "r.png")]
    options = [word for output in outputs for word in ("-o", output)]
    got = run("faces", album, *options)
    assert got.code == 0, got.err
    assert got.out.splitlines()[-4:] == [str(output) for output in outputs]
    assert "1 face in 5 pictures" in got.err
    assert "cut.png is damaged" in got.err
    assert listing(tmp_path) == sorted(
        [p.name for p in outputs] + ["사진첩", *("사진첩/" + name for name in listing(album))]
    )
    assert json.loads(outputs[1].read_text("utf-8")) == json.loads(
        run("faces", album, "--json").out
    )


def test_report_and_json_at_once(run, album, tmp_path):
    got = run("faces", album, "--json", "-o", tmp_path / "r.csv")
    assert len(json.loads(got.out)) == 5


def test_nothing_but_failures(run, album, tmp_path):
    got = run("faces", album / "empty.jpg", album / "cut.png", "-o", tmp_path / "r.csv")
    assert got.code == 3
    assert (tmp_path / "r.csv").read_text("utf-8-sig").count("\n") == 3


@pytest.mark.parametrize(
    ("lang", "kept", "nothing"),
    [
        ("en", "Stopped. What was read is kept in {}; the same command", "nothing was written"),
        ("ko", "중단했습니다. 지금까지 읽은 것은 {}에", "아무것도 쓰지"),
    ],
)
def test_ctrl_c_leaves_what_the_same_command_goes_on_from(
    run, album, tmp_path, monkeypatch, lang, kept, nothing
):
    from pyojeong.face.reader import FaceReader

    original, read = FaceReader.read, []

    def once(self, image):
        if read:
            raise KeyboardInterrupt
        read.append(image.shape)
        return original(self, image)

    monkeypatch.setattr(FaceReader, "read", once)
    output = tmp_path / "r.csv"
    got = run("--lang", lang, "faces", album, "-o", output)
    assert got.code == 130
    assert kept.format(tmp_path / "r.csv.progress") in got.err
    assert nothing not in got.err
    assert (tmp_path / "r.csv.progress").is_dir()
    assert not output.exists()
    monkeypatch.setattr(FaceReader, "read", original)
    got = run("--lang", "ko", "faces", album, "-o", output)
    assert got.code == 0
    assert "이어 합니다" in got.err
    assert output.exists()
    assert not (tmp_path / "r.csv.progress").exists()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["-o", "r.docx"], 10),
        (["-o", "no/such/r.csv"], 10),
        (["--threshold", "1.5"], 5),
        (["--cropped", "--threshold", "0.5"], 5),
    ],
)
def test_wrong_options(run, album, tmp_path, monkeypatch, options, code):
    monkeypatch.chdir(tmp_path)
    before = listing(tmp_path)
    got = run("faces", album, *options)
    assert got.code == code, got.err
    assert listing(tmp_path) == before


def test_an_empty_folder(run, tmp_path):
    assert run("faces", tmp_path).code == 3


def test_a_threshold_reaches_the_detector(run, portrait_path):
    for threshold, count in ((0.9, 1), (0.99, 0)):
        got = run("faces", portrait_path, "--json", "--threshold", threshold)
        assert len(json.loads(got.out)[0]["faces"]) == count


def test_cropped(run, tmp_path, portrait):
    small = Image.fromarray(np.asarray(portrait)[50:200, 150:300]).convert("L").resize((48, 48))
    small.save(tmp_path / "face.png")
    Image.new("L", (48, 48), 99).save(tmp_path / "gray.png")
    got = run("faces", tmp_path, "--cropped", "--json")
    items = json.loads(got.out)
    assert [len(item["faces"]) for item in items] == [1, 1]
    assert items[0]["faces"][0]["box"] == [0, 0, 48, 48]
    assert items[0]["faces"][0]["emotion"] == "happiness"
    assert set(items[1]["faces"][0]["scores"]) == {e.value for e in EMOTIONS}


# --- other commands behind the same word -----------------------------------------------------


@pytest.fixture
def stand_in(monkeypatch):
    """stand_in("compare", command=...): a module of cli/ with that content."""

    def make(name, **content):
        full = f"pyojeong.cli.faces_{name}"
        module = types.ModuleType(full)
        module.__spec__ = importlib.util.spec_from_loader(full, None)
        for key, value in content.items():
            setattr(module, key, value)
        monkeypatch.setitem(sys.modules, full, module)

    return make


def test_compare_is_a_command_of_its_own(run, stand_in):
    seen = []

    def command(folder: str, detectors: str = "") -> None:
        seen.append((folder, detectors))

    stand_in("compare", command=command)
    assert run("faces", "compare", "photos", "--detectors", "a,b").code == 0
    assert seen == [("photos", "a,b")]
    assert "--detectors" in run("faces", "compare", "--help").out
    assert "--detectors" not in run("faces", "--help").out


def test_a_picture_called_compare(run, stand_in, tmp_path, monkeypatch, portrait_path):
    stand_in("compare", command=lambda: None)
    monkeypatch.chdir(tmp_path)
    shutil.copy(portrait_path, "compare")
    for words in (["./compare"], ["--json", "compare"]):
        got = run("faces", *words, "--json")
        assert len(json.loads(got.out)[0]["faces"]) == 1


def test_films_go_to_their_own_reader(run, stand_in, tmp_path, portrait_path):
    seen = []

    def read_video(path, **options):
        seen.append((path, options))

    stand_in("video", read_video=read_video)
    film, nameless = tmp_path / "clip.MKV", tmp_path / "clip"
    film.write_bytes(b"not opened here")
    nameless.write_bytes(b"\x1a\x45\xdf\xa3" + b"\0" * 600)
    table = tmp_path / "t.csv"
    assert run("faces", film, "-o", table, "--threshold", "0.6").code == 0
    assert run("faces", nameless, "--json").code == 0
    assert [path for path, _ in seen] == [film, nameless]
    assert seen[0][1] == {
        "outputs": [table],
        "annotated": None,
        "as_json": False,
        "threshold": 0.6,
        "classifier": None,
    }
    assert run("faces", film, portrait_path).code == 5
    assert run("faces", film, "--cropped").code == 5
    assert len(seen) == 2
