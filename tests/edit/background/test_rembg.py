"""BackgroundRemover "rembg": what is asked of it, and what becomes of its failures."""

import os
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from pyojeong.errors import InferenceFailed, MissingExtra, MissingWeights
from pyojeong.registry import load

PHOTO = np.full((20, 30, 3), 200, np.uint8)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "u2net_human_seg.onnx").touch()
    return tmp_path


def install(monkeypatch, mask, built=None):
    asked = {}

    def new_session(name, providers):
        asked.update(name=name, providers=providers, home=os.environ.get("U2NET_HOME"))
        if built is not None:
            raise built
        return "session"

    def remove(picture, **options):
        if isinstance(mask, Exception):
            raise mask
        return mask

    monkeypatch.setitem(
        sys.modules, "rembg", SimpleNamespace(new_session=new_session, remove=remove)
    )
    return asked


def test_its_own_session_on_the_file_that_is_there(monkeypatch, folder):
    monkeypatch.delenv("U2NET_HOME", raising=False)
    asked = install(monkeypatch, Image.new("L", (15, 10), 255))
    done = load("BackgroundRemover", "rembg", models=folder).remove(PHOTO)
    assert asked == {
        "name": "u2net_human_seg",
        "providers": ["CPUExecutionProvider"],
        "home": str(folder),
    }
    assert "U2NET_HOME" not in os.environ
    assert done.alpha.shape == (20, 30)
    assert (done.rgb == PHOTO).all()


def test_nothing_is_downloaded_unasked(monkeypatch, tmp_path):
    asked = install(monkeypatch, None)
    with pytest.raises(MissingWeights, match=r"u2net_human_seg\.onnx"):
        load("BackgroundRemover", "rembg", models=tmp_path)
    assert asked == {}


def test_the_usual_folder(monkeypatch, folder):
    monkeypatch.setenv("U2NET_HOME", str(folder))
    asked = install(monkeypatch, None)
    load("BackgroundRemover", "rembg")
    assert asked["home"] == os.environ["U2NET_HOME"] == str(folder)


def test_it_is_an_extra(monkeypatch, folder):
    monkeypatch.setitem(sys.modules, "rembg", None)
    with pytest.raises(MissingExtra, match=r"pyojeong\[rembg\]"):
        load("BackgroundRemover", "rembg", models=folder)


@pytest.mark.parametrize("mask", [RuntimeError("bad"), None, 5])
def test_its_failures_are_ours(monkeypatch, folder, mask):
    install(monkeypatch, mask)
    with pytest.raises(InferenceFailed, match="rembg"):
        load("BackgroundRemover", "rembg", models=folder).remove(PHOTO)


def test_a_broken_model(monkeypatch, folder):
    install(monkeypatch, None, built=RuntimeError("no graph"))
    with pytest.raises(InferenceFailed, match="no graph"):
        load("BackgroundRemover", "rembg", models=folder)
