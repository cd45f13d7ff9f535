"""Search other looks of each emotion, for stills: `PYOJEONG_DATA=... python -m
pyojeong.train.presets_variants OUT.json [--steps N] [--judge FILE.py ...] [--only fear/open ...]`.

Like `train.presets` (random coordinate steps, one parent and one child), but from other starting
points, on faces that show anything, and with weaker prices: a still need not leave room for speech.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from pyojeong.edit.basis import load_basis
from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.expression import Expression, both_sides
from pyojeong.train.presets import Eyes, Judge, Subject, Weights, file_judge, readings
from pyojeong.train.presets_space import ANTAGONISTS, VARIANTS, Range

ENOUGH = 0.8
"""A probability beyond which no face is moved further."""


def any_faces(data: Path, eyes: Eyes, count: int, seed: int) -> list[Subject]:
    """Muxspace people (half smiling) and FER2013 training faces, whatever they show."""
    table = pd.read_parquet(data / "faces" / "muxspace_112_train.parquet")
    table = table.drop_duplicates("identity").sample(frac=1, random_state=seed)
    smiling = table.label.str.startswith("happ")
    gray = [
        cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        for part in (table[smiling], table[~smiling])
        for jpeg in part.jpeg[: count // 3]
    ]
    faces = np.load(data / "faces" / "fer2013_train.npz")
    votes = faces["ferplus_votes"].astype(float)
    sure = np.flatnonzero(votes[:, :8].max(1) >= 0.8 * votes.sum(1))
    gray += list(faces["images"][np.random.default_rng(seed).permutation(sure)[: count // 3]])
    found = []
    for number, image in enumerate(gray):
        if image is None:
            continue
        large = cv2.resize(image, (220, 220), interpolation=cv2.INTER_CUBIC)
        framed = cv2.copyMakeBorder(large, 60, 60, 60, 60, cv2.BORDER_REPLICATE)
        rgb = np.asarray(cv2.cvtColor(framed, cv2.COLOR_GRAY2RGB), np.uint8)
        subject = eyes.subject(str(number), rgb, anyhow=True)
        found += [subject] if subject is not None else []
    return found


def strain(weights: Weights) -> float:
    """What a candidate costs: mean displacement in cm, antagonists together."""
    moved = load_basis().displacement(Expression(both_sides(weights)))
    clash = sum(min(weights.get(a, 0.0), weights.get(b, 0.0)) for a, b in ANTAGONISTS)
    return 0.35 * float(np.linalg.norm(moved, axis=1).mean()) + 0.15 * clash


def tune(
    name: str,
    space: Mapping[str, Range],
    faces: Sequence[Subject],
    judges: Sequence[Judge],
    steps: int,
) -> Weights:
    """The best weights found from the start of a variant ("fear/open") within its limits."""
    target = EMOTIONS.index(Emotion(name.split("/", maxsplit=1)[0]))
    rng = np.random.default_rng(len(name))

    def score(weights: Weights) -> float:
        seen = readings(Expression(both_sides(weights)), faces, judges, None)
        likely = np.log(np.clip(seen[:, :, target], 0.01, ENOUGH))
        return float(likely.mean()) - strain(weights)

    best = {n: begin for n, (begin, _, _) in space.items()}
    top, reach = score(best), 0.3
    for _ in range(steps):
        child = dict(best)
        for key in rng.choice(list(space), size=rng.integers(1, 5), replace=False):
            _, low, high = space[key]
            child[key] = float(np.clip(best[key] + rng.normal(0, reach), low, high))
        value = score(child)
        if value > top:
            best, top, reach = child, value, min(0.4, reach * 1.25)
        else:
            reach = max(0.07, reach * 0.97)
    print(f"{name} {top:.3f}", flush=True)
    return {n: round(v, 2) for n, v in best.items() if v >= 0.04}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=90)
    parser.add_argument("--faces", type=int, default=18)
    parser.add_argument("--seed", type=int, default=71)
    parser.add_argument("--judge", nargs="*", default=[])
    parser.add_argument("--only", nargs="*", default=list(VARIANTS))
    args = parser.parse_args()
    eyes, started = Eyes.load(), time.time()
    faces = any_faces(Path(os.environ["PYOJEONG_DATA"]), eyes, args.faces, args.seed)
    judges = [eyes.judge, *(file_judge(path) for path in args.judge)]
    found: dict[str, Weights] = {}
    for name in args.only:
        found[name] = tune(name, VARIANTS[name], faces, judges, args.steps)
        args.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(f"{(time.time() - started) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
