"""Tune the emotion presets: what moves a face least and is read best.

`PYOJEONG_DATA=... python -m pyojeong.train.presets OUT.json [--steps N] [--emotions fear ...]
[--judge FILE.py ...] [--hold-out FILE.py ...] [--check]`

Starts from EMFACS (Friesen & Ekman 1983) and climbs by random coordinate steps (an evolution
strategy with one parent and one child). A candidate is drawn on faces that show nothing, by the
editor that will use it, and read by every judge; its score is the mean log probability of the
emotion, less what it moves, less antagonists used together. Faces and judges that are held out
are only reported. `--check` tunes nothing and reports the presets that ship.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from pyojeong.assets import WEIGHTS
from pyojeong.edit.basis import load_basis
from pyojeong.edit.pose import fit_pose
from pyojeong.edit.rig import FaceRig
from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.expression import Expression, both_sides
from pyojeong.face.types import (
    ExpressionClassifier,
    FaceDetector,
    FaceMesh,
    FaceMesher,
    Faces,
    Image,
)
from pyojeong.media.image import read_image
from pyojeong.registry import load
from pyojeong.train.presets_space import ANTAGONISTS, SPACE

Weights = dict[str, float]
Judge = Callable[[Image, FaceMesh], Mapping[str, float]]
FACE_PX = 150
CLEAR = 0.75
"""A probability that is enough: beyond it no face is moved further."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A face that shows nothing, ready to be drawn."""

    name: str
    image: Image
    faces: Faces
    mesh: FaceMesh
    rig: FaceRig

    def drawn(self, expression: Expression) -> Image:
        """The picture with the expression in place of its own."""
        x0, y0, x1, y1 = self.rig.zone
        out = self.image.copy()
        out[y0:y1, x0:x1] = self.rig.draw(expression, 1.0)
        return out

    def moved(self, expression: Expression) -> FaceMesh:
        """Where the mesh of `drawn` will be, without looking."""
        points = self.mesh.points.copy()
        shift = load_basis().displacement(expression + self.rig.source * -1.0)
        points[:468, :2] += fit_pose(points).vectors(shift)
        return FaceMesh(points, self.mesh.score)


@dataclass(frozen=True, slots=True)
class Eyes:
    """The built-in backends that look at a drawn face."""

    detector: FaceDetector
    mesher: FaceMesher
    classifier: ExpressionClassifier

    @classmethod
    def load(cls) -> Eyes:
        return cls(load("FaceDetector"), load("FaceMesher"), load("ExpressionClassifier"))

    def judge(self, image: Image, mesh: FaceMesh) -> Mapping[str, float]:
        """The classifier that ships, as a judge."""
        return self.classifier.classify(image, [mesh])[0].as_dict()

    def subject(self, name: str, image: Image, anyhow: bool = False) -> Subject | None:
        """The largest face of a picture, or None where none is found or it shows something."""
        faces = self.detector.detect(image)[:1]
        mesh = next(iter(self.mesher.mesh(image, faces)), None)
        if mesh is None:
            return None
        rig = FaceRig(image, mesh)
        still = self.judge(image, mesh)["neutral"] > 0.6 and max(rig.source.vector()) < 0.6
        return Subject(name, image, faces, mesh, rig) if still or anyhow else None


def subjects(data: Path, eyes: Eyes, count: int, seed: int) -> list[Subject]:
    """Frontal muxspace faces, one per person, that read as neutral; then the sample portraits."""
    table = pd.read_parquet(data / "faces" / "muxspace_112_train.parquet")
    neutral = table[table.label == "neutral"].drop_duplicates("identity")
    found: list[Subject] = []
    for row in neutral.sample(frac=1, random_state=seed).itertuples():
        gray = cv2.imdecode(np.frombuffer(row.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        if gray is None:
            continue
        large = cv2.resize(gray, (224, 224), interpolation=cv2.INTER_CUBIC)
        framed = cv2.copyMakeBorder(large, 60, 60, 60, 60, cv2.BORDER_REPLICATE)
        subject = eyes.subject(
            str(row.identity), cv2.cvtColor(framed, cv2.COLOR_GRAY2RGB).astype(np.uint8)
        )
        if subject is not None:
            found.append(subject)
        if len(found) == count:
            break
    return found


def fer_subjects(data: Path, eyes: Eyes, count: int, seed: int) -> list[Subject]:
    """FER2013 training faces that nearly everybody calls neutral: women and children too."""
    table = np.load(data / "faces" / "fer2013_train.npz")
    votes, images = table["ferplus_votes"].astype(float), table["images"]
    sure = np.flatnonzero(votes[:, 0] >= 0.9 * votes.sum(axis=1))
    found: list[Subject] = []
    for row in np.random.default_rng(seed).permutation(sure):
        large = cv2.resize(images[row], (200, 200), interpolation=cv2.INTER_CUBIC)
        framed = cv2.copyMakeBorder(large, 60, 60, 60, 60, cv2.BORDER_REPLICATE)
        rgb = cv2.cvtColor(framed, cv2.COLOR_GRAY2RGB).astype(np.uint8)
        subject = eyes.subject(f"fer{row}", rgb)
        if subject is not None:
            found.append(subject)
        if len(found) == count:
            break
    return found


def portraits(data: Path, eyes: Eyes) -> list[Subject]:
    """The sample portraits, reduced to faces of `FACE_PX`."""
    found = []
    for path in sorted((data / "samples").glob("*.[jp][pn]*g")):
        picture = read_image(path).rgb
        faces = eyes.detector.detect(picture)
        if len(faces) == 1:
            size = float(faces.boxes[0, 2] - faces.boxes[0, 0])
            small = cv2.resize(picture, None, fx=FACE_PX / size, fy=FACE_PX / size,
                               interpolation=cv2.INTER_AREA)  # fmt: skip
            subject = eyes.subject(path.stem, small.astype(np.uint8), anyhow=True)
            found += [subject] if subject is not None else []
    return found


def file_judge(path: str) -> Judge:
    """A judge from a Python file with `judge(rgb, points) -> {emotion: probability}`."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def judge(image: Image, mesh: FaceMesh) -> Mapping[str, float]:
        scores: Mapping[str, float] = module.judge(image, mesh.points)
        return scores

    return judge


def readings(
    expression: Expression, faces: Sequence[Subject], judges: Sequence[Judge], eyes: Eyes | None
) -> np.ndarray:
    """(faces, judges, 7) probabilities read from the drawn expression.

    With `eyes` the mesh is fitted to the drawn picture anew, as a reader does; without, it is
    the face's own, moved (twice as fast).
    """
    out = np.zeros((len(faces), len(judges), len(EMOTIONS)))
    for i, subject in enumerate(faces):
        image = subject.drawn(expression)
        if eyes is None:
            mesh: FaceMesh | None = subject.moved(expression)
        else:
            mesh = next(iter(eyes.mesher.mesh(image, subject.faces)), None)
        for j, judge in enumerate(judges):
            scores = judge(image, mesh) if mesh is not None else {}
            out[i, j] = [scores.get(e.value, 0.0) for e in EMOTIONS]
    return out


def strain(emotion: Emotion, weights: Weights) -> float:
    """What a candidate costs: mean displacement and gap between the lips in cm (a story is told
    with the mouth), antagonists together, distance from EMFACS."""
    moved = load_basis().displacement(Expression(both_sides(weights)))
    size = float(np.linalg.norm(moved, axis=1).mean())
    clash = sum(weights.get(a, 0.0) * weights.get(b, 0.0) for a, b in ANTAGONISTS)
    start = SPACE[emotion]
    away = sum((weights.get(n, 0.0) - begin) ** 2 for n, (begin, _, _) in start.items())
    gap = float(moved[13, 1] - moved[14, 1])
    return 0.8 * size + 0.2 * gap + 0.6 * clash + 0.06 * away


def tune(
    emotion: Emotion, faces: Sequence[Subject], judges: Sequence[Judge], steps: int
) -> Weights:
    """The best weights found from the EMFACS start within the limits of `SPACE`."""
    rng = np.random.default_rng(EMOTIONS.index(emotion))
    space = SPACE[emotion]

    def score(weights: Weights) -> float:
        seen = readings(Expression(both_sides(weights)), faces, judges, None)
        target = np.clip(seen[:, :, EMOTIONS.index(emotion)], 0.01, CLEAR)
        return float(np.log(target).mean()) - strain(emotion, weights)

    best = {n: begin for n, (begin, _, _) in space.items()}
    top, reach = score(best), 0.35
    print(f"{emotion} start {top:.3f}", flush=True)
    for step in range(steps):
        child = dict(best)
        for name in rng.choice(list(space), size=rng.integers(1, 5), replace=False):
            _, low, high = space[name]
            child[name] = float(np.clip(best[name] + rng.normal(0, reach), low, high))
        value = score(child)
        if value > top:
            best, top, reach = child, value, min(0.4, reach * 1.25)
            print(f"{emotion} {step} {top:.3f}", flush=True)
        else:
            reach = max(0.08, reach * 0.97)
    return {n: round(v, 2) for n, v in best.items() if v >= 0.04}


def report(
    presets: Mapping[str, Weights], faces: Sequence[Subject], judges: Mapping[str, Judge],
    eyes: Eyes,
) -> dict[str, dict[str, float]]:  # fmt: skip
    """Per emotion: share of faces each judge reads as the target, and its mean probability."""
    out: dict[str, dict[str, float]] = {}
    for name, weights in presets.items():
        seen = readings(Expression(both_sides(weights)), faces, list(judges.values()), eyes)
        target = EMOTIONS.index(Emotion(name))
        row = {}
        for j, judge in enumerate(judges):
            row[f"{judge} hit"] = round(float((seen[:, j].argmax(1) == target).mean()), 3)
            row[f"{judge} p"] = round(float(seen[:, j, target].mean()), 3)
        moved = load_basis().displacement(Expression(both_sides(weights)))
        row["mean cm"] = round(float(np.linalg.norm(moved, axis=1).mean()), 3)
        out[name] = row
    return out


def shipped(names: Sequence[str]) -> dict[str, Weights]:
    """The presets of weights/presets.json."""
    table = json.loads((WEIGHTS / "presets.json").read_text("utf-8"))["emotions"]
    return {name: table[name] for name in names}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--faces", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0, help="of the choice of faces")
    parser.add_argument("--emotions", nargs="*", default=[e.value for e in SPACE])
    parser.add_argument("--judge", nargs="*", default=[])
    parser.add_argument("--hold-out", nargs="*", default=[])
    parser.add_argument("--check", action="store_true", help="report the presets that ship")
    args = parser.parse_args()
    eyes = Eyes.load()
    data = Path(os.environ["PYOJEONG_DATA"])
    half = args.faces // 2
    people = subjects(data, eyes, half * 4, args.seed)
    others = fer_subjects(data, eyes, half * 3, args.seed)
    painted = portraits(data, eyes)
    training = people[:half] + others[:half] + painted[::2]
    held = people[half:] + others[half:] + painted[1::2]
    judges: dict[str, Judge] = {"built-in": eyes.judge}
    judges |= {Path(p).stem: file_judge(p) for p in args.judge}
    everyone = judges | {f"{Path(p).stem} (held out)": file_judge(p) for p in args.hold_out}
    started = time.time()
    result: dict[str, Any] = {"held out faces": len(held)}
    if args.check:
        result["shipped"] = report(shipped(args.emotions), held, everyone, eyes)
    else:
        tuned = {
            name: tune(Emotion(name), training, list(judges.values()), args.steps)
            for name in args.emotions
        }
        start = {n: {k: v[0] for k, v in SPACE[Emotion(n)].items()} for n in args.emotions}
        result["presets"] = tuned
        result["EMFACS start"] = report(start, held, everyone, eyes)
        result["tuned"] = report(tuned, held, everyone, eyes)
    result["minutes"] = round((time.time() - started) / 60, 1)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    args.out.write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
