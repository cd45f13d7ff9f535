"""What the parts of a film's reading hand to each other: frames, shots, figures, sightings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput, BadSettings
from pyojeong.face.types import Image
from pyojeong.media.files import Note

MASK_BYTES = 2**28
"""Most memory that the masks of one picture take."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture. index: its place in showing order, from 0, counting every frame of
    the film. time: its presentation time in seconds from the film's first frame. image: RGB
    uint8 (H, W, 3), rotation applied."""

    index: int
    time: float
    image: Image


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of film without a cut. start, end: seconds, end excluded. first, last: frame
    indices, last included. begins: how it begins, "start", "cut" or "fade"."""

    start: float
    end: float
    first: int
    last: int
    begins: str


@dataclass(frozen=True, slots=True, eq=False)
class Instances:
    """Figures found in one picture, best first. boxes: (n, 4) float32, xyxy, px. scores: (n,)
    float32 in [0, 1]. classes: (n,) int64 into the segmenter's `labels`. masks: (n, H, W) bool,
    the size of the picture."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    masks: NDArray[np.bool_]

    def __post_init__(self) -> None:
        n = len(self.scores)
        shapes = self.boxes.shape == (n, 4) and self.classes.shape == (n,)
        if not shapes or self.masks.ndim != 3 or len(self.masks) != n:
            raise BadInput(
                "Boxes, scores, classes and masks of figures differ in number.",
                "인물의 상자, 점수, 종류, 마스크의 수가 서로 다릅니다.",
            )

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def empty(cls, height: int, width: int) -> Instances:
        """No figure, for a picture of that size."""
        return cls(
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int64),
            np.zeros((0, height, width), np.bool_),
        )


def most_masks(height: int, width: int) -> int:
    """How many figures of a picture are kept: of a very large one fewer."""
    return max(1, MASK_BYTES // (height * width))


class Segmenter(Protocol):
    """Finds figures in pictures and cuts them out."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in their order."""
        ...

    def segment(self, images: Sequence[Image]) -> list[Instances]:
        """One `Instances` per picture; pictures may differ in size and are not changed."""
        ...


def check_thresholds(threshold: float, iou: float) -> None:
    """Of a segmenter's figures. Raises BadSettings."""
    if not (0 < threshold < 1 and 0 < iou <= 1):
        raise BadSettings(
            "threshold and iou lie between 0 and 1.", "threshold와 iou는 0과 1 사이입니다."
        )


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody of the film. name: shown to people. given: whether a user or a trained class
    named them (False: found by clustering, "person 1")."""

    name: str
    given: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """One row per character seen in one sampled frame, in order of time.

    frame: (n,) int64 index in the film. time: (n,) float64 s. shot, track, character: (n,) int64
    into the reading's shots, number of the track (unique in the film), index into the reading's
    characters. boxes: (n, 4) float32, xyxy, px. area: (n,) float32, the figure's share of the
    picture. raw: (n, k) float32 the classifier's probabilities over the reading's `emotions`,
    NaN where no face could be read. scores: (n, k) float32, the same smoothed along the track.
    unsure: (n,) bool, no emotion is clear or the face could not be read well.
    """

    frame: NDArray[np.int64]
    time: NDArray[np.float64]
    shot: NDArray[np.int64]
    track: NDArray[np.int64]
    character: NDArray[np.int64]
    boxes: NDArray[np.float32]
    area: NDArray[np.float32]
    raw: NDArray[np.float32]
    scores: NDArray[np.float32]
    unsure: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One subtitle. start, end: seconds. scores: probabilities of the text model over the house
    emotions, in the order of `Emotion`. character: index of who says it, None where nobody on
    screen can be named; certainty: in [0, 1], how sure that is. fused: face and text together
    over the house emotions, None without a readable face. disagrees: face and words tell
    clearly different emotions."""

    start: float
    end: float
    text: str
    scores: NDArray[np.float32]
    character: int | None = None
    certainty: float = 0.0
    fused: NDArray[np.float32] | None = None
    disagrees: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FilmReading:
    """All that was read from a film; what analysis and report are made of.

    title: file name. duration: seconds. width, height: px. step: mean seconds between sampled
    frames. frames: (m,) int64 and times: (m,) float64 of every sampled frame, with somebody in
    it or not. emotions: names of the k emotions, the house seven or the classifier's own.
    thumbs: sighting row -> JPEG bytes of the face, for a chosen part of the rows. dropped:
    reason -> number of sampled frames left out. notes: what a reader of the report must know.
    """

    title: str
    duration: float
    width: int
    height: int
    step: float
    frames: NDArray[np.int64]
    times: NDArray[np.float64]
    shots: tuple[Shot, ...]
    characters: tuple[Character, ...]
    emotions: tuple[str, ...]
    sightings: Sightings
    lines: tuple[Line, ...]
    thumbs: dict[int, bytes]
    dropped: dict[str, int]
    notes: tuple[Note, ...]

    def ends(self) -> NDArray[np.float64]:
        """(m, 2) from when to when each sampled frame stands for the film, s: half way to the next on
        either side, but up to the very cut at which its shot begins or ends. So whoever is seen in
        all sampled frames between two cuts is seen for as long as the shot lasts."""
        half = np.diff(self.times) / 2
        before, after = np.append(self.step / 2, half), np.append(half, self.step / 2)
        bounds = np.array([(shot.first, shot.last + 1) for shot in self.shots], np.int64)
        first, until = np.searchsorted(self.frames, bounds.reshape(-1, 2)).T
        starts, ends = np.array([(s.start, s.end) for s in self.shots]).reshape(-1, 2).T
        cuts = np.array([shot.begins != "fade" for shot in self.shots], bool)
        begun = (first < until) & cuts
        ended = (first < until) & np.append(cuts[1:], True)[: len(cuts)]
        before[first[begun]] = self.times[first[begun]] - starts[begun]
        after[until[ended] - 1] = ends[ended] - self.times[until[ended] - 1]
        return np.stack([self.times - before, self.times + after], axis=1)

    def spans(self) -> NDArray[np.float64]:
        """(m,) how long each sampled frame stands for, s."""
        return np.asarray(np.diff(self.ends(), axis=1)[:, 0])

    def seconds(self, rows: NDArray[np.int64]) -> float:
        """How long somebody is seen in some sightings; once in a frame, whatever the tracks say."""
        frames = np.unique(self.sightings.frame[rows])
        return float(self.spans()[np.searchsorted(self.frames, frames)].sum())

    def of(self, character: int) -> Iterator[int]:
        """Sighting rows of one character, in order of time."""
        yield from np.flatnonzero(self.sightings.character == character).tolist()
