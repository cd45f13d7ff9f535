"""A contact sheet of the frames that were left out, by reason, to see whether rightly so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pyojeong.film.filters import REASONS
from pyojeong.media.fonts import font
from pyojeong.media.image import Picture, write_image

NAMES: dict[str, tuple[str, str]] = {
    "black": ("black or empty", "검거나 빈 화면"),
    "credits": ("credits", "자막 화면(크레디트)"),
    "blurred": ("blurred", "흐림"),
    "duplicate": ("nearly the same as one kept", "남긴 프레임과 거의 같음"),
    "nobody": ("nobody in it", "인물 없음"),
    "unreadable": ("unreadable", "읽을 수 없음"),
}
"""Reasons in English and Korean."""

COLUMNS, ROWS = 8, 3
"""Pictures per line and most lines per reason."""

_CELL, _GAP, _MARGIN = (160, 90), 8, 24
_PAPER, _INK, _PALE = (250, 250, 248), (33, 37, 41), (110, 117, 125)


def write_contact_sheet(
    path: Path, files: Sequence[Path], dropped: dict[str, int], of: int, lang: str
) -> None:
    """A PNG. files: NPZ of small copies: a table of reason, number and seconds, then the images.
    dropped: {reason: number} of `of` frames. Raises OutputFailed."""
    shown = {reason: _some(files, reason) for reason in dropped}
    tall = [_height(len(pictures)) for pictures in shown.values()]
    width = 2 * _MARGIN + COLUMNS * (_CELL[0] + _GAP) - _GAP
    sheet = Image.new("RGB", (width, 2 * _MARGIN + 40 + sum(tall)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    total = sum(dropped.values())
    title = (
        f"{of:,}개 중 {total:,}개 프레임을 뺐습니다"
        if lang == "ko"
        else f"{total:,} of {of:,} frames left out"
    )
    pen.text((_MARGIN, _MARGIN - 6), title, _INK, font(22))
    at = _MARGIN + 40
    for reason in sorted(dropped, key=[*REASONS, "unreadable"].index):
        name = NAMES[reason][lang == "ko"]
        pen.text((_MARGIN, at), f"{name}: {dropped[reason]:,}", _INK, font(16))
        for place, (seconds, image) in enumerate(shown[reason]):
            row, column = divmod(place, COLUMNS)
            x = _MARGIN + column * (_CELL[0] + _GAP)
            y = at + 28 + row * (_CELL[1] + 26)
            high, wide = image.shape[:2]
            corner = x + (_CELL[0] - wide) // 2, y + (_CELL[1] - high) // 2
            sheet.paste(Image.fromarray(image), corner)
            pen.text((x, y + _CELL[1] + 3), _clock(seconds), _PALE, font(12))
        at += _height(len(shown[reason]))
    write_image(path, Picture(np.asarray(sheet)))


def _some(files: Sequence[Path], reason: str) -> list[tuple[float, NDArray[np.uint8]]]:
    """Small copies for one reason, spread evenly over the film; only these are held."""
    places = []
    for number, path in enumerate(files):
        with np.load(path, allow_pickle=False) as table:
            for row, about in enumerate(table["arr_0"].tolist()):
                if about[0] == reason:
                    places.append((number, row, float(about[2])))
    most = COLUMNS * ROWS
    chosen = (
        [places[i] for i in sorted({*np.linspace(0, len(places) - 1, most).astype(int)})]
        if places
        else []
    )
    found = []
    for number, row, seconds in chosen:
        with np.load(files[number], allow_pickle=False) as table:
            found.append((seconds, table[f"arr_{row + 1}"]))
    return found


def _height(pictures: int) -> int:
    return 40 + -(-pictures // COLUMNS) * (_CELL[1] + 26)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:06.3f}"
