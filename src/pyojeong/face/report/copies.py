"""Annotated copies of the pictures of a report, in a folder of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pyojeong.errors import Language
from pyojeong.face.annotate import annotated
from pyojeong.face.reader import ReadFace
from pyojeong.face.types import Image
from pyojeong.media.files import output_failed
from pyojeong.media.image import Picture, write_image
from pyojeong.media.listing import Listed

_WRITTEN = frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"))


class AnnotatedCopies:
    """Names copies as the originals, below one folder, and writes them.

    Originals of folders keep their way below the folder given. Where two would get one name
    (on a disk that ignores case, too) the later gets a number. Formats that are not written
    become PNG.
    """

    def __init__(self, folder: Path, lang: Language) -> None:
        self.folder = folder
        self._lang = lang
        self._taken: set[bytes] = set()

    def place(self, listed: Listed) -> Path:
        """Where the copy of a picture goes. To be asked once for each picture, in order: the
        same listing gives the same places."""
        way = listed.relative
        if way.suffix.lower() not in _WRITTEN:
            way = way.with_name(f"{way.name}.png")
        number = 2
        free = way
        while (key := _key(free)) in self._taken:
            free = way.with_name(f"{way.stem} ({number}){way.suffix}")
            number += 1
        self._taken.add(key)
        return self.folder / free

    def write(self, place: Path, image: Image, faces: Sequence[ReadFace]) -> None:
        """Raises OutputFailed."""
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise output_failed(place, error) from error
        write_image(place, Picture(annotated(image, faces, self._lang)))


def _key(way: Path) -> bytes:
    text = str(way).casefold().encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=8).digest()
