"""How fast an expression is drawn, and how far from the photo it may reach.

    OMP_NUM_THREADS=1 python benchmarks/bench_edit.py    # a second BLAS thread doubles the CPU time

The portrait of this repository, scaled so that its face takes the width named; "film" draws
bilinearly, as the stage does, "still" bicubically, as `express` does. CPU time of one thread,
the best of several runs. A network of LivePortrait's shape (random weights: its speed, not its
pictures) runs beside it where torch is installed.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import cv2
import numpy as np
from report import best_of, write_report

from pyojeong.edit.express import Sitting
from pyojeong.edit.rig import FaceRig
from pyojeong.edit.wish import Wish
from pyojeong.emotion import Emotion
from pyojeong.expression import Expression, emotion_expression
from pyojeong.face.reader import FaceReader
from pyojeong.face.types import FaceMesh
from pyojeong.media.image import read_image

PORTRAIT = Path(__file__).parents[1] / "examples/portrait.png"
WIDTHS = {"small photo": 60, "the portrait": 92, "film": 210, "1024 px portrait": 400, "24 MP": 880}
FURTHER = (Emotion.ANGER, Emotion.SADNESS, Emotion.FEAR, Emotion.SURPRISE, Emotion.DISGUST)
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
    wishes = {}
    for name, side in (("1024 px", 1024), ("24 MP", 4886)):
        wishes[name] = wish_times(cv2.resize(photo, (side, side)), reader)
    rows_of_wishes = [[name, *cells] for name, cells in wishes.items()]
    columns_of_wishes = [
        "photo", "first wish, ms", "each further, ms", "the same, CPU ms", "peak MB so far"
    ]  # fmt: skip
    parts = {
        "One face": (columns, rows),
        "Wishes: found, sketched, drawn, read back (wall time)": (
            columns_of_wishes,
            rows_of_wishes,
        ),
    }
    other = other_network()
    if other is not None:
        ours = float(wishes["1024 px"][2])
        parts["Beside a network of LivePortrait's shape"] = (
            ["what", "CPU ms a picture"],
            [
                ["LivePortrait's shape, 512 px, torch", f"{other:.0f}"],
                ["a further wish here, 1024 px", f"{ours:.0f}"],
                ["ratio", f"{other / ours:.0f}"],
            ],
        )
    write_report("edit", __doc__ or "", parts)


def wish_times(photo: np.ndarray, reader: FaceReader) -> list[str]:
    """First wish from the pixels on, then the mean of the other emotions; wall and CPU, ms."""
    firsts, others, cpu = [], [], []
    for _ in range(3):
        began = time.perf_counter()
        sitting = Sitting(photo, reader.read(photo)[0], reader)
        sitting.express(Wish({Emotion.HAPPINESS: 1.0}))
        firsts.append(time.perf_counter() - began)
        began, clock = time.perf_counter(), time.process_time()
        for emotion in FURTHER:
            sitting.express(Wish({emotion: 1.0}))
        others.append((time.perf_counter() - began) / len(FURTHER))
        cpu.append((time.process_time() - clock) / len(FURTHER))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return [f"{1e3 * min(v):.0f}" for v in (firsts, others, cpu)] + [f"{memory:.0f}"]


def other_network() -> float | None:
    """CPU ms of one picture through LivePortrait's shape on one thread, None without torch."""
    try:
        import torch
        from liveportrait_shape import LivePortraitShape
    except ImportError:
        return None
    torch.set_num_threads(1)
    net, face = LivePortraitShape().eval(), torch.rand(1, 3, 256, 256)
    with torch.inference_mode():
        return 1e3 * best_of(2, lambda: net(face, face), time.process_time)


if __name__ == "__main__":
    main()
