"""A film read from first to last frame: faces followed, each look classified."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pyojeong.errors import BadInput
from pyojeong.face.blazeface import BlazeFace
from pyojeong.face.types import ExpressionClassifier, Image
from pyojeong.face.video.people import People
from pyojeong.face.video.timeline import REASONS, Spool, Timeline
from pyojeong.media.decode import probe, read_frames
from pyojeong.media.files import Note
from pyojeong.registry import load

LOOKS_PER_S = 12.5
"""About so many frames a second are looked at: every second one at 24 to 30 frames a second.
Faces between two looks lie on the line between them."""


@contextmanager
def read_timeline(
    path: Path,
    *,
    threshold: float | None = None,
    people: People | None = None,
    classifier: ExpressionClassifier | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Iterator[Timeline]:
    """The faces of a film, in a `with` block: rows lie in a temporary file until it ends.

    A film that breaks off is read up to there, with a note. threshold: the detector's, 0 to 1.
    people: who follows the faces, instead of the default. Raises BadInput where there is no frame to read.
    """
    info = probe(path)
    every = max(1, round(info.fps / LOOKS_PER_S))
    people = people or People(None if threshold is None else BlazeFace(threshold))
    reader: ExpressionClassifier = classifier or load("ExpressionClassifier")
    step_s = every / info.fps if info.fps else 1 / LOOKS_PER_S
    notes: tuple[Note, ...] = ()
    with tempfile.TemporaryFile(prefix="pyojeong-") as file:
        spool, last_s, frame = Spool(file), -1.0, 0
        try:
            for number, (time_s, image) in enumerate(read_frames(path, every)):
                # Time stamps of damaged films may run backward.
                last_s, frame = max(time_s, last_s + 1e-3), number * every
                _look(image, last_s, frame, people, reader, spool)
                progress(min(1.0, last_s / info.duration_s) if info.duration_s else 0.0)
        except BadInput as error:
            if last_s < 0:
                raise
            notes = (_broke_off(path, last_s, error),)
        if last_s < 0:
            raise BadInput(f"{path} holds no frames.", f"{path}에는 화면이 없습니다.")
        if not notes and _is_short(last_s, info.duration_s, step_s):
            notes = (_ends_early(path, last_s, info.duration_s),)
        rows, tracks = spool.finished(step_s)
        yield Timeline(info, rows, tracks, step_s, last_s, not notes, notes)


def _look(
    image: Image,
    time_s: float,
    frame: int,
    people: People,
    classifier: ExpressionClassifier,
    spool: Spool,
) -> None:
    seen = people.look(image, time_s)
    height, width = image.shape[:2]
    readings = classifier.classify(image, [face.mesh for face in seen])
    for face, scores in zip(seen, readings, strict=True):
        box = np.clip(face.mesh.box, 0, [width, height] * 2)
        unsure = -1 if scores.unsure is None else REASONS.index(scores.unsure)
        values = scores.values
        where = (frame, time_s, face.track, face.segment, box, face.mesh.score)
        spool.add((*where, values, values, unsure, 0.0))


def _is_short(last_s: float, duration_s: float, step_s: float) -> bool:
    return duration_s > 0 and last_s + 2 * step_s + 0.4 < duration_s


def _broke_off(path: Path, last_s: float, error: BadInput) -> Note:
    return Note(
        f"{path} is damaged after {last_s:.1f} s; what came before was read. {error.en}",
        f"{path}은(는) {last_s:.1f}초 뒤가 손상되어 그 앞까지만 읽었습니다. {error.ko}",
    )


def _ends_early(path: Path, last_s: float, duration_s: float) -> Note:
    return Note(
        f"{path} should last {duration_s:.1f} s, but its pictures end at {last_s:.1f} s.",
        f"{path}의 길이는 {duration_s:.1f}초인데 화면은 {last_s:.1f}초에서 끝납니다.",
    )
