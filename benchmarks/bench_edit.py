"""How fast an expression is drawn, and how far from the photo it may reach.

    OMP_NUM_THREADS=1 python benchmarks/bench_edit.py    # a second BLAS thread doubles the CPU time

The portrait of this repository, scaled so that its face takes the width named; "film" draws
bilinearly, as the stage does, "still" bicubically, as `express` does. CPU time of one thread,
the best of several runs.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import cv2
import numpy as np
from report import best_of, write_report

from pyojeong.edit.express import express_photo
from pyojeong.edit.rig import FaceRig
from pyojeong.emotion import Emotion
from pyojeong.expression import Expression, emotion_expression
from pyojeong.face.reader import FaceReader
from pyojeong.face.types import FaceMesh
from pyojeong.media.image import read_image

PORTRAIT = Path(__file__).parents[1] / "examples/portrait.png"
WIDTHS = {"small photo": 60, "the portrait": 92, "film": 210, "1024 px portrait": 400, "24 MP": 880}
WISH = emotion_expression(Emotion.FEAR) + Expression(
    {"eyeBlinkLeft": 0.3, "eyeBlinkRight": 0.3, "jawOpen": 0.2}, (2, 3, 1), (2, 3)
)


def scaled(photo: np.ndarray, mesh: FaceMesh, width: float) -> tuple[np.ndarray, FaceMesh]:
    factor = width / float(mesh.box[2] - mesh.box[0])
    size = (round(photo.shape[1] * factor), round(photo.shape[0] * factor))
    return cv2.resize(photo, size), FaceMesh((mesh.points * factor).astype(np.float32), 1.0)


def line(name: str, photo: np.ndarray, mesh: FaceMesh) -> list[str]:
    x0, y0, x1, y1 = FaceRig(photo, mesh).zone
    cells = [name, f"{photo.shape[1]}x{photo.shape[0]}", f"{x1 - x0}x{y1 - y0}"]
    clock = time.process_time
    cells.append(f"{1e3 * best_of(3, lambda: FaceRig(photo, mesh), clock):.0f}")
    for fine in (False, True):
        rig = FaceRig(photo, mesh, fine=fine)
        rig.draw(WISH, 1.0)
        cells.append(f"{1e3 * best_of(12, lambda r=rig: r.draw(WISH, 1.0), clock):.1f}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return [*cells, f"{memory:.0f}"]


def main() -> None:
    cv2.setNumThreads(1)
    photo, reader = read_image(PORTRAIT).rgb, FaceReader()
    face = reader.read(photo)[0]
    assert face.mesh is not None
    rows = []
    for name, width in WIDTHS.items():
        rows.append(line(name, *scaled(photo, face.mesh, width)))
    columns = ["", "photo", "zone", "prepare, ms", "film frame, ms", "still, ms", "peak MB so far"]
    large, _ = scaled(photo, face.mesh, 184)
    found = reader.read(large)[0]

    def once() -> object:
        return express_photo(large, found, {Emotion.HAPPINESS: 1.0}, {}, reader)

    wall = 1e3 * best_of(3, once, time.perf_counter)
    whole = (["what", "measured"], [["express, 1024 px, drawn and read back, ms", f"{wall:.0f}"]])
    write_report("edit", __doc__ or "", {"One face": (columns, rows), "One wish": whole})


if __name__ == "__main__":
    main()
