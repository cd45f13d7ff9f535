"""The timeline of a film's faces: one row per face and look, and a summary per track."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS, Emotion, EmotionScores, Unsure
from pyojeong.face.video.smoothing import smoothed, smoothed_scores
from pyojeong.media.decode import VideoInfo
from pyojeong.media.files import Note

ROW = np.dtype(
    [
        ("frame", "<i4"),
        ("time_s", "<f8"),
        ("track", "<i4"),
        ("segment", "<i4"),
        ("box", "<f4", 4),
        ("score", "<f4"),
        ("raw", "<f4", 7),
        ("smooth", "<f4", 7),
        ("unsure", "<i2"),
        ("doubt", "<f4"),
    ]
)
"""One face in one frame. box: xyxy, px. score: of the mesh. raw, smooth: in the order of EMOTIONS.
unsure: index of `Unsure`, -1 for none. doubt: smoothed share of unsure readings, 0 to 1."""

REASONS = tuple(Unsure)

LEAST_LOOKS = 3
"""Tracks seen less often are taken for false detections and left out."""


@dataclass(frozen=True, slots=True)
class Track:
    """One face through the film. seconds: how long it showed each emotion. valence, arousal:
    means, -1 to 1. unsure: share of its looks that should not be relied on."""

    number: int
    first_s: float
    last_s: float
    looks: int
    seconds: dict[Emotion, float]
    valence: float
    arousal: float
    unsure: float

    @property
    def dominant(self) -> Emotion:
        """The emotion shown longest."""
        return max(self.seconds, key=lambda emotion: self.seconds[emotion])

    def as_dict(self) -> dict[str, Any]:
        """For JSON (docs/json.md)."""
        return {
            "track": self.number,
            "first_s": round(self.first_s, 3),
            "last_s": round(self.last_s, 3),
            "looks": self.looks,
            "dominant": self.dominant.value,
            "seconds": {e.value: round(s, 2) for e, s in self.seconds.items()},
            "valence": round(self.valence, 3),
            "arousal": round(self.arousal, 3),
            "unsure": round(self.unsure, 3),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """What was read from a film. rows: (n,) of `ROW`, in order of time. step_s: seconds between
    looks. read_s: how far the film could be read. notes: what the user should know."""

    info: VideoInfo
    rows: NDArray[np.void]
    tracks: tuple[Track, ...]
    step_s: float
    read_s: float
    complete: bool
    notes: tuple[Note, ...] = ()


class Spool:
    """Rows on their way to a timeline: on disk, so that memory does not grow with the film."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.count = 0

    def add(self, row: tuple[Any, ...]) -> None:
        self._file.write(np.array([row], ROW).tobytes())
        self.count += 1

    def finished(self, step_s: float) -> tuple[NDArray[np.void], tuple[Track, ...]]:
        """All rows, smoothed, less those of tracks too short to be faces; and the tracks."""
        self._file.flush()
        if not self.count:
            return np.zeros(0, ROW), ()
        rows: NDArray[np.void] = np.memmap(self._file, ROW, "r+", shape=(self.count,))
        numbers = np.array(rows["track"])
        order = np.argsort(numbers, kind="stable")
        bounds = np.flatnonzero(np.diff(numbers[order])) + 1
        tracks: list[Track] = []
        kept = np.zeros(self.count, bool)
        for own in np.split(order, bounds):
            if len(own) >= LEAST_LOOKS:
                kept[own] = True
                # Numbers without gaps, in the order of appearance.
                rows["track"][own] = len(tracks) + 1
                tracks.append(_smooth_track(rows, own, step_s))
        if not kept.all():
            rows = rows[kept]
        return rows, tuple(tracks)


def _smooth_track(rows: NDArray[np.void], own: NDArray[np.intp], step_s: float) -> Track:
    """Fill in the smoothed scores of a track and sum it up."""
    part = rows[own]
    for piece in np.split(np.arange(len(own)), np.flatnonzero(np.diff(part["segment"])) + 1):
        times = part["time_s"][piece].astype(np.float64)
        part["smooth"][piece] = smoothed_scores(times, part["raw"][piece].astype(np.float64))
        doubts = (part["unsure"][piece] >= 0).astype(np.float64)[:, None]
        part["doubt"][piece] = smoothed(times, doubts)[:, 0]
    rows[own] = part
    # A look stands until the next one, but not across a gap.
    spans = np.minimum(np.diff(part["time_s"], append=part["time_s"][-1] + step_s), 2 * step_s)
    shown = part["smooth"].argmax(1)
    seconds = {e: float(spans[shown == at].sum()) for at, e in enumerate(EMOTIONS)}
    mean = part["smooth"].mean(0, dtype=np.float64)
    scores = EmotionScores(tuple((mean / mean.sum()).tolist()), "mean")
    return Track(
        int(part["track"][0]),
        float(part["time_s"][0]),
        float(part["time_s"][-1]),
        len(own),
        seconds,
        scores.valence,
        scores.arousal,
        float((part["unsure"] >= 0).mean()),
    )


# --- rows for tables -----------------------------------------------------------------------------

COLUMNS: tuple[tuple[str, type], ...] = (
    ("time_s", float),
    ("frame", int),
    ("track", int),
    *((name, float) for name in ("x1", "y1", "x2", "y2", "score")),
    ("emotion", str),
    ("confidence", float),
    *((emotion.value, float) for emotion in EMOTIONS),
    ("raw_emotion", str),
    *((f"raw_{emotion.value}", float) for emotion in EMOTIONS),
    ("valence", float),
    ("arousal", float),
    ("unsure", str),
)
"""Names and kinds of the columns. Without prefix: smoothed. unsure: the reason, empty for none."""


def table_rows(timeline: Timeline) -> Iterator[list[Any]]:
    """The values of `COLUMNS`, row by row."""
    for row in timeline.rows:
        smooth, raw = (row[name].astype(np.float64) for name in ("smooth", "raw"))
        scores = EmotionScores(tuple((smooth / smooth.sum()).tolist()), "smoothed")
        yield [
            round(float(row["time_s"]), 4),
            int(row["frame"]),
            int(row["track"]),
            *(round(float(v), 1) for v in row["box"]),
            round(float(row["score"]), 4),
            scores.emotion.value,
            round(scores.confidence, 4),
            *(round(v, 4) for v in scores.values),
            EMOTIONS[int(raw.argmax())].value,
            *(round(float(v), 4) for v in raw),
            round(scores.valence, 4),
            round(scores.arousal, 4),
            REASONS[row["unsure"]].value if row["unsure"] >= 0 else "",
        ]
