"""Records as a table: one row per face, and one for each picture that has none.

The column names are the same in every format and language, so that programs can rely on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pyojeong.emotion import EMOTIONS
from pyojeong.errors import Language
from pyojeong.face.report.record import Item, Record

Cell = str | int | float | None
Kind = Literal["text", "whole", "number"]

QUALITY = ("sharpness", "eyes_px", "yaw", "pitch", "roll")
"""What tables tell of `FaceQuality`."""


@dataclass(frozen=True, slots=True)
class Column:
    """name: as in files. kind: of its cells, which may all be None. cell: its value for one face
    of a record; the face is None for a picture without."""

    name: str
    kind: Kind
    cell: Callable[[Record, int, Item | None], Cell]


def _of_face(name: str, kind: Kind) -> Column:
    return Column(name, kind, lambda record, number, face: face.get(name) if face else None)


def _edge(name: str, index: int) -> Column:
    return Column(name, "number", lambda record, number, face: face["box"][index] if face else None)


def _measure(name: str) -> Column:
    def cell(record: Record, number: int, face: Item | None) -> Cell:
        quality = face.get("quality") if face else None
        return quality.get(name) if quality else None

    return Column(name, "number", cell)


def _score(name: str) -> Column:
    def cell(record: Record, number: int, face: Item | None) -> Cell:
        scores = face["scores"] if face else None
        return float(scores[name]) if scores else None

    return Column(name, "number", cell)


def columns(lang: Language) -> tuple[Column, ...]:
    """All columns, in order. lang: of the text of errors, the only cells with prose."""
    return (
        Column("image", "text", lambda record, number, face: record.image),
        Column("width", "whole", lambda record, number, face: record.width or None),
        Column("height", "whole", lambda record, number, face: record.height or None),
        Column("face", "whole", lambda record, number, face: number if face else None),
        *(_edge(name, index) for index, name in enumerate(("x1", "y1", "x2", "y2"))),
        _of_face("score", "number"),
        _of_face("emotion", "text"),
        _of_face("confidence", "number"),
        *(_score(emotion.value) for emotion in EMOTIONS),
        *(_of_face(name, "number") for name in ("valence", "arousal")),
        _of_face("unsure", "text"),
        *(_measure(name) for name in QUALITY),
        Column(
            "error",
            "text",
            lambda record, number, face: record.error.text(lang) if record.error else None,
        ),
    )


def faces_of(record: Record) -> Iterator[tuple[int, Item, tuple[int, int] | None]]:
    """Each face with its number and the place of its thumbnail."""
    places = record.thumbnails
    for number, face in enumerate(record.faces):
        yield number, face, places[number] if number < len(places) else None


def rows_of(record: Record, wanted: tuple[Column, ...]) -> Iterator[list[Cell]]:
    """The rows of one picture: one per face, or one without a face."""
    faces: list[Item | None] = [*record.faces] or [None]
    for number, face in enumerate(faces):
        yield [column.cell(record, number, face) for column in wanted]
