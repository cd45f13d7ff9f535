"""Draw the gallery: faces by emotions, as one sheet.

    python docs/gallery/make_gallery.py OUTPUT.jpg [PICTURE ...] [--zoom mouth|eyes] [--size PX]

Without pictures it draws the portrait of this repository. The first column is the photo, the
second the face at rest, then one column per emotion at full intensity. Look at it at 200 %.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.rig import FaceRig
from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.expression import Expression, emotion_presets
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
    """Rows and columns to show of the zone. points: (468, 2) zone px."""
    chosen = points if PARTS[part] is None else points[list(PARTS[part] or ())]
    middle = (chosen.min(0) + chosen.max(0)) / 2
    reach = float(np.ptp(chosen, axis=0).max()) * (0.62 if part == "face" else 0.75)
    x0, y0 = np.maximum(middle - reach, 0).astype(int)
    x1, y1 = (middle + reach).astype(int)
    return slice(y0, y1), slice(x0, x1)


def row(path: Path, reader: FaceReader, part: str, size: int) -> Image:
    """The tiles of one picture's largest face."""
    photo = read_image(path).rgb
    mesh = next(f.mesh for f in reader.read(photo) if f.mesh is not None)
    rig = FaceRig(photo, mesh, fine=True)
    view = window(mesh.points[:468, :2] - np.array(rig.zone[:2]), part)
    wishes = [(Expression(), 0.0), (Expression(), 1.0)]
    wishes += [(emotion_presets()[emotion], 1.0) for emotion in COLUMNS]
    return np.hstack([tile(rig.draw(*wish)[view], size) for wish in wishes])


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
    rows = [row(path, reader, asked.zoom, asked.size) for path in asked.pictures or [PORTRAIT]]
    write_image(asked.output, Picture(np.vstack([heading(asked.size), *rows])))


if __name__ == "__main__":
    main()
