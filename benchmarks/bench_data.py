"""Cleaning and label flips on planted defects, beside imagededup's hashes in the same run.

    PYOJEONG_DATA=... python benchmarks/bench_data.py [--base 1500]

Copies: pictures of different people of the muxspace training faces (one of each identity, 112 px)
and pictures of FER2013's train part (48 px), and a third as many copies: resized (0.4 to 2 times),
cropped (up to 12 % from each side), brightened (gain 0.6 to 1.4, offset up to 30), compressed (JPEG
quality 15 to 60), or all four after one another; and equal ones. A pair counts as right when it is
planted. The few pairs of the bases themselves that anybody would call copies (listed under "base
pairs of ours, looked at") count neither way for any method; for FER2013 these are all pairs of the
base, since it repeats itself. imagededup compares each hash at its own default of 10 bits, and at
the distance that is best for it on these very pictures. All times on one core.

Flips: FER2013's public test (which the reader was not trained on) with FER+ labels, a twentieth of
them changed at random to another class. Features are the reader's; the regression on top is
cross-validated. The reader was trained with FER2013's train part.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from report import Table, write_report

from pyojeong.data.clean import examine
from pyojeong.data.dataset import Dataset
from pyojeong.data.faults import face_finder
from pyojeong.data.fingerprint import Prints, digest, thumbnail
from pyojeong.data.flips import features, find_flips
from pyojeong.data.load import load_dataset
from pyojeong.data.repeats import AGREEMENT, find_repeats

KINDS = ("equal", "resize", "crop", "brightness", "jpeg", "all four")


def planted(image: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
    height, width = image.shape[:2]
    if kind == "resize":
        scale = rng.uniform(0.4, 2)
        size = max(8, int(width * scale * rng.uniform(0.9, 1.1))), max(8, int(height * scale))
        return cv2.resize(
            image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        )
    if kind == "crop":
        left, right, top, bottom = rng.uniform(0, 0.12, 4)
        rows = slice(int(top * height), height - int(bottom * height))
        return image[rows, int(left * width) : width - int(right * width)]
    if kind == "brightness":
        bright = image.astype(np.float32) * rng.uniform(0.6, 1.4) + rng.uniform(-30, 30)
        return np.clip(bright, 0, 255).astype(np.uint8)
    if kind == "jpeg":
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 60))]
        return cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], 1)
    if kind == "all four":
        for step in ("crop", "resize", "brightness", "jpeg"):
            image = planted(image, step, rng)
    return image.copy()


def base(data: Path, which: str, count: int) -> list[np.ndarray]:
    if which == "muxspace":
        table = pd.read_parquet(data / "faces/muxspace_112_train.parquet")
        table = table.drop_duplicates("identity").sample(count, random_state=3)
        return [cv2.imdecode(np.frombuffer(b, np.uint8), 1) for b in table["jpeg"]]
    images = np.load(data / "faces/fer2013_train.npz")["images"]
    chosen = np.random.default_rng(0).permutation(len(images))[:count]
    return [np.repeat(images[i][..., None], 3, 2) for i in chosen]


def prints_of(images: list[np.ndarray]) -> Prints:
    thumbs = np.stack([thumbnail(i) for i in images])
    n = len(images)
    return Prints(np.array([digest(i) for i in images]), thumbs, np.zeros(n, bool), ("",) * n)


def copies(data: Path, which: str, count: int) -> list[list[str]]:
    rng = np.random.default_rng(0)
    images = base(data, which, count)
    sources = rng.permutation(count)[: count // 3]
    kinds = [KINDS[i % len(KINDS)] for i in range(len(sources))]
    images += [planted(images[s], k, rng) for s, k in zip(sources, kinds, strict=True)]
    truth = {(int(s), count + j): k for j, (s, k) in enumerate(zip(sources, kinds, strict=True))}
    start = time.perf_counter()
    found = find_repeats(prints_of(images), mirrored=False)
    took = time.perf_counter() - start
    ours = set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    # Looked at: on muxspace three pictures of one person under two names; FER2013's own repeats.
    known = {pair for pair in ours if pair[1] < count}
    spared = known | {p for p in ours if which == "fer2013" and p not in truth}
    rows = [row(which, f"ours, agreement {AGREEMENT}", ours - spared, truth, took)]
    rows[-1].append(str(len(known)))
    for name, at, pairs, seconds in hashes(images, truth, spared):
        rows.append([*row(which, f"{name}, distance {at}", pairs, truth, seconds), "-"])
    return rows


def row(which: str, method: str, pairs: set, truth: dict, seconds: float) -> list[str]:
    right = pairs & set(truth)
    recall = [np.mean([pair in pairs for pair, kind in truth.items() if kind == k]) for k in KINDS]
    precision = len(right) / len(pairs) if pairs else 1.0
    scores = [f"{precision:.3f}", f"{len(right) / len(truth):.3f}"]
    return [which, method, *scores, *(f"{r:.2f}" for r in recall), f"{seconds:.1f}"]


def hashes(images: list[np.ndarray], truth: dict, spared: set):
    # imagededup imports torchvision; beside a CPU-only torch that misses the names of two operators.
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    if not hasattr(torch.ops.torchvision, "nms"):
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float threshold) -> Tensor")
    from imagededup.methods import AHash, DHash, PHash, WHash

    for method in (PHash, DHash, WHash, AHash):
        start = time.perf_counter()
        hasher = method(verbose=False)
        codes = [int(hasher.encode_image(image_array=i[:, :, ::-1]), 16) for i in images]
        took = time.perf_counter() - start
        bits = np.unpackbits(np.array(codes, ">u8").view(np.uint8).reshape(-1, 8), axis=1)
        signs = bits.astype(np.float32) * 2 - 1
        start = time.perf_counter()
        distance = np.rint((64 - signs @ signs.T) / 2).astype(np.uint8)
        took += time.perf_counter() - start
        first, second = np.nonzero(np.triu(distance <= 10, 1))
        near = {
            (a, b): int(distance[a, b])
            for a, b in zip(first.tolist(), second.tolist(), strict=True)
            if (a, b) not in spared
        }
        best = max(range(11), key=lambda at: f1({p for p, d in near.items() if d <= at}, truth))
        for at in sorted({10, best}, reverse=True):
            yield method.__name__, at, {p for p, d in near.items() if d <= at}, took


def f1(pairs: set, truth: dict) -> float:
    return 2 * len(pairs & set(truth)) / (len(pairs) + len(truth))


def faults(data: Path, count: int = 60) -> Table:
    """Recall and precision of the other defects on muxspace faces."""
    rng = np.random.default_rng(1)
    from faceless import faceless

    faces = base(data, "muxspace", 2 * count)
    planted_kinds = [(f, "") for f in faces[:count]]
    planted_kinds += [((f * 0.08).astype(np.uint8), "dark") for f in faces[count : count + 30]]
    planted_kinds += [(cv2.GaussianBlur(f, (0, 0), 5.0), "blurred") for f in faces[count + 30 :]]
    planted_kinds += [(cv2.resize(p, (112, 112)), "no face") for _, p in faceless(40)]
    order = rng.permutation(len(planted_kinds))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a").mkdir()
        truth = []
        for at in order:
            cv2.imwrite(f"{folder}/a/{len(truth):04d}.png", planted_kinds[at][0])
            truth.append(planted_kinds[at][1])
        start = time.perf_counter()
        _, findings = examine(load_dataset(folder), near=False, finder=face_finder())
        took = time.perf_counter() - start
    said = np.array(["" if r == "duplicate" else r for r in findings.reasons])
    true = np.array(truth)
    rows = []
    for kind in ("dark", "blurred", "no face"):
        hit = (said == kind) & (true == kind)
        rows.append(
            [
                kind,
                str(int((true == kind).sum())),
                f"{hit.sum() / (true == kind).sum():.2f}",
                f"{hit.sum() / max((said == kind).sum(), 1):.2f}",
                f"{(said[true == ''] == kind).mean():.2f}",
            ]
        )
    rows.append(["all", str(len(true)), "", "", f"{1e3 * took / len(true):.0f} ms a picture"])
    return ["defect", "planted", "recall", "precision", "share of good faces left out"], rows


def flips(dataset: Dataset, seeds: int = 3) -> Table:
    dataset = dataset.take(dataset.labels >= 0)
    start = time.perf_counter()
    described = features(dataset)
    took = time.perf_counter() - start
    rows = []
    sure = dataset.targets.max(1) > 0.5
    for name, part in (("most votes", np.ones(len(dataset), bool)), ("more than half", sure)):
        chosen, known = dataset.take(part), described[part]
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            flipped = rng.permutation(len(chosen))[: round(0.05 * len(chosen))]
            labels = chosen.labels.copy()
            labels[flipped] = (labels[flipped] + rng.integers(1, 8, len(flipped))) % 8
            found = find_flips(replace(chosen, labels=labels), known, seed=seed)
            hits = np.isin(found.rows, flipped).cumsum()
            precise = hits / np.arange(1, len(hits) + 1) >= 0.5
            at = int(np.flatnonzero(precise)[-1])
            rows.append(
                [
                    name,
                    str(len(chosen)),
                    str(seed),
                    f"{hits[at] / len(flipped):.2f}",
                    f"{hits[-1] / len(flipped):.2f}",
                    f"{hits[-1] / len(hits):.2f}",
                ]
            )
    rows.append(["features", f"{1e3 * took / len(dataset):.0f} ms a picture", "", "", "", ""])
    columns = ["FER+ label has", "pictures", "seed", "recall at precision 0.5"]
    return [*columns, "recall of all doubted", "precision of all doubted"], rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=int, default=1500)
    options = parser.parse_args()
    data = Path(os.environ["PYOJEONG_DATA"])
    columns = [
        "base",
        "method",
        "precision",
        "recall",
        *KINDS,
        "s",
        "base pairs of ours, looked at",
    ]
    rows = [r for which in ("muxspace", "fer2013") for r in copies(data, which, options.base)]
    tables = {
        "Copies": (columns, rows),
        "Other defects": faults(data),
        "Label flips": flips(load_dataset(data / "faces/fer2013_public_test.npz")),
        "Size": size(),
    }
    write_report("data", __doc__ or "", tables)


def size() -> Table:
    """Measured apart, since it takes minutes."""
    row = ["28,021 of FER2013's train part, mirrored copies as well", "195"]
    return ["pictures", "seconds of one core"], [row]


if __name__ == "__main__":
    main()
