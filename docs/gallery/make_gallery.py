"""Draw the gallery: faces by emotions, as one sheet.

    python docs/gallery/make_gallery.py OUTPUT.jpg [PICTURE ...] [--zoom mouth|eyes] [--size PX]

Without pictures it draws the portrait of this repository. One row per face: the photo, the face at
rest, then one column per emotion as `pyojeong express` draws it. Look at it at 200 %.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.express import Sitting
from pyojeong.edit.wish import Wish
from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.face.reader import FaceReader
from pyojeong.media.image import Picture, read_image, write_image

PORTRAIT = Path(__file__).parents[2] / "examples/portrait.png"
COLUMNS = [e for e in EMOTIONS if e is not Emotion.NEUTRAL]
PARTS = {"face": None, "mouth": (61, 291, 0, 17), "eyes": (33, 263, 105, 334)}
Image = NDArray[np.uint8]


def tile(pixels: Image, size: int) -> Image:
    """The pixels in a white square of that size."""
    scale = size / max(pixels.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=method)
    square = np.full((size, size, 3), 255, np.uint8)
    part = small[:size, :size]
    square[: part.shape[0], : part.shape[1]] = part
    return square


def window(points: NDArray[np.float32], part: str) -> tuple[slice, slice]:
    """Rows and columns to show. points: (468, 2) px."""
    chosen = points if PARTS[part] is None else points[list(PARTS[part] or ())]
    middle = (chosen.min(0) + chosen.max(0)) / 2
    reach = float(np.ptp(chosen, axis=0).max()) * (0.62 if part == "face" else 0.75)
    x0, y0 = np.maximum(middle - reach, 0).astype(int)
    x1, y1 = (middle + reach).astype(int)
    return slice(y0, y1), slice(x0, x1)


def rows(path: Path, reader: FaceReader, part: str, size: int) -> list[Image]:
    """The tiles of every face of one picture that can be drawn on."""
    photo = read_image(path).rgb
    found = []
    for face in reader.read(photo):
        if face.mesh is None or face.area < 60**2:
            continue
        sitting = Sitting(photo, face, reader)
        view = window(face.mesh.points[:468, :2], part)
        pictures = [photo, sitting.express(Wish({Emotion.NEUTRAL: 1.0})).image]
        pictures += [sitting.express(Wish({emotion: 1.0})).image for emotion in COLUMNS]
        found.append(np.hstack([tile(picture[view], size) for picture in pictures]))
    return found


def heading(size: int) -> Image:
    """The names of the columns."""
    strip = np.full((26, size * (2 + len(COLUMNS)), 3), 255, np.uint8)
    for k, name in enumerate(["photo", "rest", *(e.value for e in COLUMNS)]):
        cv2.putText(
            strip, name, (size * k + 8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 1, 16
        )
    return strip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("pictures", type=Path, nargs="*")
    parser.add_argument("--zoom", choices=sorted(PARTS), default="face")
    parser.add_argument("--size", type=int, default=240)
    asked = parser.parse_args()
    reader = FaceReader()
    faces = [
        row
        for path in asked.pictures or [PORTRAIT]
        for row in rows(path, reader, asked.zoom, asked.size)
    ]
    write_image(asked.output, Picture(np.vstack([heading(asked.size), *faces])), 85)


if __name__ == "__main__":
    main()
