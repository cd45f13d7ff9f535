"""Framing: the face is large, the chin above the subtitle, the canvas covered where it can be."""

import random

import pytest

from pyojeong.story.framing import CHIN_LIMIT, LARGEST_FACE, SMALLEST_FACE, frame_face


def cases():
    rng = random.Random(11)
    for _ in range(200):
        w, h = rng.randint(64, 6000), rng.randint(64, 6000)
        size = rng.uniform(0.05, 0.95) * min(w, h)
        x, y = rng.uniform(0, w - size), rng.uniform(0, h - size)
        canvas = rng.choice([(1280, 720), (720, 1280), (1920, 1080), (512, 512), (128, 128)])
        yield (w, h), (x, y, x + size * 0.8, y + size), canvas


@pytest.mark.parametrize(("photo", "face", "canvas"), list(cases()))
def test_every_face_is_in_the_picture(photo, face, canvas):
    framing = frame_face(photo, face, canvas)
    x0, y0, x1, y1 = (v * framing.scale for v in face)
    height = canvas[1]
    assert SMALLEST_FACE * 0.99 <= (y1 - y0) / height <= LARGEST_FACE * 1.01
    top, bottom = y0 + framing.y, y1 + framing.y
    assert top >= -1e-6
    assert bottom <= max(CHIN_LIMIT * height, top + (y1 - y0)) + 1e-6
    assert bottom <= height
    centre = (x0 + x1) / 2 + framing.x
    assert 0 < centre < canvas[0]


def test_a_square_portrait_is_shown_whole():
    framing = frame_face((512, 512), (170, 90, 290, 310), (1280, 720))
    assert framing.scale == pytest.approx(720 / 512)
    assert framing.x == pytest.approx((1280 - 720) / 2)
    assert framing.y == 0


def test_a_small_face_is_brought_nearer():
    framing = frame_face((4000, 3000), (1900, 1000, 2000, 1130), (1280, 720))
    assert framing.scale * 130 == pytest.approx(SMALLEST_FACE * 720)
