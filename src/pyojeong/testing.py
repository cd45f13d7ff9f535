"""Stand-ins for tests: of this project and of packages that add backends to it."""

from __future__ import annotations

import base64
import binascii
import io
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from pyojeong.speech.types import Phone, Prosody, Speech, Word

_RATE = 22050
_SOUND_S = 0.08
_WORD_GAP_S = 0.02
_PAUSE_S = 0.3
_SENTENCE_ENDS = frozenset(".!?…。\n")
_OPEN, _ROUND, _LIPS = "aeiɐɛʌɯ", "ou", "mbp"
_PHONES = ("a", "m", "i", "s", "o", "n", "u", "p")


class FakeVoice:
    """Voice that hums: no engine, no process, always the same sound for the same text.

    Every letter or figure is one 80 ms tone and one phone (vowels loud, m, b and p soft), every
    run without spaces a word, and a sentence end a pause of 300 ms. Prosody scales rate, pitch
    and volume; emotion changes nothing. Text without letters and figures gives zero samples.
    """

    def __init__(self) -> None:
        self.spoken: list[tuple[str, str, Prosody]] = []
        """(text, language, prosody) of every call, in order."""

    def speak(self, text: str, lang: Literal["ko", "en"], prosody: Prosody) -> Speech:
        self.spoken.append((text, lang, prosody))
        step = _SOUND_S / prosody.rate
        tones: list[NDArray[np.float32]] = []
        phones: list[Phone] = []
        words: list[Word] = []
        at = 0.0
        for start, end in _runs(text):
            if words:
                gap = _PAUSE_S if _ends_sentence(text[words[-1].end : start]) else _WORD_GAP_S
                tones.append(_silence(at, at + gap))
                at += gap
            begin = at
            for char in filter(str.isalnum, text[start:end]):
                name = _PHONES[ord(char) % len(_PHONES)]
                tones.append(_tone(name, at, at + step, prosody))
                phones.append(Phone(name, at, at + step))
                at += step
            words.append(Word(start, end, begin, at))
        samples = np.concatenate(tones) if tones else np.zeros(0, np.float32)
        return Speech(samples, _RATE, tuple(phones), tuple(words))


def _runs(text: str) -> list[tuple[int, int]]:
    """Words: runs without space, less the marks around them."""
    runs: list[tuple[int, int]] = []
    open_at: int | None = None
    last = 0
    for i, char in enumerate([*text, " "]):
        if char.isspace() and open_at is not None:
            runs.append((open_at, last))
            open_at = None
        elif char.isalnum():
            open_at = i if open_at is None else open_at
            last = i + 1
    return runs


def _ends_sentence(between: str) -> bool:
    return any(char in _SENTENCE_ENDS for char in between)


def _silence(start_s: float, end_s: float) -> NDArray[np.float32]:
    return np.zeros(round(end_s * _RATE) - round(start_s * _RATE), np.float32)


def _tone(name: str, start_s: float, end_s: float, prosody: Prosody) -> NDArray[np.float32]:
    """A hum that swells and fades; counted from the whole timeline so that nothing drifts."""
    count = len(_silence(start_s, end_s))
    loud = 0.5 if name in _OPEN else 0.35 if name in _ROUND else 0.08 if name in _LIPS else 0.15
    wave = np.sin(2 * np.pi * 160 * prosody.pitch * np.arange(count) / _RATE)
    swell = np.sin(np.pi * (np.arange(count) + 0.5) / max(count, 1))
    return np.asarray(np.clip(loud * prosody.volume, 0, 1) * wave * swell, np.float32)


@dataclass(frozen=True, slots=True)
class ClovaField:
    """A word FakeClova finds: where it is (xyxy, px), how sure, and whether it ends its line."""

    text: str
    box: tuple[float, float, float, float] = (10, 10, 60, 30)
    confidence: float = 0.99
    line_break: bool = False


@dataclass(frozen=True, slots=True)
class FakeAnswer:
    """An answer that FakeClova or FakeRemoveBg gives instead of its own: HTTP status, body,
    further headers.

    drip_s: wait after each byte of the body.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    drip_s: float = 0.0


class _LocalServer:
    """A server on this machine that answers every POST: answer(path, headers, body)."""

    def __init__(self, answer: Callable[[str, Message, bytes], FakeAnswer]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                _send(self, answer(self.path, self.headers, body))

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Served:
    """A fake that answers on this machine for as long as its `with` block lasts."""

    _server: _LocalServer

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()


class FakeClova(_Served):
    """A server on this machine that speaks the General API of NAVER CLOVA OCR in version V2.

        with FakeClova([ClovaField("안녕", line_break=True)]) as service:
            ClovaOcr(service.url, service.secret).read(picture)

    It checks secret and request as the service does (codes 0001, 0002 and 0011) and finds the
    same fields in every picture, but none in one of a single colour. answers: given one after
    the other before it reads anything.
    """

    def __init__(
        self,
        fields: Sequence[ClovaField] = (ClovaField("안녕", line_break=True),),
        answers: Sequence[FakeAnswer] = (),
        secret: str = "a-secret-of-the-fake",  # noqa: S107 - it guards nothing
    ) -> None:
        self.secret = secret
        self.fields = tuple(fields)
        self.answers = list(answers)
        self.requests: list[Any] = []
        """What was asked, parsed, in order; None where it was no JSON."""
        self._server = _LocalServer(
            lambda path, headers, body: self._answer(path, headers.get("X-OCR-SECRET"), body)
        )

    @property
    def url(self) -> str:
        return f"{self._server.address}/custom/v1/1/abc/general"

    def _answer(self, path: str, secret: str | None, body: bytes) -> FakeAnswer:
        try:
            asked = json.loads(body)
        except ValueError:
            asked = None
        self.requests.append(asked)
        if self.answers:
            return self.answers.pop(0)
        if not path.endswith("/general"):
            return _clova_error(400, "0001", "URL is invalid.")
        if secret != self.secret:
            return _clova_error(401, "0002", "Secret key validate failed.")
        pixels = _clova_pixels(asked)
        if pixels is None:
            return _clova_error(400, "0011", "Request body invalid.")
        blank = bool((pixels == pixels[0, 0]).all())
        return FakeAnswer(body=_clova_page(asked, pixels, () if blank else self.fields))


def _send(handler: BaseHTTPRequestHandler, answer: FakeAnswer) -> None:
    try:
        handler.send_response(answer.status)
        for name, value in answer.headers:
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        if not answer.drip_s:
            handler.wfile.write(answer.body)
            return
        for at in range(len(answer.body)):
            handler.wfile.write(answer.body[at : at + 1])
            handler.wfile.flush()
            threading.Event().wait(answer.drip_s)
    except OSError:
        handler.close_connection = True  # The one who asked has gone.


def _clova_error(status: int, code: str, message: str) -> FakeAnswer:
    told = {"code": code, "message": message, "path": "/general", "traceId": "0", "timestamp": 0}
    return FakeAnswer(status, json.dumps(told).encode())


def _clova_pixels(asked: Any) -> NDArray[np.uint8] | None:
    """The picture of a request, or None where the service would refuse the request."""
    from PIL import Image

    try:
        (image,) = asked["images"]
        correct = (
            asked["version"] == "V2"
            and isinstance(asked["requestId"], str)
            and isinstance(asked["timestamp"], int)
            and image["format"] in ("jpg", "jpeg", "png", "pdf", "tif", "tiff")
            and isinstance(image["name"], str)
        )
        data = base64.b64decode(image["data"], validate=True)
        with Image.open(io.BytesIO(data)) as opened:
            pixels = np.asarray(opened.convert("RGB"))
    except (KeyError, TypeError, ValueError, OSError, binascii.Error):
        return None
    return pixels if correct else None


def _clova_page(
    asked: dict[str, Any], pixels: NDArray[np.uint8], fields: Sequence[ClovaField]
) -> bytes:
    height, width = pixels.shape[:2]
    page = {
        "uid": "0" * 32,
        "name": asked["images"][0]["name"],
        "inferResult": "SUCCESS",
        "message": "SUCCESS",
        "validationResult": {"result": "NO_REQUESTED"},
        "convertedImageInfo": {
            "width": width,
            "height": height,
            "pageIndex": 0,
            "longImage": False,
        },
        "fields": [_clova_field(field) for field in fields],
    }
    told = {key: asked[key] for key in ("version", "requestId", "timestamp")}
    return json.dumps(told | {"images": [page]}, ensure_ascii=False).encode()


def _clova_field(field: ClovaField) -> dict[str, Any]:
    x0, y0, x1, y1 = field.box
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return {
        "valueType": "ALL",
        "boundingPoly": {"vertices": [{"x": float(x), "y": float(y)} for x, y in corners]},
        "inferText": field.text,
        "inferConfidence": field.confidence,
        "type": "NORMAL",
        "lineBreak": field.line_break,
    }


class FakeRemoveBg(_Served):
    """A server on this machine that speaks the API of remove.bg, version 1.0.

        with FakeRemoveBg() as service:
            RemoveBg(service.url, service.key).remove(photo)

    It checks the key and the multipart form as the service does, and cuts out the middle half of
    every picture. answers: given one after the other before it cuts anything.
    """

    def __init__(self, answers: Sequence[FakeAnswer] = (), key: str = "a-key-of-the-fake") -> None:
        self.key = key
        self.answers = list(answers)
        self.requests: list[dict[str, bytes]] = []
        """The fields of every form, in order; empty where it was no form."""
        self._server = _LocalServer(self._answer)

    @property
    def url(self) -> str:
        return f"{self._server.address}/v1.0/removebg"

    def _answer(self, path: str, headers: Message, body: bytes) -> FakeAnswer:
        form = _form_fields(headers.get("Content-Type", ""), body)
        self.requests.append(form)
        if self.answers:
            return self.answers.pop(0)
        if path != "/v1.0/removebg":
            return _removebg_error(404, "Not found")
        if headers.get("X-Api-Key") != self.key:
            return _removebg_error(403, "API Key invalid")
        if form.get("size") != b"auto" or "image_file" not in form:
            return _removebg_error(400, "No image given")
        return FakeAnswer(body=_middle_cut(form["image_file"]))


def _form_fields(kind: str, body: bytes) -> dict[str, bytes]:
    """Name → content of the parts of multipart/form-data, as Python's own parser reads it."""
    whole = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    if not whole.is_multipart():
        return {}
    fields: dict[str, bytes] = {}
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        fields[str(name)] = content if isinstance(content, bytes) else b""
    return fields


def _removebg_error(status: int, title: str) -> FakeAnswer:
    return FakeAnswer(status, json.dumps({"errors": [{"title": title, "code": "x"}]}).encode())


def _middle_cut(data: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    mask = Image.new("L", picture.size, 0)
    mask.paste(255, (width // 4, height // 4, width - width // 4, height - height // 4))
    picture.putalpha(mask)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()
