"""The picture of text that `--image` names, read by the engine that `--ocr` names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyojeong.cli.language import language, say
from pyojeong.cli.output import print_note

if TYPE_CHECKING:
    from pyojeong.text.ocr import OcrText

# Below this the text is shown with a warning.
_DOUBTFUL = 0.75

TextImage = Annotated[
    Path | None,
    typer.Option(
        "--image",
        metavar="FILE",
        help=say(
            "Read the text of a picture: a note, a page, handwriting.",
            "그림 속 글을 읽습니다: 쪽지, 책, 손글씨.",
        ),
    ),
]
OcrName = Annotated[
    str | None,
    typer.Option(
        "--ocr",
        metavar="NAME",
        help=say(
            "What reads the picture: tesseract, clova or easyocr.",
            "그림을 읽을 방법: tesseract, clova, easyocr.",
        ),
    ),
]


def read_picture(path: Path, name: str | None) -> OcrText:
    """The text of a picture file; says so where there is none or it is doubtful.

    Raises what `read_image`, `registry.load` and the engine raise.
    """
    from pyojeong.media.image import on_white, read_image, to_srgb
    from pyojeong.registry import load
    from pyojeong.text.ocr import Ocr

    picture = read_image(path)
    for note in picture.notes:
        print_note(note.text(language()))
    engine: Ocr = load("Ocr", name)
    found = engine.read(on_white(to_srgb(picture)).rgb)
    if not found.words:
        print_note(
            say(
                f"{path}: no text found. Try a sharper, larger or evenly lit picture.",
                f"{path}: 글을 찾지 못했습니다. 더 선명하거나 크거나 고르게 밝은 그림을 써 보세요.",
            )
        )
    elif found.confidence < _DOUBTFUL:
        print_note(
            say(
                f"{path}: read with {found.confidence:.0%} certainty; look it over.",
                f"{path}: 확신도 {found.confidence:.0%}로 읽었습니다. 글을 확인해 보세요.",
            )
        )
    return found


def described_picture(path: Path, found: OcrText) -> dict[str, Any]:
    """The JSON keys that tell where the text came from (docs/json.md)."""
    return {
        "image": str(path),
        "ocr": {
            "text": found.text,
            "confidence": round(found.confidence, 4),
            "source": found.source,
        },
    }
