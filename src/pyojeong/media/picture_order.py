"""Which pictures a film holds and when each is shown, known before any of them is needed.

One run over the packets, without decoding, gives the time stamps of all pictures. Sorted, they say
what number a picture has, wherever decoding began: so one pass, several parts side by side and a
run that goes on after a stop all give the same frames. Films whose packets do not say (old AVI,
joined transport streams) are decoded once to learn it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput
from pyojeong.media.decode import opened_film, video_stream
from pyojeong.media.packets import decoded_frames, film_packets

Ints = NDArray[np.int64]

_TRIED = 32
"""Pictures decoded to see whether they come as the packets say."""

_NO_ENTRIES: Ints = np.zeros((1, 2), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class PictureOrder:
    """The pictures of a film in showing order.

    ticks: (n,) int64 rising time stamps, in `unit` seconds. entries: (k, 2) int64, the pictures
    that decoding can begin at: number and time stamp. stamped: whether
    pictures are known by their time stamps; if not, they are counted from the first on. delay:
    seconds from the start of the file's tracks to the first picture, which subtitles need.
    lost: broken packets met. rate: mean frames per second that the file states, 0 unknown.
    """

    ticks: Ints
    unit: Fraction
    entries: Ints
    stamped: bool
    delay: float
    lost: int
    rate: float

    def __len__(self) -> int:
        return len(self.ticks)

    def times(self) -> NDArray[np.float64]:
        """(n,) seconds from the first picture, each the double nearest to the exact time."""
        shifted = self.ticks - self.ticks[0]
        return np.asarray(shifted * self.unit.numerator / self.unit.denominator, np.float64)

    def at(self, seconds: float) -> int:
        """Number of the first picture shown at or after that time; n past the end."""
        return int(np.searchsorted(self.times(), seconds - 1e-9))

    @property
    def duration(self) -> float:
        """Seconds to the end of the last picture, which is shown as long as usual."""
        times = self.times()
        return float(times[-1]) + (float(np.median(np.diff(times))) if len(times) > 1 else 0.0)


def picture_order(path: Path | str) -> PictureOrder:
    """The order of a film's pictures. Raises BadInput where there are none."""
    order = _by_packets(Path(path)) or _by_decoding(Path(path))
    if order is None or not len(order):
        raise BadInput(
            f"{path} holds no frame that can be decoded.",
            f"{path}에는 읽을 수 있는 프레임이 없습니다.",
        )
    return order


def _by_packets(path: Path) -> PictureOrder | None:
    """None where the packets do not say what is shown when."""
    with opened_film(path) as container:
        stream = video_stream(container, path)
        errors: list[Exception] = []
        rows, last = [], -(1 << 63)
        hidden = partial(_is_hidden, stream.codec_context.name)
        for packet in film_packets(container, stream, errors):
            if packet.size == 0 or packet.is_discard or hidden(packet):
                continue
            if packet.pts is None or (packet.dts or last) < last:
                return None
            last = packet.dts or last
            rows.append((packet.pts, packet.is_keyframe))
        facts = stream.time_base, _stated_rate(stream), _start(container)
    table = np.array(rows, np.int64).reshape(-1, 2)
    table = table[np.argsort(table[:, 0], kind="stable")]
    first = _first_shown(path, table[:, 0])
    if first is None or facts[0] is None:
        return None
    table = table[first:]
    keys = np.flatnonzero(table[:, 1])
    entries = np.column_stack([keys, table[keys, 0]])
    delay = float(int(table[0, 0]) * facts[0] - facts[2])
    return PictureOrder(table[:, 0], facts[0], entries, True, delay, len(errors), facts[1])


def _first_shown(path: Path, stamps: Ints) -> int | None:
    """Number of the stamp that the first decoded picture has; None where stamps repeat, or
    pictures come at other times than they say."""
    if not len(stamps) or np.any(np.diff(stamps) == 0):
        return None
    errors: list[Exception] = []
    with opened_film(path) as container:
        stream = video_stream(container, path)
        frames = islice(decoded_frames(container, stream, errors), _TRIED)
        shown = [frame.pts for frame in frames]
    known = [stamp for stamp in shown if stamp is not None]
    if not known or len(known) < len(shown):
        return None
    places = np.searchsorted(stamps, known)
    if np.any(places == len(stamps)) or np.any(stamps[places] != known):
        return None
    steps = {b - a for a, b in pairwise(places.tolist())}
    # Gaps without an error: packets that show nothing, of a codec not thought of here.
    whole = steps <= {1} if not errors else all(step > 0 for step in steps)
    return int(places[0]) if whole else None


def _by_decoding(path: Path) -> PictureOrder | None:
    """Counts the pictures as they come."""
    errors: list[Exception] = []
    with opened_film(path) as container:
        stream = video_stream(container, path)
        stream.thread_type = "AUTO"
        unit, rate = stream.time_base or Fraction(1, 90_000), _stated_rate(stream)
        stamps = [frame.pts for frame in decoded_frames(container, stream, errors)]
        start = _start(container)
    ticks = _rising(stamps, max(1, round(1 / (rate or 24) / unit)))
    delay = max(0.0, float(int(ticks[0]) * unit - start)) if len(ticks) else 0.0
    return PictureOrder(ticks, unit, _NO_ENTRIES, False, delay, len(errors), rate)


def _rising(stamps: Sequence[int | None], step: int) -> Ints:
    """Time stamps that rise. Neighbours may only be swapped, where the packets' own times took the
    pictures' place; where stamps stand still or jump back, time goes on by a step."""
    if None not in stamps:
        known = np.array(stamps, np.int64)
        places = np.argsort(known, kind="stable")
        near = np.abs(places - np.arange(len(known))).max(initial=0) <= _TRIED
        if near and np.all(np.diff(known[places]) > 0):
            return np.asarray(known[places], np.int64)
    ticks: list[int] = []
    shift = 0
    for stamp in stamps:
        last = ticks[-1] if ticks else -step
        tick = last + step if stamp is None else stamp + shift
        if tick <= last:
            shift, tick = shift + last + step - tick, last + step
        ticks.append(tick)
    return np.array(ticks, np.int64)


def _is_hidden(codec: str, packet: Any) -> bool:
    """VP8 keeps pictures that others are built on and that are never shown (RFC 6386, 9.1)."""
    return (
        codec.startswith(("vp8", "libvpx")) and codec != "libvpx-vp9" and not bytes(packet)[0] & 16
    )


def _stated_rate(stream: Any) -> float:
    return float(stream.average_rate or stream.guessed_rate or 0)


def _start(container: Any) -> Fraction:
    return Fraction(container.start_time or 0, av.time_base)
