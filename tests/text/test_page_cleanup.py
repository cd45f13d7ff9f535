"""Cleaning a page, against pages whose shadow, slope, noise and size are known."""

import cv2
import numpy as np
import pytest

from pyojeong.text.page_cleanup import (
    even_light,
    even_page,
    ink_page,
    is_blank,
    letter_boxes,
    letter_height,
    noise_level,
    page_of,
    sized_page,
    slope,
    soft_page,
    without_noise,
)

LINES = ["옛날 옛적 깊은 산속에", "작은 토끼 한 마리가", "호랑이와 살았습니다."]
SHAPES = [(1, 1), (1, 400), (400, 1), (3, 3), (20, 5000)]


@pytest.fixture(scope="module")
def gray(note):
    return page_of(note(LINES)).gray


def turned(gray, degrees):
    """Lines fall to the right by that much."""
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return cv2.warpAffine(gray, matrix, (width, height), borderValue=255)


@pytest.mark.parametrize("degrees", [-9, -3, -1, 0, 2, 5.5, 11])
def test_the_slope_is_found(gray, degrees):
    assert slope(turned(gray, degrees)) == pytest.approx(degrees, abs=0.5)


def test_an_empty_page_has_no_slope_and_no_letters():
    for shade in (0, 90, 255):
        page = even_light(np.full((200, 300), shade, np.uint8))
        assert slope(page) == 0
        assert letter_height(page) == 0
        assert len(letter_boxes(page)) == 0


def test_a_shadow_is_divided_out(gray):
    x = np.linspace(0, 1, gray.shape[1])
    dark = (gray * (0.3 + 0.7 / (1 + np.exp(40 * (x - 0.5))))).astype(np.uint8)
    paper = gray > 250
    shown = even_light(dark)
    assert shown[paper].mean() > 235
    assert shown[gray < 60].mean() < 90


def test_light_writing_on_a_dark_ground_is_turned_round(gray):
    shown = even_light(255 - gray)
    assert shown[gray > 250].mean() > 200
    assert shown[gray < 60].mean() < 100


@pytest.mark.parametrize("sigma", [0, 5, 12, 25])
def test_noise_is_measured_and_taken_out(gray, sigma):
    noise = np.random.default_rng(1).normal(0, sigma, gray.shape)
    noisy = np.clip(gray * 0.5 + 60 + noise, 0, 255).astype(np.uint8)
    assert noise_level(noisy) == pytest.approx(sigma, rel=0.2, abs=0.5)
    calm = without_noise(noisy)
    assert noise_level(calm) <= max(3, sigma / 4)
    if sigma == 0:
        assert np.array_equal(calm, noisy)


@pytest.mark.parametrize("size", [16, 24, 40, 80, 120])
def test_letter_height_follows_the_size(note, size):
    assert letter_height(page_of(note(LINES, size)).gray) == pytest.approx(0.92 * size, rel=0.1)


def test_boxes_come_back_to_where_the_writing_is(note):
    """A word's box found on the level, resized page covers the word on the sloping picture."""
    width, height = 900, 500
    image = np.full((height, width, 3), 255, np.uint8)
    image[200:300, 100:700] = note(["우리 강산 푸르게 " * 4], 20)[40:140, 50:650]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -6, 1)
    sloping = cv2.warpAffine(image, matrix, (width, height), borderValue=(255, 255, 255))
    truth = letter_boxes(page_of(sloping).gray)
    page = sized_page(even_page(page_of(sloping)))
    found = np.array([page.in_picture(b) for b in letter_boxes(page.gray).tolist()])
    extent = np.concatenate([truth[:, :2].min(0), truth[:, 2:].max(0)])
    mapped = np.concatenate([found[:, :2].min(0), found[:, 2:].max(0)])
    assert page.gray.shape != sloping.shape[:2]
    assert mapped == pytest.approx(extent, abs=12)


def test_the_edge_of_the_sheet_is_no_letter(note):
    page = note(LINES)
    alone = letter_boxes(even_page(page_of(page)).gray)
    page[:, :14] = page[:12] = page[:, -20:] = 40
    found = letter_boxes(even_page(page_of(page)).gray)
    assert len(found) == pytest.approx(len(alone), abs=2)
    assert letter_height(even_page(page_of(page)).gray) == pytest.approx(37, abs=3)


def test_a_blank_page_is_told_from_a_written_one(note):
    assert is_blank(even_page(page_of(np.full((90, 90, 3), 40, np.uint8))))
    faint = (note(["연필"]).astype(float) * 0.25 + 150).astype(np.uint8)
    assert not is_blank(even_page(page_of(faint)))


def test_a_huge_picture_is_made_smaller():
    page = page_of(np.full((100, 9000, 3), 200, np.uint8))
    assert page.gray.shape == (44, 4000)
    assert page.in_picture((0, 0, 4000, 44)) == pytest.approx((0, 0, 9000, 100))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fill", ["black", "white", "noise"])
def test_odd_pictures_pass_through(shape, fill):
    pixels = {
        "black": np.zeros((*shape, 3), np.uint8),
        "white": np.full((*shape, 3), 255, np.uint8),
        "noise": np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8),
    }[fill]
    before = pixels.copy()
    raw = page_of(pixels)
    even = even_page(raw)
    for page in (raw, even, sized_page(even), soft_page(even), ink_page(even)):
        assert page.gray.dtype == np.uint8
        assert page.gray.ndim == 2
        assert min(page.gray.shape) >= 1
        assert np.isfinite(page.to_picture).all()
    assert np.array_equal(pixels, before)
