"""A set of outlined pictures written out for other tools: YOLO-seg, or COCO with polygons.

Both have one folder of pictures for each split. What the set holds as a mask becomes polygons, as
Roboflow and Label Studio import nothing else: holes are joined to the outer border by a bridge
without width. YOLO has one polygon a figure; several parts are joined the same way (as in
Ultralytics' own converter from COCO).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from pyojeong.data.instances.contours import Ring, joined, rings_of
from pyojeong.data.instances.data_yaml import write_data_yaml
from pyojeong.data.instances.fill import fill
from pyojeong.data.instances.types import InstanceSet, Outline, OutlinedPicture
from pyojeong.data.save import new_folder
from pyojeong.errors import BadSettings, OutputFailed
from pyojeong.media.files import output_failed

Form = Literal["yolo", "coco"]

_TOLERANCE = 0.5
"""px by which polygons made from masks may leave their border."""


def save_instances(found: InstanceSet, folder: Path, form: Form) -> None:
    """To a new folder. Pictures are copied as they are; those of no split are written as train.

    "yolo": images/SPLIT, labels/SPLIT and data.yaml. "coco": images/SPLIT and
    annotations/instances_SPLIT.json with areas (px²), boxes and numbers from 1. Masks read back
    have an IoU above .98 for figures of more than some 40 px. Raises OutputFailed where the folder
    is not empty or cannot be written, BadSettings for another form.
    """
    if form not in get_args(Form):
        raise BadSettings(
            f"form is yolo or coco, not {form!r}.", f"form은 yolo 또는 coco입니다({form!r})."
        )
    with new_folder(folder) as part:
        splits: dict[str, list[OutlinedPicture]] = {}
        for picture in found.pictures:
            splits.setdefault(picture.split or "train", []).append(picture)
        for split, pictures in splits.items():
            named = list(zip(pictures, _names(pictures), strict=True))
            _copy(named, part / "images" / split)
            if form == "yolo":
                _write_labels(named, part / "labels" / split)
            else:
                (part / "annotations").mkdir(exist_ok=True)
                target = part / "annotations" / f"instances_{split}.json"
                target.write_text(
                    json.dumps(_coco(named, found.labels), ensure_ascii=False), "utf-8"
                )
        if form == "yolo":
            write_data_yaml(
                part / "data.yaml", found.labels, {name: f"images/{name}" for name in splits}
            )


def polygons(outline: Outline, height: int, width: int) -> tuple[Ring, ...]:
    """The figure as polygons; several never overlap where they were made from a mask."""
    if outline.runs is None:
        return outline.rings
    return tuple(rings_of(outline.mask(height, width), _TOLERANCE))


# --- pictures --------------------------------------------------------------------------------

Named = Sequence[tuple[OutlinedPicture, str]]


def _names(pictures: Sequence[OutlinedPicture]) -> list[str]:
    """Names of files, without folders; those that would share a file of labels get a number."""
    taken: set[str] = set()
    names = []
    for picture in pictures:
        plain = Path(picture.name.rsplit("/", 1)[-1])
        stem, number = plain.stem, 1
        while stem.casefold() in taken:
            number += 1
            stem = f"{plain.stem}-{number}"
        taken.add(stem.casefold())
        names.append(stem + plain.suffix)
    return names


def _copy(named: Named, folder: Path) -> None:
    folder.mkdir(parents=True)
    for picture, name in named:
        try:
            shutil.copyfile(picture.file, folder / name)
        except FileNotFoundError as error:
            raise OutputFailed(
                f"{picture.file} is gone; read the set again.",
                f"{picture.file}이(가) 사라졌습니다. 데이터를 다시 읽으세요.",
            ) from error
        except OSError as error:
            raise output_failed(folder / name, error) from error


# --- YOLO ------------------------------------------------------------------------------------


def _write_labels(named: Named, folder: Path) -> None:
    folder.mkdir(parents=True)
    for picture, name in named:
        lines = [_line(outline, picture) for outline in picture.outlines]
        text = "".join(line + "\n" for line in lines if line)
        (folder / name).with_suffix(".txt").write_text(text, "utf-8")


def _line(outline: Outline, picture: OutlinedPicture) -> str:
    """A figure as one line; "" where nothing of it is left."""
    height, width = picture.height, picture.width
    rings = polygons(outline, height, width)
    if len(rings) > 1 and _overlap(rings, height, width):
        # Joined, an overlap would become a hole.
        rings = tuple(rings_of(outline.mask(height, width), _TOLERANCE))
    if not rings:
        return ""
    shares = joined(rings).astype(np.float64) / (width, height)
    return f"{outline.label} " + " ".join(f"{v:.6f}" for v in np.clip(shares, 0, 1).ravel())


def _overlap(rings: Sequence[Ring], height: int, width: int) -> bool:
    whole = np.zeros((height, width), np.bool_)
    count = 0
    for ring in rings:
        one = np.zeros_like(whole)
        fill(one, ring)
        count += int(np.count_nonzero(one))
        whole |= one
    return count > int(np.count_nonzero(whole))


# --- COCO ------------------------------------------------------------------------------------


def _coco(named: Named, labels: Sequence[str]) -> dict[str, Any]:
    images, annotations = [], list[dict[str, Any]]()
    for number, (picture, name) in enumerate(named, start=1):
        size = {"width": picture.width, "height": picture.height}
        images.append({"id": number, "file_name": name, **size})
        for outline in picture.outlines:
            entry = _annotation(outline, picture)
            if entry:
                annotations.append({"id": len(annotations) + 1, "image_id": number, **entry})
    categories = [
        {"id": at, "name": name, "supercategory": ""} for at, name in enumerate(labels, start=1)
    ]
    return {"images": images, "annotations": annotations, "categories": categories}


def _annotation(outline: Outline, picture: OutlinedPicture) -> dict[str, Any]:
    rings = polygons(outline, picture.height, picture.width)
    if not rings:
        return {}
    points = np.concatenate(rings).astype(np.float64)
    left, top = points.min(0)
    right, bottom = points.max(0)
    area = int(np.count_nonzero(outline.mask(picture.height, picture.width)))
    return {
        "category_id": outline.label + 1,
        "segmentation": [np.round(ring.astype(np.float64), 2).ravel().tolist() for ring in rings],
        "area": area,
        "bbox": [round(float(v), 2) for v in (left, top, right - left, bottom - top)],
        "iscrowd": 0,
    }
