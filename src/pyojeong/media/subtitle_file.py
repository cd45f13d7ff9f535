"""A subtitle file of any kind that is read here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pyojeong.media.ass import ass_cues, is_ass
from pyojeong.media.cues import Cue, srt_cues, vtt_cues
from pyojeong.media.files import read_text_file
from pyojeong.media.sami import is_sami, sami_cues


def read_subtitles(path: Path | str) -> list[Cue]:
    """The cues of a SubRip, WebVTT, ASS or SAMI file, told apart by content, in order of time.

    In UTF-8, UTF-16 or CP949. Raises BadInput for any other text, for a file without cues and for
    more than `cues.MOST_CUES`.
    """
    text = read_text_file(path).text
    parse = _parser(text)
    return sorted(parse(text, Path(path)), key=lambda cue: cue.start_s)


def _parser(text: str) -> Callable[[str, Path], list[Cue]]:
    if is_ass(text):
        return ass_cues
    if is_sami(text):
        return sami_cues
    return vtt_cues if text.startswith("WEBVTT") else srt_cues
