"""Draw the presets on the mesh and on the example portrait, to judge them by eye.

`python -m pyojeong.train.presets_sheet docs/expressions/presets.jpg`
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np

from pyojeong.assets import WEIGHTS
from pyojeong.edit.basis import load_basis
from pyojeong.edit.rig import FaceRig
from pyojeong.expression import Expression, both_sides
from pyojeong.face.types import Image
from pyojeong.media.image import read_image
from pyojeong.train.basis_sheet import grid, tile
from pyojeong.train.presets import Eyes, Weights

SIZE = 220
PORTRAIT = Path("examples/portrait.png")


def portrait_tiles(presets: list[Weights]) -> list[Image]:
    """The portrait's face with each preset in place of its own expression."""
    eyes = Eyes.load()
    subject = eyes.subject("portrait", read_image(PORTRAIT).rgb, anyhow=True)
    if subject is None:
        raise SystemExit(f"{PORTRAIT} shows no face")
    return [
        _framed(subject.drawn(Expression(both_sides(weights))), subject.rig) for weights in presets
    ]


def _framed(image: Image, rig: FaceRig) -> Image:
    """The square around the zone's middle, `SIZE` px."""
    x0, y0, x1, y1 = rig.zone
    half = round(0.36 * max(x1 - x0, y1 - y0))
    x, y = (x0 + x1) // 2, (y0 + y1) // 2
    part = image[max(0, y - half) : y + half, max(0, x - half) : x + half]
    return cv2.resize(part, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.uint8)


def main() -> None:
    table = json.loads((WEIGHTS / "presets.json").read_text("utf-8"))
    felt = {"neutral": {}, **{k: v for k, v in table["emotions"].items() if v}}
    basis = load_basis()
    rows = portrait_tiles(list(felt.values()))
    rows += [tile(basis, name, weights, SIZE) for name, weights in felt.items()]
    rows += [tile(basis, name, weights, SIZE) for name, weights in table["named"].items()]
    out = Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    picture = grid(rows, len(felt))[..., ::-1]
    cv2.imwrite(str(out), picture, [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
