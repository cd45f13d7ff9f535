"""Timed text: cues, and the SubRip (.srt), WebVTT (.vtt) and ASS files that hold them.

WebVTT follows the W3C recommendation of 2019; SubRip has no standard, so what players read
differently (tags, an arrow or an empty line in the text) is guarded or left out. ASS is in `ass.py`, SAMI in `sami.py`.
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

MOST_CUES = 100_000
"""Subtitles read from a file or track; four hours with one every second have 14,400."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A text and when it is shown, in seconds from the start of the film. speaker: who says it,
    where a file has a place of its own for that (WebVTT's voices, ASS's names); not written."""

    start_s: float
    end_s: float
    text: str
    speaker: str | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.start_s <= self.end_s and math.isfinite(self.end_s)):
            raise ValueError(f"a cue cannot last from {self.start_s} to {self.end_s} s")


# An invisible word joiner keeps players from taking these for an arrow, a tag or a style.
_JOINER = "\u2060"
_GUARDED = re.compile(r"(--)(?=>)|(<)(?=[A-Za-z/])|(\{)(?=\\)")
_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[,.](\d{3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
# No "<" inside a tag: a file of nothing but those would take the square of its length.
_TAG = re.compile(r"<[^<>\n]*>")
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|c|v|font|ruby|rt|lang|span)\b[^<>\n]*>|\{\\[^{}\n]*\}", re.I)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>\n]*)>")
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
    """The cues of a SubRip file, without tags. Raises BadInput where it holds none."""
    return srt_cues(read_text_file(path).text, Path(path))


def read_vtt(path: Path | str) -> list[Cue]:
    """The cues of a WebVTT file, without their tags; one for each voice of a cue. Raises BadInput
    where it holds none."""
    text = read_text_file(path).text
    if not text.startswith("WEBVTT"):
        raise BadInput(f"{path} is not a WebVTT file.", f"{path}은(는) WebVTT 파일이 아닙니다.")
    return vtt_cues(text, Path(path))


def srt_cues(text: str, path: Path) -> list[Cue]:
    """What `read_srt` gives for a text; path: for messages."""
    return _cues(text, path, lambda body: [(None, srt_plain(body))])


def vtt_cues(text: str, path: Path) -> list[Cue]:
    """What `read_vtt` gives for a text; path: for messages."""
    return _cues(text, path, vtt_voices)


def srt_plain(text: str) -> str:
    """SubRip's text as people read it."""
    return _SRT_TAG.sub("", text).replace(_JOINER, "").strip()


def vtt_voices(text: str) -> list[tuple[str | None, str]]:
    """(speaker, text as people read it) of each voice in a WebVTT cue."""
    parts = _VOICE.split(text)
    names = [None, *(html.unescape(name).strip() or None for name in parts[1::2])]
    said = [html.unescape(_TAG.sub("", part)).strip() for part in parts[::2]]
    voices = [(name, words) for name, words in zip(names, said, strict=True) if words]
    return voices or [(None, "")]


def no_more_cues(path: Path | str, limit: int) -> BadInput:
    """The error for more subtitles than any film needs."""
    return BadInput(
        f"{path} has more than {limit:,} subtitles; no film needs so many.",
        f"{path}에 자막이 {limit:,}개보다 많습니다. 영상 자막으로 볼 수 없습니다.",
    )


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


def _cues(
    text: str, path: Path, voices: Callable[[str], list[tuple[str | None, str]]]
) -> list[Cue]:
    cues: list[Cue] = []
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip("\n").split("\n")
        # The line before the times, if any, is the cue's number or name.
        for index, line in enumerate(lines[:2]):
            times = _TIMES.match(line)
            if times:
                start, end = _span(times, path)
                said = voices("\n".join(lines[index + 1 :]))
                cues += [Cue(start, end, words, name) for name, words in said]
                break
        if len(cues) > MOST_CUES:
            raise no_more_cues(path, MOST_CUES)
    if not cues:
        raise no_cues(path)
    return cues


def no_cues(path: Path) -> BadInput:
    """The error for a file without subtitles."""
    return BadInput(f"{path} holds no subtitles.", f"{path}에 자막이 없습니다.")


def _span(times: re.Match[str], path: Path) -> tuple[float, float]:
    """Start and end in seconds."""
    numbers = [int(n or 0) for n in times.groups()]
    start, end = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (numbers[:4], numbers[4:]))
    if end < start:
        raise BadInput(
            f"{path}: a subtitle ends before it begins: {times[0].strip()}.",
            f"{path}: 자막이 시작하기 전에 끝납니다: {times[0].strip()}.",
        )
    return start, end
