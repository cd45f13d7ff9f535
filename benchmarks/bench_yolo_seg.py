"""YoloSegOnnx beside Ultralytics' own reading of the same file.

    YOLO_OFFLINE=1 YOLO_AUTOINSTALL=0 python benchmarks/bench_yolo_seg.py FILE.onnx [--pictures 40]

Needs `pip install ultralytics` (AGPL-3.0), which nothing in Pyojeong imports but its own extra. Both
see the same pictures at the same thresholds; compared are how many figures are found, their classes,
scores, boxes and masks. Where the gray margin of wide pictures is no whole number of the prototypes'
cells, Ultralytics interpolates its masks twice; square pictures have no margin.
"""

from __future__ import annotations

import argparse
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from report import write_report

from pyojeong.data.cartoon.pictures import make_pictures
from pyojeong.face.suppression import overlaps
from pyojeong.film.yolo_seg import YoloSegOnnx
from pyojeong.train.characters.precision import mask_overlaps
from pyojeong.vision import vision


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--least", type=float, default=0.25)
    parser.add_argument("--what", default="The file of the cartoon's characters")
    parser.add_argument("--name", default="yolo_seg")
    given = parser.parse_args()
    vision("ops")  # Ultralytics imports torchvision itself
    from ultralytics import YOLO

    theirs = YOLO(str(given.file), task="segment")
    ours = YoloSegOnnx(given.file, threshold=given.least, iou=0.7)
    # Theirs always shrinks by interpolation, whatever a file's notes ask for.
    ours._shrink = cv2.INTER_LINEAR
    seen: dict[str, list[Any]] = {
        "masks": [],
        "squares": [],
        "boxes": [],
        "scores": [],
        "classes": [],
        "counts": [],
    }
    spent = [0.0, 0.0]
    for number, picture in enumerate(make_pictures(given.pictures, 77, "test")):
        image = picture.image
        if number % 4 == 3:
            image = np.ascontiguousarray(image[:, 140:500])
        start = time.perf_counter()
        (mine,) = ours.segment([image])
        middle = time.perf_counter()
        other = theirs.predict(
            image[:, :, ::-1],
            imgsz=416,
            conf=given.least,
            max_det=100,
            iou=0.7,
            retina_masks=True,
            verbose=False,
        )[0]
        spent[0] += middle - start
        spent[1] += time.perf_counter() - middle
        found = 0 if other.masks is None else len(other.masks)
        seen["counts"].append((len(mine), found))
        if not found or not len(mine):
            continue
        masks = other.masks.data.numpy().astype(bool)
        boxes = other.boxes.xyxy.numpy()
        shared = mask_overlaps(mine.masks, masks)
        for n, row in enumerate(shared):
            best = int(row.argmax())
            seen["masks" if image.shape[0] < image.shape[1] else "squares"].append(row[best])
            seen["boxes"].append(float(overlaps(mine.boxes[n], boxes)[0][best]))
            seen["scores"].append(abs(float(mine.scores[n]) - float(other.boxes.conf[best])))
            seen["classes"].append(int(mine.classes[n]) == int(other.boxes.cls[best]))
    counts = np.array(seen["counts"])
    per = [f"{1000 * s / given.pictures:.0f}" for s in spent]
    rows = [
        ["figures found", *map(str, counts.sum(0).tolist())],
        ["ms per picture", *per],
    ]
    same = [
        [
            "pictures with as many figures",
            f"{int((counts[:, 0] == counts[:, 1]).sum())} of {len(counts)}",
        ],
        ["figures of the same class", f"{sum(seen['classes'])} of {len(seen['classes'])}"],
        ["overlap of masks, square pictures, mean / least", _two(seen["squares"])],
        ["overlap of masks, wide pictures, mean / least", _two(seen["masks"])],
        ["overlap of boxes, mean / least", _two(seen["boxes"])],
        ["largest difference of scores", f"{max(seen['scores']):.5f}"],
    ]
    about = f"{given.what}, read by us and by ultralytics {version('ultralytics')}."
    write_report(
        given.name,
        about + "\n\n`python benchmarks/bench_yolo_seg.py FILE.onnx`",
        {"Found": (["", "ours", "theirs"], rows), "Agreement": (["", ""], same)},
    )


def _two(values: list[float]) -> str:
    return f"{np.mean(values):.4f} / {np.min(values):.4f}"


if __name__ == "__main__":
    main()
