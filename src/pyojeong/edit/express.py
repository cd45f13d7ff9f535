"""A wish on a face of a photo: drawn, read back, tried another way if need be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from pyojeong.edit.readback import Verdict, judge
from pyojeong.edit.rig import FaceRig
from pyojeong.edit.sketch import Look, Sketch
from pyojeong.edit.wish import Wish
from pyojeong.emotion import EmotionScores
from pyojeong.errors import NoFace
from pyojeong.face.reader import FaceReader, ReadFace
from pyojeong.face.types import FaceMesh, Image

READ_PX = 220
"""Faces are read back at this width; a larger one is read no better and more slowly."""
TRIES = 2
"""Looks drawn at full size before the better one is kept."""


@dataclass(frozen=True, slots=True)
class FaceEdit:
    """What was done to one face. box: xyxy px in the photo. verdict: what is read from it now."""

    box: tuple[float, float, float, float]
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """For JSON: {"box", "verdict"}."""
        return {
            "box": [round(v, 1) for v in self.box],
            "verdict": self.verdict.as_dict(),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Expressed:
    """image: the edited photo, RGB uint8, the size of the original. faces: one per wish, in the
    order of the wishes."""

    image: Image
    faces: tuple[FaceEdit, ...]

    @property
    def reached(self) -> bool:
        """Whether every face passed every check."""
        return all(face.verdict.reached for face in self.faces)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: {"faces": [{"box", "verdict"}], "reached"}."""
        return {"faces": [face.as_dict() for face in self.faces], "reached": self.reached}


class Sitting:
    """One face of a photo, prepared once, drawn with any number of wishes.

    image: RGB uint8 (H, W, 3), never changed. Raises NoFace when the face has no mesh.
    """

    def __init__(self, image: Image, face: ReadFace, reader: FaceReader) -> None:
        if face.mesh is None:
            raise NoFace(
                "The face is too small or too far turned away to be moved. Use a larger picture.",
                "얼굴이 너무 작거나 옆을 보고 있어 움직일 수 없습니다. 더 큰 사진을 쓰세요.",
            )
        self.image, self.mesh = image, face.mesh
        self._scores, self._reader = face.scores, reader
        self._box = tuple(float(v) for v in face.box)
        self._rig = FaceRig(image, face.mesh, fine=True)
        self._sketch: Sketch | None = None

    @property
    def zone(self) -> tuple[int, int, int, int]:
        """(x0, y0, x1, y1) px; nothing outside it ever changes."""
        return self._rig.zone

    @property
    def frame(self) -> tuple[float, float, float]:
        """Centre x, y and half the side, px, of a square that shows the whole head."""
        x0, y0, x1, y1 = self._box
        return (x0 + x1) / 2, (y0 + y1) / 2, 0.85 * max(x1 - x0, y1 - y0)

    def looks(self, wish: Wish) -> list[Look]:
        """Ways to draw a wish, the one that is read best first."""
        if not wish.strongest:
            return [Look(wish.added, 1.0, 0.0)]
        if self._sketch is None:
            self._sketch = Sketch(self.image, self.mesh, self._reader.classifier, self._scores)
        return self._sketch.choose(wish)

    def draw(self, look: Look, wish: Wish) -> Image:
        """The whole photo with a look of `looks(wish)`."""
        x0, y0, x1, y1 = self._rig.zone
        out = self.image.copy()
        out[y0:y1, x0:x1] = self._rig.draw(look.expression, wish.relaxation)
        return out

    def express(self, wish: Wish) -> Expressed:
        """Draw a wish and read it back. A clear wish that cannot be read is drawn another way;
        the better attempt is returned with its verdict."""
        best: Expressed | None = None
        for look in self.looks(wish)[:TRIES]:
            picture = self.draw(look, wish)
            seen = _read(picture, self.zone, self.mesh, self._reader)
            points = self.mesh.points.copy()
            points[:468, :2] += self._rig.turned(look.expression)
            before = FaceMesh(points, self.mesh.score), self._scores
            verdict = judge(wish.mix, before, seen, look.factor, self._rig.strength)
            box = self._box
            done = Expressed(picture, (FaceEdit((box[0], box[1], box[2], box[3]), verdict),))
            if best is None or _score(verdict, wish) > _score(best.faces[0].verdict, wish):
                best = done
            if verdict.reached or verdict.after is None or wish.strongest < 0.5:
                break
        assert best is not None  # noqa: S101 - there is always a look
        return best


def express_photo(
    image: Image, wishes: Sequence[tuple[ReadFace, Wish]], reader: FaceReader
) -> Expressed:
    """Draw wishes on faces of one photo, one after the other.

    Raises NoFace when a face has no mesh, BadSettings for unknown coefficients.
    """
    edits: list[FaceEdit] = []
    for face, wish in wishes:
        done = Sitting(image, face, reader).express(wish)
        image = done.image
        edits += done.faces
    return Expressed(image, tuple(edits))


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


def _score(verdict: Verdict, wish: Wish) -> float:
    if verdict.after is None:
        return -1.0
    read = sum(verdict.after[e] * v for e, v in wish.mix.items())
    return float(read) + (1.0 if verdict.reached else 0)
