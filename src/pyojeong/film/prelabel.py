"""Outlines drawn by a network, for people to correct: quicker than drawing each by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pyojeong.data.instances.contours import rings_of
from pyojeong.data.instances.types import InstanceSet, Outline, OutlinedPicture
from pyojeong.data.stores import FilePictures
from pyojeong.errors import BadInput, BadSettings
from pyojeong.film.drafts import Drafts
from pyojeong.film.types import Instances, Segmenter
from pyojeong.media.listing import list_pictures

TOLERANCE, LEAST = 1 / 800, 0.01
"""By what share of the picture's longer side an outline may leave the network's (but by a px), so
that there are few points to move; share of a figure below which a part or hole of it is passed
over, as the specks of a network are."""


def outlined(
    frames: Path,
    segmenter: Segmenter,
    threshold: float = 0.25,
    drafts: Drafts | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> InstanceSet:
    """What a segmenter finds in the pictures of a folder, with its classes, in no split.

    threshold: least score of a figure, 0 to 1. drafts: where each picture's outlines are kept at
    once, and taken from if they are there already, so that a run may be stopped. Pictures in which
    nobody is found stay, with no figure; those that cannot be read are left out and counted.
    Raises BadInput where none is left, BadSettings, InferenceFailed, OutputFailed.
    """
    if not 0 <= threshold <= 1:
        raise BadSettings(
            f"A threshold lies between 0 and 1, not {threshold}.",
            f"threshold는 0과 1 사이입니다({threshold}).",
        )
    listed = list(list_pictures([frames]))
    ways = [one.relative.as_posix() for one in listed if one.error is None]
    pictures, broken = [], []
    for row, way in enumerate(ways):
        try:
            size, outlines = _drawn(frames, way, segmenter, threshold, drafts)
            pictures.append(OutlinedPicture(frames / way, way, *size, outlines))
        except BadInput as error:
            broken.append(str(error))
        progress((row + 1) / len(ways))
    if not pictures:
        raise _no_pictures(frames, broken)
    notes = []
    if broken:
        notes.append(f"{len(broken):,} pictures cannot be read. The first: {broken[0]}")
    if empty := sum(not picture.outlines for picture in pictures):
        notes.append(f"In {empty:,} of {len(pictures):,} pictures nobody was found.")
    return InstanceSet(frames.resolve().name, segmenter.labels, tuple(pictures), tuple(notes))


def _drawn(
    frames: Path, way: str, segmenter: Segmenter, threshold: float, drafts: Drafts | None
) -> tuple[tuple[int, int], tuple[Outline, ...]]:
    """(width, height) of a picture and its outlines. Raises BadInput."""
    if drafts is not None and (before := drafts.found(way, frames / way)):
        return before
    image = FilePictures(frames, (way,)).read(0)
    (found,) = segmenter.segment([image])
    size, outlines = (image.shape[1], image.shape[0]), _outlines(found, threshold)
    if drafts is not None:
        drafts.keep(way, frames / way, size, outlines)
    return size, outlines


def _outlines(found: Instances, threshold: float) -> tuple[Outline, ...]:
    made = []
    tolerance = max(1.0, TOLERANCE * max(found.masks.shape[1:]))
    for row in np.flatnonzero(found.scores >= threshold).tolist():
        rings = rings_of(found.masks[row], tolerance, LEAST)
        if rings:
            made.append(Outline(int(found.classes[row]), tuple(rings)))
    return tuple(made)


def _no_pictures(frames: Path, broken: list[str]) -> BadInput:
    if not frames.is_dir():
        return BadInput(
            f"{frames} is no folder; give one with pictures, such as that of pyojeong film frames.",
            f"{frames}은(는) 폴더가 아닙니다. pyojeong film frames로 만든 것 같은 그림 폴더를 지정하세요.",
        )
    seen = f" ({broken[0]})" if broken else ""
    return BadInput(
        f"{frames} holds no picture that can be read{seen}.",
        f"{frames}에 읽을 수 있는 그림이 없습니다{seen}.",
    )
