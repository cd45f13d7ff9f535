"""Measure what labelled faces do: mean frontal meshes of rest and of each emotion.

`PYOJEONG_DATA=... python -m pyojeong.train.basis_faces [keep.npz]` writes
experiments/expression-basis/mean_faces.npz (means only, no single face); with an argument it
also keeps every frontal mesh there, for experiments.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pyojeong.registry import load
from pyojeong.train.basis_fit import similarity

Points = NDArray[np.float64]
Gray = NDArray[np.uint8]

OUT = Path("experiments/expression-basis/mean_faces.npz")
PER_CLASS = 1500
# Forehead, temples, nose and eye corners: what an expression moves least.
STABLE = [10, 338, 297, 332, 284, 251, 389, 356, 454, 127, 162, 21, 54, 103, 67, 109, 234, 168, 6,
          197, 195, 5, 33, 133, 362, 263, 8, 9, 151, 4, 1, 98, 327, 48, 278, 122, 351, 188, 412]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """One gray face picture with its source set and emotion."""

    image: Gray
    source: str
    emotion: str


def fer_faces(folder: Path) -> Iterator[Labelled]:
    """FER2013 training faces on which at least 60 % of the FER+ votes agree."""
    data = np.load(folder / "fer2013_train.npz")
    images, votes = data["images"], data["ferplus_votes"].astype(float)
    top = votes[:, :8].argmax(axis=1)
    sure = votes[np.arange(len(votes)), top] >= 0.6 * np.maximum(votes.sum(axis=1), 1)
    for k, name in enumerate(data["ferplus_classes"][:8]):
        rows = np.flatnonzero(sure & (top == k))
        for i in np.random.default_rng(k).permutation(rows)[:PER_CLASS]:
            yield Labelled(enlarged(images[i], 240), "fer", str(name))


def muxspace_faces(folder: Path) -> Iterator[Labelled]:
    """Faces of the muxspace training set."""
    table = pd.read_parquet(folder / "muxspace_112_train.parquet")
    for name, group in table.groupby("label"):
        for data in group.sample(frac=1, random_state=0).jpeg[:PER_CLASS]:
            gray = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
            yield Labelled(enlarged(gray, 280), "muxspace", str(name))


def enlarged(gray: NDArray[Any] | None, side: int) -> Gray:
    """A square gray picture at another size."""
    if gray is None:
        raise ValueError("a face of the data set is not a picture")
    return cv2.resize(gray, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def frontal(points: Points, model: Points) -> Points | None:
    """Mesh points in px turned into the model's frame, or None where turned over 25 degrees."""
    upright = points[:468] * (1.0, -1.0, -1.0)
    scale, rotation, shift = similarity(upright[STABLE], model[STABLE])
    turned = np.degrees(np.arcsin(np.clip(rotation[:2, 2], -1, 1)))
    return None if np.abs(turned).max() > 25 else scale * upright @ rotation.T + shift


def measure(faces: Iterator[Labelled], model: Points) -> tuple[Points, list[str]]:
    """Frontal meshes (n, 468, 3) and "source_emotion" of each, of the faces a mesh fits."""
    detector, mesher = load("FaceDetector"), load("FaceMesher")
    meshes, names = [], []
    for face in faces:
        pad = face.image.shape[0] // 3
        gray = cv2.copyMakeBorder(face.image, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
        rgb = cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)
        for mesh in mesher.mesh(rgb, detector.detect(rgb)[:1]):
            points = None if mesh is None else frontal(mesh.points.astype(float), model)
            if points is not None:
                meshes.append(points)
                names.append(f"{face.source}_{face.emotion}")
    return np.array(meshes), names


def means(meshes: Points, names: list[str]) -> dict[str, NDArray[np.float32]]:
    """Mean face per source and emotion, and the mean of neutral faces with closed lips: rest."""
    label = np.array(names)
    out = {n: meshes[label == n].mean(axis=0).astype(np.float32) for n in sorted(set(names))}
    neutral = meshes[np.char.endswith(label, "_neutral")]
    closed = neutral[:, 13, 1] - neutral[:, 14, 1] < 0.15
    return {**out, "rest": neutral[closed].mean(axis=0).astype(np.float32)}


def main() -> None:
    data = Path(os.environ["PYOJEONG_DATA"])
    model = np.load(data / "head" / "canonical_468.npz")["vertices"].astype(float)
    folder = data / "faces"
    parts = [measure(faces, model) for faces in (muxspace_faces(folder), fer_faces(folder))]
    meshes = np.concatenate([p[0] for p in parts])
    names = [n for p in parts for n in p[1]]
    for name in sorted(set(names)):
        print(name, names.count(name))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = dict(means(meshes, names))
    np.savez_compressed(OUT, **arrays)
    if len(sys.argv) > 1:
        np.savez(sys.argv[1], meshes=meshes.astype(np.float32), names=np.array(names))


if __name__ == "__main__":
    main()
