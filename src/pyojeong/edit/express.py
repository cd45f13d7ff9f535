"""One photo, one face, one wish: draw it, read it back, try a little harder if need be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from pyojeong.edit.readback import Verdict, judge
from pyojeong.edit.rig import FaceRig
from pyojeong.emotion import Emotion, EmotionScores
from pyojeong.errors import NoFace
from pyojeong.expression import Expression, both_sides, emotion_presets
from pyojeong.face.reader import FaceReader, ReadFace
from pyojeong.face.types import FaceMesh, Image

READ_PX = 220
"""Faces are read back at this width; a larger one is read no better and more slowly."""
STEPS = (1.0, 1.15, 1.3)
"""Intensities tried, as factors on what was asked; beyond them a face stops being natural."""


@dataclass(frozen=True, slots=True, eq=False)
class Expressed:
    """image: the edited photo, RGB uint8, the size of the original. box: (4,) xyxy px of the
    face. verdict: what is read from it."""

    image: Image
    box: tuple[float, float, float, float]
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """For JSON: {"box", "verdict"}."""
        return {
            "box": [round(v, 1) for v in self.box],
            "verdict": self.verdict.as_dict(),
        }


def relaxation(intensity: float) -> float:
    """How much of the photo's own expression is taken away for an emotion of that intensity:
    none at 0, all from 0.5 on."""
    t = min(max(intensity / 0.5, 0.0), 1.0)
    return t * t * (3 - 2 * t)


def mix_expression(mix: Mapping[Emotion, float]) -> Expression:
    """The sum of the presets, each at its intensity."""
    total = Expression()
    for emotion, intensity in mix.items():
        total = total + emotion_presets()[emotion] * intensity
    return total


def express_photo(
    image: Image,
    face: ReadFace,
    mix: Mapping[Emotion, float],
    coefficients: Mapping[str, float],
    reader: FaceReader,
) -> Expressed:
    """Draw an emotion mix (intensities in [0, 1]) and ARKit coefficients on a face.

    Emotions replace what the face shows; coefficients alone are added to it. A clear wish
    (intensity of at least 0.5) that cannot be read back is drawn again, stronger, up to 1.3
    times; the attempt that reads best is returned, with an honest verdict.
    Raises NoFace when the face has no mesh, BadSettings for unknown coefficients.
    """
    if face.mesh is None:
        raise NoFace(
            "The face is too small or too far turned away to be moved. Use a larger picture.",
            "얼굴이 너무 작거나 옆을 보고 있어 움직일 수 없습니다. 더 큰 사진을 쓰세요.",
        )
    added = Expression(both_sides(coefficients))
    rig = FaceRig(image, face.mesh, fine=True)
    box = tuple(float(v) for v in face.box)
    strongest = max(mix.values(), default=0.0)
    relax = relaxation(min(1.0, sum(mix.values())))
    best: Expressed | None = None
    for factor in STEPS if strongest >= 0.5 else STEPS[:1]:
        # A stronger wish also takes away more of what the photo showed.
        beyond = rig.source * (relax * (1 - factor))
        wish = mix_expression({e: v * factor for e, v in mix.items()}) + added + beyond
        picture = _paste(image, rig, rig.draw(wish, relax))
        seen = _read(picture, rig.zone, face.mesh, reader)
        verdict = judge(mix, (face.mesh, face.scores), seen, factor, rig.strength)
        done = Expressed(picture, (box[0], box[1], box[2], box[3]), verdict)
        if best is None or _score(done, mix) > _score(best, mix):
            best = done
        if verdict.reached or verdict.after is None:
            break
    assert best is not None  # noqa: S101 - STEPS is never empty
    return best


def _paste(image: Image, rig: FaceRig, pixels: Image) -> Image:
    x0, y0, x1, y1 = rig.zone
    out = image.copy()
    out[y0:y1, x0:x1] = pixels
    return out


def _read(
    picture: Image, zone: tuple[int, int, int, int], mesh: FaceMesh, reader: FaceReader
) -> tuple[FaceMesh | None, EmotionScores | None]:
    """The same face in the edited picture, read from the zone alone."""
    x0, y0, x1, y1 = zone
    crop = np.ascontiguousarray(picture[y0:y1, x0:x1])
    shrink = max(1.0, float(mesh.box[2] - mesh.box[0]) / READ_PX)
    if shrink > 1:
        size = round((x1 - x0) / shrink), round((y1 - y0) / shrink)
        crop = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
    back = np.array([(x1 - x0) / crop.shape[1], (y1 - y0) / crop.shape[0], shrink], np.float32)
    meshes = [(f.mesh, f.scores) for f in reader.read(crop) if f.mesh is not None]
    centre = (mesh.points[:468, :2].mean(0) - (x0, y0)) / back[:2]
    if not meshes:
        return None, None
    nearest, scores = min(
        meshes, key=lambda m: float(np.linalg.norm(m[0].points[:468, :2].mean(0) - centre))
    )
    points = nearest.points * back + np.array([x0, y0, 0], np.float32)
    return FaceMesh(points.astype(np.float32), nearest.score), scores


def _score(done: Expressed, mix: Mapping[Emotion, float]) -> float:
    after = done.verdict.after
    if after is None:
        return -1.0
    return float(sum(after[e] * v for e, v in mix.items())) + (1.0 if done.verdict.reached else 0)
