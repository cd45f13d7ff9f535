"""Timed text: cues, and the SubRip (.srt) and WebVTT (.vtt) files that hold them.

WebVTT follows the W3C recommendation of 2019; SubRip has no standard, so what players read
differently (tags, an arrow or an empty line in the text) is guarded or left out.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pyojeong.errors import BadInput
from pyojeong.media.files import atomic_path, read_text_file


@dataclass(frozen=True, slots=True)
class Cue:
    """A text and when it is shown, in seconds from the start of the film."""

    start_s: float
    end_s: float
    text: str

    def __post_init__(self) -> None:
        if not (0 <= self.start_s <= self.end_s and math.isfinite(self.end_s)):
            raise ValueError(f"a cue cannot last from {self.start_s} to {self.end_s} s")


# An invisible word joiner keeps players from taking these for an arrow, a tag or a style.
_JOINER = "\u2060"
_GUARDED = re.compile(r"(--)(?=>)|(<)(?=[A-Za-z/])|(\{)(?=\\)")
_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[,.](\d{3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
_TAG = re.compile(r"<[^>\n]*>")
_EMPTY_LINES = re.compile(r"\n\s*\n")


def write_srt(path: Path | str, cues: Iterable[Cue]) -> None:
    """Write a SubRip file in UTF-8, times to the nearest millisecond. Raises OutputFailed."""
    blocks = [
        f"{number}\n{_stamp(cue.start_s, ',')} --> {_stamp(cue.end_s, ',')}\n{_srt_text(cue.text)}\n"
        for number, cue in enumerate(cues, 1)
    ]
    _write(path, "\n".join(blocks))


def write_vtt(path: Path | str, cues: Iterable[Cue]) -> None:
    """Write a WebVTT file, times to the nearest millisecond. Raises OutputFailed."""
    blocks = [
        f"{_stamp(cue.start_s, '.')} --> {_stamp(cue.end_s, '.')}\n"
        f"{html.escape(_one_block(cue.text), quote=False)}\n"
        for cue in cues
    ]
    _write(path, "\n".join(["WEBVTT\n", *blocks]))


def read_srt(path: Path | str) -> list[Cue]:
    """The cues of a SubRip file. Raises BadInput where it holds none."""
    text = read_text_file(path).text.replace(_JOINER, "")
    return _cues(text, Path(path), lambda body: body)


def read_vtt(path: Path | str) -> list[Cue]:
    """The cues of a WebVTT file, without their tags. Raises BadInput where it holds none."""
    text = read_text_file(path).text
    if not text.startswith("WEBVTT"):
        raise BadInput(f"{path} is not a WebVTT file.", f"{path}은(는) WebVTT 파일이 아닙니다.")
    return _cues(text, Path(path), lambda body: html.unescape(_TAG.sub("", body)))


def _write(path: Path | str, text: str) -> None:
    with atomic_path(path) as part:
        part.write_text(text, "utf-8", newline="\n")


def _stamp(seconds: float, point: str) -> str:
    whole, ms = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{ms:03}"


def _one_block(text: str) -> str:
    return _EMPTY_LINES.sub("\n", text.strip())


def _srt_text(text: str) -> str:
    return _GUARDED.sub(lambda match: match[0] + _JOINER, _one_block(text))


def _cues(text: str, path: Path, plain: Callable[[str], str]) -> list[Cue]:
    cues = []
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip("\n").split("\n")
        # The line before the times, if any, is the cue's number or name.
        for index, line in enumerate(lines[:2]):
            times = _TIMES.match(line)
            if times:
                body = plain("\n".join(lines[index + 1 :])).strip()
                cues.append(_cue(times, body, path))
                break
    if not cues:
        raise BadInput(f"{path} holds no subtitles.", f"{path}에 자막이 없습니다.")
    return cues


def _cue(times: re.Match[str], body: str, path: Path) -> Cue:
    numbers = [int(n or 0) for n in times.groups()]
    start, end = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (numbers[:4], numbers[4:]))
    if end < start:
        raise BadInput(
            f"{path}: a subtitle ends before it begins: {times[0].strip()}.",
            f"{path}: 자막이 시작하기 전에 끝납니다: {times[0].strip()}.",
        )
    return Cue(start, end, body)
