"""One question to a web service: bounded in time and size, no redirect followed, no key shown."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pyojeong.errors import BadSettings, InferenceFailed

LARGEST_ANSWER = 20_000_000


@dataclass(frozen=True, slots=True)
class Address:
    """Where to ask, and with which key. Raises BadSettings where either cannot be used.

    url: https, or http on this machine. secret: value of the header X-OCR-SECRET.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.url or not self.secret:
            raise BadSettings(
                "CLOVA OCR needs an account: set PYOJEONG_CLOVA_URL (the APIGW invoke URL of a "
                "General domain) and PYOJEONG_CLOVA_SECRET (its secret key).",
                "CLOVA OCR에는 계정이 필요합니다. PYOJEONG_CLOVA_URL(General 도메인의 APIGW Invoke "
                "URL)과 PYOJEONG_CLOVA_SECRET(Secret Key)을 설정하세요.",
            )
        if not _usable(self.url):
            raise BadSettings(
                "PYOJEONG_CLOVA_URL is no usable address: it must begin with https:// (http:// is "
                "for this machine only) and hold no user name.",
                "PYOJEONG_CLOVA_URL을 쓸 수 없습니다. https://로 시작해야 하고(http://는 이 컴퓨터만) "
                "사용자 이름이 없어야 합니다.",
            )
        if not (self.secret.isascii() and self.secret.isprintable()) or " " in self.secret:
            raise BadSettings(
                "PYOJEONG_CLOVA_SECRET holds characters that no secret key has.",
                "PYOJEONG_CLOVA_SECRET에 비밀 키에 없는 문자가 있습니다.",
            )

    @property
    def host(self) -> str:
        """The name to show: the rest of the URL is half a key."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_here(self) -> bool:
        return _is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class Answer:
    """status: of HTTP. body: at most LARGEST_ANSWER bytes."""

    status: int
    body: bytes

    def error_code(self) -> tuple[str, str]:
        """(code, message) of the service's error object; empty where the body is none."""
        try:
            told = json.loads(self.body)
            return str(told["code"])[:20], str(told["message"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return "", ""


def post_json(address: Address, value: Any, timeout_s: float, retry_after_s: float) -> Answer:
    """The answer to a POST of `value` as JSON; tried again once where the service stumbled.

    timeout_s: of each try. Raises InferenceFailed when there is no answer in time, no connection,
    or more than LARGEST_ANSWER bytes. An answer of any status comes back.
    """
    body = json.dumps(value, ensure_ascii=False).encode()
    answer = _post(address, body, timeout_s)
    if answer.status >= 500:
        time.sleep(retry_after_s)
        answer = _post(address, body, timeout_s)
    return answer


def _post(address: Address, body: bytes, timeout_s: float) -> Answer:
    request = urllib.request.Request(  # noqa: S310 - Address lets only http and https through
        address.url,
        body,
        {"Content-Type": "application/json; charset=UTF-8", "X-OCR-SECRET": address.secret},
        method="POST",
    )
    end = time.monotonic() + timeout_s
    with _watched(address, timeout_s) as (opener, late):
        try:
            with contextlib.closing(opener.open(request, timeout=timeout_s)) as response:
                answer = Answer(response.status, _body(response, end))
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if late.is_set() or isinstance(reason, TimeoutError):
                raise _late(timeout_s) from error
            raise _unreachable(address, reason) from error
        if late.is_set():
            # A connection that is cut looks like one that has said everything.
            raise _late(timeout_s)
        return answer


def _body(response: http.client.HTTPResponse, end: float) -> bytes:
    """What the response holds; a server that drips is left at `end`."""
    parts: list[bytes] = []
    size = 0
    while part := response.read1(1 << 16):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise InferenceFailed(
                f"CLOVA OCR answered with more than {LARGEST_ANSWER:,} bytes; that is no text.",
                f"CLOVA OCR의 응답이 {LARGEST_ANSWER:,}바이트를 넘습니다. 정상적인 결과가 아닙니다.",
            )
        if time.monotonic() > end:
            raise TimeoutError
    return b"".join(parts)


@contextlib.contextmanager
def _watched(
    address: Address, timeout_s: float
) -> Iterator[tuple[urllib.request.OpenerDirector, threading.Event]]:
    """An opener whose connection is cut after `timeout_s`, however slowly the headers drip.

    A socket's own timeout counts from byte to byte.
    """
    connections: list[http.client.HTTPConnection] = []
    late = threading.Event()

    def cut() -> None:
        late.set()
        for connection in connections:
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)

    proxies = [urllib.request.ProxyHandler({})] if address.is_here else []
    opener = urllib.request.build_opener(
        _Http(connections), _Https(connections), _AnyStatus(), *proxies
    )
    timer = threading.Timer(timeout_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield opener, late
    finally:
        timer.cancel()


class _Http(urllib.request.HTTPHandler):
    """Remembers its connections."""

    def __init__(self, connections: list[http.client.HTTPConnection]) -> None:
        super().__init__()
        self._connections = connections

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        def connect(host: str, **options: Any) -> http.client.HTTPConnection:
            self._connections.append(http.client.HTTPConnection(host, **options))
            return self._connections[-1]

        return self.do_open(connect, req)


class _Https(urllib.request.HTTPSHandler):
    """Remembers its connections. Certificates are checked, as is Python's default."""

    def __init__(self, connections: list[http.client.HTTPConnection]) -> None:
        super().__init__()
        self._connections = connections

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        def connect(host: str, **options: Any) -> http.client.HTTPConnection:
            self._connections.append(http.client.HTTPSConnection(host, **options))
            return self._connections[-1]

        return self.do_open(connect, req)


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Every status is an answer. A redirect too: the key goes where it was meant to, only."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response

    def https_response(self, request: Any, response: Any) -> Any:
        return response


def _usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or not (url.isascii() and url.isprintable()):
        return False
    if " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _late(timeout_s: float) -> InferenceFailed:
    return InferenceFailed(
        f"CLOVA OCR did not answer within {timeout_s:g} s. Try again later.",
        f"CLOVA OCR이 {timeout_s:g}초 안에 응답하지 않았습니다. 나중에 다시 시도하세요.",
    )


def _unreachable(address: Address, reason: object) -> InferenceFailed:
    seen = " ".join(str(reason).replace(address.secret, "***").split())[:200]
    return InferenceFailed(
        f"CLOVA OCR at {address.host} cannot be reached ({seen}). "
        "Check the network and PYOJEONG_CLOVA_URL.",
        f"CLOVA OCR({address.host})에 연결할 수 없습니다({seen}). "
        "네트워크와 PYOJEONG_CLOVA_URL을 확인하세요.",
    )
