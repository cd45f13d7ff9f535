"""The pictures of a run made ready: a set of outlined ones, or the drawn cartoon."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.cartoon.pictures import at_size, make_pictures
from pyojeong.data.cartoon.style import LABELS
from pyojeong.data.dataset import SPLITS
from pyojeong.data.instances.decoding import snug
from pyojeong.data.instances.divide import divided
from pyojeong.data.instances.load import load_instances
from pyojeong.data.instances.types import InstanceSet, OutlinedPicture
from pyojeong.errors import BadInput, BadSettings
from pyojeong.media.files import output_failed
from pyojeong.media.image import Rgb, read_image
from pyojeong.train.characters.cache import Cache, Shown, open_cache, write_cache
from pyojeong.train.characters.config import Config

CACHE = "cache"
_HELD = 120
"""Drawn pictures to measure on while training, and as many at the end."""
_LEAST_PIXELS = 16
"""Figures of fewer px at the network's size are left out."""
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a run learns from. title: of the set. size: (width, height) of the network's input, px.
    parts: train, val and, where there is one, test. digest: of pictures, outlines and splits.
    notes: what people should know."""

    title: str
    labels: tuple[str, ...]
    size: tuple[int, int]
    parts: dict[str, Cache]
    digest: str
    notes: tuple[str, ...]

    @property
    def measured(self) -> str:
        """The split that the last word is spoken on."""
        test = self.parts.get("test")
        return "val" if test is None or not len(test.classes) else "test"


def gather(config: Config, folder: Path, found: InstanceSet | None) -> Material:
    """The pictures at the network's size, from the run's cache where they are there already.

    found: the set, where it is at hand; else `config.data.source` is read. Raises BadSettings
    where nothing or two things are named, BadInput for a set that cannot be learned from.
    """
    data = config.data
    if bool(data.cartoon) + bool(data.source or found is not None) != 1:
        raise BadSettings(
            "Say what to learn from: a set of outlined pictures, or data.cartoon for how many "
            "pictures of the house's cartoon to draw; not both.",
            "학습할 것을 알려 주세요. 윤곽을 표시한 그림 모음 또는 data.cartoon(그릴 만화 그림 수) 중 하나입니다.",
        )
    try:
        (folder / CACHE).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_failed(folder, error) from error
    if data.cartoon:
        return _cartoon(config, folder / CACHE)
    return _outlined(
        config, folder / CACHE, _divided(found or load_instances(Path(data.source)), config)
    )


# --- outlined pictures -----------------------------------------------------------------------


def _divided(found: InstanceSet, config: Config) -> InstanceSet:
    """Every picture in a split: as the set says; where it names no val, what is not for the test is
    divided; pictures of no split beside a train and a val are learned from."""
    splits = {picture.split for picture in found.pictures}
    if splits >= {"train", "val"}:
        pictures = tuple(replace(p, split=p.split or "train") for p in found.pictures)
        return replace(found, pictures=pictures)
    shares = config.data.shares
    kept: tuple[OutlinedPicture, ...] = ()
    if splits >= {"train", "test"}:
        kept = tuple(found.split("test"))
        shares = tuple(share / (shares[0] + shares[1]) for share in shares[:2])
    rest = tuple(p for p in found.pictures if not kept or p.split != "test")
    made = divided(replace(found, pictures=rest), shares, config.data.split_seed)
    return replace(made, pictures=(*made.pictures, *kept))


def _outlined(config: Config, folder: Path, found: InstanceSet) -> Material:
    size = common_size(found.pictures, config.net.side)
    digest = set_digest(found)
    key = _key(digest, config.net.side, config.train.figures)
    parts, notes = {}, list(found.notes)
    for split in SPLITS:
        pictures = found.split(split)
        if not pictures:
            continue
        reader = _Reader(size, config.train.figures)
        read = partial(reader.read, pictures)
        parts[split] = _kept(folder, split, key, read, reader.notes)
        notes += [f"{split}: {note}" for note in parts[split].notes]
    for split in ("train", "val"):
        if split not in parts or not len(parts[split].classes):
            raise BadInput(
                f"{found.title} has no outlined figure in its part {split!r} "
                f"({len(found.split(split))} pictures); nothing can be learned or measured.",
                f"{found.title}: {split!r} 부분에 윤곽이 있는 인물이 없어(그림 {len(found.split(split))}장) "
                "학습하거나 평가할 수 없습니다.",
            )
    return Material(found.title, found.labels, size, parts, digest, tuple(notes))


def common_size(pictures: Sequence[OutlinedPicture], side: int) -> tuple[int, int]:
    """(width, height) of the network's input, multiples of 32, that most pictures fit snugly."""
    fits = [snug(p.height, p.width, (side, side)) for p in pictures]
    return (
        Counter((fit.width, fit.height) for fit in fits).most_common(1)[0][0]
        if fits
        else (side,) * 2
    )


def set_digest(found: InstanceSet) -> str:
    """Of labels, pictures, outlines and splits; where the files lie may change."""
    made = hashlib.sha256(repr(found.labels).encode())
    for p in found.pictures:
        try:
            size = p.file.stat().st_size
        except OSError:
            size = -1
        made.update(repr((p.name, size, p.width, p.height, p.split)).encode())
        for outline in p.outlines:
            made.update(repr((outline.label, [len(r) for r in outline.rings])).encode())
            for ring in outline.rings:
                made.update(ring.tobytes())
            if outline.runs is not None:
                made.update(outline.runs.tobytes())
    return made.hexdigest()[:16]


class _Reader:
    """Reads pictures at the network's size and remembers what it had to leave out."""

    def __init__(self, size: tuple[int, int], most: int) -> None:
        self.size, self.most = size, most
        self._broken: list[str] = []
        self._small = self._crowded = 0

    def read(self, pictures: Sequence[OutlinedPicture]) -> Iterator[Shown]:
        for picture in pictures:
            try:
                image = read_image(picture.file).rgb
                self._check(picture, image)
                yield self._shrunk(picture, image)
            except BadInput as error:
                self._broken.append(f"{picture.name} ({error.en})")

    def _check(self, picture: OutlinedPicture, image: Rgb) -> None:
        height, width = image.shape[:2]
        if (height, width) != (picture.height, picture.width):
            raise BadInput(
                f"it is {width} x {height} px, its outlines are for "
                f"{picture.width} x {picture.height}",
                f"{width} x {height}픽셀인데 윤곽은 {picture.width} x {picture.height}용입니다",
            )

    def _shrunk(self, picture: OutlinedPicture, image: Rgb) -> Shown:
        height, width = image.shape[:2]
        scale = min(1.0, self.size[0] / width, self.size[1] / height)
        small = max(1, round(width * scale)), max(1, round(height * scale))
        masks, classes = [], []
        for outline in picture.outlines:
            mask = _resized(outline.mask(height, width), small)
            if np.count_nonzero(mask) < _LEAST_PIXELS:
                self._small += 1
                continue
            masks.append(mask)
            classes.append(outline.label)
        if len(masks) > self.most:
            self._crowded += len(masks) - self.most
            order = np.argsort([-np.count_nonzero(m) for m in masks], kind="stable")[: self.most]
            masks, classes = [masks[n] for n in order], [classes[n] for n in order]
        stacked = np.stack(masks) if masks else np.zeros((0, small[1], small[0]), bool)
        shown = np.asarray(cv2.resize(image, small, interpolation=cv2.INTER_AREA), np.uint8)
        return Shown(picture.name, shown, stacked, np.array(classes, np.int64))

    def notes(self) -> list[str]:
        made = []
        if self._broken:
            named = "; ".join(self._broken[:_MOST_NAMED])
            more = " ..." if len(self._broken) > _MOST_NAMED else ""
            made.append(f"{len(self._broken)} pictures are left out: {named}{more}")
        if self._small:
            made.append(
                f"{self._small} figures of fewer than {_LEAST_PIXELS} px at the network's size are "
                "left out."
            )
        if self._crowded:
            made.append(
                f"{self._crowded} figures, the smallest of pictures with more than {self.most}, "
                "are left out."
            )
        return made


def _resized(mask: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels that lie in the mask by half or more."""
    made = cv2.resize(mask.view(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    return np.asarray(made >= 128)


# --- the cartoon -----------------------------------------------------------------------------


def _cartoon(config: Config, folder: Path) -> Material:
    """Pictures 16:9; those to measure on at the end are of places and strangers never trained on."""
    side = config.net.side
    fit = snug(9, 16, (side, side))
    inner = (side, round(side * 9 / 16))
    seed, parts = config.train.seed, {}
    wanted = {
        "train": (config.data.cartoon, seed, "train"),
        "val": (_HELD, seed + 1, "train"),
        "test": (_HELD, seed + 2, "test"),
    }
    digest = _key("cartoon", json.dumps(asdict(config.data)), seed)
    for split, (count, own_seed, kind) in wanted.items():
        make = partial(_drawn, count, own_seed, kind, config.data.strangers, inner)
        parts[split] = _kept(folder, split, _key(digest, side), make)
    return Material("cartoon", LABELS, (fit.width, fit.height), parts, digest, ())


def _drawn(
    count: int, seed: int, kind: str, strangers: float, size: tuple[int, int]
) -> Iterator[Shown]:
    for number, picture in enumerate(make_pictures(count, seed, kind, strangers=strangers)):
        small = at_size(picture, *size)
        seen = small.masks.any((1, 2))
        yield Shown(f"{kind} {number}", small.image, small.masks[seen], small.classes[seen])


# --- both ------------------------------------------------------------------------------------


def _kept(
    folder: Path,
    name: str,
    key: str,
    make: Callable[[], Iterator[Shown]],
    notes: Callable[[], Sequence[str]] = tuple,
) -> Cache:
    found = open_cache(folder, name, key)
    if found is None:
        write_cache(folder, name, key, make(), notes)
        found = open_cache(folder, name, key)
    if found is None:
        raise BadInput(
            f"The pictures kept in {folder} cannot be read back.",
            f"{folder}에 둔 그림을 다시 읽을 수 없습니다.",
        )
    return found


def _key(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
