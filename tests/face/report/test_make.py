"""Whole reports in every format, as the people and programs that get them would open them."""

import csv
import io
import json
import os
import re
import struct
import sys
import zlib
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from pyarrow import parquet

from pyojeong.emotion import EMOTIONS
from pyojeong.errors import BadInput, BadSettings, MissingExtra, OutputFailed
from pyojeong.face.report import make, page, xlsx
from pyojeong.face.report import workbook as workbook_rows
from pyojeong.face.report.make import FORMATS, Asked, make_report

NAMES = [e.value for e in EMOTIONS]


@pytest.fixture
def report(album, tmp_path, reader):
    """report("xlsx", lang="en", paths=None) → path of the report on the album."""

    def write(suffix, lang="en", paths=None):
        path = tmp_path / f"보고서.{suffix}"
        make_report(paths or [album], [path], Asked(lang=lang), reader=reader)
        return path

    return write


def test_summary(album, tmp_path, reader):
    found = make_report([album], [tmp_path / "r.csv"], Asked(), reader=reader)
    assert (found.pictures, found.failed, found.faceless) == (8, 3, 1)
    assert (found.faces, found.unread, found.unsure) == (5, 1, 0)
    counts = {e.value: found.emotions[e].faces for e in EMOTIONS if found.emotions[e].faces}
    assert counts == {"happiness": 1, "anger": 1, "sadness": 1, "surprise": 1}
    assert found.emotions[EMOTIONS[0]].mean == pytest.approx(0.7, abs=1e-3)
    assert found.share(EMOTIONS[0]) == 0.25
    assert len(found.failures) == 3


def test_nothing_is_left_beside_the_report(album, tmp_path, reader):
    outputs = [tmp_path / f"out/r{suffix}" for suffix in FORMATS]
    outputs[0].parent.mkdir()
    make_report([album], outputs, Asked(), reader=reader)
    assert sorted(p.name for p in outputs[0].parent.iterdir()) == sorted(p.name for p in outputs)
    assert all(path.stat().st_size > 300 for path in outputs)
    assert reader.seen == 5


# --- files for programs ----------------------------------------------------------------------


def test_csv(report):
    data = report("csv", "ko").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 5 + 1 + 3
    faces = [row for row in rows if row["face"]]
    assert len(faces) == 5
    assert [row["face"] for row in faces if "가족" in row["image"]] == ["0", "1"]
    (sad,) = (row for row in faces if row["emotion"] == "sadness")
    assert sum(float(sad[name]) for name in NAMES) == pytest.approx(1, abs=1e-3)
    assert float(sad["x2"]) == 4.3
    (unread,) = (row for row in faces if not row["emotion"])
    assert not unread["happiness"]
    reasons = [row["error"] for row in rows if row["error"]]
    assert len(reasons) == 3
    assert all(re.search("[가-힣]", reason) for reason in reasons)


@pytest.mark.parametrize("start", "=+-@\t\r＝＋－＠")
def test_csv_starts_no_formula(photo, tmp_path, reader, monkeypatch, start):
    monkeypatch.chdir(tmp_path)
    photo(tmp_path / f"{start}cmd.png", 1)
    make_report([Path(f"{start}cmd.png")], [Path("r.csv")], Asked(), reader=reader)
    rows = list(csv.reader(io.StringIO(Path("r.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[1][0] == f"'{start}cmd.png"


def test_json_is_what_the_command_prints(report, album):
    items = json.loads(report("json").read_text("utf-8"))
    assert [item["image"] for item in items] == sorted(str(p) for p in album.iterdir())
    assert sum("error" in item for item in items) == 3
    (family,) = (item for item in items if "가족" in item["image"])
    assert (family["width"], family["height"], len(family["faces"])) == (16, 12, 2)
    assert set(family["faces"][0]) >= {"box", "score", "emotion", "confidence", "scores"}


def test_json_text_is_that_of_the_standard_library(report):
    text = report("json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def test_parquet(report, monkeypatch):
    monkeypatch.setattr("pyojeong.face.report.data_files._ROWS_AT_ONCE", 4)
    table = parquet.read_table(report("parquet"))
    assert table.num_rows == 9
    assert str(table.schema.field("face").type) == "int32"
    assert str(table.schema.field("happiness").type) == "float"
    assert table["image"].null_count == 0
    assert table["face"].null_count == 4
    assert table["emotion"].to_pylist().count("sadness") == 1


# --- workbooks -------------------------------------------------------------------------------


def workbook(path):
    # From memory: openpyxl leaves files open.
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_xlsx(report, album):
    book = workbook(report("xlsx"))
    assert book.sheetnames == ["Summary", "Faces", "Pictures", "Failures"]
    faces = cells(book["Faces"])
    assert len(faces) == 1 + 5
    assert len(book["Faces"]._images) == 5
    rows = sorted(image.anchor._from.row for image in book["Faces"]._images)
    assert rows == [1, 2, 3, 4, 5]
    at = {name: faces[0].index(name) for name in ("picture", "emotion", "confidence", "sadness")}
    (sad,) = (row for row in faces if row[at["emotion"]] == "sadness")
    assert sad[at["picture"]] == str(album / "b.PNG")
    assert sad[at["confidence"]] == pytest.approx(0.7, abs=1e-3)
    assert sad[at["sadness"]] == sad[at["confidence"]]
    pictures = cells(book["Pictures"])
    assert len(pictures) == 1 + 8
    failures = cells(book["Failures"])
    assert {row[0].rsplit("/", 1)[-1] for row in failures[1:]} == {
        "cut.png",
        "empty.jpg",
        "text.jpg",
    }
    assert all(row[1] for row in failures)
    summary = {row[0]: row[1] for row in cells(book["Summary"]) if row[0]}
    assert (summary["Pictures"], summary["Faces"], summary["Could not be read"]) == (8, 5, 3)
    assert summary["sadness"] == 1


def test_xlsx_in_korean(report):
    book = workbook(report("xlsx", "ko"))
    assert book.sheetnames == ["요약", "얼굴", "사진", "읽지 못한 사진"]
    assert "슬픔" in [row[3] for row in cells(book["얼굴"])]


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(1)", "{=1}", "http:x", "mailto:a@b", "1"]
)
def test_xlsx_holds_no_formula_and_no_link(photo, tmp_path, reader, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    photo(tmp_path / f"{name}.png", 1)
    (tmp_path / f"{name}.gif").write_bytes(b"")
    paths = [Path(f"{name}.png"), Path(f"{name}.gif")]
    make_report(paths, [Path("r.xlsx")], Asked(), reader=reader)
    book = workbook(Path("r.xlsx"))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                assert cell.hyperlink is None
    assert book["Faces"]["B2"].value == f"{name}.png"
    assert book["Failures"]["A2"].value == f"{name}.gif"


def test_full_sheets_are_continued(report, monkeypatch):
    monkeypatch.setattr(workbook_rows, "ROWS", 2)
    monkeypatch.setattr(xlsx, "THUMBNAILS", 3)
    book = workbook(report("xlsx"))
    assert [n for n in book.sheetnames if n.startswith("Faces")] == ["Faces", "Faces 2", "Faces 3"]
    assert [len(cells(book[n])) for n in ("Faces", "Faces 2", "Faces 3")] == [3, 3, 2]
    assert [len(book[n]._images) for n in ("Faces", "Faces 2", "Faces 3")] == [2, 1, 0]


# --- pages and pictures ----------------------------------------------------------------------


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.sources, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        named = dict(attrs)
        self.sources += [named[key] for key in ("src", "href") if key in named]
        assert not any(key.startswith("on") for key in named)

    def handle_data(self, data):
        self.words.append(data)


def test_html_is_whole_in_itself_and_escaped(report):
    text = report("html").read_text("utf-8")
    found = Page(text)
    assert found.tags.count("tr") == 1 + 5
    assert found.tags.count("img") == 5
    assert all(source.startswith("data:image/jpeg;base64,") for source in found.sources)
    assert not re.search(r"https?://", text)
    words = " ".join(found.words)
    assert "<img src=x onerror=alert(1)>.png" in words
    assert "sadness" in words
    assert words.count("is not a picture") == 1


def test_html_in_korean(report):
    text = report("html", "ko").read_text("utf-8")
    assert '<html lang="ko">' in text
    assert "슬픔" in text
    assert "읽지 못한 사진 (3)" in text


def test_a_long_html_page_says_what_it_leaves_out(report, monkeypatch):
    monkeypatch.setattr(page, "ROWS", 3)
    monkeypatch.setattr(page, "THUMBNAILS", 2)
    monkeypatch.setattr(page, "FAILURES", 1)
    found = Page(report("html").read_text("utf-8"))
    words = " ".join(found.words)
    assert found.tags.count("tr") == 1 + 3
    assert found.tags.count("img") == 2
    assert "The first 3 faces" in words
    assert "and 2 more" in words


def test_png(report):
    with Image.open(report("png", "ko")) as picture:
        assert picture.format == "PNG"
        assert picture.width > 1000
        colours = picture.convert("RGB").getcolors(1 << 24)
    assert len(colours) > 100


@pytest.mark.parametrize("suffix", [s[1:] for s in FORMATS])
def test_reports_on_nothing_but_failures_or_empty_pictures(report, album, suffix):
    assert report(suffix, paths=[album / "empty.jpg"]).stat().st_size > 100
    assert report(suffix, paths=[album / "c nobody.png"]).stat().st_size > 100


# --- what goes wrong -------------------------------------------------------------------------


def test_a_header_that_promises_too_much_is_one_failure(album, tmp_path, reader):
    def chunk(kind, data):
        code = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", code)

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"")), chunk(b"IEND", b"")]
    (album / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    found = make_report([album], [tmp_path / "r.csv"], Asked(), reader=reader)
    (bomb,) = (record for record in found.failures if "bomb" in record.image)
    assert "too large" in bomb.error.en


def test_a_fault_in_the_program_costs_one_picture(album, tmp_path, reader):
    class Faulty:
        def read(self, image):
            if reader.seen == 1:
                reader.seen += 1
                raise ZeroDivisionError("oops")
            return reader.read(image)

    found = make_report([album], [tmp_path / "r.csv"], Asked(), reader=Faulty())
    assert found.failed == 4
    assert sum("ZeroDivisionError: oops" in r.error.en for r in found.failures) == 1


def test_outputs_are_checked_before_anything_is_read(album, tmp_path, reader, monkeypatch):
    for name, error in (("r.docx", OutputFailed), ("no/such/r.csv", OutputFailed)):
        with pytest.raises(error):
            make_report([album], [tmp_path / "r.csv", tmp_path / name], Asked(), reader=reader)
    monkeypatch.setattr(make, "find_spec", lambda name: None)
    for name in ("r.xlsx", "r.parquet"):
        with pytest.raises(MissingExtra, match=r'pip install "pyojeong\[report\]"'):
            make_report([album], [tmp_path / name], Asked(), reader=reader)
    assert reader.seen == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["album"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are text")
@pytest.mark.parametrize("suffix", [s[1:] for s in FORMATS])
def test_names_that_are_no_text(report, album, suffix):
    for path in (album / "b.PNG", album / "empty.jpg"):
        path.rename(os.fsdecode(os.fsencode(path.parent) + b"/\xff\xfe" + os.fsencode(path.name)))
    data = report(suffix).read_bytes()
    if suffix in ("csv", "json", "html"):
        assert "\ufffd\ufffdb.PNG" in data.decode("utf-8")


def test_no_outputs(album, reader):
    with pytest.raises(BadSettings, match="Name a file"):
        make_report([album], [], Asked(), reader=reader)


def test_no_pictures(tmp_path, reader):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="no picture in"):
        make_report([tmp_path / "empty"], [tmp_path / "r.csv"], Asked(), reader=reader)
    assert [p.name for p in tmp_path.iterdir()] == ["empty"]


def test_a_threshold_means_nothing_for_cropped_faces(album, tmp_path):
    with pytest.raises(BadSettings):
        make_report([album], [tmp_path / "r.csv"], Asked(cropped=True, threshold=0.5))


def test_a_report_among_its_pictures_is_not_read_the_next_time(album, reader):
    output = album / "r.png"
    for _ in range(2):
        assert make_report([album], [output], Asked(), reader=reader).pictures == 8
