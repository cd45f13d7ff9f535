"""A small copy of a face on which looks are tried before one is drawn at full size.

A drawn emotion is read differently on every face: bared teeth make one person's anger plain and
another's a grin. So the variants of an emotion are drawn small, read, and only where none is read
clearly drawn stronger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pyojeong.edit.basis import load_basis
from pyojeong.edit.field import zone_of
from pyojeong.edit.pose import fit_pose
from pyojeong.edit.rig import FaceRig
from pyojeong.edit.wish import Wish
from pyojeong.emotion import EmotionScores
from pyojeong.expression import Expression
from pyojeong.face.types import ExpressionClassifier, FaceMesh, Image

FACE_PX = 110
"""Width of the face in a sketch; classifiers see it smaller still."""
CLEAR = 0.6
"""Probability of what was asked from which on nothing is drawn stronger."""
STRONGER = (1.15, 1.3)
"""Factors on what was asked; beyond them a face stops being natural."""


@dataclass(frozen=True, slots=True)
class Look:
    """A way to draw a wish. expression: with what is added. factor: on the intensities asked.
    share: of what was asked that is read from the sketch, in [0, 1]."""

    expression: Expression
    factor: float
    share: float

    def scaled(self, intensity: float) -> Look:
        """The same look, fainter."""
        return replace(self, expression=self.expression * intensity)


class Sketch:
    """One face of a photo, small. image: RGB uint8, never changed. mesh: in its px. shown: what is
    read from the photo itself, if it can be."""

    def __init__(
        self,
        image: Image,
        mesh: FaceMesh,
        classifier: ExpressionClassifier,
        shown: EmotionScores | None,
    ) -> None:
        x0, y0, x1, y1 = zone_of(mesh.points[:468, :2], fit_pose(mesh.points), image.shape)
        shrink = max(1.0, float(mesh.box[2] - mesh.box[0]) / FACE_PX)
        size = max(1, round((x1 - x0) / shrink)), max(1, round((y1 - y0) / shrink))
        crop = np.ascontiguousarray(image[y0:y1, x0:x1])
        if shrink > 1:
            crop = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
        scale = np.array([size[0] / (x1 - x0), size[1] / (y1 - y0), 1 / shrink], np.float32)
        points = (mesh.points - np.array([x0, y0, 0], np.float32)) * scale
        self._image = crop
        self._mesh = FaceMesh(points.astype(np.float32), mesh.score)
        self._pose = fit_pose(self._mesh.points)
        self._rig = FaceRig(crop, self._mesh)
        self._classifier, self._shown = classifier, shown

    def read(self, expression: Expression, relax: float) -> EmotionScores:
        """What is read from the face wearing the expression. Raises InferenceFailed."""
        x0, y0, x1, y1 = self._rig.zone
        picture = self._image.copy()
        picture[y0:y1, x0:x1] = self._rig.draw(expression, relax)
        # Where the mesh will be, without looking for it again.
        points = self._mesh.points.copy()
        moved = load_basis().displacement(expression + self._rig.source * -relax)
        points[:468, :2] += self._pose.vectors(moved)
        return self._classifier.classify(picture, [FaceMesh(points, self._mesh.score)])[0]

    def choose(self, wish: Wish) -> list[Look]:
        """Ways to draw a wish, the one that reads best first. Raises InferenceFailed."""
        looks = wish.looks()
        found = self._tried(wish, looks, (1.0,))
        main = wish.main
        # A faint wish is drawn as faint as asked.
        if wish.strongest >= 0.5 and found[0].share < CLEAR * wish.strongest:
            best = [looks[k] for k in np.argsort([-look.share for look in found])[:2]]
            found += self._tried(wish, best if main is not None else looks, STRONGER)
        return sorted(found, key=lambda look: -look.share)

    def _tried(
        self, wish: Wish, looks: Iterable[Expression], factors: tuple[float, ...]
    ) -> list[Look]:
        found = []
        for look in looks:
            for factor in factors:
                drawn = self.at(look, factor, wish)
                scores = self.read(drawn, wish.relaxation)
                share = sum(scores[e] * v for e, v in wish.mix.items())
                found.append(Look(drawn, factor, float(share)))
        return found

    def at(self, look: Expression, factor: float, wish: Wish) -> Expression:
        """A look drawn at a factor; a stronger wish also takes away more of what the photo
        showed."""
        beyond = self._rig.source * (wish.relaxation * (1 - factor))
        drawn = look * factor + beyond
        if self._shown is not None and self._shown.emotion is wish.main:
            drawn = drawn + self._own(look, drawn) * wish.relaxation
        return drawn + wish.added

    def _own(self, look: Expression, drawn: Expression) -> Expression:
        """What the photo shows beyond a look, of the muscles the look uses: a broad smile is not
        made a smaller one when happiness is asked for."""
        source = self._rig.source
        return Expression(
            {
                n: source[n] - drawn[n]
                for n in source.coefficients
                if look[n] > 0 and source[n] > drawn[n]
            }
        )
