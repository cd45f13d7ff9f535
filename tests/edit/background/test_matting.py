"""The matte: against a matrix solved directly, and against a picture whose matte is known."""

import cv2
import numpy as np
import pytest

from pyojeong.edit.background.foreground import foreground, layers
from pyojeong.edit.background.matting import (
    _NOISE,
    Known,
    _Laplacian,
    known_parts,
    soft_mask,
    tiles,
)
from pyojeong.edit.background.selfie import SelfieRemover

RNG = np.random.default_rng(11)


def levin_matrix(image, radius=1):
    """The matting Laplacian of Levin et al. 2008 over whole windows, written out."""
    height, width, _ = image.shape
    n = (2 * radius + 1) ** 2
    out = np.zeros((height * width,) * 2)
    index = np.arange(height * width).reshape(height, width)
    for y in range(radius, height - radius):
        for x in range(radius, width - radius):
            rows = slice(y - radius, y + radius + 1), slice(x - radius, x + radius + 1)
            at, colours = index[rows].ravel(), image[rows].reshape(-1, 3).astype(np.float64)
            off = colours - colours.mean(0)
            inner = np.linalg.inv(off.T @ off / n + _NOISE * np.eye(3))
            out[np.ix_(at, at)] += np.eye(n) - (1 + off @ inner @ off.T) / n
    return out / n


def test_the_laplacian_is_that_of_the_paper():
    image = RNG.random((14, 17, 3)).astype(np.float32)
    alpha = RNG.random((14, 17)).astype(np.float32)
    expected = (levin_matrix(image) @ alpha.ravel().astype(np.float64)).reshape(14, 17)
    ours = _Laplacian(image, 1).times(alpha)
    # Windows that reach over the edge are mirrored here and left out there.
    np.testing.assert_allclose(ours[2:-2, 2:-2], expected[2:-2, 2:-2], atol=2e-4)


def test_alpha_that_is_linear_in_colour_costs_nothing():
    image = RNG.random((30, 30, 3)).astype(np.float32)
    alpha = image @ np.array([0.2, 0.5, 0.1], np.float32) + np.float32(0.1)
    assert np.abs(_Laplacian(image, 1).times(alpha)).max() < 2e-3


@pytest.fixture(scope="module")
def strands():
    """(picture, its alpha): a disc with thin strands, brown over a smooth blue."""
    alpha = np.zeros((300, 300), np.float32)
    cv2.circle(alpha, (150, 150), 70, 1.0, -1, cv2.LINE_AA)
    for angle in np.linspace(0, 2 * np.pi, 50, endpoint=False):
        end = 150 + 105 * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(alpha, (150, 150), tuple(int(v) for v in end), 1.0, 1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 0.7)
    back = np.linspace(40, 80, 300)[None, :, None] + np.array([0, 60, 120])
    image = alpha[:, :, None] * np.array([120, 70, 30]) + (1 - alpha[:, :, None]) * back
    return np.rint(image).astype(np.uint8), alpha


def test_strands_are_found_again(strands):
    image, alpha = strands
    rough = np.zeros_like(alpha)
    cv2.circle(rough, (150, 150), 75, 1.0, -1)
    distance = np.hypot(*(np.mgrid[:300, :300] - 150))
    known = Known(distance < 60, distance > 120)
    soft = soft_mask(image, rough, known)
    unknown = known.open
    before = np.abs(rough - alpha)[unknown].mean()
    after = np.abs(soft - alpha)[unknown].mean()
    assert after < 0.05
    assert after < before / 2
    assert (soft[known.subject] == 1).all()
    assert (soft[known.background] == 0).all()


def test_colours_of_the_subject_are_found_again(strands):
    image, alpha = strands
    found = foreground(image, np.rint(alpha * 255).astype(np.uint8))
    part = (alpha > 0.15) & (alpha < 0.9)
    wrong = np.abs(found[part].astype(int) - [120, 70, 30]).mean()
    untreated = np.abs(image[part].astype(int) - [120, 70, 30]).mean()
    assert wrong < 8
    assert wrong < untreated / 4


def test_layers_make_the_picture(strands):
    image, alpha = strands
    front, back = layers(image.astype(np.float32) / 255, alpha)
    again = alpha[:, :, None] * front + (1 - alpha[:, :, None]) * back
    assert np.abs(again - image / 255).mean() < 0.01


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (700, 3), (1100, 40)])
def test_tiles_join_without_a_seam(shape):
    fields = RNG.random((37, 23, 6)).astype(np.float32)
    whole = cv2.resize(fields[:, :, :3], shape[::-1], interpolation=cv2.INTER_LINEAR)
    joined = np.zeros((*shape, 6), np.float32)
    for area, part in tiles(fields, *shape, np.ones((37, 23), bool)):
        joined[area] = part
    np.testing.assert_allclose(joined[:, :, :3], whole.reshape(*shape, 3), atol=0.04)
    assert list(tiles(fields, *shape, np.zeros((37, 23), bool))) == []


def test_what_is_known_never_overlaps():
    rough = cv2.GaussianBlur((RNG.random((90, 120)) > 0.5).astype(np.float32), (0, 0), 6)
    known = known_parts(rough, np.array([[30, 20, 70, 60]], np.float32))
    assert not (known.subject & known.background).any()


def test_the_portrait_is_cut_out(portrait):
    done = SelfieRemover().remove(portrait)
    assert (done.alpha[70:140, 200:250] == 255).all()
    assert (done.alpha[:60, :100] == 0).all()
    assert (done.alpha[:100, 420:] == 0).all()
    share = (done.alpha > 127).mean()
    assert 0.35 < share < 0.65


def test_mirrored_photo_mirrored_cutout(portrait):
    there = SelfieRemover().remove(portrait).alpha
    back = SelfieRemover().remove(np.ascontiguousarray(portrait[:, ::-1])).alpha[:, ::-1]
    assert np.abs(there.astype(int) - back).mean() < 4


def test_nobody_is_an_empty_cutout():
    assert not SelfieRemover().remove(np.full((200, 200, 3), 127, np.uint8)).alpha.any()
