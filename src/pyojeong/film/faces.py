"""Faces of a film as pictures to label: chosen along the tracks, cut out, in a folder with a table.

The table, `labels.csv`, is what `pyojeong train expression` reads: fill its column "label". Labels
that stand there stay when the command runs again.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.tables import read_rows
from pyojeong.errors import BadSettings
from pyojeong.face.suppression import overlaps
from pyojeong.face.types import FaceMesh, FaceMesher, Faces, Image
from pyojeong.film.cutouts import masked, upright
from pyojeong.film.frames import read_frames
from pyojeong.film.readers import once
from pyojeong.film.types import FilmReading, Segmenter, Sightings
from pyojeong.media.files import atomic_path
from pyojeong.media.image import Picture, write_image
from pyojeong.registry import load

TABLE = "labels.csv"
COLUMNS = (
    "path", "label", "identity", "character", "shot", "track", "frame", "time_s",
    "film_x0", "film_y0", "film_x1", "film_y1", "guess", "confidence",
)  # fmt: skip
"""identity: one per track, so that no track lies in training and validation at once. film_x0 ...:
the figure's box in the frame, px. guess: what the classifier in use reads, to sort by."""

MOST = 20_000
"""Most faces of one run."""

_EYES = np.array([(0.3, 0.33), (0.7, 0.33)], np.float32)
_FORMULA = ("=", "+", "-", "@")

Cutter = Callable[[Image, NDArray[np.float32]], list[Image | None]]
"""Cut-outs of the figures in boxes (n, 4) of one frame; None for one not found again."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many faces lie in the folder, how many of them were there before, and how many were not
    found again when they were to be cut."""

    faces: int
    before: int
    lost: int


def chosen(sightings: Sightings, seconds: float) -> NDArray[np.int64]:
    """Rows worth labelling: of each track the largest clear view of every so many seconds."""
    if not 0.01 <= seconds <= 3600:
        raise BadSettings(
            f"Seconds between two faces of a track must be from 0.01 to 3600, not {seconds}.",
            f"한 트랙에서 얼굴 사이의 초는 0.01에서 3600까지입니다: {seconds}.",
        )
    stretch = np.floor(sightings.time / seconds).astype(np.int64)
    readable = ~np.isnan(sightings.raw).any(1)
    order = np.lexsort((-sightings.area, ~readable, stretch, sightings.track))
    keys = np.stack([sightings.track[order], stretch[order]], 1)
    first = np.ones(len(keys), bool)
    first[1:] = (np.diff(keys, axis=0) != 0).any(1)
    return np.sort(order[first])[:MOST]


def write_faces(
    film: Path,
    reading: FilmReading,
    folder: Path,
    cutter: Cutter,
    *,
    seconds: float = 0.5,
    progress: Callable[[float], None] = lambda share: None,
) -> Written:
    """Cut the chosen faces out and write them, each a PNG, and the table.

    A run that was stopped goes on: faces that are there are not cut again. Raises BadInput,
    BadSettings, InferenceFailed, OutputFailed.
    """
    rows = chosen(reading.sightings, seconds)
    names = {int(row): _name(reading, int(row)) for row in rows}
    left = [row for row in names if not (folder / names[row]).is_file()]
    lost = set(left)
    for share, row, picture in _cut(film, reading.sightings, left, cutter):
        if picture is not None:
            target = folder / names[row]
            target.parent.mkdir(parents=True, exist_ok=True)
            write_image(target, Picture(picture))
            lost.discard(row)
        progress(share)
    kept = {row: name for row, name in names.items() if row not in lost}
    _write_table(folder / TABLE, reading, kept)
    return Written(len(kept), len(names) - len(left), len(lost))


def _cut(
    film: Path, sightings: Sightings, rows: Sequence[int], cutter: Cutter
) -> Iterator[tuple[float, int, Image | None]]:
    """Share done, row and cut-out of each row, frame by frame."""
    if not rows:
        return
    frames = sightings.frame[list(rows)]
    done = 0
    for frame in read_frames(film, picks=np.unique(frames)):
        own = [rows[at] for at in np.flatnonzero(frames == frame.index).tolist()]
        cuts = cutter(frame.image, sightings.boxes[own])
        for row, picture in zip(own, cuts, strict=True):
            done += 1
            yield done / len(rows), row, picture


def figure_cutter(segmenter: Segmenter) -> Cutter:
    """Cuts along the segmenter's masks, on black."""

    def cut(image: Image, boxes: NDArray[np.float32]) -> list[Image | None]:
        figures = once(segmenter.segment([image])[0])
        found: list[Image | None] = []
        for box in boxes:
            shared = overlaps(box, figures.boxes)[0] if len(figures) else np.zeros(1, np.float32)
            best = int(shared.argmax())
            found.append(masked(image, figures.masks[best]) if shared[best] > 0.5 else None)
        return found

    return cut


def face_cutter(mesher: FaceMesher | None = None) -> Cutter:
    """Cuts human faces, turned upright, with what is around them."""
    meshing: FaceMesher = mesher or load("FaceMesher")

    def cut(image: Image, boxes: NDArray[np.float32]) -> list[Image | None]:
        meshes = meshing.mesh(image, _expected(boxes))
        pairs = zip(meshes, boxes, strict=True)
        return [upright(image, mesh) if mesh and _fits(mesh, box) else None for mesh, box in pairs]

    return cut


def _expected(boxes: NDArray[np.float32]) -> Faces:
    """Boxes of meshes as detections: the mesh turns and places itself from there."""
    sides = boxes[:, None, 2:] - boxes[:, None, :2]
    keypoints = np.zeros((len(boxes), 6, 2), np.float32)
    keypoints[:, :2] = boxes[:, None, :2] + _EYES * sides
    return Faces(boxes, np.ones(len(boxes), np.float32), keypoints)


def _fits(mesh: FaceMesh, box: NDArray[np.float32]) -> bool:
    return float(overlaps(mesh.box, box[None])[0][0]) > 0.4


def _name(reading: FilmReading, row: int) -> str:
    """Path in the folder: the character's folder, then frame and track."""
    rows = reading.sightings
    who = reading.characters[int(rows.character[row])].name
    safe = "".join(c if c.isalnum() or c in " -_." else "_" for c in who).strip(" .") or "_"
    return f"{safe}/frame{int(rows.frame[row]):07d}-track{int(rows.track[row]):05d}.png"


def _write_table(path: Path, reading: FilmReading, names: dict[int, str]) -> None:
    labels = _labels(path)
    rows = reading.sightings
    with atomic_path(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row, name in names.items():
            track, scores = int(rows.track[row]), rows.scores[row]
            known = not np.isnan(scores).any()
            writer.writerow(
                [
                    _plain(name),
                    labels.get(name, ""),
                    f"track{track:05d}",
                    _plain(reading.characters[int(rows.character[row])].name),
                    int(rows.shot[row]),
                    track,
                    int(rows.frame[row]),
                    f"{rows.time[row]:.3f}",
                    *(f"{value:.1f}" for value in rows.boxes[row]),
                    _plain(reading.emotions[int(scores.argmax())]) if known else "",
                    f"{scores.max():.3f}" if known else "",
                ]
            )


def _plain(text: str) -> str:
    """A spreadsheet runs what begins like a formula; "./" names the same file."""
    return f"./{text}" if text.startswith(_FORMULA) else text


def _labels(path: Path) -> dict[str, str]:
    """The labels that a table of an earlier run holds. Raises BadInput."""
    if not path.is_file():
        return {}
    names, lines = read_rows(path)
    if not {"path", "label"} <= set(names):
        return {}
    at_path, at_label = names.index("path"), names.index("label")
    return {cells[at_path].removeprefix("./"): cells[at_label] for _, cells in lines}
