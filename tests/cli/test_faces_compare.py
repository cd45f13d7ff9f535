"""`pyojeong faces compare` as it is typed."""

import json
import shutil

import openpyxl
import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory, portrait_path):
    album = tmp_path_factory.mktemp("compare") / "happy"
    album.mkdir()
    shutil.copy(portrait_path, album / "얼굴.png")
    (album / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    return album


def test_four_real_detectors(run, folder, tmp_path):
    path = tmp_path / "비교.xlsx"
    got = run("faces", "compare", "--detectors", "blazeface,haar,mtcnn,dlib", folder, "-o", path)
    assert got.code == 0, got.err
    for name in ("blazeface", "haar", "mtcnn", "dlib", "blazeface - mtcnn"):
        assert name in got.out
    assert str(path) in got.out.replace("\n", "")
    assert "broken.jpg" in got.err
    summary = openpyxl.load_workbook(path).worksheets[0]
    cells = [[cell.value for cell in row][:6] for row in summary.iter_rows()]
    for name in ("blazeface", "haar", "mtcnn", "dlib"):
        assert [name, 1, 1, 0, 0, 0] in cells
    assert [0, 1, 1] in [row[:3] for row in cells]


def test_json(run, folder):
    got = run("faces", "compare", folder, "--json", "--margins", "0.5")
    assert got.code == 0, got.err
    told = json.loads(got.out)
    assert [each["name"] for each in told["detectors"]] == ["blazeface", "haar"]
    assert [each["margin"] for each in told["margins"]] == [0, 0.5]
    assert told["margins"][0]["accuracy"] == 1
    assert told["unreadable"] == 1


def test_korean(run, folder):
    got = run("--lang", "ko", "faces", "compare", folder)
    assert got.code == 0
    assert "검출기" in got.out
    assert "사진 1장 비교" in got.err


def test_help(run):
    got = run("faces", "compare", "--help")
    assert got.code == 0
    assert "--detectors" in got.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--detectors", "haar"], 5),
        (["--detectors", "haar,nobody"], 6),
        (["--margins", "wide"], 5),
        (["--margins", "9"], 5),
        (["-o", "x.docx"], 10),
        (["--labels", "no_such.csv"], 3),
    ],
)
def test_wrong_use(run, folder, arguments, code):
    assert run("faces", "compare", folder, *arguments).code == code


def test_nothing_readable(run, tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    got = run("faces", "compare", tmp_path)
    assert got.code == 3
    assert "empty" in got.err


def test_samples(run, data_folder, tmp_path):
    """Five faces of the group photo; the others have one each."""
    path = tmp_path / "c.json"
    got = run(
        "faces", "compare", data_folder / "samples", "-d", "blazeface,haar,mtcnn,dlib", "-o", path
    )
    assert got.code == 0, got.err
    told = json.loads(path.read_text("utf-8"))
    first = told["detectors"][0]
    assert (first["faces"], first["missed"]) == (told["count"] + 4, 0)
    assert all(each["f1"] > 0.8 for each in told["pairs"])
    shares = {each["margin"]: each["mean_confidence"] for each in told["margins"]}
    assert shares[0] > shares[0.6]
