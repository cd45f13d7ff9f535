"""Editor "stargan": gives a face of a photo what a trained StarGAN can, at the photo's full size.

The network sees a small upright square around the face. What it *changed* there is made as large
as the face, its drift of colour taken out, and added to the photo's own pixels; where it changed
much, the photo's fine detail gives way to its picture, else the old mouth would show through the
new one. The change fades out towards the edge of the square, and outside nothing is touched.
(Two bands of a Laplacian pyramid, Burt & Adelson 1983, weighted by the change.)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.edit.stargan_file import INPUTS, OUTPUTS, LabelSet, StarGanCard, read_stargan_card
from pyojeong.errors import BadSettings, InferenceFailed
from pyojeong.face.align import LEFT_EYE, RIGHT_EYE
from pyojeong.face.types import FaceMesh, Image
from pyojeong.network import open_file

Floats = NDArray[np.float32]

_EDGE = 0.12
"""Share of the square's side over which a change fades out."""
_FIRM = 10.0
"""Change, in steps of 255, from which on fine detail gives way; at twice that it is gone."""
_LARGEST_FACE = 4
"""Squares finer than so many px per px of the network's are shrunk in steps of two first."""


class StarGanEditor:
    """Draws emotions and attributes with an ONNX file of `pyojeong train stargan`.

    weights: the file. Safe to share between threads. Raises MissingWeights, BadInput.
    """

    def __init__(self, weights: str | Path) -> None:
        path = Path(weights).expanduser()
        self._session = open_file(path)
        self.card: StarGanCard = read_stargan_card(path, self._session)
        self.source = f"stargan:{path.parent.name if path.name == 'model.onnx' else path.stem}"

    @property
    def labels(self) -> tuple[str, ...]:
        """What can be asked for, as the training data spelled it."""
        return self.card.labels

    def edit_towards(
        self,
        image: Image,
        face: FaceMesh | NDArray[np.float32],
        targets: Mapping[str, bool | float],
    ) -> Image:
        """A new picture of the same size in which that face is as asked; the input is not changed.

        face: its mesh (the square is then turned upright), or a box (4,) xyxy in px. targets: by
        label, upper or lower case: True or False, or a strength in [0, 1]. Of an emotion the
        strength is how far the face goes there; the highest wins among several. An attribute that
        is not named stays what the network reads from the face, except that a hair colour takes
        the place of another. Pixels outside the square are bit-identical; without targets, or with
        an emotion at 0, all are. Raises BadSettings for an unknown label or a strength out of
        range, InferenceFailed.
        """
        wanted = self._known(targets)
        side = self.card.side
        matrix = square_matrix(face, self.card.padding, side)
        seen = small_square(image, matrix, side)
        made, changed = seen.astype(np.float32), False
        for own in self.card.sets:
            asked = {label: v for label, v in wanted.items() if label in own.labels}
            if not asked or (own.exclusive and max(asked.values()) <= 0):
                continue
            made, changed = self._step(made, own, asked), True
        if not changed:
            return image.copy()
        return blend(image, matrix, seen, match_colours(seen, made))

    def _known(self, targets: Mapping[str, bool | float]) -> dict[str, float]:
        spelled = {label.lower(): label for label in self.labels}
        wanted = {}
        for name, value in targets.items():
            label = spelled.get(name.lower())
            if label is None:
                listed = ", ".join(self.labels)
                raise BadSettings(
                    f"{self.source} cannot draw {name!r}; it knows: {listed}.",
                    f"{self.source}은(는) {name!r}을(를) 그릴 수 없습니다. 가능: {listed}.",
                )
            if not 0 <= float(value) <= 1:
                raise BadSettings(
                    f"{name} takes a strength from 0 to 1, not {value}.",
                    f"{name}의 세기는 0에서 1까지입니다({value}).",
                )
            wanted[label] = float(value)
        return wanted

    def _step(self, square: Floats, own: LabelSet, asked: Mapping[str, float]) -> Floats:
        """The square (s, s, 3), 0-255, after the wishes for one set of labels."""
        start, count = own.start, len(own.labels)
        wish = np.zeros((1, self.card.wish_length), np.float32)
        if len(self.card.sets) > 1:
            wish[0, len(self.labels) + self.card.sets.index(own)] = 1
        share = 1.0
        if own.exclusive:
            best = max(asked, key=lambda label: asked[label])
            wish[0, start + own.labels.index(best)] = 1
            share = asked[best]
        else:
            read = self._run(square, wish)[1][0, start : start + count]
            wish[0, start : start + count] = attribute_goals(own, read, asked)
        made = self._run(square, wish)[0][0]
        return np.asarray(square + share * (made - square), np.float32)

    def _run(self, square: Floats, wish: Floats) -> tuple[Floats, Floats]:
        pictures = np.clip(np.rint(square), 0, 255).astype(np.uint8)[None]
        try:
            made, read = self._session.run(
                list(OUTPUTS), dict(zip(INPUTS, (pictures, wish), strict=True))
            )
        except Exception as error:
            raise InferenceFailed(
                f"{self.source} failed: {error}", f"{self.source} 실행에 실패했습니다: {error}"
            ) from error
        right = made.shape == pictures.shape and read.shape == (1, len(self.labels))
        if not right or not np.isfinite(made).all():
            raise InferenceFailed(
                f"{self.source} made no picture.", f"{self.source}에서 그림이 나오지 않았습니다."
            )
        return made, read


def attribute_goals(own: LabelSet, read: Floats, asked: Mapping[str, float]) -> Floats:
    """Attributes (k,) to ask for: those named as asked, the others as read (k,) from the face.

    Of a group that excludes, the one asked for at more than one half puts out the others.
    """
    goals = (read > 0.5).astype(np.float32)
    for group in own.groups:
        goals[list(group)] = 0
        goals[max(group, key=lambda at: read[at])] = 1
    for label, value in asked.items():
        at = own.labels.index(label)
        for group in own.groups:
            if at in group and value > 0.5:
                goals[list(group)] = 0
        goals[at] = value
    return goals


# --- the square ------------------------------------------------------------------------------


def square_matrix(face: FaceMesh | NDArray[np.float32], padding: float, side: int) -> Floats:
    """(2, 3) from px of the picture to px of the upright square around a face.

    The square is the box's longer side, larger by `padding` of it on each side, as in training.
    Around a mesh it is turned so that the eyes lie level.
    """
    angle, box = 0.0, face
    if isinstance(face, FaceMesh):
        right, left = (face.points[list(eye), :2].mean(0) for eye in (RIGHT_EYE, LEFT_EYE))
        angle = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
        turned = face.points[:468, :2] @ _turn(angle).T
        box = np.concatenate([turned.min(0), turned.max(0)])
    corners = np.asarray(box, np.float64)
    longest = max(float((corners[2:] - corners[:2]).max()), 1.0) * (1 + 2 * padding)
    zoom = side / longest
    turn = _turn(angle) * zoom
    # The box is in the turned frame already.
    offset = (side - 1) / 2 - zoom * (corners[:2] + corners[2:]) / 2
    return np.concatenate([turn, offset[:, None]], 1).astype(np.float32)


def _turn(angle: float) -> NDArray[np.float64]:
    """Rotation (2, 2) that makes a line at `angle` level."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s], [-s, c]])


def small_square(image: Image, matrix: Floats, side: int) -> Image:
    """The square (side, side, 3); beyond the picture its edge goes on. Large faces are averaged,
    not sampled."""
    zoom = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    fine = 1
    while zoom * fine * 2 <= 1 and fine < side:
        fine *= 2
    fine = min(fine, _LARGEST_FACE * max(1, 512 // side))
    larger = np.asarray(matrix * fine, np.float32)
    larger[:, 2] += (fine - 1) / 2
    size = (side * fine, side * fine)
    taken = cv2.warpAffine(image, larger, size, borderMode=cv2.BORDER_REPLICATE)
    if fine == 1:
        return np.asarray(taken, np.uint8)
    return np.asarray(cv2.resize(taken, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


# --- back into the photo ---------------------------------------------------------------------


def match_colours(seen: Image, made: Floats) -> Floats:
    """`made` (s, s, 3) without the drift of colour that the network gives everything.

    A gain and an offset for each channel, fitted on the half of the pixels that changed least, so
    that a wanted change (hair, a mouth) does not count.
    """
    before, change = seen.astype(np.float32), np.abs(made - seen).mean(2)
    quiet = change <= np.median(change)
    matched = made.copy()
    for channel in range(3):
        x, y = made[..., channel][quiet], before[..., channel][quiet]
        spread = float(x.var())
        gain = float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 1 else 1.0
        gain = min(max(gain, 0.8), 1.25)
        matched[..., channel] = gain * (made[..., channel] - x.mean()) + y.mean()
    return np.clip(matched, 0, 255)


def blend(image: Image, matrix: Floats, seen: Image, made: Floats) -> Image:
    """The photo with the change from `seen` to `made` (s, s, 3) where the square lies in it."""
    side = len(seen)
    x0, y0, x1, y1 = _window(image, matrix, side)
    out = image.copy()
    if x0 >= x1 or y0 >= y1:
        return out
    moved = matrix.copy()
    moved[:, 2] += moved[:, :2] @ np.array([x0, y0], np.float32)
    back = cv2.invertAffineTransform(moved)
    size = (x1 - x0, y1 - y0)

    def enlarged(values: Floats) -> Floats:
        # Cubic: linear enlargement shows the small picture's pixels as facets.
        return np.asarray(cv2.warpAffine(values, back, size, flags=cv2.INTER_CUBIC), np.float32)

    change = made - seen
    strong = cv2.GaussianBlur(np.abs(change).max(2), (0, 0), 1.0)
    firm = np.clip(enlarged(np.clip((strong - _FIRM) / _FIRM, 0, 1)), 0, 1)[..., None]
    feather = np.clip(enlarged(fade(side)), 0, 1)[..., None]
    photo = image[y0:y1, x0:x1].astype(np.float32)
    coarse = enlarged(seen.astype(np.float32))
    # The photo's detail is what enlarging the small square does not bring back.
    result = coarse + enlarged(change) + (1 - firm) * (photo - coarse)
    mixed = photo + feather * (result - photo)
    inside = feather[..., 0] > 0
    out[y0:y1, x0:x1][inside] = np.clip(np.rint(mixed[inside]), 0, 255).astype(np.uint8)
    return out


def fade(side: int) -> Floats:
    """(side, side): 1 in the middle, smoothly down to 0 at the edge."""
    place = (np.arange(side, dtype=np.float32) + 0.5) / side
    edge = np.clip((np.minimum(place, 1 - place) - 1.5 / side) / _EDGE, 0, 1)
    ramp = edge * edge * (3 - 2 * edge)
    return np.asarray(ramp[:, None] * ramp[None], np.float32)


def _window(image: Image, matrix: Floats, side: int) -> tuple[int, int, int, int]:
    """The part of the picture that the square covers, as x0, y0, x1, y1."""
    back = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0], [side, 0], [0, side], [side, side]], np.float32) - 0.5
    seen = corners @ back[:, :2].T + back[:, 2]
    limit = np.array([image.shape[1], image.shape[0]])
    low = np.clip(np.floor(seen.min(0)), 0, limit).astype(int)
    high = np.clip(np.ceil(seen.max(0)) + 1, 0, limit).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
