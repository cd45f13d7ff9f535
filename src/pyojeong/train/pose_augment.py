"""Training pictures whose head is turned: pitch, yaw and roll by way of the 3D face mesh.

The mesh of the face, with its depth, is turned about the middle of the head and projected back by
scaled orthography; the picture follows by the warp that the photo editor uses. Around the face
the motion fades, to nothing at the picture's border where there is room for that.
"""

from __future__ import annotations

import os

import cv2
import numpy as np

from pyojeong.data.dataset import Image
from pyojeong.edit.openings import all_triangles
from pyojeong.edit.pose import Pose, fit_pose, head_rotation
from pyojeong.edit.slit import Rect
from pyojeong.edit.unfold import Unfolder
from pyojeong.edit.warp import Floats, Lattice, enlarge, invert, sample, soften, spread_over
from pyojeong.errors import BadSettings
from pyojeong.face.cropped import CroppedReader
from pyojeong.face.types import FaceMesh

MOST = 20.0
"""Degrees by which a head is turned at most in each axis, unless asked otherwise."""
CENTRE = np.array([0.0, 0.5, -3.5], np.float32)
"""Middle of the head in the canonical frame (cm)."""
CELL_CM = 0.35
REACH_CM = 9.0
"""How far around the face the turn is felt at least."""
STEPS = 4
PRESSED = 1.4
"""From so many pixels in one on, pixels are mixed and not picked."""
GENTLE = 2.5
"""The motion fades over at least so many times its own length; from 1.5 down it would fold."""


class Turner:
    """Turns heads by chance. degrees: largest angle in each axis. reader: finds the mesh; made
    on first use, once in every process, where it is not given."""

    def __init__(self, degrees: float = MOST, reader: CroppedReader | None = None) -> None:
        self._degrees = checked(degrees)
        self._given = reader
        self._made: tuple[int, CroppedReader] | None = None

    def angles(self, rng: np.random.Generator) -> tuple[float, float, float]:
        """Pitch, yaw and roll, each uniform up to the largest."""
        pitch, yaw, roll = (float(v) for v in rng.uniform(-self._degrees, self._degrees, 3))
        return pitch, yaw, roll

    def turn(self, image: Image, rng: np.random.Generator) -> Image:
        """An RGB picture (H, W, 3) uint8 of one face with its head turned; the picture itself
        where no face is found. Raises MissingWeights, InferenceFailed."""
        angles = self.angles(rng)
        mesh = self.fit(image)
        return image if mesh is None else turned(image, mesh, *angles)

    def fit(self, image: Image) -> FaceMesh | None:
        """The mesh of the face that fills the picture, or None."""
        if self._given is not None:
            return self._given.fit(image)
        # A session of ONNX Runtime does not outlive a fork, as data loaders do it.
        if self._made is None or self._made[0] != os.getpid():
            self._made = os.getpid(), CroppedReader()
        return self._made[1].fit(image)

    def __getstate__(self) -> dict[str, object]:
        return {"_degrees": self._degrees, "_given": self._given, "_made": None}


def checked(degrees: float) -> float:
    """Raises BadSettings where a head cannot be turned that far."""
    if not 0 <= degrees <= 45:
        raise BadSettings(
            f"A head can be turned by 0 to 45 degrees, not {degrees:g}.",
            f"고개를 돌리는 각도는 0도에서 45도까지입니다({degrees:g}).",
        )
    return float(degrees)


def turned(image: Image, mesh: FaceMesh, pitch: float, yaw: float, roll: float) -> Image:
    """The picture with the head turned by degrees: pitch up, yaw to the right of the picture,
    roll clockwise.

    image: RGB uint8 (H, W, 3), not changed. mesh: the face's in its px. No turn gives the same
    bytes. Nothing folds: skin that would be hidden is pressed together at the outline.
    """
    if not (pitch or yaw or roll):
        return image.copy()
    pose = fit_pose(mesh.points)
    xy = mesh.points[:468, :2]
    moved = motion(mesh.points, pose, pitch, yaw, roll)
    rect = _zone(xy, moved, pose.scale, image.shape)
    lattice = Lattice.over(rect, CELL_CM * pose.scale)
    spread = spread_over(lattice, xy, mesh.points[:468, 2], all_triangles())
    away = spread.distance * float(lattice.step.mean())
    border = _to_border(lattice, image.shape)
    moved = moved - _crowded(moved[spread.rim], away, border) * moved[spread.rim].mean(0)
    fade = _fade(away, border, moved[spread.rim], pose.scale)
    forward = _stretched(spread.field(moved) * fade, lattice, image.shape)
    back = invert(soften(forward, 1.0) / lattice.step) * lattice.step
    return _drawn(image, rect, back)


def motion(points: Floats, pose: Pose, pitch: float, yaw: float, roll: float) -> Floats:
    """(468, 2) px by which mesh points (468+, 3) move; no triangle that is seen turns over.

    Pitch and yaw turn the head about its own axes, a little further at a time, so that skin at
    the outline has time to give way; roll turns it in the picture, which folds nothing.
    """
    xy, local = points[:468, :2], pose.lift(points[:468]) - CENTRE
    free = Unfolder(xy, all_triangles(), np.ones(468, np.float32))
    moved, last = np.zeros_like(xy), np.zeros_like(xy)
    for share in np.arange(1, STEPS + 1) / STEPS:
        wanted = pose.vectors(local @ head_rotation(pitch * share, yaw * share, 0).T - local)
        moved = free.apply(moved + wanted - last)
        last = wanted
    angle, centre = np.radians(roll), pose.project(CENTRE)
    about = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    placed = (xy + moved - centre) @ about + centre
    return np.asarray(placed - xy, np.float32)


def _zone(xy: Floats, moved: Floats, scale: float, shape: tuple[int, ...]) -> Rect:
    """(x0, y0, x1, y1) px that the turn can reach; it holds the whole face, and so may lie
    partly outside the picture."""
    reach = max(REACH_CM * scale, GENTLE * float(np.abs(moved).max())) + 2 * scale
    low, high, edge = xy.min(0), xy.max(0), 2 * scale
    corner = np.maximum(low - reach, np.minimum(0, low - edge))
    far = np.minimum(high + reach, np.maximum(shape[1::-1], high + edge))
    (x0, y0), (x1, y1) = np.floor(corner), np.ceil(far)
    return int(x0), int(y0), int(x1), int(y1)


def _crowded(rim: Floats, away: Floats, border: Floats) -> float:
    """0 where the face has room for the motion (n, 2) of its outline, 1 where it fills the
    picture: a crop would then have followed the face, so the turn must not carry it out of it."""
    need = _need(rim)
    return float(np.clip(2 * (1 - _room(away, border) / need), 0, 1))


def _need(rim: Floats) -> float:
    """px over which the motion (n, 2) of the outline can fade."""
    return max(GENTLE * float(np.linalg.norm(rim, axis=1).max()), 1e-3)


def _room(away: Floats, border: Floats) -> float:
    """px between the face and the picture's border where they are nearest."""
    return float(away.min(initial=np.inf, where=border <= 0))


def _places(lattice: Lattice) -> Floats:
    """(rows, columns, 2) px of the picture at which the nodes lie."""
    px = lattice.index() * lattice.step + (lattice.step / 2 - 0.5 + lattice.origin)
    return np.asarray(px, np.float32)


def _to_border(lattice: Lattice, shape: tuple[int, ...]) -> Floats:
    """(rows, columns) px from each node to the picture's border, 0 outside."""
    px, size = _places(lattice), np.array(shape[1::-1], np.float32) - 1
    return np.asarray(np.maximum(np.minimum(px, size - px).min(-1), 0), np.float32)


def _fade(away: Floats, border: Floats, rim: Floats, scale: float) -> Floats:
    """(rows, columns, 1): how much of the turn is felt, 1 on the face.

    away, border: px from the face and from the picture's border. rim: (n, 2) px by which the
    outline moves. The border keeps its place where the face leaves room; a face that fills its
    picture takes the border along.
    """
    need = _need(rim)
    slack = max(0.0, need - _room(away, border))
    reach = np.minimum(max(REACH_CM * scale, need), away + border + slack)
    share = np.clip(1 - away / np.maximum(reach, 1e-3), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)[..., None]


def _stretched(forward: Floats, lattice: Lattice, shape: tuple[int, ...]) -> Floats:
    """The motion without what would carry in the picture's border: what lies there is stretched,
    as nothing is known of what lies beyond."""
    px, out = _places(lattice), forward.copy()
    for axis, side in enumerate(shape[1::-1]):
        for sign, gap in ((1, px[..., axis]), (-1, side - 1 - px[..., axis])):
            inward = np.maximum(sign * out[..., axis], 0)
            deepest = float(inward.max(initial=0, where=gap < inward))
            if deepest > 0:
                share = np.clip(gap / (2 * deepest), 0, 1)
                out[..., axis] -= sign * inward * (1 - share * (2 - share))
    return out


def _drawn(image: Image, rect: Rect, back: Floats) -> Image:
    """The picture, in which each place of the rectangle shows what lies `back` (nodes, px) off."""
    height, width = image.shape[:2]
    full = enlarge(back, (rect[2] - rect[0], rect[3] - rect[1]))
    x0, y0, x1, y1 = max(rect[0], 0), max(rect[1], 0), min(rect[2], width), min(rect[3], height)
    place = full[y0 - rect[1] : y1 - rect[1], x0 - rect[0] : x1 - rect[0]].copy()
    place[..., 0] += np.arange(x0, x1, dtype=np.float32)
    place[..., 1] += np.arange(y0, y1, dtype=np.float32)[:, None]
    # The little that still comes in from outside is mirrored: an edge drawn out leaves streaks.
    most = np.array([width - 1, height - 1], np.float32)
    place = most - np.abs(most - np.abs(place))
    out = image.copy()
    out[y0:y1, x0:x1] = _sampled(np.ascontiguousarray(image), place)
    return out


def _sampled(image: Image, place: Floats) -> Image:
    """The image at (h, w, 2) px; where much of it is pressed together, from a softer copy, as
    single pixels picked out of it would show as cracks."""
    sharp: Image = sample(image, place, cv2.INTER_CUBIC)
    if min(place.shape[:2]) < 2:
        return sharp
    slopes = np.gradient(place, axis=(0, 1))
    pressed = np.maximum(*(np.linalg.norm(slope, axis=2) for slope in slopes))
    share = np.clip(pressed - PRESSED, 0, 1)[..., None].astype(np.float32)
    if not share.any():
        return sharp
    soft = sample(np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0), np.uint8), place)
    mixed = np.round(sharp + (soft.astype(np.float32) - sharp) * share)
    return np.asarray(mixed, np.uint8)
