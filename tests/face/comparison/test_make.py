"""Whole comparisons, opened as people and programs would."""

import csv
import io
import json
import tracemalloc

import openpyxl
import pytest
from PIL import Image

from pyojeong.errors import BadInput, BadSettings, MissingExtra, OutputFailed, UnknownBackend
from pyojeong.face.comparison import make, workbook
from pyojeong.face.comparison.make import Wanted, compare
from pyojeong.face.comparison.words import WORDS

TWO = ("blazeface", "haar")


@pytest.fixture
def run(backends, album, tmp_path):
    def call(*suffixes, detectors=TWO, **options):
        outputs = [tmp_path / f"비교.{suffix}" for suffix in suffixes]
        streams = {key: options.pop(key) for key in ("json_stream", "progress") if key in options}
        tally = compare([album], outputs, Wanted(detectors, **options), **streams)
        return (tally, *outputs)

    return call


def test_tally(run):
    (tally,) = run()
    assert (tally.pictures, tally.unreadable, tally.disputed) == (7, 3, 2)
    assert (tally.faces, tally.agreed) == (3, 1)
    first, second = tally.detectors
    assert (first.faces, first.pictures, first.alone, first.failed, first.timed) == (3, 2, 2, 1, 3)
    assert (second.faces, second.pictures, second.alone, second.failed) == (1, 1, 0, 1)
    (pair,) = tally.pairs
    assert (pair.both, pair.of_first, pair.of_second) == (1, 3, 1)
    assert pair.f1 == 0.5
    assert pair.jaccard == pytest.approx(1 / 3)
    assert [failure[:2] for failure in tally.failures[1:3]] == [
        (tally.failures[1][0], ""),
        tally.failures[2][:2],
    ]
    assert len(tally.failures) == 3 + 2


def test_majority(run):
    (tally,) = run(detectors=("blazeface", "haar", "dlib"))
    assert [each.missed for each in tally.detectors] == [0, 0, 1]
    assert len(tally.pairs) == 3


def test_margins_and_folders_as_labels(run):
    (tally,) = run(margins=(0.0, 0.2, 0.4))
    plain, wide, wider = tally.margins
    assert [each.faces for each in tally.margins] == [3, 3, 3]
    assert (plain.agreement, wide.agreement, wider.agreement) == (1, 1, 0)
    assert plain.mean_confidence > wide.mean_confidence > wider.mean_confidence
    # One picture lies in happy/, one in sad/; all are read as happy.
    assert (plain.labelled, plain.accuracy, wider.accuracy) == (2, 0.5, 0)


def test_labels_from_a_table(run, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("image,emotion\nhappy/둘.png,happiness\n=one.png,happiness\n", "utf-8")
    (tally,) = run(labels=table)
    assert (tally.margins[1].labelled, tally.margins[1].accuracy) == (2, 1)


def test_warming_up_is_not_timed(run, backends):
    (tally,) = run()
    assert backends["blazeface"].calls == 5
    assert tally.detectors[0].timed == 3


def test_json(run):
    stream = io.StringIO()
    tally, path = run("json", json_stream=stream)
    told = json.loads(path.read_text("utf-8"))
    assert json.loads(stream.getvalue()) == told
    assert {key: told[key] for key in tally.as_item()} == json.loads(json.dumps(tally.as_item()))
    assert len(told["pictures"]) == 7
    (two,) = (p for p in told["pictures"] if p["image"].endswith("둘.png"))
    assert two["label"] == "happiness"
    assert two["detectors"]["blazeface"]["faces"][0] == {"box": [20, 20, 40, 40], "score": 0.9}
    assert sorted(two["same_faces"]) == [[0, -1], [1, 0]]
    (red,) = (p for p in told["pictures"] if p["image"].endswith("red.png"))
    assert red["detectors"]["haar"]["error"] == "does not like red"
    assert sum("error" in p for p in told["pictures"]) == 3


def test_json_of_pictures_none_of_which_can_be_read(backends, tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    stream = io.StringIO()
    tally = compare([tmp_path], [tmp_path / "o.xlsx"], Wanted(TWO), json_stream=stream)
    assert tally.unreadable == 1
    assert json.loads(stream.getvalue())["count"] == 1
    openpyxl.load_workbook(tmp_path / "o.xlsx").close()


def test_csv(run, album):
    _, path = run("csv")
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 4 * 2 + 3
    (first, second) = (row for row in rows if row["image"].endswith("=one.png"))
    assert (first["detector"], first["faces"], first["alone"]) == ("blazeface", "1", "1")
    assert (second["detector"], second["faces"], second["label"]) == ("haar", "0", "sadness")
    assert sum(bool(row["error"]) for row in rows) == 3 + 2


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_workbook(run, lang):
    _, path = run("xlsx", lang=lang)
    book = openpyxl.load_workbook(path)
    column = int(lang == "ko")
    keys = ("summary", "pictures", "disputed", "failures")
    assert book.sheetnames == [WORDS[key][column] for key in keys]
    summary, pictures, disputed, failures = book.worksheets
    cells = [[cell.value for cell in row] for row in summary.iter_rows()]
    assert [WORDS["disputed_pictures"][column], 2] in [row[:2] for row in cells]
    assert ["blazeface", 3, 2, 2, 0, 1] in [row[:6] for row in cells]
    assert ["blazeface - haar", 1, 0.5] in [row[:3] for row in cells]
    assert len(summary._charts) == 1
    assert pictures.max_row == 1 + 7
    assert failures.max_row == 1 + 5
    assert not any(cell.data_type == "f" for row in pictures.iter_rows() for cell in row)
    assert [picture.anchor._from.row for picture in disputed._images] == [1, 2]
    assert disputed.cell(2, 5).value == "20x20 @ 20,20: blazeface"
    for picture in disputed._images:
        with Image.open(io.BytesIO(picture._data())) as thumbnail:
            assert thumbnail.format == "JPEG"
            assert thumbnail.width == 480


def test_thumbnails_are_limited(run, monkeypatch):
    monkeypatch.setattr(workbook, "THUMBNAILS", 1)
    _, path = run("xlsx")
    disputed = openpyxl.load_workbook(path).worksheets[2]
    assert len(disputed._images) == 1
    assert disputed.cell(4, 2).value == WORDS["more"][0]


def test_all_outputs_at_once(run, tmp_path):
    before = set(tmp_path.iterdir())
    _, *paths = run("xlsx", "csv", "json")
    assert set(tmp_path.iterdir()) - before == set(paths)


def test_a_stopped_run_leaves_nothing(run, tmp_path):
    before = set(tmp_path.iterdir())
    (tmp_path / "비교.csv").write_text("old", "utf-8")

    def stop(tally):
        if tally.pictures == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("xlsx", "csv", "json", progress=stop)
    assert set(tmp_path.iterdir()) - before == {tmp_path / "비교.csv"}
    assert (tmp_path / "비교.csv").read_text("utf-8") == "old"


@pytest.mark.parametrize(
    ("detectors", "error"),
    [
        (("haar",), BadSettings),
        (("haar", "HAAR", " haar "), BadSettings),
        (("", ""), BadSettings),
        (("haar", "haaar"), UnknownBackend),
    ],
)
def test_detectors_are_checked(tmp_path, detectors, error):
    with pytest.raises(error):
        compare([tmp_path], [], Wanted(detectors))


def test_outputs_are_checked_first(run, backends):
    with pytest.raises(OutputFailed, match=r"\.xlsx \.csv \.json"):
        run("html")
    assert backends["haar"].calls == 0


def test_without_the_extra(run, monkeypatch):
    monkeypatch.setattr(make, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'pip install "pyojeong\[report\]"'):
        run("xlsx")


def test_a_folder_without_pictures(backends, tmp_path):
    with pytest.raises(BadInput):
        compare([tmp_path], [], Wanted(TWO))


def test_a_fault_of_one_detector_stays_its_own(run, backends, monkeypatch):
    from pyojeong.face.types import Faces

    monkeypatch.setattr(backends["haar"], "detect", lambda image: Faces.empty())
    (tally,) = run()
    assert tally.detectors[1].faces == 0
    assert tally.detectors[1].failed == 0
    assert tally.detectors[0].failed == 1


def test_memory_does_not_grow_with_pictures(backends, tmp_path, album):
    """The same pictures many times over: what is held at the end stays within a little."""
    many = [album / "happy/둘.png", album / "none.png", album / "broken.jpg"]
    outputs = [tmp_path / "o.csv", tmp_path / "o.json"]
    held = []

    def run(times):
        tracemalloc.start()
        compare(many * times, outputs, Wanted(TWO), progress=lambda t: None)
        held.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    run(5)
    run(10)
    run(60)
    assert held[2] < held[1] + 300_000
