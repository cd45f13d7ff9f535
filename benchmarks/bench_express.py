"""Is what is drawn read as asked, also by networks that took no part in drawing it?

    PYOJEONG_DATA=... python benchmarks/bench_express.py [--faces 30] [--judge FILE.onnx ...]

Every face of the open-licence samples, muxspace people and FER2013 training faces, whatever they
show, each asked for six emotions at the default intensity. Judges: our reader (it also chooses the
variant), and classifiers exported by `pyojeong train expression` with other data and seeds. A
judge's own recall of real faces of a class is the ceiling to compare with.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import cv2
import numpy as np
from report import write_report

from pyojeong.edit.express import Sitting
from pyojeong.edit.wish import Wish
from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.face.exported import ExportedClassifier
from pyojeong.face.reader import FaceReader
from pyojeong.media.image import read_image
from pyojeong.train.presets import Eyes
from pyojeong.train.presets_variants import any_faces

WISHES = tuple(e for e in EMOTIONS if e is not Emotion.NEUTRAL)
FOUR = (Emotion.HAPPINESS, Emotion.ANGER, Emotion.SADNESS, Emotion.SURPRISE)
TWO = (Emotion.FEAR, Emotion.DISGUST)
FACE_PX = 220


def sample_pictures(folder: Path, reader: FaceReader) -> list[np.ndarray]:
    """A cut-out around every sample face, its face at most FACE_PX wide and in the middle."""
    found = []
    for path in sorted(folder.glob("*.[jp][pn]*g")):
        photo = read_image(path).rgb
        for face in reader.read(photo):
            width = float(face.box[2] - face.box[0])
            if face.mesh is None or width < 60:
                continue
            x0, y0, x1, y1 = face.box
            m = 1.2 * width
            h, w = photo.shape[:2]
            rows = slice(max(0, int(y0 - m)), min(h, int(y1 + m)))
            columns = slice(max(0, int(x0 - m)), min(w, int(x1 + m)))
            shrink = min(1.0, FACE_PX / width)
            cut = cv2.resize(photo[rows, columns], None, fx=shrink, fy=shrink, interpolation=3)
            found.append(np.asarray(cut, np.uint8))
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--faces", type=int, default=30)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--judge", type=Path, nargs="*", default=[])
    asked = parser.parse_args()
    data, reader = Path(os.environ["PYOJEONG_DATA"]), FaceReader()
    others = [s.image for s in any_faces(data, Eyes.load(), asked.faces, asked.seed)]
    groups = {"samples": sample_pictures(data / "samples", reader), "others": others}
    judges = {path.parent.name: ExportedClassifier(path) for path in asked.judge}
    tables = {}
    for name, pictures in groups.items():
        hits: dict[str, dict[Emotion, list[bool]]] = {}
        for picture in pictures:
            middle = np.array(picture.shape[1::-1]) / 2
            faces = [f for f in reader.read(picture) if f.mesh is not None]
            if not faces:
                continue
            face = min(
                faces, key=lambda f, m=middle: np.linalg.norm((f.box[:2] + f.box[2:]) / 2 - m)
            )
            sitting = Sitting(picture, face, reader)
            for emotion in WISHES:
                drawn = sitting.express(Wish({emotion: 1.0})).image
                seen = [f for f in reader.read(drawn) if f.mesh is not None]
                near = min(seen or [face], key=lambda f, b=face.box: float(np.abs(f.box - b).sum()))
                read = {"ours": near.scores if seen else None}
                for judge, network in judges.items():
                    read[judge] = network.classify(drawn, [near.mesh])[0]
                for judge, scores in read.items():
                    hit = scores is not None and scores.emotion is emotion
                    hits.setdefault(judge, {}).setdefault(emotion, []).append(hit)
        rows = [[judge, *_cells(found)] for judge, found in hits.items()]
        heads = ["read by", *(e.value for e in WISHES), "mean of four", "fear and disgust"]
        tables[f"{name}: {len(pictures)} faces"] = (heads, rows)
    write_report("express", __doc__ or "", tables)


def _cells(found: dict[Emotion, list[bool]]) -> list[str]:
    share = {emotion: float(np.mean(hits)) for emotion, hits in found.items()}
    means = [np.mean([share[e] for e in group]) for group in (FOUR, TWO)]
    return [f"{share[e]:.2f}" for e in WISHES] + [f"{m:.3f}" for m in means]


if __name__ == "__main__":
    main()
