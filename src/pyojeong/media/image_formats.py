"""Which picture formats are read, and what is said of those that are not.

Only these readers of Pillow are ever used: each more is one more way in for a hostile file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from pyojeong.errors import BadInput

Opener = Callable[[IO[bytes]], ImageFile.ImageFile]
_OPENERS: tuple[tuple[Callable[[bytes], bool], Opener], ...] = (
    (lambda b: b.startswith(b"\x89PNG\r\n\x1a\n"), PngImagePlugin.PngImageFile),
    # The base picture of a multi-picture (MPO) or Ultra HDR file is a plain JPEG at its start.
    (lambda b: b.startswith(b"\xff\xd8\xff"), JpegImagePlugin.JpegImageFile),
    (lambda b: b[:4] == b"RIFF" and b[8:12] == b"WEBP", WebPImagePlugin.WebPImageFile),
    (lambda b: b.startswith(b"BM"), BmpImagePlugin.BmpImageFile),
    (lambda b: b[:6] in (b"GIF87a", b"GIF89a"), GifImagePlugin.GifImageFile),
    (
        lambda b: b[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
        TiffImagePlugin.TiffImageFile,
    ),
)

_FOREIGN: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda b: b[4:8] == b"ftyp" and b[8:12] in (b"avif", b"avis"), "AVIF"),
    (
        lambda b: (
            b[4:8] == b"ftyp"
            and b[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
        ),
        "HEIC",
    ),
    (lambda b: b[:2] == b"\xff\x0a" or b[4:12] == b"JXL \r\n\x87\n", "JPEG XL"),
    (lambda b: b.startswith(b"\0\0\0\x0cjP  "), "JPEG 2000"),
    (lambda b: b"<svg" in b.lower(), "SVG"),
    (lambda b: b.startswith(b"%PDF"), "PDF"),
    (lambda b: b.startswith(b"8BPS"), "PSD"),
    (lambda b: b.startswith(b"\0\0\1\0"), "ICO"),
)


def opener_of(data: bytes, path: Path) -> Opener:
    """What reads the file's header, by its content. Raises BadInput for other formats."""
    head = data[:1024]
    for matches, opener in _OPENERS:
        if matches(head):
            return opener
    for matches, name in _FOREIGN:
        if matches(head):
            raise BadInput(
                f"{path} is a {name} file, which Pyojeong does not read. "
                "Convert it to PNG or JPEG first.",
                f"{path}은(는) {name} 파일이라 읽을 수 없습니다. PNG나 JPEG로 바꿔 주세요.",
            )
    raise BadInput(
        f"{path} is not a picture. Give a PNG, JPEG, WebP, BMP, GIF or TIFF file.",
        f"{path}은(는) 그림 파일이 아닙니다. PNG, JPEG, WebP, BMP, GIF, TIFF를 지정하세요.",
    )
