"""A set of pictures with turned copies beside each: written once, then trained on like any other.

Copies keep the identity of their source, so that no split separates them. Pictures that are
already in val or test are kept but not turned: what is measured stays as it was taken.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pyojeong.data.dataset import Dataset, Image
from pyojeong.data.load import LABELS_TABLE
from pyojeong.data.save import check_place, folder_of, plain_stem, suffix_of
from pyojeong.data.stores import encoded
from pyojeong.errors import BadInput, BadSettings
from pyojeong.face.types import FaceMesh
from pyojeong.media.files import atomic_path, output_failed
from pyojeong.media.image import Picture, write_image
from pyojeong.train.pose_augment import Turner, turned

PLAN = "turn.json"
COLUMNS = ("path", "label", "split", "identity", "source", "pitch", "yaw", "roll")
Angles = tuple[float, float, float]


@dataclass(slots=True)
class Written:
    """originals, copies: pictures written. faceless: originals in which no face was found.
    unreadable: names of pictures left out. held: originals of val and test, not turned."""

    originals: int = 0
    copies: int = 0
    faceless: int = 0
    held: int = 0
    unreadable: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """copies: turned pictures of each. degrees: largest angle in each axis. seed: of chance."""

    copies: int = 3
    degrees: float = 20.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.copies <= 100:
            raise BadSettings(
                f"Copies of a picture are 1 to 100, not {self.copies}.",
                f"사본은 사진마다 1장에서 100장까지입니다({self.copies}).",
            )
        if not 0 <= self.seed < 2**63:
            raise BadSettings(
                f"A seed is a number from 0, not {self.seed}.",
                f"씨앗은 0 이상의 수입니다({self.seed}).",
            )


def write_turned(
    dataset: Dataset,
    folder: Path,
    plan: Plan,
    progress: Callable[[float], None] = lambda share: None,
) -> Written:
    """Originals and turned copies into folders by class, and a table labels.csv of them all.

    `folder` appears when everything is done; until then the work lies in `folder`.part, from which
    the same call goes on after an interruption. Raises BadSettings where another call's work lies
    there, OutputFailed, BadInput for an empty set, MissingWeights, InferenceFailed.
    """
    turner = Turner(plan.degrees)
    check_place(folder)
    if not len(dataset):
        raise BadInput("There are no pictures to turn.", "고개를 돌릴 사진이 없습니다.")
    part = folder.resolve().with_name(folder.resolve().name + ".part")
    written, table = Written(), list[tuple[str, ...]]()
    try:
        _begin(part, dataset, plan)
        for row in range(len(dataset)):
            table += _write_row(dataset, row, part, plan, turner, written)
            progress((row + 1) / len(dataset))
        _write_table(part / LABELS_TABLE, table)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        raise output_failed(folder, error) from error
    return written


def _begin(part: Path, dataset: Dataset, plan: Plan) -> None:
    """The folder of the work, new or of an earlier call like this one."""
    told = hashlib.sha256()
    for row in range(len(dataset)):
        label = int(dataset.labels[row])
        told.update(f"{dataset.name(row)}\n{label} {dataset.boxes[row].tolist()}\n".encode())
    wish = {
        "copies": plan.copies,
        "degrees": plan.degrees,
        "seed": plan.seed,
        "pictures": told.hexdigest(),
    }
    file = part / PLAN
    if not file.is_file():
        part.mkdir(exist_ok=True)
        with atomic_path(file) as target:
            target.write_text(json.dumps(wish, indent=1), "utf-8")
    elif _plan_in(file) != wish:
        raise BadSettings(
            f"{part} holds unfinished work of another command. Repeat that one, remove the folder, "
            "or name another.",
            f"{part}에 다른 명령이 끝내지 못한 작업이 있습니다. 그 명령을 다시 실행하거나, 폴더를 지우거나, "
            "다른 이름을 지정하세요.",
        )


def _plan_in(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except ValueError:
        return None


def _write_row(
    dataset: Dataset, row: int, part: Path, plan: Plan, turner: Turner, written: Written
) -> list[tuple[str, ...]]:
    """Write what is not there yet; the rows of the table."""
    label = dataset.classes[dataset.labels[row]] if dataset.labels[row] >= 0 else ""
    name, split = dataset.name(row), str(dataset.splits[row])
    shared = (label, split, str(dataset.identities[row]) or f"picture {name}", name)
    place = Path(*folder_of(split, label))
    stem = f"{row:06d}-{Path(plain_stem(name)).stem or 'picture'}"
    try:
        original = _write_original(dataset, row, part / place, stem)
    except BadInput:
        written.unreadable.append(name)
        return []
    written.originals += 1
    lines: list[tuple[str, ...]] = [((place / original).as_posix(), *shared, "0", "0", "0")]
    if split in ("val", "test"):
        written.held += 1
        return lines
    faces = _Once(dataset, row, turner)
    for angles in _angles(row, plan, turner):
        file = part / place / f"{stem}_{_said(angles)}.png"
        if not file.is_file():
            image, mesh = faces.get()
            if mesh is None:
                written.faceless += 1
                return lines
            write_image(file, Picture(turned(image, mesh, *angles)))
        written.copies += 1
        lines.append(((place / file.name).as_posix(), *shared, *(f"{a:g}" for a in angles)))
    return lines


class _Once:
    """A picture and the mesh of its face, read when first asked for."""

    def __init__(self, dataset: Dataset, row: int, turner: Turner) -> None:
        self._dataset, self._row, self._turner = dataset, row, turner
        self._found: tuple[Image, FaceMesh | None] | None = None

    def get(self) -> tuple[Image, FaceMesh | None]:
        if self._found is None:
            image = self._dataset.read(self._row)
            self._found = image, self._turner.fit(image)
        return self._found


def _angles(row: int, plan: Plan, turner: Turner) -> Iterator[Angles]:
    """Of each copy of a row, in tenths of a degree; no two of one row have the same."""
    rng, seen = np.random.default_rng([plan.seed, row]), set[Angles]()
    for _ in range(100 * plan.copies):
        pitch, yaw, roll = turner.angles(rng)
        angles = (round(pitch, 1) + 0.0, round(yaw, 1) + 0.0, round(roll, 1) + 0.0)
        if angles not in seen:
            seen.add(angles)
            yield angles
        if len(seen) == plan.copies:
            return


def _said(angles: Angles) -> str:
    return "_".join(
        f"{axis}{a:+.1f}" for axis, a in zip(("pitch", "yaw", "roll"), angles, strict=True)
    )


def _write_original(dataset: Dataset, row: int, place: Path, stem: str) -> str:
    """The picture as the file it came from, a face of a larger one as PNG; its file's name."""
    image = dataset.read(row)  # also the proof that it can be read
    place.mkdir(parents=True, exist_ok=True)
    if np.isfinite(dataset.boxes[row]).all():
        name = f"{stem}.png"
        if not (place / name).is_file():
            write_image(place / name, Picture(image))
        return name
    data = encoded(dataset.pictures, int(dataset.rows[row]))
    name = stem + suffix_of(data)
    if not (place / name).is_file():
        with atomic_path(place / name) as target:
            target.write_bytes(data)
    return name


def _write_table(path: Path, rows: list[tuple[str, ...]]) -> None:
    with atomic_path(path) as target, target.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(COLUMNS)
        table.writerows(rows)
