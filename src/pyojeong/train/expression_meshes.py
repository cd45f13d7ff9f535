"""Fit the mesh to every training face, once, before training.

    PYOJEONG_DATA=... python -m pyojeong.train.expression_meshes OUT_FOLDER

Writes one NPZ per picture set: `points` (n, 478, 3) float32 in px of the picture, NaN where no
face was found. The pictures are cropped close, so each is enlarged and its edge is continued
before the detector looks; two faces in a hundred are missed (profiles, hands before the face).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.face.types import FaceDetector, FaceMesher
from pyojeong.registry import load
from pyojeong.train.expression_data import data_folder

SIDE = 192
LEAST = 0.3
"""Threshold of the detector: there is a face, and at the usual one it misses one in five."""
PADS = (0.3, 0.8)
"""Shares of the side by which the edge is continued: the second where the first finds no face."""


def face_points(
    image: NDArray[np.uint8], detector: FaceDetector, mesher: FaceMesher
) -> NDArray[np.float32] | None:
    """Mesh points (478, 3) of the best face of a gray picture, in its px; None without a face."""
    large = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    ratio = SIDE / image.shape[0]
    for share in PADS:
        pad = int(SIDE * share)
        wide = cv2.copyMakeBorder(large, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
        picture = np.asarray(cv2.cvtColor(wide, cv2.COLOR_GRAY2RGB), np.uint8)
        found = mesher.mesh(picture, detector.detect(picture)[:1])
        if found and found[0] is not None:
            # Pixel centres: px 0 of the small picture covers `ratio` pixels of the large one.
            corner = np.array([pad - (ratio - 1) / 2] * 2 + [0], np.float32)
            return (found[0].points - corner) / np.float32(ratio)
    return None


def fit_all(images: Iterable[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """(n, 478, 3) points of all pictures."""
    detector: FaceDetector = load("FaceDetector", threshold=LEAST)
    mesher: FaceMesher = load("FaceMesher")
    empty = np.full((478, 3), np.nan, np.float32)
    fitted = (face_points(image, detector, mesher) for image in images)
    return np.stack([empty if points is None else points for points in fitted])


def main() -> None:
    import pandas as pd

    parser = argparse.ArgumentParser(description="Fit meshes to the expression training faces.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("fer2013_train", "fer2013_public_test"):
        images = np.load(data_folder() / f"{name}.npz")["images"]
        np.savez(folder / f"{name}.npz", points=fit_all(images))
        print(name, len(images))
    name = "muxspace_112_train"
    packed = pd.read_parquet(data_folder() / f"{name}.parquet")["jpeg"]
    decoded = (cv2.imdecode(np.frombuffer(p, np.uint8), cv2.IMREAD_GRAYSCALE) for p in packed)
    np.savez(
        folder / f"{name}.npz", points=fit_all(np.asarray(image, np.uint8) for image in decoded)
    )
    print(name, len(packed))


if __name__ == "__main__":
    main()
