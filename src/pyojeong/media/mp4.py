"""The little of the MP4 box structure (ISO/IEC 14496-12) that FFmpeg leaves to us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MOST_BOXES = 100_000
"""Boxes looked at side by side; a day of film in fragments of a second has as many."""

_TRACK_ENABLED = 1
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""Of the box that holds an XMP packet (XMP specification part 3)."""
_MOST_XMP = 1_000_000
_SUBTITLE_HANDLERS = (b"sbtl", b"text", b"subt")


def switch_off_subtitles(path: Path) -> None:
    """Clear the "enabled" flag of the subtitle tracks, in place.

    The muxer sets it for the first track of each kind, and players then show the text on top of
    the one drawn into the picture. The track can still be switched on.
    """
    with path.open("r+b") as file:
        size = path.stat().st_size
        for moov in _boxes(file, 0, size, b"moov"):
            for track in _boxes(file, *moov, b"trak"):
                if _handler(file, track) in _SUBTITLE_HANDLERS:
                    for start, _ in _boxes(file, *track, b"tkhd"):
                        # A version byte, then 24 bits of flags.
                        file.seek(start + 3)
                        flags = file.read(1)[0]
                        file.seek(start + 3)
                        file.write(bytes([flags & ~_TRACK_ENABLED]))


def append_xmp(path: Path, packet: bytes) -> None:
    """Add an XMP packet at the end of the file, where it moves nothing."""
    body = _XMP_UUID + packet
    with path.open("ab") as file:
        file.write((8 + len(body)).to_bytes(4, "big") + b"uuid" + body)


def read_xmp(path: Path) -> bytes | None:
    """The file's last XMP packet of usual size, None where it has none."""
    found = None
    with path.open("rb") as file:
        for start, end in _boxes(file, 0, path.stat().st_size, b"uuid"):
            file.seek(start)
            if end - start <= _MOST_XMP and file.read(16) == _XMP_UUID:
                found = file.read(end - start - 16)
    return found


def claims_too_much(path: Path) -> bool:
    """Whether a track claims more samples of one size than the file has room for.

    FFmpeg makes a table of as many rows, so two kilobytes could ask for any amount of memory.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        tables = [(0, size)]
        for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz"):
            tables = [box for outer in tables for box in _boxes(file, *outer, kind)]
        for start, _ in tables:
            file.seek(start + 4)
            each, count = (int.from_bytes(file.read(4), "big") for _ in range(2))
            if each * count > size:
                return True
    return False


def _handler(file: BinaryIO, track: tuple[int, int]) -> bytes:
    """The four letters that say what a track holds, after version, flags and a reserved word."""
    for media in _boxes(file, *track, b"mdia"):
        for start, _ in _boxes(file, *media, b"hdlr"):
            file.seek(start + 8)
            return file.read(4)
    return b""


def _boxes(file: BinaryIO, start: int, end: int, kind: bytes) -> Iterator[tuple[int, int]]:
    """The boxes of that kind between two offsets: where the body of each starts and ends."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        size, name = int.from_bytes(file.read(4), "big"), file.read(4)
        header = 8
        if size == 1:
            size, header = int.from_bytes(file.read(8), "big"), 16
        size = size or end - start
        if size < header:
            return
        if name == kind:
            yield start + header, start + size
        start += size
