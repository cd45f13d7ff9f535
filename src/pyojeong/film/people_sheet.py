"""`people.jpg`: some faces of everybody who was found, beside the numbers that people.toml uses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pyojeong.film.cast import Person
from pyojeong.media.files import atomic_path
from pyojeong.media.fonts import font

SHOWN, MOST = 8, 60
"""Faces of each person, and persons on the sheet."""

_SIDE, _GAP, _LEFT = 96, 6, 190


def spread(rows: NDArray[np.int64], count: int = SHOWN) -> NDArray[np.int64]:
    """At most `count` of some rows, evenly over them."""
    if len(rows) <= count:
        return rows
    kept: NDArray[np.int64] = rows[np.linspace(0, len(rows) - 1, count).round().astype(int)]
    return kept


def write_sheet(path: Path, people: Sequence[Person], faces: Sequence[Sequence[bytes]]) -> None:
    """people: who there is; faces: JPEG squares of each, at most `SHOWN`. Raises OutputFailed."""
    shown = list(zip(people, faces, strict=True))[:MOST]
    height = max(1, len(shown)) * (_SIDE + _GAP) + _GAP
    page = Image.new("RGB", (_LEFT + SHOWN * (_SIDE + _GAP), height), (250, 249, 246))
    pen = ImageDraw.Draw(page)
    large, small = font(19), font(13)
    for row, (person, pictures) in enumerate(shown):
        top = _GAP + row * (_SIDE + _GAP)
        ink = (150, 150, 150) if person.ignore else (30, 30, 40)
        pen.text((14, top + 18), f"id {person.id}", ink, large)
        pen.text((14, top + 46), person.name[:24], ink, small)
        pen.text((14, top + 66), person.about.partition(",")[0], (130, 130, 130), small)
        for column, data in enumerate(pictures[:SHOWN]):
            face = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
            if face is not None:
                square = Image.fromarray(np.ascontiguousarray(face[:, :, ::-1]))
                page.paste(square.resize((_SIDE, _SIDE)), (_LEFT + column * (_SIDE + _GAP), top))
    with atomic_path(path) as part:
        page.save(part, "JPEG", quality=88)
