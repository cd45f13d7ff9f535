"""Strong moments as an edit list, which editing programs open."""

from __future__ import annotations

from collections.abc import Sequence

from pyojeong.film.analysis import Peak
from pyojeong.film.types import FilmReading

RATE = 25
"""Frames a second of the list."""


def edit_list(reading: FilmReading, peaks: Sequence[Peak]) -> str:
    """CMX 3600: two seconds around each peak, one after the other; whole frames at 25 a second,
    as that format has no other way to say a time."""
    lines = [f"TITLE: {_plain(reading.title)[:60]}", "FCM: NON-DROP FRAME", ""]
    at = 0
    for number, peak in enumerate(peaks, 1):
        start = max(0, round((peak.time - 1) * RATE))
        end = max(start + 1, min(round(reading.duration * RATE), start + 2 * RATE))
        stamps = (start, end, at, at + end - start)
        lines.append(f"{number:03d}  AX       V     C        " + " ".join(map(_stamp, stamps)))
        name = _plain(reading.characters[peak.character].name)
        lines.append(f"* {name}: {_plain(reading.emotions[peak.emotion])} {peak.score:.0%}")
        at += end - start
    return "\n".join(lines) + "\n"


def _stamp(frames: int) -> str:
    whole, rest = divmod(frames, RATE)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}:{rest:02d}"


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
