"""Shots: where a film cuts, fades through black or white, and dissolves.

A cut stands out from the change of the frames around it (an adaptive threshold, as in
PySceneDetect), and is no flash: what comes after differs from what came before. A fade has a run
of empty frames; a dissolve is where each frame lies on the straight line between two different
pictures some time before and after (Hampapur et al. 1994, by chromatic scaling).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

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

DISSOLVES_S = 0.2, 0.4, 0.8, 1.2
"""Half lengths of the dissolves that are looked for."""

DARK = 0.27
"""Share of a shot's usual contrast under which a fade leaves nobody to be seen."""

LIVELIER = 1.05
"""Least change inside a dissolve, relative to before and after."""

_DIFFERENT, _ON_LINE, _UNLIKE = 22.0, 0.2, 0.5
_BLOCK = 8192

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
    spread = _spread(looks)
    empty = spread < EMPTY
    step = float(np.median(np.diff(looks.time))) if n > 1 else 0.04
    strength = _cuts(looks)
    passing, fades = _through_empty(empty, spread, strength, round(0.5 / step))
    begins = {int(at): "cut" for at in np.flatnonzero(strength > 0)}
    for middle, half in _dissolves(looks, passing | (strength > 0), step):
        fades.append(middle)
        passing[middle - half : middle + half + 1] = True
    begins |= dict.fromkeys(fades, "fade")
    power = {at: np.inf if way == "fade" else float(strength[at]) for at, way in begins.items()}
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


def faded_out(looks: Looks, cutting: Cutting) -> Ints:
    """Frames in which a fade leaves less than `DARK` of a shot's contrast, rising."""
    spread = _spread(looks)
    found = cutting.passing.copy()
    for shot in cutting.shots:
        own = slice(*np.searchsorted(looks.index, (shot.first, shot.last + 1)).tolist())
        if own.start < own.stop:
            found[own] &= spread[own] < DARK * np.median(spread[own])
    return np.asarray(looks.index[found], np.int64)


def _spread(looks: Looks) -> NDArray[np.float32]:
    """(n,) spread of gray levels of each frame, 0-255."""
    return np.concatenate([_gray(looks.tiny[a:b]).std((1, 2)) for a, b in _blocks(len(looks))])


def _cuts(looks: Looks) -> Floats:
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
        found[at] = not _is_flash(looks.tiny, int(at))
    return np.where(found, ratio * moved, 0.0)


def _is_flash(tiny: NDArray[np.uint8], at: int) -> bool:
    """Whether the picture before comes back within a few frames of `at`, or `at` is the return."""
    begin = max(0, at - 4)
    near = _gray(tiny[begin : at + 4])
    before, after = near[: at - begin], near[at - begin :]
    apart = np.abs(before[:, None] - after[None]).mean((2, 3))
    across = float(apart[-1, 0])
    apart[-1, 0] = np.inf
    return bool(apart.min() < 0.3 * across)


def _dissolves(looks: Looks, blocked: NDArray[np.bool_], step: float) -> list[tuple[int, int]]:
    """Middle and half length of each dissolve, with no blocked frame in it."""
    best: dict[int, tuple[float, int]] = {}
    passed = np.concatenate([[0], np.cumsum(blocked)])
    for half in sorted({max(2, round(seconds / step)) for seconds in DISSOLVES_S}):
        for first, last in _blocks(len(looks) - 2 * half):
            free = passed[first + 2 * half + 1 : last + 2 * half + 1] == passed[first:last]
            if not free.any():
                continue
            apart, off, alike = _on_lines(_gray(looks.tiny[first : last + 2 * half]), half)
            fits = free & (apart > _DIFFERENT) & (off < _ON_LINE * apart) & (alike < _UNLIKE)
            for a, b in _stretches(fits):
                middle = first + half + a + int(np.argmax((apart - 2 * off)[a : b + 1]))
                if _livelier(looks.moved, middle, half):
                    found = float(apart[a : b + 1].max()), half
                    best[middle] = max(best.get(middle, (0.0, 0)), found)
    return _strongest(best)


def _on_lines(gray: NDArray[np.float32], half: int) -> tuple[NDArray[np.float32], ...]:
    """Of each frame with `half` frames to either side: how different the pictures there are, how
    far those between are off the straight line from one to the other, and the likeness."""
    n = len(gray) - 2 * half
    a, b = gray[:n], gray[2 * half :]
    apart = np.abs(a - b).mean((1, 2))
    off = np.zeros(n, np.float32)
    for at in (half // 2, half, 2 * half - half // 2):
        share = at / (2 * half)
        off = np.maximum(off, np.abs(gray[at : at + n] - (1 - share) * a - share * b).mean((1, 2)))
    return apart, off, _likeness(a, b)


def _strongest(found: dict[int, tuple[float, int]]) -> list[tuple[int, int]]:
    """Of dissolves that overlap, the one between the most different pictures."""
    kept: list[tuple[int, int]] = []
    for at, (_, half) in sorted(found.items(), key=lambda item: (-item[1][0], item[0])):
        if all(abs(at - other) > half + reach for other, reach in kept):
            kept.append((at, half))
    return sorted(kept)


def _livelier(moved: NDArray[np.float32], middle: int, half: int) -> bool:
    """Whether more changes from frame to frame inside than around: slow pans over smooth pictures
    lie on straight lines too, but go on before and after."""
    wide = max(4, half)
    around = [
        moved[max(1, middle - half - wide) : middle - half],
        moved[middle + half + 2 :][:wide],
    ]
    inside = float(np.median(moved[middle - half + 1 : middle + half]))
    return inside > LIVELIER * float(np.median(np.concatenate(around)))


def _likeness(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Correlation of pictures: of the same scene in another light it stays near 1."""
    a, b = (x - x.mean((1, 2), keepdims=True) for x in (a, b))
    length = np.sqrt((a * a).sum((1, 2)) * (b * b).sum((1, 2)))
    return np.asarray((a * b).sum((1, 2)) / np.maximum(length, 1.0), np.float32)


def _stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _through_empty(
    empty: NDArray[np.bool_], spread: NDArray[np.float32], strength: Floats, longest: int
) -> tuple[NDArray[np.bool_], list[int]]:
    """Frames that are empty or on their way there or back, and the boundaries among them.

    Between two shots there is one boundary: where the next one cuts in, which stays a cut, or else
    in the middle of the empty frames. All other cuts in there are taken out of `strength`.
    """
    passing, fades, n = empty.copy(), [], len(empty)
    for first, last in _stretches(empty):
        before, after = _ramp(spread, first, -1, longest), _ramp(spread, last, 1, longest)
        cuts_in = last < n - 1 and strength[last + 1] > 0 and after <= 2
        if cuts_in:
            after = 0
        begin, end = first - before, last + after
        passing[begin : end + 1] = True
        strength[begin : end + (1 if cuts_in else 2)] = 0
        if first > 0 and last < n - 1 and not cuts_in:
            fades.append((first + last + 1) // 2)
    return passing, fades


def _ramp(spread: NDArray[np.float32], at: int, way: int, longest: int) -> int:
    """Frames from an empty one outward over which the spread of levels keeps growing."""
    steps = 0
    while steps < longest and 0 <= at + way * (steps + 1) < len(spread):
        if spread[at + way * (steps + 1)] < spread[at + way * steps] + 0.2:
            break
        steps += 1
    return steps


def _gray(tiny: NDArray[np.uint8]) -> NDArray[np.float32]:
    return tiny.astype(np.float32)


def _blocks(n: int) -> list[tuple[int, int]]:
    """Parts of n frames, so that memory does not grow with the film."""
    return [(a, min(n, a + _BLOCK)) for a in range(0, n, _BLOCK)]


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
    for a, b in pairwise(rows):
        until = float(looks.time[b]) if b < len(looks) else end
        last = int(looks.index[b]) - 1 if b < len(looks) else int(looks.index[-1])
        first = int(looks.index[a]) if a else 0
        shots.append(Shot(float(looks.time[a]), until, first, last, begins.get(a, "start")))
    return tuple(shots)
