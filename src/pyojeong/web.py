"""One question to a web service: bounded in time and size, no redirect followed, no key shown."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pyojeong.errors import InferenceFailed


@dataclass(frozen=True, slots=True)
class Service:
    """Where to ask. name: of the service, for messages. url: one that `usable` accepts. headers:
    sent along, keys among them. secret: never shown. setting: what to check when it cannot be
    reached. largest: bytes of an answer that are read."""

    name: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    secret: str = field(repr=False)
    setting: str
    largest: int = 20_000_000

    @property
    def host(self) -> str:
        """The name to show: the rest of a URL may be half a key."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class Reply:
    """status: of HTTP. body: at most the service's `largest` bytes."""

    status: int
    body: bytes


def post(service: Service, body: bytes, timeout_s: float, retry_after_s: float) -> Reply:
    """The reply to a POST; tried again once where the service stumbled (5xx).

    timeout_s: of each try. Raises InferenceFailed when there is no answer in time, no connection,
    or too large an answer. An answer of any status comes back.
    """
    reply = _post(service, body, timeout_s)
    if reply.status >= 500:
        time.sleep(retry_after_s)
        reply = _post(service, body, timeout_s)
    return reply


def usable(url: str) -> bool:
    """Whether an address is https, or http on this machine, and holds no user name."""
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


def usable_key(secret: str) -> bool:
    """Whether a key can stand in a header."""
    return secret.isascii() and secret.isprintable() and " " not in secret


def shown(service: Service, message: str) -> str:
    """A remark of the service on one line, without the key should it be repeated there."""
    plain = "".join(c if c.isprintable() else " " for c in message)
    return " ".join(plain.replace(service.secret, "***").split())[:200]


def _post(service: Service, body: bytes, timeout_s: float) -> Reply:
    request = urllib.request.Request(  # noqa: S310 - `usable` lets only http and https through
        service.url, body, service.headers, method="POST"
    )
    end = time.monotonic() + timeout_s
    with _watched(service, timeout_s) as (opener, late):
        try:
            with contextlib.closing(opener.open(request, timeout=timeout_s)) as response:
                reply = Reply(response.status, _body(service, response, end))
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if late.is_set() or isinstance(reason, TimeoutError):
                raise _late(service, timeout_s) from error
            raise _unreachable(service, reason) from error
        if late.is_set():
            # A connection that is cut looks like one that has said everything.
            raise _late(service, timeout_s)
        return reply


def _body(service: Service, response: http.client.HTTPResponse, end: float) -> bytes:
    """What the response holds; a server that drips is left at `end`."""
    parts: list[bytes] = []
    size = 0
    while part := response.read1(1 << 16):
        parts.append(part)
        size += len(part)
        if size > service.largest:
            raise InferenceFailed(
                f"{service.name} answered with more than {service.largest:,} bytes; that is no result.",
                f"{service.name}의 응답이 {service.largest:,}바이트를 넘습니다. 정상적인 결과가 아닙니다.",
            )
        if time.monotonic() > end:
            raise TimeoutError
    return b"".join(parts)


@contextlib.contextmanager
def _watched(
    service: Service, timeout_s: float
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

    proxies = [urllib.request.ProxyHandler({})] if _is_loopback(service.host) else []
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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _late(service: Service, timeout_s: float) -> InferenceFailed:
    return InferenceFailed(
        f"{service.name} did not answer within {timeout_s:g} s. Try again later.",
        f"{service.name}: {timeout_s:g}초 안에 응답하지 않았습니다. 나중에 다시 시도하세요.",
    )


def _unreachable(service: Service, reason: object) -> InferenceFailed:
    seen = shown(service, str(reason))
    return InferenceFailed(
        f"{service.name} at {service.host} cannot be reached ({seen}). "
        f"Check the network and {service.setting}.",
        f"{service.name}({service.host})에 연결할 수 없습니다({seen}). "
        f"네트워크와 {service.setting}을(를) 확인하세요.",
    )
