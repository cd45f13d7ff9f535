"""YOLO-seg sets: `class x1 y1 x2 y2 ...` a line, as shares of the picture's sides.

As Ultralytics, Roboflow and CVAT write them (with data.yaml), and Label Studio (with classes.txt).
Where labels lie follows Ultralytics: the last folder `images` in a picture's path becomes `labels`;
without such a folder they lie beside the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.data.assemble import MOST_CLASSES, composed
from pyojeong.data.instances.data_yaml import DataYaml, read_data_yaml
from pyojeong.data.instances.places import Places, split_in
from pyojeong.data.instances.sound import Tally, rectangle, sound_rings
from pyojeong.data.instances.types import InstanceSet, Outline, OutlinedPicture
from pyojeong.errors import BadInput
from pyojeong.media.files import read_bytes, read_text_file
from pyojeong.media.image import image_size
from pyojeong.settings import settings

_YAMLS = ("data.yaml", "dataset.yaml", "data.yml", "dataset.yml")
_CLASSES = ("classes.txt", "labels/classes.txt")
_FARTHEST = 2.0
"""Shares of a side beyond which numbers are no shares but px."""


def yolo_head(root: Path) -> Path | None:
    """The file that names the classes of a YOLO set; None where the folder is none."""
    for name in (*_YAMLS, *_CLASSES):
        if (root / name).is_file():
            return root / name
    others = sorted([*root.glob("*.yaml"), *root.glob("*.yml")])
    return others[0] if len(others) == 1 and (root / "labels").is_dir() else None


def load_yolo(head: Path, title: str) -> InstanceSet:
    """head: the set's data.yaml or classes.txt. Raises BadInput."""
    root = head.parent.parent if head.parent.name == "labels" else head.parent
    listed = head.suffix.lower() == ".txt"
    table = DataYaml(_plain_names(head), "", {}, False) if listed else read_data_yaml(head)
    if table.poses:
        raise BadInput(
            f"{head} describes skeletons (kpt_shape). Export the project for segmentation.",
            f"{head}은(는) 골격(kpt_shape) 데이터입니다. 분할(segmentation)용으로 내보내세요.",
        )
    places, tally = Places(root), Tally()
    ways = _pictures(places, table, tally)
    if not ways:
        raise _no_pictures(root)
    pictures, labelled = [], set()
    for way, split in ways.items():
        label = label_way(way)
        if (root / label).is_file():
            labelled.add(label)
        else:
            tally.add("unlabelled", way)
        made = _picture(root, way, split, label if label in labelled else "", table.names, tally)
        pictures += [made] if made else []
    if not labelled:
        raise _no_labels(root, next(iter(ways)))
    _count_lonely(root, labelled, ways, tally)
    return InstanceSet(title, table.names, tuple(pictures), tally.notes())


def label_way(way: str) -> str:
    """Where the labels of a picture are, from the set's folder."""
    parts = way.split("/")
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == "images":
            parts[at] = "labels"
            break
    return "/".join(parts).rpartition(".")[0] + ".txt"


def _plain_names(path: Path) -> tuple[str, ...]:
    lines = read_text_file(path).text.strip().split("\n")
    names = tuple(composed(line.strip()) for line in lines)
    if "" in names or len(set(names)) < len(names) or len(names) > MOST_CLASSES:
        raise BadInput(
            f"{path} does not hold one class a line, each with a name of its own.",
            f"{path}에는 한 줄에 하나씩 서로 다른 클래스 이름이 있어야 합니다.",
        )
    return names


def _pictures(places: Places, table: DataYaml, tally: Tally) -> dict[str, str]:
    """Way of each picture and its split."""
    if not table.splits:
        return {way: split_in(way) for way in places.pictures.values()}
    base = places.folder_or_list(table.path, "") if table.path else ""
    found: dict[str, str] = {}
    for split, entries in table.splits.items():
        for entry in entries:
            there = places.folder_or_list(entry, base or "")
            if there is None:
                tally.add("splits", f"{split}: {entry}")
                continue
            for way in _named(places, there, tally):
                if way in found:
                    tally.add("repeated", way)
                found.setdefault(way, split)
    return found


def _named(places: Places, there: str, tally: Tally) -> Sequence[str]:
    """Pictures of a folder, or of a list in a text file."""
    if (places.root / there).is_dir():
        return list(places.below(there))
    if not there.lower().endswith(".txt"):
        raise BadInput(
            f"{places.root / there} is neither a folder of pictures nor a list of them (.txt).",
            f"{places.root / there}은(는) 그림 폴더도 목록(.txt)도 아닙니다.",
        )
    ways = []
    beside = there.rpartition("/")[0]
    for line in read_text_file(places.root / there).text.split("\n"):
        if not line.strip():
            continue
        way = places.picture(line, [beside, ""])
        if way is None:
            tally.add("missing", line.strip()[:200])
        else:
            ways.append(way)
    return ways


def _picture(
    root: Path, way: str, split: str, label: str, names: tuple[str, ...], tally: Tally
) -> OutlinedPicture | None:
    try:
        width, height = image_size(root / way)
    except BadInput as error:
        tally.add("broken", str(error))
        return None
    outlines = _outlines(root / label, len(names), width, height, tally) if label else ()
    return OutlinedPicture(root / way, way, width, height, outlines, split)


def _outlines(
    path: Path, classes: int, width: int, height: int, tally: Tally
) -> tuple[Outline, ...]:
    """The figures of a file of labels. Raises BadInput."""
    if path.stat().st_size == 0:
        return ()
    data = read_bytes(path, settings().max_annotation_bytes, "max_annotation_bytes")
    made, seen = [], set[str]()
    for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), start=1):
        if not (words := line.split()):
            continue
        where = f"{path}, line {number}"
        if line.strip() in seen:
            tally.add("twice", where)
            continue
        seen.add(line.strip())
        label, shares = _numbers(words, where)
        if not 0 <= label < classes:
            raise _unknown(where, label, classes)
        points = shares * (width, height)
        if len(points) == 2 and np.isfinite(points).all():
            tally.add("boxes", where)
            middle, size = points
            points = rectangle(*(middle - size / 2), *size)
        if rings := sound_rings([points], width, height, tally, where):
            made.append(Outline(label, rings))
    return tuple(made)


def _numbers(words: list[str], where: str) -> tuple[int, NDArray[np.float64]]:
    """Class, and pairs (k, 2) of shares. Raises BadInput."""
    try:
        numbers = np.array([float(word) for word in words], np.float64)
        label = int(numbers[0])
        if label != numbers[0] or len(words) % 2 == 0:
            raise ValueError
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"{where}: {' '.join(words)[:60]!r} is not written as class x1 y1 x2 y2 ...",
            f"{where}: {' '.join(words)[:60]!r}은(는) class x1 y1 x2 y2 ... 형식이 아닙니다.",
        ) from error
    shares = numbers[1:].reshape(-1, 2)
    if (np.abs(shares[np.isfinite(shares)]) > _FARTHEST).any():
        raise BadInput(
            f"{where}: coordinates are shares of the picture's sides, 0 to 1; these look like px.",
            f"{where}: 좌표는 그림 변에 대한 0에서 1 사이의 비율이어야 하는데 픽셀처럼 보입니다.",
        )
    return label, shares


def _unknown(where: str, label: int, classes: int) -> BadInput:
    return BadInput(
        f"{where}: there is no class {label}; {classes} are named, from 0. Does the list of names "
        "belong to these labels?",
        f"{where}: 클래스 {label}이(가) 없습니다. 이름은 0부터 {classes}개입니다. 이름 목록이 이 라벨의 "
        "것인지 확인하세요.",
    )


def _count_lonely(root: Path, labelled: set[str], ways: dict[str, str], tally: Tally) -> None:
    folders = sorted({label_way(way).rpartition("/")[0] for way in ways})
    listed = {split for folder in folders for split in (root / folder).glob("*.txt")}
    for path in sorted(listed):
        way = path.relative_to(root).as_posix()
        if way not in labelled and "labels" in way.split("/") and path.name != "classes.txt":
            tally.add("lonely", way)


def _no_pictures(root: Path) -> BadInput:
    return BadInput(
        f"{root} names classes but holds no picture where it should. Export with the pictures "
        '("Save images" in CVAT, "YOLO with images" in Label Studio), or copy them into '
        f"{root / 'images'}.",
        f"{root}에 클래스 이름은 있지만 그림이 없습니다. 그림까지 내보내거나(CVAT의 Save images, "
        f"Label Studio의 YOLO with images) {root / 'images'}에 복사하세요.",
    )


def _no_labels(root: Path, way: str) -> BadInput:
    return BadInput(
        f"No picture of {root} has a file of labels; those of {way} were looked for in "
        f"{label_way(way)}.",
        f"{root}의 어느 그림에도 라벨 파일이 없습니다. {way}의 라벨은 {label_way(way)}에서 찾았습니다.",
    )
