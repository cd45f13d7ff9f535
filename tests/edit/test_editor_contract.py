"""What every ExpressionEditor promises, whatever its backend."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pyojeong.emotion import Emotion
from pyojeong.expression import Expression, emotion_expression
from pyojeong.face.types import FaceMesh
from pyojeong.registry import backends, load

EDITORS = [b.name for b in backends() if b.capability == "ExpressionEditor" and b.extra is None]
SAD = emotion_expression(Emotion.SADNESS)


@pytest.fixture(params=EDITORS)
def editor(request):
    return load("ExpressionEditor", request.param)


def scaled(image, mesh, width, height):
    """The picture and its mesh at another size."""
    factor = np.array([width / image.shape[1], height / image.shape[0], width / image.shape[1]])
    big = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if width < 512 else 1)
    return big, FaceMesh((mesh.points * factor).astype(np.float32), mesh.score)


def test_result_has_the_size_and_kind_of_the_photo(editor, portrait, portrait_mesh):
    before = portrait.copy()
    out = editor.edit(portrait, portrait_mesh, SAD, 1.0)
    assert out.shape == portrait.shape
    assert out.dtype == np.uint8
    assert (portrait == before).all()
    assert (out != portrait).any()


def test_no_expression_is_the_same_picture(editor, portrait, portrait_mesh):
    assert (editor.edit(portrait, portrait_mesh, Expression()) == portrait).all()


def test_same_twice(editor, portrait, portrait_mesh):
    once = editor.edit(portrait, portrait_mesh, SAD, 1.0)
    assert (editor.edit(portrait, portrait_mesh, SAD, 1.0) == once).all()


@pytest.mark.parametrize("size", [(64, 64), (512, 512), (6000, 4000)])
def test_only_the_surroundings_of_the_face_change(editor, portrait, portrait_mesh, size):
    image, mesh = scaled(portrait, portrait_mesh, *size)
    out = editor.edit(image, mesh, SAD, 1.0)
    x0, y0, x1, y1 = mesh.box
    far = np.ones(image.shape[:2], bool)
    w, h = x1 - x0, y1 - y0
    top, left = max(0, int(y0 - h)), max(0, int(x0 - w))
    far[top : int(y1 + h), left : int(x1 + w)] = False
    assert far.any()
    assert (out[far] == image[far]).all()
    assert (out != image).any()


def test_grey_photo_stays_grey(editor, portrait, portrait_mesh):
    grey = np.repeat(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    out = editor.edit(grey, portrait_mesh, emotion_expression(Emotion.SURPRISE), 1.0)
    assert np.ptp(out.astype(int), axis=2).max() == 0


@pytest.mark.parametrize("corner", [(200, 100), (0, 0), (215, 130)])
def test_face_cut_by_the_border(editor, portrait, portrait_mesh, corner):
    x, y = corner
    cut = np.ascontiguousarray(portrait[y : y + 90, x : x + 240])
    mesh = FaceMesh(portrait_mesh.points - np.array([x, y, 0], np.float32), 1.0)
    assert editor.edit(cut, mesh, SAD, 1.0).shape == cut.shape


def test_face_of_a_dozen_pixels(editor, portrait, portrait_mesh):
    image, mesh = scaled(portrait, portrait_mesh, 66, 66)
    assert editor.edit(image, mesh, SAD, 1.0).shape == image.shape


def test_face_outside_a_tiny_picture(editor, portrait_mesh):
    dot = np.full((1, 1, 3), 128, np.uint8)
    assert editor.edit(dot, portrait_mesh, SAD, 1.0).shape == dot.shape
