"""COCO instance sets: JSON with `images`, `annotations` and `categories` (Lin et al. 2014).

As Roboflow (`_annotations.coco.json` in each split's folder), CVAT (`annotations/` beside
`images/`), Label Studio (`result.json` beside `images/`) and COCO itself lay them out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from pyojeong.data.assemble import composed, split_of
from pyojeong.data.instances.coco_figures import Placing, figure_of, smaller
from pyojeong.data.instances.places import Places, is_text, plain_parts, split_in
from pyojeong.data.instances.sound import Tally
from pyojeong.data.instances.types import InstanceSet, Outline, OutlinedPicture
from pyojeong.errors import BadInput
from pyojeong.media.files import read_bytes
from pyojeong.media.image import stored_size
from pyojeong.settings import settings

Table = dict[str, Any]

_PARTS = ("images", "annotations", "categories")


def coco_files(root: Path) -> list[Path]:
    """Files of a folder that may be COCO sets: in it, in `annotations`, in folders of splits. Of
    files side by side those called instances are taken where there are such."""
    folders = [root, *sorted(p for p in root.iterdir() if p.is_dir() and p.name[:1] != ".")]
    chosen: list[Path] = []
    for folder in folders:
        found = sorted(p for p in folder.glob("*.json") if p.name[:1] != ".")
        called = [p for p in found if p.name.startswith("instances_")]
        chosen += called or found
    return [path for path in chosen if _looks_right(path)]


def _looks_right(path: Path) -> bool:
    """Whether a file names all three parts, looked for without reading it into memory."""
    wanted = {f'"{part}"'.encode() for part in _PARTS}
    kept = b""
    with path.open("rb") as stream:
        while wanted and (block := stream.read(1 << 20)):
            block = kept + block
            wanted = {word for word in wanted if word not in block}
            kept = block[-20:]
    return not wanted


def load_coco(files: Sequence[Path], root: Path, title: str) -> InstanceSet:
    """The pictures of one file or several, which share their classes by name. Raises BadInput."""
    tables = [(path, _read(path)) for path in files]
    names = _names(tables)
    places, tally = Places(root), Tally()
    found: dict[str, OutlinedPicture] = {}
    for path, table in tables:
        numbers = {
            _id(entry, path): names.index(name)
            for entry in table["categories"]
            if (name := _name(entry, path)) in names
        }
        _pictures(path, table, numbers, places, tally, found)
    if not found:
        raise _no_pictures(root, tally)
    if tally.counts["crowds"] and not any(p.outlines for p in found.values()):
        raise _only_crowds(files[0], tally.counts["crowds"])
    return InstanceSet(title, tuple(names), tuple(found.values()), tally.notes())


def _read(path: Path) -> Table:
    data = read_bytes(path, settings().max_annotation_bytes, "max_annotation_bytes")
    try:
        # Numbers too large for an array become infinite, and are told as no numbers.
        with np.errstate(over="ignore"):
            table = json.loads(data, object_hook=smaller)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{path} is damaged or no JSON ({error}).",
            f"{path}은(는) 손상되었거나 JSON이 아닙니다({error}).",
        ) from error
    for part in _PARTS:
        entries = table.get(part) if isinstance(table, dict) else None
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise BadInput(
                f'{path} is no COCO set: it needs lists "images", "annotations", "categories".',
                f'{path}은(는) COCO 데이터가 아닙니다. "images", "annotations", "categories" '
                "목록이 필요합니다.",
            )
    return dict(table)


def _names(tables: Sequence[tuple[Path, Table]]) -> list[str]:
    """Classes in the order of their numbers, without Roboflow's heading that nothing belongs to."""
    used: set[str] = set()
    above: set[str] = set()
    numbered: dict[str, int] = {}
    for path, table in tables:
        entries = sorted(table["categories"], key=lambda e: _id(e, path))
        by_id = {_id(entry, path): _name(entry, path) for entry in entries}
        belong = (a.get("category_id") for a in table["annotations"])
        used |= {by_id.get(number, "") for number in belong if isinstance(number, int)}
        above |= {str(entry.get("supercategory")) for entry in entries}
        for entry in entries:
            numbered.setdefault(_name(entry, path), _id(entry, path))
    names = [n for n, at in numbered.items() if n in used or at != 0 or n not in above]
    if not names:
        raise BadInput(
            f"{tables[0][0]} names no classes.", f"{tables[0][0]}에 클래스 이름이 없습니다."
        )
    return names


def _id(entry: Table, path: Path) -> int:
    number = entry.get("id")
    if not isinstance(number, int):
        raise _odd(path, entry)
    return number


def _name(entry: Table, path: Path) -> str:
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip() or not is_text(name):
        raise _odd(path, entry)
    return composed(name.strip())


def _odd(path: Path, entry: Table) -> BadInput:
    seen = ascii(entry)[:100]
    return BadInput(
        f"{path} holds an entry without a proper id or name: {seen}.",
        f"{path}에 id나 이름이 올바르지 않은 항목이 있습니다: {seen}.",
    )


def _pictures(
    path: Path,
    table: Table,
    numbers: dict[int, int],
    places: Places,
    tally: Tally,
    found: dict[str, OutlinedPicture],
) -> None:
    """Adds the pictures of one file to those found, by their way from the root."""
    groups = _by_picture(table["annotations"], tally)
    folders, split = _folders(path, places.root)
    for entry in table["images"]:
        name, key = entry.get("file_name"), entry.get("id")
        if not isinstance(name, str) or not isinstance(key, int | float | str):
            raise _odd(path, entry)
        # Of a picture listed twice under one id, the figures belong to the first.
        annotations = groups.pop(key, [])
        way = places.picture(name, folders)
        if way is None:
            tally.add("missing", name[:200])
            continue
        if plain_parts(name)[1]:
            tally.add("foreign", name[:200])
        made = _picture(places.root, way, entry, tally)
        if made is None:
            continue
        picture, fit = made
        outlines = _outlines(path, annotations, numbers, fit, tally)
        before = found.get(way)
        if before:
            tally.add("repeated", way)
            outlines = (*before.outlines, *outlines)
        kept = before or replace(picture, split=split or split_in(way))
        found[way] = replace(kept, outlines=outlines)
    for lost in groups.values():
        for _ in lost:
            tally.add("orphans")


def _by_picture(annotations: list[Table], tally: Tally) -> dict[Any, list[Table]]:
    groups: dict[Any, list[Table]] = {}
    for one in annotations:
        if isinstance(one.get("image_id"), int | float | str):
            groups.setdefault(one["image_id"], []).append(one)
        else:
            tally.add("orphans")
    return groups


def _folders(path: Path, root: Path) -> tuple[list[str], str]:
    """Where names of pictures lead from, and the split that the file or its folder is called
    after: `valid/_annotations.coco.json`, `instances_val2017.json`."""
    here = path.parent.relative_to(root).as_posix()
    here = "" if here == "." else here
    word = path.stem.removeprefix("instances_")
    plain = word.rstrip("0123456789")
    split = split_of(plain) or split_of(here.rpartition("/")[2])
    inside = (
        [f"images/{word}", f"images/{plain}", word, plain] if word != path.stem or split else []
    )
    starts = [here, f"{here}/images" if here else "images", "", "images", *inside]
    # Folders named as the file come first: a train picture may be called as a val picture is.
    return list(dict.fromkeys([*inside, *starts])), split


def _picture(
    root: Path, way: str, entry: Table, tally: Tally
) -> tuple[OutlinedPicture, Placing] | None:
    """The picture, and how outlines of the declared size lie in it; None where it cannot be used."""
    try:
        width, height, turn = stored_size(root / way)
    except BadInput as error:
        tally.add("broken", str(error))
        return None
    upright = (height, width) if turn >= 5 else (width, height)
    said = entry.get("width"), entry.get("height")
    declared = said if _are_sizes(said) else upright
    fit = Placing.between(declared, upright, (width, height), turn)
    if fit is None:
        tally.add(
            "misfits", f"{way}, {declared[0]} x {declared[1]} and {upright[0]} x {upright[1]}"
        )
        return None
    if fit.kind:
        tally.add(fit.kind, way)
    return OutlinedPicture(root / way, way, *upright, (), ""), fit


def _are_sizes(said: tuple[Any, Any]) -> TypeGuard[tuple[int, int]]:
    return all(isinstance(n, int) and 0 < n < 1_000_000 for n in said)


def _outlines(
    path: Path, annotations: list[Table], numbers: dict[int, int], fit: Placing, tally: Tally
) -> tuple[Outline, ...]:
    made = []
    for one in annotations:
        where = f"{path}, annotation {ascii(one.get('id'))[:40]}"
        if one.get("iscrowd"):
            tally.add("crowds", where)
            continue
        number = one.get("category_id")
        if not isinstance(number, int) or number not in numbers:
            raise BadInput(
                f"{where}: there is no category {ascii(number)[:40]}.",
                f"{where}: 카테고리 {ascii(number)[:40]}이(가) 없습니다.",
            )
        outline = figure_of(one, numbers[number], fit, tally, where)
        made += [outline] if outline else []
    return tuple(made)


def _no_pictures(root: Path, tally: Tally) -> BadInput:
    seen = " ".join(tally.notes()) or "No picture is named."
    return BadInput(
        f"None of the pictures that the annotations name is below {root}. {seen} Export with the "
        'pictures ("Save images" in CVAT, "COCO with images" in Label Studio), or copy them into '
        f"{root / 'images'}.",
        f"라벨에 적힌 그림이 {root} 아래에 하나도 없습니다. {seen} 그림까지 내보내거나(CVAT의 Save images, "
        f"Label Studio의 COCO with images) {root / 'images'}에 복사하세요.",
    )


def _only_crowds(path: Path, count: int) -> BadInput:
    return BadInput(
        f"All {count:,} regions of {path} are marked as crowds (iscrowd). CVAT marks so what was "
        "drawn with its brush: export as Ultralytics YOLO Segmentation instead.",
        f"{path}의 영역 {count:,}개가 모두 iscrowd입니다. CVAT의 브러시로 그리면 그렇게 됩니다. "
        "Ultralytics YOLO Segmentation으로 내보내세요.",
    )
