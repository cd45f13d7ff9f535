"""The timeline of the page: a lane per character that can be zoomed, with faces and what is said.

It is plain HTML whose places are shares of its width: `page.js` widens it, and without a script, or
on paper, the whole film stands there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.analysis import Person
from pyojeong.film.report.parts import Palette, both, clock, image
from pyojeong.film.types import FilmReading

MOST_PIECES = 4000
"""Coloured pieces; finer ones are joined."""

MOST_CUTS = 170
"""Shots up to which their boundaries are drawn when the whole film is shown."""

MOST_FACES = 320
"""Faces in all lanes together, spread over the film."""


def timeline(
    reading: FilmReading, people: Sequence[Person], clear: NDArray[np.int64], palette: Palette
) -> str:
    """A lane per character, a coloured piece per stretch of one emotion, linked to its shot."""
    duration = max(reading.duration, 1e-6)
    most = MOST_FACES // max(1, len(people))
    names, lanes = [], []
    for person in people:
        names.append(f'<a class="who" href="#who{person.index}">{escape(person.name)}</a>')
        pieces = "".join(_pieces(reading, person, clear, palette, duration))
        faces = "".join(_faces(reading, person.index, clear, most, duration))
        lanes.append(f'<div class="lane"><div class="felt">{pieces}</div>{faces}</div>')
    cuts = "".join(
        f'<i class="cut" style="left:{_share(shot.start, duration)}"></i>'
        for shot in reading.shots[1:]
    )
    said = _said(reading, duration)
    if said:
        names.append(f'<span class="who soft">{both("words", "말")}</span>')
    marks = "".join(
        f'<span style="left:{_share(at, duration)}">{clock(at)}</span>' for at in ticks(duration)
    )
    dense = " dense" if len(reading.shots) > MOST_CUTS else ""
    return (
        f'<div class="time"><div class="names">{"".join(names)}</div><div class="window">'
        f'<div class="film{dense}" data-seconds="{duration:.3f}">{cuts}{"".join(lanes)}{said}'
        f'<div class="ticks">{marks}</div></div></div></div>'
    )


def _pieces(
    reading: FilmReading,
    person: Person,
    clear: NDArray[np.int64],
    palette: Palette,
    duration: float,
) -> Iterator[str]:
    for start, end, emotion, shot in stretches(reading, person.index, clear):
        felt = palette.plain(emotion) if emotion >= 0 else "? / 불확실"
        told = f"{escape(person.name)} · {felt} · {clock(start)}–{clock(end)}"
        yield (
            f'<a class="e{emotion}" href="#shot{shot}" title="{told}" '
            f'style="left:{_share(start, duration)};width:{_share(end - start, duration)}"></a>'
        )


def _faces(
    reading: FilmReading, character: int, clear: NDArray[np.int64], most: int, duration: float
) -> Iterator[str]:
    """Faces below a lane, each where it was seen; the script shows those there is room for."""
    own = [row for row in sorted(reading.thumbs) if reading.sightings.character[row] == character]
    picked = [own[at] for at in np.linspace(0, len(own) - 1, min(most, len(own))).astype(int)]
    # Without a script as many as fit beside one another in the whole width.
    room, free = duration / 22, -math.inf
    for row in picked:
        time = float(reading.sightings.time[row])
        shown = time >= free
        free = time + room if shown else free
        yield (
            f'<img class="e{int(clear[row])}{"" if shown else " more"}" alt="" '
            f'style="left:{_share(time, duration)}" src="{image(reading.thumbs[row])}">'
        )


def _said(reading: FilmReading, duration: float) -> str:
    if not reading.lines:
        return ""
    parts = []
    for line in reading.lines:
        kind = ' class="against"' if line.disagrees else ""
        told = f"{clock(line.start)} · {escape(line.text)}"
        width = _share(max(0.0, line.end - line.start), duration)
        left = _share(line.start, duration)
        parts.append(f'<i{kind} title="{told}" style="left:{left};width:{width}"></i>')
    return f'<div class="said">{"".join(parts)}</div>'


def _share(seconds: float, duration: float) -> str:
    return f"{100 * min(max(seconds / duration, 0.0), 1.0):.4g}%"


def stretches(
    reading: FilmReading, character: int, clear: NDArray[np.int64]
) -> Iterator[tuple[float, float, int, int]]:
    """(start, end, emotion or -1, shot) of a character's time on screen; short ones of a long film
    are joined, so that a page stays small."""
    seen = reading.sightings
    rows = np.flatnonzero(seen.character == character)
    spans = reading.ends()[np.searchsorted(reading.frames, seen.frame[rows])]
    gap = 0.6 * reading.step
    least = reading.duration / (MOST_PIECES / max(1, len(reading.characters)))
    current: tuple[float, float, int, int] | None = None
    for row, (begin, until) in zip(rows.tolist(), spans.tolist(), strict=True):
        emotion, shot = int(clear[row]), int(seen.shot[row])
        if current is not None:
            start, end, last, where = current
            close = begin - end <= gap or begin - start < least
            if close and ((last == emotion and where == shot) or begin - start < least):
                current = (start, until, last, where)
                continue
            yield current
        current = (begin, until, emotion, shot)
    if current is not None:
        yield current


def ticks(duration: float) -> list[float]:
    """Some ten round times, none so near the end that it would be cut off."""
    if not math.isfinite(duration) or duration <= 0:
        return [0.0]
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
    step = next((s for s in steps if duration / s <= 12), 14400)
    return [float(t) for t in range(0, int(0.97 * duration) + 1, step)]
