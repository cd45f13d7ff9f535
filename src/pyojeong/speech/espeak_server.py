"""The speaking process: espeak-ng behind JSON lines on stdin and stdout.

espeak-ng (GPL-3) is loaded here and nowhere else, so that its licence and its thread-unsafety
stay in this process. It imports nothing of Pyojeong and runs on its own:
`python -m pyojeong.speech.espeak_server`.

First it writes one line, `{"ready": true, "rate": Hz}` or `{"error": kind, "detail": text}`.
Then, per request line `{"text", "voice", "rate", "pitch", "range", "volume"}` (espeak's
own units), it answers with one line `{"bytes": n, "phones": [[name, sample], ...],
"words": [[position, length, sample], ...]}` followed by n bytes of little-endian 16-bit mono
samples, or with `{"error": kind, "detail": text}`. Positions count characters from 0. A phone
lasts until the next one begins; an empty name is a pause. End of input ends the process.

espeak's Korean voice says ㄱ between vowels like ㄲ (아가 like 아까). Korean words are therefore
sent as espeak's own phoneme names, as it derives them itself, with that one sound voiced.

Events follow `speak_lib.h` of espeak-ng 1.52.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import sys
from bisect import bisect_right
from pathlib import Path
from typing import IO, Any

_SYNCHRONOUS = 2
_PHONEME_EVENTS_IPA_DONT_EXIT = 0x0001 | 0x0002 | 0x8000
_CHARS_UTF8 = 1
_PHONEME_INPUT = 0x100
_SEPARATED = ord("|") << 8
_POSITION_CHARACTER = 1
_WORD, _PHONEME, _LIST_END = 1, 7, 0
_PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3, "range": 4}
_KOREAN_RUN = re.compile(r"[가-힣]+(?: [가-힣]+)*")
# q is the sound; before a vowel or a glide it begins a syllable. q- (ㄲ) is another name.
_HARD_G = re.compile(r"(?<=\|)q\|(?=[',;]*[aE@oueiwj])")


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Failed(Exception):
    """kind: "package", "engine", "voice" or "request"."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


class _Engine:
    def __init__(self) -> None:
        library, data = _locate()
        self._lib = ctypes.CDLL(library)
        self._data = Path(data)
        self._samples = bytearray()
        self._phones: list[tuple[str, int]] = []
        self._words: list[tuple[int, int, int]] = []
        options = _PHONEME_EVENTS_IPA_DONT_EXIT
        self.rate = self._lib.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), options)
        if self.rate <= 0:
            raise _Failed("engine", f"espeak_Initialize answered {self.rate}")
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._callback = _CALLBACK(self._collect)  # kept: C holds only a pointer
        self._lib.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._samples += ctypes.string_at(samples, 2 * count)
        index = 0
        while events[index].type != _LIST_END:
            event = events[index]
            if event.type == _PHONEME:
                self._phones.append((_phone_name(event), event.sample))
            elif event.type == _WORD:
                self._words.append((event.text_position - 1, event.length, event.sample))
            index += 1
        return 0

    def speak(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        self._choose(str(request["voice"]))
        for name, number in _PARAMETERS.items():
            self._lib.espeak_SetParameter(number, int(request[name]), 0)
        self._samples.clear()
        self._phones.clear()
        self._words.clear()
        text = str(request["text"]).replace("\0", " ").replace("[[", "[ ")
        flags = _CHARS_UTF8
        starts = [(0, 0)]
        if str(request["voice"]).startswith("ko"):
            text, starts = self._phonetic(text)
            flags |= _PHONEME_INPUT
        data = text.encode("utf-8", "replace") + b"\0"
        status = self._lib.espeak_Synth(
            data, len(data), 0, _POSITION_CHARACTER, 0, flags, None, None
        )
        if status != 0:
            raise _Failed("engine", f"espeak_Synth answered {status}")
        sound = bytes(self._samples)
        words = [(_given(at, starts), length, sample) for at, length, sample in self._words]
        return {"bytes": len(sound), "phones": self._phones, "words": words}, sound

    def _phonetic(self, text: str) -> tuple[str, list[tuple[int, int]]]:
        """The text with its Korean words as [[phoneme names]], and where the parts of the result
        and of the text begin."""
        parts: list[str] = []
        starts = [(0, 0)]
        at = length = 0
        for run in _KOREAN_RUN.finditer(text):
            spoken = f"{text[at : run.start()]}{self._phonemes(run.group())}"
            parts.append(spoken)
            at, length = run.end(), length + len(spoken)
            starts.append((length, at))
        return "".join([*parts, text[at:]]), starts

    def _phonemes(self, words: str) -> str:
        buffer = ctypes.create_string_buffer(words.encode())
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        names = ""
        while rest.value:
            clause = self._lib.espeak_TextToPhonemes(ctypes.byref(rest), _CHARS_UTF8, _SEPARATED)
            names += " " + (clause or b"").decode()
        voiced = _HARD_G.sub("g|", names)
        return " ".join(f"[[{word}]]" for word in voiced.split())

    def _choose(self, voice: str) -> None:
        # espeak ignores an unknown variant silently; a wrong name should be heard of.
        _, _, variant = voice.partition("+")
        if variant and not (self._data / "voices" / "!v" / variant).is_file():
            raise _Failed("voice", voice)
        if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise _Failed("voice", voice)


def _locate() -> tuple[str, str]:
    try:
        import espeakng_loader

        return str(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path())
    except ImportError as error:
        raise _Failed("package", str(error)) from error


def _phone_name(event: _Event) -> str:
    # Eight bytes at most and no terminator when all are used: read them raw.
    raw = ctypes.string_at(ctypes.addressof(event) + _Event.id.offset, 8)
    return raw.split(b"\0")[0].decode("utf-8", "ignore")


def _serve(engine: _Engine, requests: IO[bytes], replies: IO[bytes]) -> None:
    for line in requests:
        sound = b""
        try:
            reply, sound = engine.speak(json.loads(line))
        except _Failed as error:
            reply = {"error": error.kind, "detail": str(error)}
        except (KeyError, TypeError, ValueError) as error:
            reply = {"error": "request", "detail": repr(error)}
        _write(replies, reply, sound)


def _given(position: int, starts: list[tuple[int, int]]) -> int:
    """Position in the text given, of a position in the text sent to the engine."""
    sent, given = starts[bisect_right(starts, (position, sys.maxsize)) - 1]
    return given + position - sent


def _write(replies: IO[bytes], reply: dict[str, Any], sound: bytes = b"") -> None:
    replies.write(json.dumps(reply).encode() + b"\n" + sound)
    replies.flush()


def main() -> int:
    """Serve until the end of input. Exit code 0, or 1 when the engine cannot start."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to judge
    # Replies go out on a descriptor of their own: whatever C code prints cannot break them.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        engine = _Engine()
    except (_Failed, OSError) as error:
        kind = error.kind if isinstance(error, _Failed) else "engine"
        _write(replies, {"error": kind, "detail": str(error)})
        return 1
    try:
        _write(replies, {"ready": True, "rate": engine.rate})
        _serve(engine, sys.stdin.buffer, replies)
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
