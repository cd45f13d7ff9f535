"""BackgroundRemover "removebg" against a server that speaks its protocol, well and badly."""

import io
import logging
import traceback

import numpy as np
import pytest
from PIL import Image

from pyojeong import settings as settings_module
from pyojeong.edit.background import removebg
from pyojeong.edit.background.removebg import RemoveBg
from pyojeong.errors import BadSettings, InferenceFailed, PyojeongError
from pyojeong.settings import Settings, read_settings
from pyojeong.testing import FakeAnswer, FakeRemoveBg

KEY = "K3y+of/the=fake~account"
PHOTO = np.random.default_rng(5).integers(0, 256, (60, 80, 3), np.uint8)


def png(mode, size=(80, 60)):
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, "PNG")
    return stream.getvalue()


def ask(*answers, **options):
    with FakeRemoveBg(answers, KEY) as service:
        return RemoveBg(service.url, KEY, **{"retry_after_s": 0, **options}).remove(PHOTO)


def error_of(*answers, **options):
    """The error for these answers; the key stands nowhere in it, however it is printed."""
    with pytest.raises(PyojeongError) as caught:
        ask(*answers, **options)
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error) + error.en + error.ko
    assert KEY not in shown
    return error


def test_the_request_is_that_of_the_documentation(caplog):
    caplog.set_level(logging.DEBUG)
    with FakeRemoveBg(key=KEY) as service:
        done = RemoveBg(service.url, KEY).remove(PHOTO)
    (form,) = service.requests
    assert set(form) == {"size", "format", "image_file"}
    assert (form["size"], form["format"]) == (b"auto", b"png")
    assert (np.asarray(Image.open(io.BytesIO(form["image_file"]))) == PHOTO).all()
    assert done.alpha[30, 40] == 255
    assert done.alpha[2, 2] == 0
    assert KEY not in caplog.text


def test_a_large_picture_is_sent_smaller_and_comes_back_at_its_size(monkeypatch):
    monkeypatch.setattr(removebg, "_MOST_PIXELS", 1000)
    monkeypatch.setattr(removebg, "_LARGEST_SENT", 100)
    with FakeRemoveBg(key=KEY) as service:
        done = RemoveBg(service.url, KEY).remove(PHOTO)
    sent = Image.open(io.BytesIO(service.requests[0]["image_file"]))
    assert sent.format == "JPEG"
    assert sent.size[0] * sent.size[1] <= 1000
    assert done.alpha.shape == (60, 80)
    solid = done.alpha == 255
    assert (done.rgb[solid] == PHOTO[solid]).all()


def test_after_a_stumble_it_asks_once_more():
    assert ask(FakeAnswer(503)).alpha.any()
    assert isinstance(error_of(FakeAnswer(500), FakeAnswer(502)), InferenceFailed)


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (400, InferenceFailed, "Some title"),
        (402, BadSettings, "credits"),
        (403, BadSettings, "PYOJEONG_REMOVEBG_KEY"),
        (429, InferenceFailed, "too often"),
        (404, BadSettings, "PYOJEONG_REMOVEBG_URL"),
    ],
)
def test_refusals(status, kind, said):
    body = b'{"errors": [{"title": "Some title ' + KEY.encode() + b'\\u001b[2J", "code": "x"}]}'
    error = error_of(FakeAnswer(status, body))
    assert isinstance(error, kind)
    assert said in error.en
    assert error.en.isprintable()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b'{"errors": 5}', b"\xff\x00"])
def test_errors_in_no_form_at_all(body):
    assert isinstance(error_of(FakeAnswer(400, body)), InferenceFailed)


@pytest.mark.parametrize("body", [b"", b"{}", b"\x89PNG\r\n\x1a\n", png("RGB"), png("RGBA")[:-30]])
def test_answers_that_are_no_cutout(body):
    assert isinstance(error_of(FakeAnswer(200, body)), InferenceFailed)


def test_a_redirect_is_not_followed():
    with FakeRemoveBg(key=KEY) as other:
        error = error_of(FakeAnswer(302, headers=(("Location", other.url),)))
    assert isinstance(error, BadSettings)
    assert other.requests == []


def test_an_endless_answer_is_left(monkeypatch):
    monkeypatch.setattr(removebg, "LARGEST_ANSWER", 1000)
    assert "1,000 bytes" in error_of(FakeAnswer(200, b"x" * 5000)).en


def test_a_slow_answer_is_left():
    error = error_of(FakeAnswer(200, b"x" * 1000, drip_s=0.05), timeout_s=0.3)
    assert "0.3 s" in error.en


def test_nobody_there():
    with FakeRemoveBg(key=KEY) as service:
        url = service.url
    with pytest.raises(InferenceFailed, match="cannot be reached"):
        RemoveBg(url, KEY).remove(PHOTO)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://api.remove.bg/v1.0/removebg", ""),
        ("https://api.remove.bg/v1.0/removebg", "a b"),
        ("https://api.remove.bg/v1.0/removebg", "a\r\nX: y"),
        ("http://api.remove.bg/v1.0/removebg", "k"),
        ("https://me@api.remove.bg/", "k"),
        ("file:///etc/passwd", "k"),
        ("", "k"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(url, key):
    with pytest.raises(BadSettings, match=r"remove|REMOVEBG"):
        RemoveBg(url, key)


def test_key_and_address_come_from_the_settings(monkeypatch):
    found = read_settings({"PYOJEONG_REMOVEBG_KEY": KEY}, None)
    assert found.removebg_url == "https://api.remove.bg/v1.0/removebg"
    assert KEY not in repr(found)
    with FakeRemoveBg(key=KEY) as service:
        own = Settings(removebg_url=service.url, removebg_key=KEY)
        settings_module.settings.cache_clear()
        monkeypatch.setattr(removebg, "settings", lambda: own)
        assert RemoveBg().remove(PHOTO).alpha.any()
