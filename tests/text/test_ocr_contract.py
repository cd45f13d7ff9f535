"""What every reader of pictures keeps, whatever its method."""

import shutil
import sys
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from pyojeong.errors import MissingExtra
from pyojeong.media.image import on_white, read_image
from pyojeong.registry import backends, load
from pyojeong.testing import ClovaField, FakeClova

NAMES = [b.name for b in backends() if b.capability == "Ocr"]
LINES = ["오늘은 정말 기쁜 날이다.", "내일도 좋은 날이면 좋겠다."]


class FakeEasyOcr(ModuleType):
    """The part of easyocr that is used: a Reader that finds two lines where there is ink."""

    class Reader:
        def __init__(self, lang_list, **options):
            assert lang_list == ["ko", "en"]
            assert options["download_enabled"] is False

        def readtext(self, image):
            assert image.flags["C_CONTIGUOUS"]
            ink = np.argwhere(image.min(axis=2) < image.max() / 2)
            image[:] = 0  # the real one is free to do so
            if not len(ink):
                return []
            (y0, x0), (y1, x1) = ink.min(axis=0), ink.max(axis=0)
            middle = (y0 + y1) // 2
            return [
                ([[x0, top], [x1, top], [x1, bottom], [x0, bottom]], text, np.float64(0.8))
                for text, top, bottom in zip(LINES, (y0, middle), (middle - 1, y1), strict=True)
            ]


@pytest.fixture(scope="module", params=NAMES)
def reader(request, tmp_path_factory):
    name = request.param
    if name == "clova":
        words = [line.split() for line in LINES]
        fields = [
            ClovaField(word, (60 + 80 * n, 60 + 60 * row, 130 + 80 * n, 100 + 60 * row), 0.9, last)
            for row, line in enumerate(words)
            for n, word in enumerate(line)
            for last in [n == len(line) - 1]
        ]
        with FakeClova(fields) as service:
            yield load("Ocr", name, url=service.url, secret=service.secret)
    elif name == "easyocr":
        folder = tmp_path_factory.mktemp("models")
        for model in ("craft_mlt_25k.pth", "korean_g2.pth"):
            (folder / model).touch()
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "easyocr", FakeEasyOcr("easyocr"))
            yield load("Ocr", name, models=folder)
    else:
        if name == "tesseract" and shutil.which("tesseract") is None:
            pytest.skip("needs the program tesseract: apt install tesseract-ocr tesseract-ocr-kor")
        try:
            yield load("Ocr", name)
        except MissingExtra as error:
            pytest.skip(f"needs {error}")


def check(found, image):
    height, width = image.shape[:2]
    n = len(found)
    assert found.boxes.shape == (n, 4)
    assert found.confidences.shape == found.lines.shape == (n,)
    assert (found.boxes.dtype, found.confidences.dtype) == (np.float32, np.float32)
    assert np.all(found.boxes >= 0)
    assert np.all(found.boxes <= [width, height, width, height])
    assert np.all(found.boxes[:, 2:] >= found.boxes[:, :2])
    assert np.all((found.confidences >= 0) & (found.confidences <= 1))
    assert 0 <= found.confidence <= 1
    assert found.text.split() == list(found.words)
    assert found.source


def close_to_lines(found):
    """Most letters right: engines and their versions differ in a few."""
    truth = "".join(LINES).replace(" ", "")
    got = "".join(found.words)
    return sum(char in got for char in truth) > 0.8 * len(truth)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (9, 9), (64, 64), (90, 700)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_has_no_text(reader, shape, shade):
    image = np.full((*shape, 3), shade, np.uint8)
    found = reader.read(image)
    check(found, image)
    assert len(found) == 0
    assert found.text == ""


def test_lines_are_read_in_order(reader, note):
    image = note(LINES)
    found = reader.read(image)
    check(found, image)
    assert found.text.count("\n") == 1
    assert close_to_lines(found)
    first = found.boxes[found.lines == 0]
    second = found.boxes[found.lines == 1]
    assert np.median(first[:, 3]) < np.median(second[:, 3])


@pytest.mark.parametrize("shape", [(90, 700), (700, 90)])
def test_a_narrow_part_of_a_page(reader, note, shape):
    page = note(LINES)
    part = np.full((*shape, 3), 255, np.uint8)
    part[: page.shape[0], : page.shape[1]] = page[: shape[0], : shape[1]]
    check(reader.read(part), part)


def test_gray_and_transparent_files(reader, note, tmp_path):
    page = note(LINES)
    dark = page.min(axis=2)
    Image.fromarray(dark).save(tmp_path / "gray.png")
    black = np.zeros_like(page)
    # Everything is black; the writing is what is not transparent.
    Image.fromarray(np.dstack([black, 255 - dark])).save(tmp_path / "alpha.png")
    for name in ("gray.png", "alpha.png"):
        image = on_white(read_image(tmp_path / name)).rgb
        found = reader.read(image)
        check(found, image)
        assert close_to_lines(found), (name, found.text)


def test_the_same_twice_and_the_picture_untouched(reader, note):
    image = note(LINES)
    before = image.copy()
    image.setflags(write=False)
    one, two = reader.read(image), reader.read(image)
    assert (one.words, one.source) == (two.words, two.source)
    assert np.array_equal(one.boxes, two.boxes)
    assert np.array_equal(one.confidences, two.confidences)
    assert np.array_equal(image, before)


def test_a_view_reads_like_its_copy(reader, note):
    page = np.asarray(note(LINES))
    wide = np.repeat(page, 2, axis=1)
    assert reader.read(wide[:, ::2]).text == reader.read(page).text
