"""Advanced SubStation Alpha (.ass, .ssa): who says what when, without its styling.

There is no standard; this follows the description that came with SubStation Alpha and what libass
reads. A line's field "Name" (or "Actor") says who speaks.
"""

from __future__ import annotations

import re
from pathlib import Path

from pyojeong.media import cues
from pyojeong.media.cues import Cue, no_cues, no_more_cues

_SECTION = re.compile(r"^\s*\[(?:Script Info|Events|V4\+? Styles)\]", re.I | re.M)
_TIME = re.compile(r"\s*(\d{1,4}):(\d{1,2}):(\d{1,2})[.:](\d{1,3})\s*")
_BLOCK = re.compile(r"\{([^{}]*)\}")
_DRAWING = re.compile(r"\\p(\d{1,3})")
_FIELDS = ["layer", "start", "end", "style", "name"]
_FIELDS += ["marginl", "marginr", "marginv", "effect", "text"]
_NAMES = ("name", "actor")
_PACKET_FIELDS = 9
_HEAD = 4096


def is_ass(text: str) -> bool:
    """Whether a text begins as an ASS or SSA file does."""
    return _SECTION.search(text[:_HEAD]) is not None


def ass_cues(text: str, path: Path) -> list[Cue]:
    """The lines that are said, in order of the file; the same line on several layers once.

    Lines that end before they begin or have no times are left out. Raises BadInput where there is
    none, or more than `cues.MOST_CUES`.
    """
    fields = _FIELDS
    inside = False
    found: dict[Cue, None] = {}
    for line in text.split("\n"):
        key, _, value = line.strip().partition(":")
        if key.startswith("["):
            inside = key.casefold() == "[events]"
        elif inside and key.casefold() == "format":
            fields = [field.strip().casefold() for field in value.split(",")]
        elif inside and key.casefold() == "dialogue":
            if cue := _cue(value, fields):
                found[cue] = None
            if len(found) > cues.MOST_CUES:
                raise no_more_cues(path, cues.MOST_CUES)
    if not found:
        raise no_cues(path)
    return list(found)


def packet_line(packet: str) -> tuple[str | None, str]:
    """(speaker, text) of a line as Matroska keeps it: number, layer, style, name, ..., text."""
    parts = packet.split(",", _PACKET_FIELDS - 1)
    if len(parts) < _PACKET_FIELDS:
        return None, ""
    return parts[3].strip() or None, plain(parts[-1])


def plain(text: str) -> str:
    """A line's text as people read it: no styling, no drawings."""
    pieces = _BLOCK.split(text)
    kept = [pieces[0]]
    drawing = False
    for block, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if modes := _DRAWING.findall(block):
            drawing = int(modes[-1]) > 0
        if not drawing:
            kept.append(piece)
    said = "".join(kept).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    return said.strip()


def _cue(value: str, fields: list[str]) -> Cue | None:
    parts = value.split(",", len(fields) - 1)
    if len(parts) < len(fields):
        return None
    row = dict(zip(fields, parts, strict=True))
    start, end = _seconds(row.get("start", "")), _seconds(row.get("end", ""))
    if start is None or end is None or end < start:
        return None
    speaker = next((row[name].strip() for name in _NAMES if row.get(name, "").strip()), None)
    text = plain(row.get("text", ""))
    return Cue(start, end, text, speaker) if text else None


def _seconds(text: str) -> float | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds, part = match.groups()
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{part}")
