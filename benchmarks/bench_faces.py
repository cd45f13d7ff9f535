"""How many faces are found by their size, how many false ones, how steady the mesh is, how fast.

    PYOJEONG_DATA=... python benchmarks/bench_faces.py [--without-faces FOLDER]
        [--fer PYTHON]

Found faces: heads cut from the sample pictures and muxspace training faces are shrunk to a width
and pasted into pictures that show none. Those are drawn textures, or the pictures in FOLDER (the
results kept here used 19 of scikit-image's and scikit-learn's: brick, cells, cat, clock, coffee,
coins, grass, gravel, galaxies, motorcycle, pages, flower, temple ...), each also turned and at
five sizes for the false ones. False faces are also counted in 220 drawn pictures (`faceless.py`).

`--fer` names the Python of an environment with the package `fer` (see `fer_other.py`). Both then
read the FER2013 public test, ours as `pyojeong faces --cropped` does, and one 1280 px photo.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from faceless import faceless
from PIL import Image
from report import Table, best_of, write_report

from pyojeong.emotion import EMOTIONS, LABEL_SETS, Emotion
from pyojeong.face.blazeface import BlazeFace
from pyojeong.face.cropped import CroppedReader
from pyojeong.face.facemesh import FaceMeshNet
from pyojeong.face.reader import FaceReader
from pyojeong.face.roi import Roi, roi_from_points
from pyojeong.media.image import read_image

WIDTHS = (12, 16, 20, 24, 32, 48, 80, 160)
THRESHOLDS = (0.72, 0.77, 0.82)


def resized(image: np.ndarray, longest: float) -> np.ndarray:
    scale = longest / max(image.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=method)


def textures() -> list[np.ndarray]:
    """Drawn pictures without faces: noise of several grains, rings, circles."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:600, :800]
    pictures = [128 + 120 * np.sin(np.hypot(x - cx, y - 300) / 8) for cx in (200, 500)]
    for grain in (2, 6, 20, 60):
        small = rng.normal(128, 50, (600 // grain, 800 // grain, 3)).astype(np.float32)
        pictures.append(cv2.resize(small, (800, 600), interpolation=cv2.INTER_CUBIC))
    for count in (50, 200, 800):
        canvas = np.full((600, 800, 3), 200, np.uint8)
        for _ in range(count):
            colour = rng.integers(0, 256, 3).tolist()
            cv2.circle(
                canvas, rng.integers(0, 800, 2).tolist(), int(rng.integers(3, 60)), colour, -1
            )
        pictures.append(canvas)
    clipped = [np.clip(p, 0, 255).astype(np.uint8) for p in pictures]
    return [p if p.ndim == 3 else np.repeat(p[:, :, None], 3, 2) for p in clipped]


def heads(data: Path, detector: BlazeFace) -> list[tuple[np.ndarray, float]]:
    """Pictures of one head, with the width of its face in px."""
    cut = []
    for path in sorted(data.glob("samples/*.*g")):
        image = read_image(path).rgb
        for x0, y0, x1, y1 in detector.detect(image).boxes:
            margin = 0.45 * (x1 - x0)
            rows = slice(max(int(y0 - 1.3 * margin), 0), int(y1 + margin))
            columns = slice(max(int(x0 - margin), 0), int(x1 + margin))
            cut.append((image[rows, columns], float(x1 - x0)))
    faces = pd.read_parquet(data / "faces/muxspace_112_train.parquet").sample(40, random_state=1)
    column = next(c for c in faces if isinstance(faces[c].iloc[0], bytes))
    for jpeg in faces[column]:
        cut.append((np.array(Image.open(io.BytesIO(jpeg)).convert("RGB")), 80.0))
    return cut


def found(detector: BlazeFace, pasted: list, empty: list[np.ndarray]) -> Table:
    rng = np.random.default_rng(0)
    rows = []
    for width in WIDTHS:
        scores = []
        for head, face in pasted:
            small = resized(head, max(head.shape[:2]) * width / face)
            height, across = small.shape[:2]
            ground = empty[rng.integers(len(empty))]
            image = cv2.resize(ground, (max(640, across + 40), max(480, height + 40)))
            x, y = (int(rng.integers(0, image.shape[1 - i] - small.shape[1 - i])) for i in (0, 1))
            image[y : y + height, x : x + across] = small
            scores.append(best_at(detector, image, (x + across / 2, y + height / 2), across / 3))
        rows.append([str(width), *(f"{np.mean(np.array(scores) >= t):.0%}" for t in THRESHOLDS)])
    return ["face width, px", *(f"threshold {t}" for t in THRESHOLDS)], rows


def best_at(detector: BlazeFace, image: np.ndarray, place: tuple, reach: float) -> float:
    faces = detector.detect(image)
    middles = (faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2
    near = np.abs(middles - place).max(axis=1, initial=0) < reach
    return float(faces.scores[near].max(initial=0))


def false_faces(detector: BlazeFace, empty: list[np.ndarray]) -> Table:
    scores: list[float] = []
    count = 0
    for picture in empty:
        for longest in (320, 640, 1000, 1280, 1920):
            image = resized(picture, longest)
            for turns in range(4 if longest <= 640 else 2):
                scores += detector.detect(
                    np.ascontiguousarray(np.rot90(image, turns))
                ).scores.tolist()
                count += 1
    row = [str(count), *(str(int(np.sum(np.array(scores) >= t))) for t in THRESHOLDS)]
    return ["pictures", *(f"faces at {t}" for t in THRESHOLDS)], [row]


def drawn_faces(detector: BlazeFace, count: int = 220) -> Table:
    scores = [s for _, p in faceless(count) for s in detector.detect(p).scores.tolist()]
    row = [str(count), *(str(int(np.sum(np.array(scores) >= t))) for t in THRESHOLDS)]
    return ["drawn pictures", *(f"faces at {t}" for t in THRESHOLDS)], [row]


def jitter(data: Path, detector: BlazeFace, mesher: FaceMeshNet) -> Table:
    """Spread of the mesh when the first square is moved, scaled and turned at random."""
    rng = np.random.default_rng(0)
    spread: list[list[float]] = []
    for path in sorted(data.glob("samples/*.*g")):
        image = read_image(path).rgb
        for mesh in mesher.mesh(image, detector.detect(image)[:1]):
            if mesh is None:
                continue
            own = roi_from_points(mesh.points)
            eyes = np.linalg.norm(mesh.points[33, :2] - mesh.points[263, :2])
            looks: list[list[np.ndarray]] = [[], [], []]
            for dx, dy, ds, da in rng.normal(0, 1, (12, 4)):
                roi = Roi(
                    own.x + 0.03 * dx * own.side,
                    own.y + 0.03 * dy * own.side,
                    own.side * (1 + 0.05 * ds),
                    own.angle + 0.05 * da,
                )
                for kept in looks:
                    points = mesher.look(image, roi).points
                    kept.append(points[:468, :2])
                    roi = roi_from_points(points)
            spread.append([np.sqrt(np.var(k, 0).sum(-1)).mean() / eyes for k in looks])
    means = np.mean(spread, 0)
    return ["looks", "spread, % of eye distance"], [
        [str(i + 1), f"{100 * v:.2f}"] for i, v in enumerate(means)
    ]


def speed(data: Path) -> Table:
    detector, mesher = BlazeFace(), FaceMeshNet()
    rows = []
    for name, longest in (
        ("nasa_eileen_collins_skimage.png", 512),
        ("pexels_max_happy-baby.jpeg", 1280),
        ("pexels_max_group.jpeg", 1280),
        ("pexels_max_group.jpeg", 6000),
    ):
        image = resized(read_image(data / "samples" / name).rgb, longest)
        faces = detector.detect(image)
        took = [best_of(10, lambda i=image: detector.detect(i))]
        took.append(best_of(10, lambda i=image, f=faces: mesher.mesh(i, f)))
        size = f"{image.shape[1]}x{image.shape[0]}"
        rows.append([size, str(len(faces)), *(f"{1e3 * t:.1f}" for t in took)])
    return ["picture", "faces", "detection, ms", "mesh of all faces, ms"], rows


def against_fer(data: Path, python: Path) -> Table:
    """Accuracy on the same crops and the best of ten runs on the same photo."""
    photo = resized(read_image(data / "samples/pexels_max_neutral.jpeg").rgb, 1280)
    tests = data / "faces/fer2013_public_test.npz"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.png"
        cv2.imwrite(str(path), photo[:, :, ::-1])
        script = Path(__file__).parent / "fer_other.py"
        command = [str(python), str(script), str(tests), str(path)]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    head, headplus, house, votes = our_accuracy(tests)
    reader = FaceReader()
    took = best_of(10, lambda: reader.read(photo))
    return ["reader", "FER2013 labels", "FER+ most voted", "photo, ms"], [
        [
            "fer",
            f"{theirs['accuracy']:.1%}",
            f"{theirs['ferplus']:.1%}",
            f"{1e3 * theirs['seconds']:.0f}",
        ],
        ["ours, label sets' own", f"{head:.1%}", f"{headplus:.1%}", ""],
        ["ours, house reading", f"{house:.1%}", f"{votes:.1%}", f"{1e3 * took:.0f}"],
    ]


def our_accuracy(tests: Path) -> tuple[float, float, float, float]:
    """As `pyojeong faces --cropped` reads: of the FER2013 head on FER2013 labels and of the FER+
    head on the most voted FER+ class, then of the house reading on both."""
    table = np.load(tests)
    labels, votes = table["labels"], table["ferplus_votes"]
    reader = CroppedReader()
    read = [reader.read(np.repeat(i[:, :, None], 3, 2))[0].scores for i in table["images"]]
    fer, ferplus = (
        np.array([np.argmax(dict(scores.label_sets)[name]) for scores in read])
        for name in ("fer-7", "ferplus-8")
    )
    house = np.array([EMOTIONS.index(scores.emotion) for scores in read])
    known = labels >= 0
    names = list(LABEL_SETS["fer-7"].weights.values())
    true = [EMOTIONS.index(max(names[label], key=names[label].__getitem__)) for label in labels]
    voted, leader = house_votes(votes.argmax(1)), votes.argmax(1)
    return (
        float((fer == labels)[known].mean()),
        float((ferplus == leader)[leader < 8].mean()),
        float((house == true)[known].mean()),
        float((house == voted)[known & (voted >= 0)].mean()),
    )


def house_votes(columns: np.ndarray) -> np.ndarray:
    """FER+ columns as house emotions; -1 for "unknown" and "no face"."""
    rows = LABEL_SETS["ferplus-8"].weights.values()
    of_column = [EMOTIONS.index(Emotion(max(row, key=row.__getitem__))) for row in rows]
    return np.array([*of_column, -1, -1])[columns]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without-faces", type=Path)
    parser.add_argument("--fer", type=Path)
    options = parser.parse_args()
    folder = options.without_faces
    data = Path(os.environ["PYOJEONG_DATA"])
    empty = [read_image(p).rgb for p in sorted(folder.iterdir())] if folder else textures()
    low = BlazeFace(THRESHOLDS[0])
    tables = {
        "Speed": speed(data),
        "False faces": false_faces(low, empty),
        "False faces in drawn pictures": drawn_faces(low),
        "Faces found": found(low, heads(data, BlazeFace()), empty),
        "Steadiness of the mesh": jitter(data, low, FaceMeshNet()),
    }
    if options.fer:
        tables["Against fer"] = against_fer(data, options.fer)
    write_report("faces", __doc__ or "", tables)


if __name__ == "__main__":
    main()
