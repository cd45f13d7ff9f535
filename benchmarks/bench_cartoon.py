"""How well the cartoon's characters are cut out, and their emotions read, that training never saw.

    python benchmarks/bench_cartoon.py [--pictures 300] [--onnx FILE] [--emotion FILE]

Masks are compared at the pictures' own size, 640 × 360, found at 416 px.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from pyojeong.data.cartoon.feeling import EMOTIONS
from pyojeong.data.cartoon.pictures import Picture, make_pictures
from pyojeong.data.cartoon.portraits import make_portraits
from pyojeong.data.cartoon.style import LABELS
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


def cutting(path: Path | None, pictures: int, least: float) -> dict[str, object]:
    segmenter = YoloSegOnnx(path, threshold=least)
    pairs, spent = [], 0.0
    for picture in make_pictures(pictures, SEED, "test", strangers=0.2):
        start = time.perf_counter()
        pairs.append((segmenter.segment([picture.image])[0], picture))
        spent += time.perf_counter() - start
    measured = mean_precision([compared(*pair) for pair in pairs], len(LABELS))
    cast = measured.per_class[:-1]
    cast_only = mean_precision([compared(*pair) for pair in pairs], len(LABELS) - 1)
    return {
        "pictures": pictures,
        "figures": sum(len(p) for _, p in pairs),
        "mask_map50_95_cast": round(cast_only.mean, 4),
        "mask_map50_cast": round(cast_only.at50, 4),
        "mask_map50_95_by_class": dict(
            zip(LABELS, measured.per_class.round(4).tolist(), strict=True)
        ),
        "mask_map50_95_cast_pycocotools": coco(pairs),
        "ms_per_picture": round(1000 * spent / pictures, 1),
        "mean_cast": round(float(cast.mean()), 4),
    }


def reading(path: Path, count: int, split: str, strangers: float) -> dict[str, float]:
    from pyojeong.face.exported import ExportedClassifier

    classifier = ExportedClassifier(path)
    faces = list(make_portraits(count, SEED, split, strangers))
    squares = np.stack([whole_square(f.image, classifier.card.side) for f in faces])
    read = np.concatenate(
        [classifier.probabilities(squares[n : n + 64]) for n in range(0, count, 64)]
    )
    labels = [classifier.card.labels[n] for n in read.argmax(1)]
    right = np.array([EMOTIONS[f.emotion] == label for f, label in zip(faces, labels, strict=True)])
    by = {
        e: round(float(right[[f.emotion == n for f in faces]].mean()), 4)
        for n, e in enumerate(EMOTIONS)
    }
    return {"faces": count, "accuracy": round(float(right.mean()), 4), **by}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--onnx", type=Path)
    parser.add_argument("--emotion", type=Path)
    parser.add_argument("--least", type=float, default=0.01)
    given = parser.parse_args()
    made: dict[str, object] = {}
    if given.pictures:
        made["characters, unseen places"] = cutting(given.onnx, given.pictures, given.least)
    if given.emotion:
        made["emotion, known characters"] = reading(given.emotion, 1500, "train", 0.0)
        made["emotion, strangers of known parts"] = reading(given.emotion, 1500, "train", 1.0)
        made["emotion, strangers of unseen parts"] = reading(given.emotion, 1500, "test", 1.0)
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
