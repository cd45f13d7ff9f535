"""The other end of `espeak_server`: starts it, asks it, ends it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyojeong.errors import BadSettings, InferenceFailed, MissingExtra, PyojeongError

_SERVER = Path(__file__).with_name("espeak_server.py")


@dataclass(frozen=True, slots=True)
class EspeakRequest:
    """One utterance in espeak's own units. rate: words per minute; pitch, pitch range and
    volume: 0 to 100."""

    text: str
    voice: str
    rate: int = 175
    pitch: int = 50
    pitch_range: int = 50
    volume: int = 90

    def line(self) -> bytes:
        fields = {
            "text": self.text,
            "voice": self.voice,
            "rate": self.rate,
            "pitch": self.pitch,
            "range": self.pitch_range,
            "volume": self.volume,
        }
        return json.dumps(fields).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class EspeakReply:
    """What the server answered. sound: little-endian 16-bit mono at `rate` Hz. phones: (name,
    first sample), an empty name for a pause. words: (position, length in characters, first
    sample)."""

    sound: bytes
    rate: int
    phones: tuple[tuple[str, int], ...]
    words: tuple[tuple[int, int, int], ...]


class EspeakProcess:
    """A server process, started on first use and again after it died.

    Safe to call from several threads: they take turns.
    """

    def __init__(self, timeout_s: float = 30.0) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._rate = 0
        self._stop: weakref.finalize[..., Any] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the running server, or None."""
        return self._server.pid if self._server else None

    def ask(self, request: EspeakRequest) -> EspeakReply:
        """One utterance; a server that died is started again, once.

        Raises InferenceFailed when it dies twice or does not answer in time, MissingExtra when
        espeak-ng is not installed, BadSettings for an unknown voice.
        """
        with self._lock:
            try:
                return self._try(request)
            except _Died:
                pass
            try:
                return self._try(request)
            except _Died as error:
                raise _failure(str(error)) from error

    def close(self) -> None:
        """End the server. A later `ask` starts a new one."""
        with self._lock:
            self._end()

    def _try(self, request: EspeakRequest) -> EspeakReply:
        server = self._running()
        try:
            with self._watched(server):
                reply = _exchange(server, request.line())
                sound = _read_exactly(server, int(reply.get("bytes", 0)))
        except BaseException:
            # Dead, late, or Ctrl-C: what is left of this answer must not meet the next question.
            self._end()
            raise
        _raise_if_error(reply, request.voice)
        phones = tuple((str(name), int(at)) for name, at in reply["phones"])
        words = tuple((int(at), int(n), int(sample)) for at, n, sample in reply["words"])
        return EspeakReply(sound, self._rate, phones, words)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._server is None:
            # -P: neither this folder (it holds a types.py) nor the user's is searched first.
            command = [sys.executable, "-P", str(_SERVER)]
            try:
                self._server = subprocess.Popen(  # noqa: S603 (our own interpreter and file)
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise _failure(str(error)) from error
            self._stop = weakref.finalize(self, _end_process, self._server)
            try:
                with self._watched(self._server):
                    hello = _read_line(self._server)
                _raise_if_error(hello, "")
            except BaseException:
                self._end()
                raise
            self._rate = int(hello["rate"])
        return self._server

    @contextlib.contextmanager
    def _watched(self, server: subprocess.Popen[bytes]) -> Iterator[None]:
        """Kill a server that takes too long: the blocked read then ends (also on Windows)."""
        late = threading.Event()

        def kill() -> None:
            late.set()
            server.kill()

        timer = threading.Timer(self._timeout_s, kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        except _Died as error:
            if late.is_set():
                raise _failure(f"no answer within {self._timeout_s:g} s") from error
            raise
        finally:
            timer.cancel()

    def _end(self) -> None:
        if self._stop is not None:
            self._stop()
        self._server = None
        self._stop = None


class _Died(Exception):
    """The server closed its output."""


def _exchange(server: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
    assert server.stdin is not None  # noqa: S101 (for the type checker: opened as a pipe)
    try:
        server.stdin.write(line)
        server.stdin.flush()
    except OSError as error:
        raise _Died(str(error)) from error
    return _read_line(server)


def _read_line(server: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert server.stdout is not None  # noqa: S101 (for the type checker: opened as a pipe)
    line = server.stdout.readline()
    if not line.endswith(b"\n"):
        raise _Died("the speaking process ended")
    try:
        reply: dict[str, Any] = json.loads(line)
    except ValueError as error:
        raise _Died("the speaking process answered nonsense") from error
    return reply


def _read_exactly(server: subprocess.Popen[bytes], count: int) -> bytes:
    assert server.stdout is not None  # noqa: S101 (for the type checker: opened as a pipe)
    data = server.stdout.read(count)
    if len(data) != count:
        raise _Died("the speaking process ended in the middle of an answer")
    return data


def _end_process(server: subprocess.Popen[bytes]) -> None:
    """Kill and collect the process: no zombie stays."""
    for pipe in (server.stdin, server.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    server.kill()
    server.wait()


def _raise_if_error(reply: dict[str, Any], voice: str) -> None:
    kind = reply.get("error")
    if kind is None:
        return
    detail = str(reply.get("detail", ""))
    raise _error(str(kind), detail, voice)


def _error(kind: str, detail: str, voice: str) -> PyojeongError:
    if kind == "package":
        return MissingExtra(
            "The built-in voice needs espeak-ng. Install it with: pip install espeakng-loader",
            "기본 음성에는 espeak-ng가 필요합니다. 설치: pip install espeakng-loader",
        )
    if kind == "voice":
        return BadSettings(
            f"espeak-ng has no voice called {voice!r}. Try one like 'ko', 'en-us' or 'ko+f2'.",
            f"espeak-ng에 {voice!r} 음성이 없습니다. 'ko', 'en-us', 'ko+f2' 같은 이름을 쓰세요.",
        )
    return _failure(detail)


def _failure(detail: str) -> InferenceFailed:
    return InferenceFailed(
        f"The speaking program (espeak-ng) failed: {detail}. Try again, or try a shorter text.",
        f"음성 합성 프로그램(espeak-ng)이 실패했습니다: {detail}. "
        "다시 시도하거나 글을 짧게 나누어 보세요.",
    )
