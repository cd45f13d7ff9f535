"""Any usual export of outlined pictures as an `InstanceSet`; what it is, its content says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pyojeong.data.instances.coco_set import coco_files, load_coco
from pyojeong.data.instances.types import InstanceSet, OutlinedPicture
from pyojeong.data.instances.yolo_set import load_yolo, yolo_head
from pyojeong.errors import BadInput
from pyojeong.media.files import check_input


def load_instances(path: Path) -> InstanceSet:
    """The outlined pictures of a folder or file, as Ultralytics, Roboflow, CVAT and Label Studio
    export them: YOLO-seg (data.yaml or classes.txt) or COCO (JSON).

    Headers of the pictures are read, for their size; EXIF's turning is applied. Splits are called
    train, val and test whatever the set calls them. Nothing outside the set's folder is opened.
    What was left out or mended is in the notes. Raises BadInput for what is no such set, has no
    pictures, or labels of classes it does not name.
    """
    path = Path(path)
    title = path.resolve().name if path.is_dir() else path.stem
    if path.is_dir():
        found = _folder(path, title)
    elif check_input(path).suffix.lower() == ".json":
        root = path.parent.parent if path.resolve().parent.name == "annotations" else path.parent
        found = load_coco([path], root, title)
    elif path.suffix.lower() in (".yaml", ".yml") or path.name == "classes.txt":
        found = load_yolo(path, path.resolve().parent.name)
    else:
        raise _no_set(path)
    return replace(found, notes=(*found.notes, *_twins(found.pictures)))


def _folder(path: Path, title: str) -> InstanceSet:
    head = yolo_head(path)
    if head is not None:
        return load_yolo(head, title)
    files = coco_files(path)
    if files:
        return load_coco(files, path, title)
    # An archive is often unpacked into a folder of its own.
    inner = [p for p in path.iterdir() if p.is_dir() and p.name[:1] not in (".", "_")]
    if len(inner) == 1 and (yolo_head(inner[0]) or coco_files(inner[0])):
        return _folder(inner[0], title)
    raise _no_set(path)


def _no_set(path: Path) -> BadInput:
    return BadInput(
        f"{path} is no set of outlined pictures. Give the unpacked folder of an export: YOLO "
        "segmentation (data.yaml or classes.txt, images, labels) or COCO (JSON and images).",
        f"{path}은(는) 윤곽이 그려진 그림 데이터가 아닙니다. 내보낸 것을 푼 폴더를 지정하세요: YOLO "
        "segmentation(data.yaml이나 classes.txt, images, labels) 또는 COCO(JSON과 그림).",
    )


def _twins(pictures: Sequence[OutlinedPicture]) -> list[str]:
    """Sentences on pictures that equal another byte for byte."""
    sizes: dict[int, list[OutlinedPicture]] = {}
    for picture in pictures:
        sizes.setdefault(picture.file.stat().st_size, []).append(picture)
    first: dict[bytes, OutlinedPicture] = {}
    same, apart = [], []
    for group in sizes.values():
        for picture in group if len(group) > 1 else ():
            with picture.file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "blake2b").digest()
            twin = first.setdefault(digest, picture)
            if twin is not picture:
                same.append(f"{picture.name} and {twin.name}")
                apart += same[-1:] if twin.split != picture.split else []
    notes = [f"{len(same):,} pictures equal an earlier one, such as {same[0]}."] if same else []
    if apart:
        notes.append(
            f"{len(apart):,} of these lie in another split than the one they equal, such as "
            f"{apart[0]}: what is measured there is too good."
        )
    return notes
