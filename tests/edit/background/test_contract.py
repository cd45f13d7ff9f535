"""What every BackgroundRemover promises, whatever its backend."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from pyojeong.edit.background.types import Cutout
from pyojeong.registry import backends, load
from pyojeong.testing import FakeRemoveBg

NAMES = [b.name for b in backends() if b.capability == "BackgroundRemover"]


def fake_rembg():
    """Cuts out what is not dark."""

    def remove(picture, session, only_mask):
        assert only_mask
        assert session == "session"
        return picture.convert("L").point(lambda v: 255 if v > 60 else 0)

    return SimpleNamespace(new_session=lambda name, providers: "session", remove=remove)


@pytest.fixture(params=NAMES)
def remover(request, monkeypatch, tmp_path):
    if request.param == "removebg":
        with FakeRemoveBg() as service:
            yield load("BackgroundRemover", "removebg", url=service.url, key=service.key)
        return
    if request.param == "rembg":
        (tmp_path / "u2net_human_seg.onnx").touch()
        monkeypatch.setitem(sys.modules, "rembg", fake_rembg())
        yield load("BackgroundRemover", "rembg", models=tmp_path)
        return
    yield load("BackgroundRemover", request.param)


def test_the_cutout_has_the_size_of_the_photo(remover, portrait):
    before = portrait.copy()
    done = remover.remove(portrait)
    assert isinstance(done, Cutout)
    assert done.rgb.shape == portrait.shape
    assert done.alpha.min() == 0
    assert done.alpha.max() == 255
    assert (portrait == before).all()
    solid = done.alpha == 255
    assert (done.rgb[solid] == portrait[solid]).all()


def test_same_twice(remover, portrait):
    once, again = remover.remove(portrait), remover.remove(portrait)
    assert (once.alpha == again.alpha).all()
    assert (once.rgb == again.rgb).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 7), (300, 90)])
def test_any_size(remover, size):
    width, height = size
    image = np.full((height, width, 3), 90, np.uint8)
    done = remover.remove(image)
    assert done.alpha.shape == (height, width)


def test_gray_and_noise(remover):
    noise = np.random.default_rng(3).integers(0, 256, (64, 80, 1), np.uint8).repeat(3, 2)
    assert remover.remove(noise).rgb.shape == noise.shape


def test_a_cutout_fits_together():
    with pytest.raises(ValueError, match="alpha"):
        Cutout(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5), np.uint8))
    with pytest.raises(ValueError, match="expected"):
        Cutout(np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8))
