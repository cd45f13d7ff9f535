"""All that is true of a drawn film, kept beside it."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.media.files import atomic_path


@dataclass(frozen=True, slots=True)
class TrueShot:
    """start, end: seconds, end excluded. first, last: frames, last included. begins: "start", "cut"
    or "fade"; a fade's shot begins in its blackest frame. place: kind of place."""

    start: float
    end: float
    first: int
    last: int
    begins: str
    place: str


@dataclass(frozen=True, slots=True)
class TrueLine:
    """start, end: seconds. character: into `names`. emotion: of the words. contrary: whether the
    speaker's face tells another."""

    start: float
    end: float
    text: str
    character: int
    emotion: str
    contrary: bool


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """One row per character seen in a frame, in order of time.

    width, height: px. frames: how many the film has. names: of the characters; classes: the name of
    each one's class. emotions: the labels. frame, character, emotion: (n,) int64. intensity: (n,)
    float32 in [0, 1]. boxes: (n, 4) float32 xyxy px. area: (n,) int64, px seen. packed: zlib of the
    bits of the mask inside its box, one after the other; offsets: (n + 1,) int64 into it.
    """

    seed: int
    fps: float
    width: int
    height: int
    frames: int
    names: tuple[str, ...]
    classes: tuple[str, ...]
    emotions: tuple[str, ...]
    shots: tuple[TrueShot, ...]
    lines: tuple[TrueLine, ...]
    frame: NDArray[np.int64]
    character: NDArray[np.int64]
    emotion: NDArray[np.int64]
    intensity: NDArray[np.float32]
    boxes: NDArray[np.float32]
    area: NDArray[np.int64]
    packed: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.frame)

    def rows(self, frame: int) -> NDArray[np.int64]:
        """Rows of a frame."""
        first, last = np.searchsorted(self.frame, [frame, frame + 1])
        return np.arange(first, last)

    def mask(self, row: int) -> NDArray[np.bool_]:
        """(height, width), what is seen of that row's character."""
        x0, y0, x1, y1 = (int(v) for v in self.boxes[row])
        packed = self.packed[self.offsets[row] : self.offsets[row + 1]].tobytes()
        count = (y1 - y0) * (x1 - x0)
        bits = np.unpackbits(np.frombuffer(zlib.decompress(packed), np.uint8), count=count)
        made = np.zeros((self.height, self.width), np.bool_)
        made[y0:y1, x0:x1] = bits.reshape(y1 - y0, x1 - x0)
        return made

    def screen_time(self) -> NDArray[np.float64]:
        """Seconds each character is seen, (number of names,)."""
        return np.bincount(self.character, minlength=len(self.names)) / self.fps

    def save(self, film: Path) -> None:
        """Write `film.truth.json` and `film.truth.npz` beside a film. Raises OutputFailed."""
        table = {name: getattr(self, name) for name in _PLAIN}
        table["shots"] = [asdict(shot) for shot in self.shots]
        table["lines"] = [asdict(line) for line in self.lines]
        with atomic_path(film.with_suffix(".truth.json")) as part:
            part.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", "utf-8")
        with atomic_path(film.with_suffix(".truth.npz")) as part, part.open("wb") as stream:
            np.savez_compressed(stream, **{name: getattr(self, name) for name in _ARRAYS})

    @classmethod
    def load(cls, film: Path) -> Truth:
        """What `save` wrote beside a film."""
        table = json.loads(film.with_suffix(".truth.json").read_text("utf-8"))
        for name in ("names", "classes", "emotions"):
            table[name] = tuple(table[name])
        table["shots"] = tuple(TrueShot(**shot) for shot in table["shots"])
        table["lines"] = tuple(TrueLine(**line) for line in table["lines"])
        with np.load(film.with_suffix(".truth.npz"), allow_pickle=False) as file:
            return cls(**table, **{name: file[name] for name in _ARRAYS})


_ARRAYS = ("frame", "character", "emotion", "intensity", "boxes", "area", "packed", "offsets")
_PLAIN = ("seed", "fps", "width", "height", "frames", "names", "classes", "emotions")


def pack(mask: NDArray[np.bool_], box: NDArray[np.float32]) -> bytes:
    """A mask's bits inside its box, compressed."""
    x0, y0, x1, y1 = (int(v) for v in box)
    return zlib.compress(np.packbits(mask[y0:y1, x0:x1]).tobytes(), 6)
