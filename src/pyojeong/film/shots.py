"""Shots: where a film cuts, fades through black or white, and dissolves.

A cut stands out from the change of the frames around it (an adaptive threshold, as in
PySceneDetect), and is no flash: what comes after differs from what came before. A fade has a run
of empty frames; a dissolve is where each frame lies on the straight line between two different
pictures some time before and after (Hampapur et al. 1994, by chromatic scaling).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.film.looks import Looks
from pyojeong.film.types import Shot

STANDS_OUT, LEAST_MOVED = 3.0, 6.0
"""A cut moves so many times more than the frames around it, and at least so much (0-255)."""

NEIGHBOURS = 8
"""Frames to either side that a cut is compared with."""

SHORTEST_S = 0.25
"""Seconds between two boundaries; of closer ones the stronger stays."""

EMPTY = 4.0
"""Spread of gray levels, 0-255, below which a frame shows nothing."""

DISSOLVES_S = 0.2, 0.4, 0.8
"""Half lengths of the dissolves that are looked for."""

_DIFFERENT, _ON_LINE, _UNLIKE = 12.0, 0.22, 0.6

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cutting:
    """How a film is cut. shots: in order, together the whole film. passing: (n,) bool, frames of
    the looks inside a fade or dissolve, or empty."""

    shots: tuple[Shot, ...]
    passing: NDArray[np.bool_]


def find_shots(looks: Looks, end: float | None = None) -> Cutting:
    """Shots of a whole film from the looks of all its frames. end: seconds where the last shot
    ends, else one usual frame after the last."""
    n = len(looks)
    if not n:
        return Cutting((), np.zeros(0, bool))
    gray = looks.tiny.astype(np.float32)
    empty = gray.std((1, 2)) < EMPTY
    step = float(np.median(np.diff(looks.time))) if n > 1 else 0.04
    passing = empty.copy()
    strength = _cuts(looks, gray)
    begins = {int(at): "cut" for at in np.flatnonzero(strength > 0)}
    power = {at: float(strength[at]) for at in begins}
    for middle, half in _dissolves(gray, empty, strength > 0, step):
        begins[middle], power[middle] = "fade", 1e3
        passing[middle - half : middle + half + 1] = True
    for first, last in _stretches(empty):
        _fade(first, last, begins, power, n)
        ramp = round(0.5 / step)
        passing[max(0, first - _ramp(gray, first, -1, ramp)) : first] = True
        passing[last : last + _ramp(gray, last, 1, ramp) + 1] = True
    kept = _apart(begins, power, looks.time)
    final = looks.time[-1] + step if end is None else max(end, looks.time[-1])
    return Cutting(_shots(looks, kept, begins, float(final)), passing)


def best_frames(looks: Looks, cutting: Cutting) -> Ints:
    """Number of the sharpest frame of each shot that is not inside a fade and not at the shot's
    rim; shots with nothing but fades and empty frames have none."""
    best = []
    for shot in cutting.shots:
        rows = np.flatnonzero((looks.index >= shot.first) & (looks.index <= shot.last))
        rim = min(len(rows) // 8, 12)
        inner = rows[rim : len(rows) - rim]
        for some in (inner, rows):
            good = some[~cutting.passing[some]]
            if len(good):
                best.append(int(looks.index[good[np.argmax(looks.sharp[good])]]))
                break
    return np.array(best, np.int64)


def _cuts(looks: Looks, gray: NDArray[np.float32]) -> Floats:
    """(n,) how much each frame stands out as a cut; 0 where it is none."""
    moved, n = looks.moved.astype(np.float64), len(looks)
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(moved, NEIGHBOURS, mode="reflect" if n > NEIGHBOURS else "edge"), 2 * NEIGHBOURS + 1
    )
    others = np.delete(around, NEIGHBOURS, 1)
    # The two greatest are left out: a second cut or a flash nearby hides none.
    usual = np.sort(others, 1)[:, :-2].mean(1)
    ratio = moved / (usual + 1.5)
    found = (ratio > STANDS_OUT) & (moved > LEAST_MOVED)
    found &= (moved > 14.0) | (looks.recoloured > 0.15)
    found &= moved >= others.max(1) * 0.5
    found[0] = False
    for at in np.flatnonzero(found):
        found[at] = not _is_flash(gray, int(at))
    return np.where(found, ratio * moved, 0.0)


def _is_flash(gray: NDArray[np.float32], at: int) -> bool:
    """Whether the picture before comes back within a few frames of `at`, or `at` is the return."""
    n = len(gray)
    across = float(np.abs(gray[at] - gray[at - 1]).mean())
    for before in range(max(0, at - 4), at):
        for after in range(at, min(n, at + 4)):
            if after - before >= 2 and np.abs(gray[after] - gray[before]).mean() < 0.3 * across:
                return True
    return False


def _dissolves(
    gray: NDArray[np.float32], empty: NDArray[np.bool_], cut: NDArray[np.bool_], step: float
) -> list[tuple[int, int]]:
    """Middle and half length of each dissolve."""
    n = len(gray)
    best: dict[int, tuple[float, int]] = {}
    blocked = np.concatenate([[0], np.cumsum(cut | empty)])
    for seconds in DISSOLVES_S:
        half = max(2, round(seconds / step))
        if n <= 2 * half + 1:
            continue
        middles = np.arange(half, n - half)
        a, b = gray[middles - half], gray[middles + half]
        apart = np.abs(a - b).mean((1, 2))
        off = np.zeros(len(middles))
        for share in (-0.5, 0.0, 0.5):
            at = middles + round(share * half)
            along = 0.5 + 0.5 * round(share * half) / half
            off = np.maximum(off, np.abs(gray[at] - (1 - along) * a - along * b).mean((1, 2)))
        fits = (apart > _DIFFERENT) & (off < _ON_LINE * apart) & (_likeness(a, b) < _UNLIKE)
        fits &= blocked[middles + half + 1] == blocked[middles - half]
        for first, last in _stretches(fits):
            run = slice(first, last + 1)
            at = int(middles[first + int(np.argmax(apart[run] - 2 * off[run]))])
            best[at] = max(best.get(at, (0.0, 0)), (float(apart[run].max()), half))
    return _strongest(best)


def _strongest(found: dict[int, tuple[float, int]]) -> list[tuple[int, int]]:
    """Of dissolves that overlap, the one between the most different pictures."""
    kept: list[tuple[int, int]] = []
    for at, (_, half) in sorted(found.items(), key=lambda item: (-item[1][0], item[0])):
        if all(abs(at - other) > half + reach for other, reach in kept):
            kept.append((at, half))
    return sorted(kept)


def _likeness(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Correlation of pictures: of the same scene in another light it stays near 1."""
    a, b = (x - x.mean((1, 2), keepdims=True) for x in (a, b))
    length = np.sqrt((a * a).sum((1, 2)) * (b * b).sum((1, 2)))
    return np.asarray((a * b).sum((1, 2)) / np.maximum(length, 1.0), np.float32)


def _stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _fade(first: int, last: int, begins: dict[int, str], power: dict[int, float], n: int) -> None:
    """A run of empty frames inside the film: one boundary, where the next shot cuts in, or in the
    run's middle where it fades in."""
    if first == 0 or last == n - 1:
        return
    cuts_in = begins.get(last + 1) == "cut"
    for at in range(first - 2, last + 4):
        if at != last + 1 or not cuts_in:
            begins.pop(at, None)
    if not cuts_in:
        middle = (first + last + 1) // 2
        begins[middle], power[middle] = "fade", 1e3


def _ramp(gray: NDArray[np.float32], at: int, way: int, longest: int) -> int:
    """Frames from an empty one outward over which the spread of levels keeps growing."""
    spread = gray.std((1, 2)) if len(gray) < 4 else None
    steps, before = 0, float(gray[at].std())
    while steps < longest and 0 <= at + way * (steps + 1) < len(gray):
        now = float(gray[at + way * (steps + 1)].std()) if spread is None else 0.0
        if now < before + 0.2:
            break
        before, steps = now, steps + 1
    return steps


def _apart(begins: dict[int, str], power: dict[int, float], times: Floats) -> list[int]:
    """Boundaries that are not too close to a stronger one, in order."""
    kept: list[int] = []
    for at in sorted(begins, key=lambda a: (-power[a], a)):
        if all(abs(times[at] - times[other]) >= SHORTEST_S for other in kept):
            kept.append(at)
    return sorted(kept)


def _shots(looks: Looks, starts: list[int], begins: dict[int, str], end: float) -> tuple[Shot, ...]:
    rows = [0, *starts, len(looks)]
    shots = []
    for a, b in zip(rows[:-1], rows[1:], strict=True):
        until = float(looks.time[b]) if b < len(looks) else end
        last = int(looks.index[b]) - 1 if b < len(looks) else int(looks.index[-1])
        first = int(looks.index[a]) if a else 0
        shots.append(Shot(float(looks.time[a]), until, first, last, begins.get(a, "start")))
    return tuple(shots)
