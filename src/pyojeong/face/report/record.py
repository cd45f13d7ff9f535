"""What is kept of one picture: its JSON object, its failure, where its thumbnails lie."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyojeong.emotion import EMOTIONS, LABEL_SETS
from pyojeong.errors import Language, PyojeongError
from pyojeong.face.reader import ReadFace
from pyojeong.media.files import Note

Item = dict[str, Any]
"""A JSON object as docs/json.md describes it."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """By which a file is known to be unchanged: bytes, and time of change in ns."""

    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Record:
    """One picture, read or not.

    image: its path; bytes that are no UTF-8 show as �. width, height: px; 0 where it could not be
    read. faces: one JSON object per face, largest first. error: why it could not be read. stamp:
    of the file, None where there is none. thumbnails: for each face the position and length of
    its thumbnail in the thumbnail file, or None.
    """

    image: str
    width: int = 0
    height: int = 0
    faces: tuple[Item, ...] = ()
    error: Note | None = None
    stamp: Stamp | None = None
    thumbnails: tuple[tuple[int, int] | None, ...] = ()

    def as_item(self, lang: Language) -> Item:
        """The JSON object of the picture (docs/json.md)."""
        if self.error is not None:
            return {"image": self.image, "error": self.error.text(lang)}
        size = {"width": self.width, "height": self.height}
        return {"image": self.image, **size, "faces": list(self.faces)}

    def as_line(self) -> bytes:
        """One line of the journal, its end included."""
        stamp = None if self.stamp is None else [self.stamp.size, self.stamp.changed]
        fields = {
            "image": self.image,
            "size": [self.width, self.height],
            "faces": self.faces,
            "error": self.error,
            "stamp": stamp,
            "thumbnails": self.thumbnails,
        }
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Record:
    """The record of a journal line. Raises ValueError for anything else."""
    try:
        fields = json.loads(line)
        (width, height), stamp, error = fields["size"], fields["stamp"], fields["error"]
        record = Record(
            str(fields["image"]),
            int(width),
            int(height),
            tuple(_checked(face) for face in fields["faces"]),
            None if error is None else Note(str(error[0]), str(error[1])),
            None if stamp is None else Stamp(int(stamp[0]), int(stamp[1])),
            tuple(None if at is None else (int(at[0]), int(at[1])) for at in fields["thumbnails"]),
        )
    except (AttributeError, KeyError, IndexError, TypeError, RecursionError) as fault:
        raise ValueError(f"not a journal line: {fault!r}") from fault
    return record


def _checked(face: Any) -> Item:
    """A face of a journal line, if a report can be made of it."""
    numbers = [*face["box"], face["score"]]
    if face["emotion"] is not None:
        numbers += [face["confidence"], *(face["scores"][e] for e in EMOTIONS)]
        if face["emotion"] not in tuple(EMOTIONS):
            raise ValueError(face["emotion"])
    if len(face["box"]) != 4 or not all(isinstance(n, int | float) for n in numbers):
        raise ValueError("numbers missing")
    if not all(isinstance(n, int | float) for n in (face.get("quality") or {}).values()):
        raise ValueError("quality is no numbers")
    return dict(face)


def shown(path: Path | str) -> str:
    """A path as text that can be written anywhere."""
    return os.fsencode(path).decode("utf-8", "replace")


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(state.st_size, state.st_mtime_ns)


def face_item(face: ReadFace) -> Item:
    """The JSON object of one face (docs/json.md)."""
    item: Item = {
        "box": [round(float(v), 1) for v in face.box],
        "score": round(float(face.score), 4),
        "quality": face.quality.as_dict() if face.quality else None,
    }
    if face.scores is None:
        return item | dict.fromkeys(("emotion", "confidence", "scores", "valence", "arousal"))
    feeling = {
        "valence": round(face.scores.valence, 3),
        "arousal": round(face.scores.arousal, 3),
    }
    own = {
        name: dict(zip(LABEL_SETS[name].labels, (round(v, 4) for v in values), strict=True))
        for name, values in face.scores.label_sets
    }
    return item | face.scores.as_reading() | feeling | ({"label_sets": own} if own else {})


def failed(path: Path, error: PyojeongError, stamp: Stamp | None) -> Record:
    # The message names the path, whose bytes may be no UTF-8.
    texts = (text.encode("utf-8", "replace").decode() for text in (error.en, error.ko))
    return Record(shown(path), error=Note(*texts), stamp=stamp)


def read(path: Path, size: Sequence[int], faces: Sequence[ReadFace], stamp: Stamp | None) -> Record:
    """size: width and height of the picture, px."""
    items = tuple(face_item(face) for face in faces)
    return Record(shown(path), size[0], size[1], items, stamp=stamp)
