"""What is left out and what must not be."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from pyojeong.film.filters import FrameFilter, Rules, figure_finder, is_credits, measured
from pyojeong.film.types import Instances
from pyojeong.media.fonts import font

ROLL = [
    ("Directed by", "Kim Minji"), ("Written by", "Lee Haneul"), ("Music", "Park Sora"),
    ("Animation", "Choi Jun, Han Yuri"), ("Editing", "Jung Woo"), ("Sound", "Seo Dain"),
]  # fmt: skip
KOREAN = [
    ("감독", "김민지"),
    ("각본", "이하늘"),
    ("음악", "박소라"),
    ("편집", "정우, 최준, 한유리"),
]


def roll(rows, size=28, ink=(235, 235, 235), ground=(0, 0, 0), shift=0):
    """A page of credits, 1280 x 720."""
    page = Image.new("RGB", (1280, 720), ground)
    pen = ImageDraw.Draw(page)
    for at, (what, who) in enumerate(rows):
        y = 90 + at * 90 + shift
        pen.text((610 - font(size).getlength(what), y), what, ink, font(size))
        pen.text((670, y), who, ink, font(size))
    return np.asarray(page)


@pytest.mark.parametrize("rows", [ROLL, KOREAN])
@pytest.mark.parametrize("size", [18, 28, 44])
@pytest.mark.parametrize("shift", [0, -37])
def test_credits(rows, size, shift):
    assert FrameFilter(Rules()).judge(roll(rows, size, shift=shift)) == "credits"


@pytest.mark.parametrize(
    ("ink", "ground"), [((30, 30, 40), (245, 240, 230)), ((250, 220, 90), (20, 30, 80))]
)
def test_credits_in_colour(ink, ground):
    assert FrameFilter(Rules()).judge(roll(ROLL, ink=ink, ground=ground)) == "credits"


def test_a_title_of_a_few_large_letters():
    page = Image.new("RGB", (1280, 720))
    ImageDraw.Draw(page).text((260, 280), "The happy day", (255, 255, 255), font(110))
    assert FrameFilter(Rules()).judge(np.asarray(page)) == "credits"


def test_pictures_are_no_credits(portrait, note):
    assert FrameFilter(Rules()).judge(portrait) is None
    stars = np.zeros((720, 1280, 3), np.uint8)
    rng = np.random.default_rng(4)
    for _ in range(120):
        x, y = int(rng.integers(1280)), int(rng.integers(720))
        cv2.circle(stars, (x, y), int(rng.integers(2, 7)), (255, 255, 255), -1)
    assert not is_credits(measured(stars))
    # A drawn figure on a plain ground, its face of a few strokes.
    figure = np.full((720, 1280, 3), (120, 200, 240), np.uint8)
    cv2.circle(figure, (640, 330), 170, (250, 220, 180), -1)
    for x in (580, 700):
        cv2.circle(figure, (x, 300), 22, (20, 20, 20), -1)
    cv2.ellipse(figure, (640, 400), (70, 40), 0, 0, 180, (160, 40, 40), 8)
    assert FrameFilter(Rules()).judge(figure) is None
    # A subtitle in the picture.
    below = figure.copy()
    strip = note(["나는 오늘 정말 기뻐요, 여러분!"])[40:120]
    below[620:700, 300 : 300 + strip.shape[1]] = strip[:80]
    assert FrameFilter(Rules()).judge(below) is None


@pytest.mark.parametrize("level", [0, 16, 128, 255])
def test_empty_frames(level):
    frame = np.full((360, 640, 3), level, np.uint8)
    noise = np.random.default_rng(1).normal(0, 2, frame.shape)
    noisy = np.clip(frame + noise, 0, 255).astype(np.uint8)
    assert FrameFilter(Rules()).judge(frame) == "black"
    assert FrameFilter(Rules()).judge(noisy) == "black"
    assert FrameFilter(Rules(black=False, blurred=False)).judge(frame) is None


def test_a_night_scene_is_not_black(portrait):
    dark = (portrait * 0.2).astype(np.uint8)
    assert FrameFilter(Rules()).judge(dark) != "black"


def test_blur(portrait):
    wide = cv2.resize(portrait, (1280, 1280))
    assert FrameFilter(Rules()).judge(cv2.GaussianBlur(wide, (0, 0), 9)) == "blurred"
    assert FrameFilter(Rules()).judge(wide) is None
    # Out of focus all around, and the face sharp.
    part = cv2.GaussianBlur(wide, (0, 0), 12)
    part[100:700, 350:950] = wide[100:700, 350:950]
    assert FrameFilter(Rules()).judge(part) is None


def test_small_films_are_not_blurred_for_being_small(portrait):
    small = cv2.resize(portrait, (160, 90), interpolation=cv2.INTER_AREA)
    assert FrameFilter(Rules()).judge(small) is None


def test_repeats(portrait):
    judge = FrameFilter(Rules())
    rng = np.random.default_rng(2)
    noisy = np.clip(portrait + rng.normal(0, 3, portrait.shape), 0, 255).astype(np.uint8)
    flipped = np.ascontiguousarray(portrait[:, ::-1])
    assert judge.judge(portrait) is None
    assert judge.judge(noisy) == "duplicate"
    assert judge.judge(flipped) is None
    # Back to the first picture, as between two people who talk.
    assert judge.judge(portrait) == "duplicate"
    # The mouth alone has changed.
    smile = portrait.copy()
    cv2.ellipse(smile, (225, 195), (25, 12), 0, 0, 360, (60, 20, 30), -1)
    assert judge.judge(smile) is None
    assert FrameFilter(Rules(duplicates=False)).judge(noisy) is None


def test_nobody(portrait):
    rules = Rules(finder=lambda image: image.mean() > 250)
    assert FrameFilter(rules).judge(portrait) == "nobody"
    assert FrameFilter(Rules(finder=lambda image: True)).judge(portrait) is None


def test_nobody_for_a_segmenter(portrait):
    class Finds:
        labels = ("cat",)

        def __init__(self, number):
            self.number = number

        def segment(self, images):
            (image,) = images
            n, size = self.number, image.shape[:2]
            boxes = np.zeros((n, 4), np.float32)
            return [
                Instances(
                    boxes, np.ones(n, np.float32), np.zeros(n, int), np.ones((n, *size), bool)
                )
            ]

    assert FrameFilter(Rules(finder=figure_finder(Finds(0)))).judge(portrait) == "nobody"
    assert FrameFilter(Rules(finder=figure_finder(Finds(2)))).judge(portrait) is None


def test_frames_are_not_changed(portrait):
    before = portrait.copy()
    FrameFilter(Rules()).judge(portrait)
    np.testing.assert_array_equal(before, portrait)
    for shape in ((1, 1, 3), (2, 900, 3), (900, 3, 3)):
        FrameFilter(Rules()).judge(np.zeros(shape, np.uint8))
