"""Ocr "tesseract": its output made words, its failures made clear, and real pages read."""

import os
import shutil

import cv2
import numpy as np
import pytest

from pyojeong.errors import InferenceFailed, MissingExtra
from pyojeong.registry import load
from pyojeong.text.tesseract_process import Token, read_lines
from pyojeong.text.tesseract_words import confidence_of, with_korean, words_of

HEADER = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)
PAGE = np.full((200, 400, 3), 255, np.uint8)
PAGE[80:120, 50:350:40] = 0


def row(text, left, width=30, conf=93.0, line=1, top=10, height=30):
    return f"5\t1\t1\t1\t{line}\t1\t{left}\t{top}\t{width}\t{height}\t{conf}\t{text}"


def token(text, left, width=30, confidence=0.93, spaced=None, top=10):
    return Token(text, (left, top, left + width, top + 30), confidence, spaced)


def texts(words):
    return [word[0] for word in words]


# --- its output --------------------------------------------------------------------------------


def test_the_plain_text_says_where_the_spaces_are():
    tsv = "\n".join([HEADER, row("나", 0), row("는", 31), row("여섯", 80, 62), row("살", 145)])
    (line,) = read_lines(tsv, "나는 여섯 살\n\f")
    assert texts(words_of(line)) == ["나는", "여섯", "살"]


def test_lines_are_matched_past_those_of_marks():
    tsv = "\n".join(
        [HEADER, row("첫", 0), row("째", 31), row("둘", 0, line=2, top=60), row("째", 31, line=2)]
    )
    first, second = read_lines(tsv, "첫째\n\n~\n둘 째\n")
    assert (texts(words_of(first)), texts(words_of(second))) == (["첫째"], ["둘", "째"])


def test_without_the_plain_text_the_gaps_decide():
    tsv = "\n".join([HEADER, row("나", 0), row("는", 33), row("Tom", 80), row("살", 125)])
    (line,) = read_lines(tsv, "")
    assert line[1].spaced is None
    assert texts(words_of(line)) == ["나는", "Tom", "살"]


def test_a_word_has_the_box_and_certainty_of_its_parts():
    line = (token("가나", 0, 60, 0.9, False), token("다", 60, 30, 0.6, False))
    ((text, box, sure),) = words_of(line)
    assert (text, box) == ("가나다", (0, 10, 90, 40))
    assert sure == pytest.approx(0.8)


def test_specks_are_left_out():
    line = (
        token("|", 0, 3, 0.3, False),
        token("가", 10, spaced=True),
        token("!", 41, 5, 0.9, False),
    )
    assert texts(words_of(line)) == ["가!"]
    assert words_of((token("~", 0, 9, 0.1),)) == []


@pytest.mark.parametrize(
    "tsv",
    [
        "",
        HEADER,
        "5\t1",
        HEADER + "\n5\t1\t1\t1\t1\t1\tx\t1\t1\t1\t90\t가",
        HEADER + "\n5\t1\t1\t1\t1\t1\t1\t1\t1\t1\t\t가",
        HEADER + "\n" + row(" ", 0),
        HEADER + "\n" + row("\x1b\u200b", 0),
        HEADER + "\n" + "\t" * 50,
    ],
)
def test_rows_that_cannot_be_read_are_left_out(tsv):
    assert read_lines(tsv, "가") == []


def test_strange_confidences_are_bounded():
    tsv = "\n".join([HEADER, row("가", 0, conf=-1), row("나", 31, conf=1e9)])
    (line,) = read_lines(tsv, "가나")
    assert [t.confidence for t in line] == [0, 1]


# --- Korean taken for English ------------------------------------------------------------------


def test_false_english_is_put_right():
    mixed = [(token("소년과", 0, 90), token("AGE", 100, 90, 0.81, True), token("논다", 200, 60))]
    korean = [
        (
            token("소년과", 0, 90),
            token("소", 101, 28, 0.93, True),
            token("녀", 131, 28, 0.93, False),
            token("는", 160, 28, 0.92, False),
            token("논다", 200, 60, spaced=True),
        )
    ]
    (line,) = with_korean(mixed, korean)
    assert texts(words_of(line)) == ["소년과", "소녀는", "논다"]


@pytest.mark.parametrize(
    ("english", "sure", "korean", "sure_korean"),
    [
        ("Tom", 0.96, "10", 0.9),  # true English reads as figures
        ("on", 0.6, "00", 0.95),
        ("Ruby", 0.97, "나", 0.4),
        ("the", 0.9, "내i", 0.99),
    ],
)
def test_true_english_stays(english, sure, korean, sure_korean):
    mixed = [(token("나는", 0, 60), token(english, 100, 60, sure, True))]
    other = [(token("나는", 0, 60), token(korean, 101, 58, sure_korean, True))]
    assert with_korean(mixed, other) == mixed


def test_a_line_without_hangul_is_english():
    mixed = [(token("Of", 0, 60, 0.5), token("course", 100, 60, 0.5, True))]
    other = [(token("어", 0, 60, 0.9), token("가", 100, 60, 0.9, True))]
    assert with_korean(mixed, other) == mixed
    assert with_korean(mixed, []) == mixed
    assert confidence_of([]) == 0


# --- the program -------------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path):
    """program(body of a run) → path of a program that answers like tesseract."""
    if os.name == "nt":
        pytest.skip("the stand-in is a script of sh")

    def make(run="exit 0", languages="eng kor osd"):
        path = tmp_path / "tesseract"
        path.write_text(
            "#!/bin/sh\n"
            'case "$1" in\n'
            "--version) echo 'tesseract 5.9.9'; exit 0;;\n"
            f"--list-langs) printf '%s\\n' 'List of languages' {languages}; exit 0;;\n"
            f"esac\ncat > /dev/null\n{run}\n",
            "utf-8",
        )
        path.chmod(0o755)
        return str(path)

    return make


def test_a_missing_program_says_what_to_install():
    with pytest.raises(MissingExtra) as caught:
        load("Ocr", "tesseract", program="no-such-program-here")
    for text in (caught.value.en, caught.value.ko):
        assert "apt install tesseract-ocr tesseract-ocr-kor" in text


def test_a_missing_language_says_what_to_install(program):
    with pytest.raises(MissingExtra, match=r"kor is not installed.*tesseract-ocr-kor"):
        load("Ocr", "tesseract", program=program(languages="eng osd"))
    with pytest.raises(MissingExtra, match="tesseract-ocr-eng"):
        load("Ocr", "tesseract", program=program(languages="kor"))


def test_it_is_ended_when_it_takes_too_long(program):
    reader = load("Ocr", "tesseract", program=program("exec sleep 60"), timeout_s=1)
    with pytest.raises(InferenceFailed, match="within 1 s"):
        reader.read(PAGE)


def test_its_failure_is_shown_on_one_line(program):
    reader = load("Ocr", "tesseract", program=program("printf 'no\\nluck\\033[31m' >&2; exit 3"))
    with pytest.raises(InferenceFailed, match=r"no luck \[31m\. Try") as caught:
        reader.read(PAGE)
    assert "\n" not in caught.value.en


def test_a_program_that_writes_nothing_reads_nothing(program):
    found = load("Ocr", "tesseract", program=program()).read(PAGE)
    assert (len(found), found.source) == (0, "tesseract 5.9.9")


def test_guesses_are_no_text(program):
    """A photo's leaves and hair, read as letters with little certainty."""
    answer = "\\n".join([HEADER, row("ie", 50, conf=40.0), row("로", 90, conf=51.0)])
    reader = load("Ocr", "tesseract", program=program(f"printf '{answer}' > \"$2.tsv\""))
    assert len(reader.read(PAGE)) == 0


def test_nothing_is_left_behind(program, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    load("Ocr", "tesseract", program=program('echo x > "$2.txt"')).read(PAGE)
    with pytest.raises(InferenceFailed):
        load("Ocr", "tesseract", program=program('echo x > "$2.txt"; exit 1')).read(PAGE)
    assert list(folder.iterdir()) == []


# --- real pages --------------------------------------------------------------------------------

LINES = ["토끼는 숨이 차도록 달렸다.", "오늘은 정말 기쁜 날이었다.", "별이 하나둘 떠올랐다."]


@pytest.fixture(scope="module")
def real():
    if shutil.which("tesseract") is None:
        pytest.skip("needs the program tesseract: apt install tesseract-ocr tesseract-ocr-kor")
    try:
        return load("Ocr", "tesseract")
    except MissingExtra as error:
        pytest.skip(f"needs {error}")


def errors(found, lines):
    """Edits per letter, spaces counted (Levenshtein)."""
    got, truth = " ".join(found.text.split()), " ".join(lines)
    before = list(range(len(got) + 1))
    for i, char in enumerate(truth, 1):
        now = [i]
        for j, other in enumerate(got, 1):
            now.append(min(before[j] + 1, now[-1] + 1, before[j - 1] + (char != other)))
        before = now
    return before[-1] / len(truth)


def shadowed(page):
    x = np.linspace(0, 1, page.shape[1])[None, :, None]
    return (page * (1 - 0.65 / (1 + np.exp(-30 * (x - 0.55))))).astype(np.uint8)


def noisy(page):
    noise = np.random.default_rng(0).normal(0, 25, page.shape)
    return np.clip(page * 0.6 + 60 + noise, 0, 255).astype(np.uint8)


def rotated(page):
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 3, 1)
    return cv2.warpAffine(page, matrix, (width, height), borderValue=(255, 255, 255))


def inverted(page):
    return 255 - page


def on_a_table(page):
    """Photographed with the dark table round the sheet, from a little askew."""
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[30, 10], [-40, 4], [-6, -10], [2, -8]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return cv2.warpPerspective(page, matrix, (width, height), borderValue=(90, 70, 60))


@pytest.mark.parametrize("change", [np.asarray, shadowed, noisy, rotated, inverted, on_a_table])
def test_korean_pages(real, note, change):
    image = np.ascontiguousarray(change(note(LINES)))
    found = real.read(image)
    assert errors(found, LINES) < 0.15, found.text
    assert found.text.count("\n") == 2
    assert found.confidence > 0.7


def test_english_and_mixed_pages(real, note):
    english = ["The wolf laughed.", "Nobody believed the boy."]
    assert errors(real.read(note(english)), english) < 0.05
    mixed = ["나는 Harry Potter 책을 읽었다.", "정말 재미있는 책이었다."]
    assert errors(real.read(note(mixed)), mixed) < 0.15


def test_few_words_on_a_table(real, note):
    image = np.ascontiguousarray(on_a_table(note(LINES[:1])))
    assert errors(real.read(image), LINES[:1]) < 0.2


def test_letters_that_fill_the_picture(real, note):
    page = note(["행복해요"], 200)
    ink = np.argwhere(page.min(axis=2) < 128)
    (y0, x0), (y1, x1) = ink.min(axis=0) - 8, ink.max(axis=0) + 8
    assert real.read(page[y0:y1, x0:x1]).text == "행복해요"


def test_a_portrait_has_no_text(real, portrait):
    assert len(real.read(portrait)) == 0


def test_the_boxes_are_where_the_words_are(real, note):
    page = note(["하나 둘", "셋"], 60)
    found = real.read(page)
    assert found.words == ("하나", "둘", "셋")
    for x0, y0, x1, y1 in found.boxes.round().astype(int):
        assert page[y0:y1, x0:x1].min() < 60
    outside = page.copy()
    for x0, y0, x1, y1 in found.boxes.round().astype(int):
        outside[max(0, y0 - 6) : y1 + 6, max(0, x0 - 6) : x1 + 6] = 255
    assert (outside < 128).mean() < 0.002
