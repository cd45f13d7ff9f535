"""OcrText: columns that agree, and the text they make."""

import numpy as np
import pytest

from pyojeong.text.ocr import OcrText

SIZE = (1000, 800)


def rows_of(*lines, height=30, gap=20, tops=None):
    """Rows for `OcrText.of`: words 100 px wide, lines `gap` px apart or at `tops`."""
    return [
        (word, (110 * n, top, 110 * n + 100, top + height), 0.9, number)
        for number, line in enumerate(lines)
        for top in [tops[number] if tops else number * (height + gap)]
        for n, word in enumerate(line.split())
    ]


def test_words_make_lines_and_lines_a_text():
    got = OcrText.of(rows_of("오늘은 정말", "기쁘다"), "test", SIZE)
    assert got.words == ("오늘은", "정말", "기쁘다")
    assert got.text == "오늘은 정말\n기쁘다"
    assert got.lines.tolist() == [0, 0, 1]
    assert (got.boxes.dtype, got.confidences.dtype, got.lines.dtype) == (
        np.float32,
        np.float32,
        np.int32,
    )
    assert len(got) == 3


def test_a_wide_gap_parts_paragraphs():
    tops = [0, 50, 100, 230, 280]
    got = OcrText.of(rows_of("a", "b", "c", "d", "e", tops=tops), "test", SIZE)
    assert got.text == "a\nb\nc\n\nd\ne"
    even = OcrText.of(rows_of("a", "b", "c", "d", tops=[0, 100, 200, 300]), "test", SIZE)
    assert even.text == "a\nb\nc\nd"


def test_rows_are_made_to_fit():
    rows = [
        ("두 낱말", (-5, -5, 5000, 20), 7.0, 4),
        (" \t", (0, 0, 1, 1), 0.5, 4),
        ("끝\x1b[31m\u202e", (0, 30, 10, 40), float("nan"), 9),
    ]
    got = OcrText.of(rows, "test", SIZE)
    assert got.words == ("두", "낱말", "끝[31m")
    assert got.lines.tolist() == [0, 0, 1]
    assert got.confidences.tolist() == [1, 1, 0]
    assert got.boxes[0].tolist() == [0, 0, 1000, 20]


def test_confidence_counts_letters():
    rows = [("가나다", (0, 0, 1, 1), 1.0, 0), ("라", (0, 0, 1, 1), 0.0, 0)]
    assert OcrText.of(rows, "test", SIZE).confidence == pytest.approx(0.75)
    assert OcrText.empty("test").confidence == 0


def test_nothing_is_empty():
    got = OcrText.of([], "test", SIZE)
    assert (len(got), got.text, got.source) == (0, "", "test")
    assert got.boxes.shape == (0, 4)


@pytest.mark.parametrize(
    ("words", "lines"),
    [(("a",), [0, 1]), (("a", "b"), [1, 1]), (("a", "b"), [0, 2]), (("a b",), [0]), (("",), [0])],
)
def test_columns_that_disagree_are_refused(words, lines):
    n = len(words)
    with pytest.raises(ValueError, match=r"line|word"):
        OcrText(
            words,
            np.zeros((n, 4), np.float32),
            np.zeros(n, np.float32),
            np.array(lines, np.int32),
            "test",
        )
