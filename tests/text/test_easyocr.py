"""Ocr "easyocr": what is asked of it, and what becomes of its results and failures."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from pyojeong.errors import InferenceFailed, MissingExtra, MissingWeights
from pyojeong.registry import load

PAGE = np.full((100, 400, 3), 255, np.uint8)


def box(x0, y0, x1, y1):
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


@pytest.fixture
def models(tmp_path):
    for name in ("craft_mlt_25k.pth", "korean_g2.pth"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.fixture
def fake(monkeypatch):
    """fake(results or error) → the options the Reader was built with."""

    def install(results, built=None):
        asked = {}

        def reader(languages, **options):
            asked.update(options, languages=languages)
            if built is not None:
                raise built

            def readtext(image):
                if isinstance(results, Exception):
                    raise results
                return results

            return SimpleNamespace(readtext=readtext)

        monkeypatch.setitem(sys.modules, "easyocr", SimpleNamespace(Reader=reader))
        return asked

    return install


def test_pieces_are_put_in_reading_order(fake, models):
    fake(
        [
            (box(200, 12, 300, 40), "날이다", 0.7),
            (box(10, 52, 90, 80), "둘째 줄", 0.6),
            (box(10, 10, 190, 42), "오늘은 기쁜", 0.9),
        ]
    )
    found = load("Ocr", "easyocr", models=models).read(PAGE)
    assert found.text == "오늘은 기쁜 날이다\n둘째 줄"
    assert found.confidences.tolist() == pytest.approx([0.9, 0.9, 0.7, 0.6, 0.6])


def test_nothing_is_downloaded_unasked(fake, models, tmp_path):
    asked = fake([])
    load("Ocr", "easyocr", models=models)
    assert (asked["download_enabled"], asked["gpu"]) == (False, False)
    with pytest.raises(MissingWeights, match=r"korean_g2\.pth"):
        load("Ocr", "easyocr", models=tmp_path / "none")
    load("Ocr", "easyocr", models=tmp_path / "none", download=True)
    assert asked["download_enabled"] is True
    assert not (tmp_path / "none").exists()


def test_the_usual_folder(fake, models, monkeypatch, tmp_path):
    asked = fake([])
    (tmp_path / "base").mkdir()
    models.joinpath("craft_mlt_25k.pth").parent.joinpath("base/model").symlink_to(models)
    monkeypatch.setenv("EASYOCR_MODULE_PATH", str(tmp_path / "base"))
    load("Ocr", "easyocr")
    assert asked["model_storage_directory"] == str(tmp_path / "base/model")


def test_it_is_an_extra(monkeypatch, models):
    monkeypatch.setitem(sys.modules, "easyocr", None)
    with pytest.raises(MissingExtra, match=r"pyojeong\[easyocr\]"):
        load("Ocr", "easyocr", models=models)


@pytest.mark.parametrize(
    "results", [RuntimeError("bad"), [("x",)], [(None, "a", 1.0)], [([], "a", 1.0)], 5]
)
def test_its_failures_are_ours(fake, models, results):
    fake(results)
    with pytest.raises(InferenceFailed, match="EasyOCR"):
        load("Ocr", "easyocr", models=models).read(PAGE)


def test_a_model_that_is_not_the_right_one(fake, models):
    fake([], built=FileNotFoundError("MD5 mismatch for craft and downloads disabled"))
    with pytest.raises(MissingWeights):
        load("Ocr", "easyocr", models=models)
    fake([], built=RuntimeError("broken pipe"))
    with pytest.raises(InferenceFailed):
        load("Ocr", "easyocr", models=models)
