"""How readings and quality numbers change when faces are blurred, shrunk and covered.

    PYOJEONG_DATA=... python benchmarks/bench_quality.py MESHES [--faces 120]

MESHES is the folder that `python -m pyojeong.train.expression_meshes` writes. Muxspace faces, as
even over the labels as they come, are degraded; the mesh is fitted anew from its clean place, and
the reading is compared with the one of the clean picture. Prints a Markdown table: share of
readings unchanged, share doubted (without "flat"), median sharpness and structure.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from pyojeong.face.classifier import OnnxExpressionClassifier
from pyojeong.face.facemesh import FaceMeshNet
from pyojeong.face.quality import measure
from pyojeong.face.roi import roi_from_points

STEPS: dict[str, tuple[float, ...]] = {
    "clean": (0,),
    "blur, sigma at 30 px between the eyes": (0.5, 1, 1.5, 2, 3, 4, 6),
    "motion blur, px at 42 px between the eyes": (5, 9, 13),
    "px between the eyes": (28, 20, 16, 12, 10, 8, 6),
    "covered from the brow down, share": (0.15, 0.25, 0.35, 0.5),
    "covered from the chin up, share": (0.15, 0.25, 0.35, 0.5),
    "covered from one side, share": (0.15, 0.25, 0.35, 0.5),
    "noise, levels": (5, 10, 20),
}
PAD = 30


def degraded(
    image: np.ndarray, points: np.ndarray, kind: str, amount: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The picture and where its mesh lies."""
    eyes = np.linalg.norm(points[[33, 133]].mean(0) - points[[263, 362]].mean(0))
    if kind.startswith("blur"):
        return cv2.GaussianBlur(image, (0, 0), amount * eyes / 30), points
    if kind.startswith("motion"):
        kernel = np.zeros((int(amount), int(amount)), np.float32)
        kernel[int(amount) // 2] = 1 / amount
        return cv2.filter2D(image, -1, kernel), points
    if kind.startswith("px"):
        scale = amount / eyes
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return small, (points * scale).astype(np.float32)
    if kind.startswith("noise"):
        noisy = np.clip(image + rng.normal(0, amount, image.shape), 0, 255)
        return noisy.astype(np.uint8), points
    return covered(image, points, kind, amount, rng), points


def covered(
    image: np.ndarray, points: np.ndarray, kind: str, share: float, rng: np.random.Generator
) -> np.ndarray:
    x0, y0, x1, y1 = (*points[:468, :2].min(0), *points[:468, :2].max(0))
    width, height = x1 - x0, y1 - y0
    corners = {
        "brow": ((x0 - 0.1 * width, y0 + 0.1 * height), (x1 + 0.1 * width, y0 + share * height)),
        "chin": ((x0 - 0.1 * width, y1 - share * height), (x1 + 0.1 * width, y1 + 2)),
        "side": ((x0 - 0.1 * width, y0 - 5), (x0 + share * width, y1 + 5)),
    }
    hidden = image.copy()
    for name, (low, high) in corners.items():
        if name in kind:
            colour = rng.integers(0, 256, 3).tolist()
            cv2.rectangle(hidden, np.intp(low).tolist(), np.intp(high).tolist(), colour, -1)
    return hidden


def chosen(data: Path, meshes: Path, count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pictures (H, W, 3) with their meshes."""
    table = pd.read_parquet(data / "faces/muxspace_112_train.parquet")
    points = np.load(meshes / "muxspace_112_train.npz")["points"]
    labels = table["label"].to_numpy()
    fitted = np.isfinite(points[:, 0, 0])
    rng = np.random.default_rng(0)
    for label in np.unique(labels[fitted]):
        rows = rng.permutation(np.flatnonzero(fitted & (labels == label)))
        for row in rows[: count // 6]:
            gray = cv2.imdecode(np.frombuffer(table["jpeg"].iloc[row], np.uint8), 0)
            wide = cv2.copyMakeBorder(gray, PAD, PAD, PAD, PAD, cv2.BORDER_REPLICATE)
            yield np.repeat(wide[:, :, None], 3, 2), points[row] + np.float32([PAD, PAD, 0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("meshes", type=Path)
    parser.add_argument("--faces", type=int, default=120)
    options = parser.parse_args()
    mesher, classifier = FaceMeshNet(0.0), OnnxExpressionClassifier()
    rng = np.random.default_rng(0)
    rows: dict[tuple[str, float], list[tuple[float, ...]]] = defaultdict(list)
    for image, points in chosen(Path(os.environ["PYOJEONG_DATA"]), options.meshes, options.faces):
        clean = None
        for kind, amount in ((k, a) for k, amounts in STEPS.items() for a in amounts):
            picture, near = degraded(image, points, kind, amount, rng)
            mesh = mesher.fit(picture, roi_from_points(near))
            (scores,) = classifier.classify(picture, [mesh])
            clean = clean or scores.emotion
            quality = measure(picture, mesh)
            row = scores.emotion == clean, quality.doubt is not None
            rows[kind, amount].append((*row, quality.sharpness, quality.structure))
    print(
        "| degraded by | | unchanged | doubted | sharpness | structure |\n|---|--:|--:|--:|--:|--:|"
    )
    for (kind, amount), found in rows.items():
        same, doubted = np.mean(found, 0)[:2]
        sharp, plain = np.median(found, 0)[2:]
        print(f"| {kind} | {amount:g} | {same:.0%} | {doubted:.0%} | {sharp:.2f} | {plain:.2f} |")


if __name__ == "__main__":
    main()
