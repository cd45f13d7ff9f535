"""How well the cartoon's characters are cut out, and their emotions read, that training never saw.

    python benchmarks/bench_cartoon.py [--pictures 300] [--faces 1500] [--onnx FILE] [--emotion FILE]

Masks are compared at the pictures' own size, 640 × 360, found at 416 px.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from report import write_report

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.feeling import EMOTIONS
from pyojeong.data.cartoon.pictures import Picture, make_pictures
from pyojeong.data.cartoon.portraits import make_portraits
from pyojeong.data.cartoon.style import LABELS
from pyojeong.face.exported import ExportedClassifier
from pyojeong.face.square import whole_square
from pyojeong.film.types import Instances
from pyojeong.film.yolo_seg import YoloSegOnnx
from pyojeong.train.characters.precision import Compared, mask_overlaps, mean_precision

SEED = 4242


def compared(found: Instances, picture: Picture) -> Compared:
    overlaps = mask_overlaps(found.masks, picture.masks)
    return Compared(found.scores, found.classes, picture.classes, overlaps)


def coco(pairs: list[tuple[Instances, Picture]]) -> float | None:
    """The same by pycocotools, where it is installed."""
    try:
        from pycocotools import mask as rle
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    except ModuleNotFoundError:
        return None
    truth, found = [], []
    for number, (seen, picture) in enumerate(pairs):
        for mask, one in zip(picture.masks, picture.classes, strict=True):
            code = rle.encode(np.asfortranarray(mask.view(np.uint8)))
            truth.append(
                {
                    "id": len(truth) + 1,
                    "image_id": number,
                    "category_id": int(one),
                    "segmentation": code,
                    "area": float(mask.sum()),
                    "iscrowd": 0,
                    "bbox": [0, 0, 1, 1],
                }
            )
        for mask, one, score in zip(seen.masks, seen.classes, seen.scores, strict=True):
            code = rle.encode(np.asfortranarray(mask.view(np.uint8)))
            found.append(
                {
                    "image_id": number,
                    "category_id": int(one),
                    "segmentation": code,
                    "score": float(score),
                }
            )
    data = COCO()
    data.dataset = {
        "images": [{"id": n, "width": 640, "height": 360} for n in range(len(pairs))],
        "categories": [{"id": n} for n in range(len(LABELS))],
        "annotations": truth,
    }
    data.createIndex()
    measured = COCOeval(data, data.loadRes(found), "segm")
    measured.params.catIds = list(range(len(LABELS) - 1))
    measured.evaluate()
    measured.accumulate()
    measured.summarize()
    return float(measured.stats[0])


def cutting(path: Path | None, pictures: int, least: float) -> list[list[str]]:
    segmenter = YoloSegOnnx(path, threshold=least)
    pairs, spent = [], 0.0
    for picture in make_pictures(pictures, SEED, "test", strangers=0.2):
        start = time.process_time()
        pairs.append((segmenter.segment([picture.image])[0], picture))
        spent += time.process_time() - start
    seen = [compared(*pair) for pair in pairs]
    cast, everybody = (mean_precision(seen, n) for n in (len(LABELS) - 1, len(LABELS)))
    other = coco(pairs)
    return [
        ["pictures / figures", f"{pictures} / {sum(len(p) for _, p in pairs)}"],
        ["mask mAP50-95, the cast", f"{cast.mean:.4f}"],
        ["the same by pycocotools", "not installed" if other is None else f"{other:.4f}"],
        ["mask mAP50, the cast", f"{cast.at50:.4f}"],
        *([name, f"{value:.4f}"] for name, value in zip(LABELS, everybody.per_class, strict=True)),
        ["mask mAP50-95, with strangers", f"{everybody.mean:.4f}"],
        ["ms of one core per picture", f"{1000 * spent / pictures:.1f}"],
    ]


def reading(path: Path, count: int, split: str, strangers: float) -> list[str]:
    classifier = ExportedClassifier(path)
    faces = list(make_portraits(count, SEED, split, strangers))
    squares = np.stack([whole_square(f.image, classifier.card.side) for f in faces])
    parts = [classifier.probabilities(squares[n : n + 64]) for n in range(0, count, 64)]
    labels = [classifier.card.labels[n] for n in np.concatenate(parts).argmax(1)]
    right = np.array([EMOTIONS[f.emotion] == label for f, label in zip(faces, labels, strict=True)])
    by = [right[[f.emotion == n for f in faces]].mean() for n in range(len(EMOTIONS))]
    return [f"{value:.4f}" for value in (right.mean(), *by)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--faces", type=int, default=1500)
    parser.add_argument("--onnx", type=Path)
    parser.add_argument("--emotion", type=Path)
    parser.add_argument("--least", type=float, default=0.01)
    given = parser.parse_args()
    emotion = given.emotion or asset_path("cartoon_emotions_v1")
    kinds = {
        "the cast": ("train", 0.0),
        "strangers made of parts that training draws": ("train", 1.0),
        "strangers made of parts that training never draws": ("test", 1.0),
    }
    rows = [[name, *reading(emotion, given.faces, *kind)] for name, kind in kinds.items()]
    write_report(
        "cartoon",
        f"Drawn from seed {SEED}, which no training uses; figures are looked for at 416 px and masks "
        f"compared at 640 x 360; {given.faces} portraits of each kind.\n\n"
        "`python benchmarks/bench_cartoon.py`",
        {
            "Characters in places never seen": (
                ["", ""],
                cutting(given.onnx, given.pictures, given.least),
            ),
            "Emotions": (["accuracy", "all", *EMOTIONS], rows),
        },
    )


if __name__ == "__main__":
    main()
