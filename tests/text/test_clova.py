"""Ocr "clova" against a server that speaks its protocol, well and badly."""

import base64
import io
import json
import logging
import socket
import threading
import traceback

import numpy as np
import pytest
from PIL import Image

from pyojeong import settings as settings_module
from pyojeong.errors import BadSettings, InferenceFailed, PyojeongError
from pyojeong.settings import Settings, read_settings
from pyojeong.testing import ClovaField, FakeAnswer, FakeClova
from pyojeong.text import clova_http
from pyojeong.text.clova import ClovaOcr

SECRET = "S3cr3t+Key/of=the~domain"  # noqa: S105 - of the fake
PAGE = np.full((120, 400, 3), 255, np.uint8)
PAGE[50:70, 40:360] = 0


def page(**changes):
    """The body of a successful answer with one field, changed."""
    field = {
        "inferText": "안녕",
        "inferConfidence": 0.9,
        "lineBreak": True,
        "boundingPoly": {"vertices": [{"x": 1.0, "y": 2.0}, {"x": 30.0, "y": 20.0}]},
    }
    field |= changes.pop("field", {})
    image = {"inferResult": "SUCCESS", "message": "SUCCESS", "fields": [field]} | changes
    return json.dumps({"version": "V2", "images": [image]}).encode()


def ask(*answers, fields=(), **options):
    """What ClovaOcr makes of a server that gives these answers."""
    with FakeClova(fields, answers, secret=SECRET) as service:
        options = {"retry_after_s": 0, **options}
        return ClovaOcr(service.url, SECRET, **options).read(PAGE)


def error_of(*answers, **options):
    """The error for these answers; the secret stands nowhere in it, however it is printed."""
    with pytest.raises(PyojeongError) as caught:
        ask(*answers, **options)
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error) + error.en + error.ko
    assert SECRET not in shown
    assert "\n" not in error.en + error.ko
    return error


def answered(status, code="", message=""):
    return FakeAnswer(status, json.dumps({"code": code, "message": message}).encode())


# --- what is sent ------------------------------------------------------------------------------


def test_the_request_is_that_of_the_documentation():
    with FakeClova(secret=SECRET) as service:
        ClovaOcr(service.url, SECRET).read(PAGE)
        ClovaOcr(service.url, SECRET).read(PAGE)
    first, second = service.requests
    assert set(first) == {"version", "requestId", "timestamp", "lang", "images"}
    assert (first["version"], first["lang"]) == ("V2", "ko")
    assert isinstance(first["timestamp"], int)
    assert first["requestId"] != second["requestId"]
    (image,) = first["images"]
    assert set(image) == {"format", "name", "data"}
    data = base64.b64decode(image["data"], validate=True)
    sent = Image.open(io.BytesIO(data))
    assert (sent.format, image["format"], sent.size) == ("JPEG", "jpg", (400, 120))


def test_a_large_picture_is_sent_smaller_and_its_boxes_grow_back():
    field = ClovaField("글", (2048, 10, 4096, 20))
    large = np.zeros((100, 8192, 3), np.uint8)
    large[::2] = 255
    with FakeClova([field]) as service:
        found = ClovaOcr(service.url, service.secret).read(large)
    assert found.boxes.tolist() == [[4096, 20, 8192, 40]]


def test_boxes_follow_the_size_the_service_worked_at():
    body = page(convertedImageInfo={"width": 200, "height": 60, "pageIndex": 0})
    assert ask(FakeAnswer(body=body)).boxes.tolist() == [[2, 4, 60, 40]]


# --- what is understood ------------------------------------------------------------------------


def test_fields_become_words_in_lines():
    fields = [
        ClovaField("오늘은", (10, 10, 90, 40), 0.9),
        ClovaField("맑음.", (100, 10, 180, 40), 0.8, True),
        ClovaField("내일은 비", (10, 60, 150, 90), 0.7, True),
    ]
    found = ask(fields=fields)
    assert found.text == "오늘은 맑음.\n내일은 비"
    assert found.words == ("오늘은", "맑음.", "내일은", "비")
    assert found.boxes[0].tolist() == [10, 10, 90, 40]
    assert found.source == "clova-v2"


def test_no_fields_is_no_text():
    assert len(ask(fields=())) == 0
    assert len(ask(FakeAnswer(body=page(fields=[])))) == 0


@pytest.mark.parametrize(
    "field",
    [
        {"inferText": "\x1b]0;x\x07글\u202e"},
        {"inferConfidence": 1e308},
        {"inferConfidence": -5},
        {"boundingPoly": {"vertices": [{"x": -1e300, "y": 1e300}, {}]}},
        {"lineBreak": None},
        {"unknown": [1, 2, {}]},
    ],
)
def test_strange_values_are_made_to_fit(field):
    found = ask(FakeAnswer(body=page(field=field)))
    assert np.all((found.confidences >= 0) & (found.confidences <= 1))
    assert np.all((found.boxes >= 0) & (found.boxes <= [400, 120, 400, 120]))
    assert found.text.isprintable()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'{"images": []}',
        b'{"images": [{}, {}]}',
        b'{"images": {"a": 1}}',
        b'{"images": [5]}',
        b'{"images": [{"inferResult": "SUCCESS", "fields": 7}]}',
        b"[" * 200_000,
        page(field={"inferText": None}),
        page(field={"inferText": ["글"]}),
        page(field={"inferConfidence": "0.9"}),
        page(field={"inferConfidence": True}),
        page(field={"inferConfidence": 10**400}),
        page(field={"boundingPoly": {"vertices": []}}),
        page(field={"boundingPoly": None}),
        page(field={"boundingPoly": {"vertices": [[1, 2]]}}),
        page(field={"boundingPoly": {"vertices": [{"x": "1", "y": 2}]}}),
        page(convertedImageInfo={"width": "wide", "height": 2}),
        page(fields=[None]),
    ],
    ids=lambda body: body[:60].decode("latin-1"),
)
def test_broken_answers_are_one_clear_error(body):
    error = error_of(FakeAnswer(body=body))
    assert isinstance(error, InferenceFailed)
    assert "General domain" in error.en


@pytest.mark.parametrize("result", ["FAILURE", "ERROR", "ANYTHING", None, 5])
def test_a_picture_the_service_cannot_read(result):
    body = page(inferResult=result, message=f"no\nluck {SECRET} \x1b[31m")
    error = error_of(FakeAnswer(body=body))
    assert isinstance(error, InferenceFailed)
    assert "no luck ***" in error.en


# --- what goes wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "hint"),
    [
        (answered(401, "0002", "Secret key validate failed."), BadSettings, "CLOVA_SECRET"),
        (answered(403), BadSettings, "CLOVA_SECRET"),
        (answered(429), InferenceFailed, "too often"),
        (answered(400, "0023", "API request count reach the upper limit."), InferenceFailed, "oft"),
        (answered(400, "0025"), InferenceFailed, "too often"),
        (answered(400, "0001", "URL is invalid."), BadSettings, "CLOVA_URL"),
        (answered(400, "0022", "Request domain invalid."), BadSettings, "CLOVA_URL"),
        (answered(404), BadSettings, "CLOVA_URL"),
        (answered(400, "0011", "Request body invalid."), InferenceFailed, "0011 Request body"),
        (answered(400, SECRET, SECRET), InferenceFailed, "HTTP 400"),
        (FakeAnswer(418, b"\xff" * 50), InferenceFailed, "HTTP 418"),
        (FakeAnswer(204), InferenceFailed, "HTTP 204"),
    ],
)
def test_refusals_say_what_to_do(answer, kind, hint):
    error = error_of(answer)
    assert type(error) is kind
    assert hint in error.en


def test_a_wrong_secret_and_a_wrong_address():
    with FakeClova(secret=SECRET) as service:
        with pytest.raises(BadSettings, match="PYOJEONG_CLOVA_SECRET") as caught:
            ClovaOcr(service.url, "another-key").read(PAGE)
        assert "another-key" not in str(caught.value)
        with pytest.raises(BadSettings, match="PYOJEONG_CLOVA_URL"):
            ClovaOcr(service.url + "/elsewhere", SECRET).read(PAGE)


def test_a_stumble_is_tried_again_once():
    with FakeClova(answers=[answered(500, "0500")], secret=SECRET) as service:
        assert ClovaOcr(service.url, SECRET, retry_after_s=0).read(PAGE).text == "안녕"
        assert len(service.requests) == 2
    error = error_of(answered(503), answered(500, "0501", "OCR service error."))
    assert "HTTP 500 0501 OCR service error." in error.en
    with FakeClova(answers=[answered(401)], secret=SECRET) as service:
        with pytest.raises(BadSettings):
            ClovaOcr(service.url, SECRET).read(PAGE)
        assert len(service.requests) == 1


def test_a_redirect_is_not_followed():
    with FakeClova(secret=SECRET) as other:
        for status in (301, 302, 303, 307, 308):
            error = error_of(FakeAnswer(status, headers=(("Location", other.url),)))
            assert isinstance(error, BadSettings)
        assert other.requests == []


def test_a_flood_is_cut_off(monkeypatch):
    monkeypatch.setattr(clova_http, "LARGEST_ANSWER", 200_000)
    assert "bytes" in error_of(FakeAnswer(body=b" " * 5_000_000)).en


def test_a_body_that_drips_is_given_up():
    error = error_of(FakeAnswer(body=b" " * 10_000, drip_s=0.05), timeout_s=0.5)
    assert "within 0.5 s" in error.en


@pytest.mark.parametrize("drips", [True, False])
def test_headers_that_never_end_are_given_up(drips):
    """Silence, and a header line that grows by a byte now and then."""
    done = threading.Event()

    def serve(listener):
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not done.wait(0.05):
                    connection.sendall(b"a" if drips else b"")
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            port = listener.getsockname()[1]
            reader = ClovaOcr(f"http://127.0.0.1:{port}/general", SECRET, timeout_s=0.5)
            with pytest.raises(InferenceFailed, match=r"within 0\.5 s"):
                reader.read(PAGE)
        finally:
            done.set()
            thread.join()


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(InferenceFailed, match=r"127\.0\.0\.1 cannot be reached"):
        ClovaOcr(f"http://127.0.0.1:{port}/general", SECRET).read(PAGE)


def test_the_proxy_of_the_network_is_not_asked_about_this_machine(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(fields=[ClovaField("글")]).text == "글"


# --- settings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("", SECRET),
        ("https://x.example/general", ""),
        ("http://x.example/general", SECRET),
        ("ftp://127.0.0.1/general", SECRET),
        ("file:///etc/passwd", SECRET),
        ("http://127.0.0.1.example/general", SECRET),
        ("http://localhost@x.example/general", SECRET),
        ("https://user:word@x.example/", SECRET),
        ("https://x.example:port/", SECRET),
        ("https://", SECRET),
        ("https://x.example/a b", SECRET),
        ("https://x.example/\r\nX: y", SECRET),
        ("https://[x/", SECRET),
        ("https://x.example/", SECRET + "\r\nX: y"),
        ("https://x.example/", "비밀"),
        ("https://x.example/", "a b"),
    ],
)
def test_addresses_and_keys_that_cannot_be(url, secret):
    with pytest.raises(BadSettings) as caught:
        ClovaOcr(url, secret)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert "PYOJEONG_CLOVA" in caught.value.en


def test_the_settings_are_taken_and_kept_to_themselves(monkeypatch, caplog, capfd):
    found = read_settings(
        {"PYOJEONG_CLOVA_URL": "https://x.example/a/general", "PYOJEONG_CLOVA_SECRET": SECRET}, None
    )
    assert found.clova_secret == SECRET
    assert SECRET not in repr(found)
    with FakeClova(secret=SECRET) as service, caplog.at_level(logging.DEBUG):
        own = Settings(clova_url=service.url, clova_secret=SECRET)
        monkeypatch.setattr("pyojeong.text.clova.settings", lambda: own)
        reader = ClovaOcr()
        assert reader.read(PAGE).text == "안녕"
        assert SECRET not in repr(reader) + repr(vars(reader))
    assert SECRET not in caplog.text + "".join(capfd.readouterr())
    assert settings_module.Settings().clova_secret == ""
