"""Many pictures take no more memory than few."""

import tracemalloc

import numpy as np
import pytest

from pyojeong.face.reader import ReadFace
from pyojeong.face.report.make import Asked, make_report
from pyojeong.media.image import Picture


class Instant:
    def read(self, image):
        return [ReadFace(np.array([0, 0, 4, 4], np.float32), 0.9, None, None)]


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """pictures(n): a folder of n names; each "file" reads as a small picture."""
    monkeypatch.setattr(
        "pyojeong.face.report.reading.read_image",
        lambda path: Picture(np.zeros((8, 8, 3), np.uint8)),
    )

    def make(count):
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:06}.png").touch()
        return folder

    return make


def peak(folder, outputs):
    tracemalloc.start()
    try:
        found = make_report([folder], outputs, Asked(), reader=Instant())
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def grown(pictures, few, many, outputs):
    """By how much the peak grows from few pictures to many, bytes per picture more."""
    make_report([pictures(few)], outputs, Asked(), reader=Instant())
    _, base = peak(pictures(few + 1), outputs)
    found, top = peak(pictures(many), outputs)
    assert found.faces == many
    return (top - base) / (many - few)


def test_names_and_positions_are_all_that_grows(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr("pyojeong.face.report.data_files._ROWS_AT_ONCE", 100)
    outputs = [tmp_path / name for name in ("r.csv", "r.json", "r.parquet")]
    # A name of the folder takes about 60 bytes, a position 8; one record alone takes 2,000.
    assert grown(pictures, 200, 5000, outputs) < 300


def test_sheets_hold_thumbnails_up_to_their_limit_and_no_rows(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr("pyojeong.face.report.xlsx.THUMBNAILS", 50)
    outputs = [tmp_path / name for name in ("r.xlsx", "r.html", "r.png")]
    assert grown(pictures, 200, 1500, outputs) < 1000
