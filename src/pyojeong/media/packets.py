"""Packets and decoded frames of one track, past what is broken. For this room only."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import av
from av.container import InputContainer

PATIENCE = 8
"""Failures to read in a row after which a film is taken to end."""


def film_packets(
    container: InputContainer, stream: Any, errors: list[Exception]
) -> Iterator[av.Packet[Any]]:
    """A track's packets, the empty one that ends decoding last. Failures go to `errors`."""
    failures = 0
    while failures < PATIENCE:
        try:
            for packet in container.demux(stream):
                failures = 0
                yield packet
            return
        except av.FFmpegError as error:
            errors.append(error)
            failures += 1
        # How PyAV ends where damage has made a new track appear on the way.
        except IndexError as error:
            errors.append(error)
            break
    yield av.Packet()


def decoded_frames(
    container: InputContainer, stream: Any, errors: list[Exception], entry: int | None = None
) -> Iterator[av.VideoFrame]:
    """A track's frames in showing order, without those whose packets are broken.

    entry: time stamp of the packet to begin with, by default the first. Nothing comes where the
    container cannot be sent there. Failures go to `errors`.
    """
    if entry is None:
        packets = film_packets(container, stream, errors)
    else:
        packets = _packets_from(container, stream, entry, errors)
    for packet in packets:
        try:
            frames = stream.codec_context.decode(packet if packet.size else None)
        # After a failure at the very end the decoder may say that it has ended already.
        except (av.FFmpegError, EOFError) as error:
            errors.append(error)
            continue
        yield from frames


def _packets_from(
    container: InputContainer, stream: Any, entry: int, errors: list[Exception]
) -> Iterator[av.Packet[Any]]:
    """Packets from the one with that time stamp on; none if the container misses it."""
    second = round(1 / stream.time_base)
    # Some containers are searched by decoding times, which are a little earlier.
    for stamp in (entry, entry - second):
        try:
            container.seek(stamp, stream=stream, backward=True)
        except av.FFmpegError:
            continue
        packets = film_packets(container, stream, errors)
        for packet in packets:
            if packet.pts == entry:
                return chain([packet], packets)
            if packet.is_keyframe and packet.pts is not None and packet.pts > entry:
                break
    return iter(())
