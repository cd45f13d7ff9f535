"""Pieces of the page: two languages side by side, bars, the timeline."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from pyojeong.face.palette import COLOURS, UNSURE
from pyojeong.film.analysis import Person
from pyojeong.film.types import FilmReading
from pyojeong.text.label_map import class_names, emotion_named

MOST_PIECES = 4000
"""Coloured pieces of the timeline; finer ones are joined."""
_SPARE = ("#8c6d31", "#17768a", "#c2570c", "#6b7a12", "#7a4a9c")
_LEFT, _WIDTH, _LANE = 120, 1140, 34


def both(en: str, ko: str) -> str:
    """A text in both languages, of which the page shows one. Raw text, escaped here."""
    return f'<span class="en">{escape(en)}</span><span class="ko">{escape(ko)}</span>'


class Palette:
    """A colour and a name in both languages for every emotion of a reading."""

    def __init__(self, emotions: Sequence[str]) -> None:
        self.emotions = tuple(emotions)
        self._korean = class_names(emotions, "ko")
        self.colours = []
        for number, name in enumerate(emotions):
            emotion = emotion_named(name)
            known = None if emotion is None else COLOURS[emotion]
            spare = _SPARE[number % len(_SPARE)]
            self.colours.append(spare if known is None else "#{:02x}{:02x}{:02x}".format(*known))

    def name(self, k: int) -> str:
        return both(self.emotions[k], self._korean[k])

    def plain(self, k: int) -> str:
        """Both names, for where no markup can stand."""
        en, ko = self.emotions[k], self._korean[k]
        return escape(en if en == ko else f"{en} / {ko}")

    def keys(self) -> str:
        parts = [f'<span><i style="background:{c}"></i>{self.name(k)}</span>'
                 for k, c in enumerate(self.colours)]  # fmt: skip
        grey = "#{:02x}{:02x}{:02x}".format(*UNSURE)
        parts.append(f'<span><i style="background:{grey}"></i>{both("not clear", "불확실")}</span>')
        return f'<div class="keys">{"".join(parts)}</div>'


def clock(seconds: float) -> str:
    """0:07, 1:02:03."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def shares(person: Person, palette: Palette) -> str:
    """A bar per emotion with its interval."""
    if not person.known:
        return f'<p class="soft">{both("No emotion is clear.", "뚜렷한 감정이 없습니다.")}</p>'
    rows = []
    for k, colour in enumerate(palette.colours):
        value = float(person.shares[k])
        low, high = (float(v) for v in person.intervals[k])
        sure = math.isfinite(low)
        line = (
            f'<u style="left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"></u>' if sure else ""
        )
        span = f" ({low:.0%}–{high:.0%})" if sure else ""
        rows.append(
            f'<div class="bar"><em>{palette.name(k)}</em><div>'
            f'<b style="width:{100 * value:.1f}%;background:{colour}"></b>{line}</div>'
            f"<span>{value:.0%}{span}</span></div>"
        )
    return "".join(rows)


def thumbnail(reading: FilmReading, row: int, clear: NDArray[np.int64]) -> str:
    """The kept face of the same character and emotion that is nearest in time, as an image; ""
    without one."""
    seen = reading.sightings
    own = [
        r
        for r in reading.thumbs
        if seen.character[r] == seen.character[row] and clear[r] == clear[row]
    ]
    if not own:
        return ""
    near = min(own, key=lambda r: abs(float(seen.time[r] - seen.time[row])))
    data = base64.b64encode(reading.thumbs[near]).decode("ascii")
    return f'<img alt="" src="data:image/jpeg;base64,{data}">'


def timeline(
    reading: FilmReading, people: Sequence[Person], clear: NDArray[np.int64], palette: Palette
) -> str:
    """A lane per character, a coloured piece per stretch of one emotion, linked to its shot."""
    duration = max(reading.duration, 1e-6)
    wide = _WIDTH - _LEFT
    height = 26 + _LANE * len(people) + 22
    grey = "#{:02x}{:02x}{:02x}".format(*UNSURE)
    out = [f'<svg viewBox="0 0 {_WIDTH} {height}" role="img">']
    for shot in reading.shots:
        x = _LEFT + wide * shot.start / duration
        out.append(f'<path d="M{x:.1f} 20V{height - 20}" stroke="var(--line)"/>')
    for lane, person in enumerate(people):
        y = 26 + lane * _LANE
        out.append(f'<text x="{_LEFT - 10}" y="{y + 19}" text-anchor="end">'
                   f"{escape(person.name[:16])}</text>")  # fmt: skip
        for start, end, emotion, where in stretches(reading, person.index, clear):
            x, w = _LEFT + wide * start / duration, max(1.0, wide * (end - start) / duration)
            colour = palette.colours[emotion] if emotion >= 0 else grey
            felt = palette.plain(emotion) if emotion >= 0 else "? / 불확실"
            title = f"{escape(person.name)} · {felt} · {clock(start)}–{clock(end)}"
            out.append(
                f'<a href="#shot{where}"><rect x="{x:.1f}" y="{y + 4}" width="{w:.1f}" height="22" '
                f'rx="3" fill="{colour}"><title>{title}</title></rect></a>'
            )
    for tick in ticks(duration):
        x = _LEFT + wide * tick / duration
        out.append(f'<text class="tick" x="{x:.1f}" y="{height - 4}" text-anchor="middle">'
                   f"{clock(tick)}</text>")  # fmt: skip
    return "".join(out) + "</svg>"


def stretches(
    reading: FilmReading, character: int, clear: NDArray[np.int64]
) -> Iterator[tuple[float, float, int, int]]:
    """(start, end, emotion or -1, shot) of a character's time on screen; short ones of a long film
    are joined, so that a page stays small."""
    seen, step = reading.sightings, reading.step
    rows = list(reading.of(character))
    gap = 1.6 * step
    least = reading.duration / (MOST_PIECES / max(1, len(reading.characters)))
    current: tuple[float, float, int, int] | None = None
    for row in rows:
        time, emotion, shot = float(seen.time[row]), int(clear[row]), int(seen.shot[row])
        if current is not None:
            start, end, last, where = current
            close = time - end <= gap or time - start < least
            if close and ((last == emotion and where == shot) or time - start < least):
                current = (start, time + step, last, where)
                continue
            yield current
        current = (time, time + step, emotion, shot)
    if current is not None:
        yield current


def ticks(duration: float) -> list[float]:
    """Some ten round times."""
    if not math.isfinite(duration) or duration <= 0:
        return [0.0]
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
    step = next((s for s in steps if duration / s <= 12), 14400)
    return [float(t) for t in range(0, int(duration) + 1, step)]
