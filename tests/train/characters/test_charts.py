"""Charts and sheets: what is drawn where."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.train.characters.charts import (
    INK,
    Axes,
    Line,
    chart,
    colour_of,
    curve_chart,
    matrix_chart,
    rounded_up,
)
from pyojeong.train.characters.sheets import paint

AXES = Axes("Title 제목", "x", "y")
X = np.linspace(0, 1, 101)


def pixels(image, colour):
    rows, columns = np.nonzero((image == colour).all(2))
    return rows, columns


def test_a_line_goes_where_its_numbers_are():
    red = (200, 10, 10)
    image = chart(AXES, [Line("", X, X, red)])
    rows, columns = pixels(image, red)
    assert np.corrcoef(rows, columns)[0, 1] < -0.999
    flat = chart(AXES, [Line("", X, np.full(101, 0.5), red)])
    rows, _ = pixels(flat, red)
    assert np.ptp(rows) <= 4


def test_gaps_stay_gaps():
    red = (200, 10, 10)
    y = np.where((X > 0.4) & (X < 0.6), np.nan, 0.5)
    _, columns = pixels(chart(AXES, [Line("", X, y, red)]), red)
    seen = np.unique(columns)
    assert np.diff(seen).max() > 0.15 * np.ptp(seen)
    chart(AXES, [Line("", X, np.full(101, np.nan), red)])


def test_many_classes_share_gray_and_the_mean_stays_black():
    rows = np.tile(np.linspace(1, 0, 101), (25, 1))
    image = curve_chart(AXES, X, rows, [f"class {n}" for n in range(25)], "all", 0.5)
    assert not len(pixels(image, colour_of(0))[0])
    assert len(pixels(image, INK)[0]) > 1000
    curve_chart(AXES, X, np.full((2, 101), np.nan), ["a", "b"], "all", 0.5)


@pytest.mark.parametrize("classes", [1, 2, 12, 40])
def test_a_matrix_of_any_size_can_be_drawn(classes):
    names = [f"이름이 아주 긴 클래스 {n}" for n in range(classes + 1)]
    counts = np.eye(classes + 1, dtype=np.int64) * 7
    image = matrix_chart("t", "x", "y", counts, names)
    assert image.dtype == np.uint8
    assert len(pixels(image, (20, 74, 168))[0]) > 1000


def test_colours_differ():
    assert len({colour_of(n) for n in range(40)}) == 40


@pytest.mark.parametrize(
    ("value", "up"),
    [(1, 1), (1.1, 2), (8, 10), (41, 50), (38, 40), (21, 25), (100, 100), (0.3, 0.3), (0.45, 0.5)],
)
def test_axes_end_at_round_numbers(value, up):
    assert rounded_up(value) == pytest.approx(up)


def test_figures_are_painted_in_their_colour():
    mask = np.zeros((1, 90, 160), bool)
    mask[0, 40:80, 40:120] = True
    gray = np.full((90, 160, 3), 128, np.uint8)
    image = paint(gray, mask, np.array([2]), ("a", "b", "초록"), np.array([0.5], np.float32), 320)
    assert image.shape == (180, 320, 3)
    assert (image[:60] == 128).all()
    assert image[120, 160].argmax() == 1
    assert len(pixels(image, colour_of(2))[0]) > 100
