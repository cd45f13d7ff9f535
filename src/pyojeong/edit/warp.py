"""Dense warps: from displaced mesh points to a backward map over a grid of pixels.

The forward displacement is spread over a regular grid (barycentric inside the mesh, inverse
distance with a fade outside), smoothed, and inverted by Newton steps on the grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


PATIENT = (0.33, 0.67, 1.0, 1.0, 1.0)
QUICK = (0.5, 1.0, 1.0)
LONGEST = 6.0
"""Longest Newton step, in nodes."""

_remap: Any = cv2.remap  # its stubs do not know that one map of two channels will do


def sample(image: Any, place: Floats, method: int = cv2.INTER_LINEAR) -> Any:
    """The image at float positions (h, w, 2); beyond its border, the nearest pixel."""
    return _remap(image, place, None, method, borderMode=cv2.BORDER_REPLICATE)


def soften(image: Floats | NDArray[np.uint8], sigma: float) -> Floats:
    """Gaussian blur; a wide one is done on a smaller copy."""
    shrink = int(sigma / 6)
    if shrink < 2 or min(image.shape[:2]) < 4 * shrink:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
    h, w = image.shape[:2]
    small = cv2.resize(image, (w // shrink, h // shrink), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
    return np.asarray(cv2.resize(blurred, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def enlarge(image: Floats, size: tuple[int, int]) -> Floats:
    """Bilinear to (w, h) px; pixel areas are kept, as in `Lattice`."""
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.float32)


def similarity(before: Floats, after: Floats) -> Floats:
    """(2, 3) shift, turn and scale that best takes points (n, 2) to their new places."""
    a, b = before - before.mean(0), after - after.mean(0)
    size = max(float((a * a).sum()), 1e-9)
    cos = float((a * b).sum()) / size
    sin = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / size
    turn = np.array([[cos, -sin], [sin, cos]])
    shift = after.mean(0) - turn @ before.mean(0)
    return np.column_stack([turn, shift]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Lattice:
    """A regular grid of nodes over a rectangle of a picture.

    origin: (x, y) px of the rectangle's corner. size: (w, h) of the rectangle in px. nodes:
    (columns, rows). Node (i, j) sits at the centre of its cell, as in `cv2.resize`.
    """

    origin: tuple[float, float]
    size: tuple[int, int]
    nodes: tuple[int, int]

    @classmethod
    def over(cls, rect: tuple[int, int, int, int], cell: float) -> Lattice:
        """A grid over the rectangle (x0, y0, x1, y1) with cells of about `cell` px, at least 1."""
        w, h = rect[2] - rect[0], rect[3] - rect[1]
        cell = max(1.0, cell)
        return cls(
            (rect[0], rect[1]),
            (w, h),
            (max(2, round(w / cell)), max(2, round(h / cell))),
        )

    @property
    def step(self) -> Floats:
        """(2,) px between nodes in x and y."""
        return np.array([self.size[0] / self.nodes[0], self.size[1] / self.nodes[1]], np.float32)

    def to_nodes(self, px: Floats) -> Floats:
        """(..., 2) picture px to node coordinates."""
        scaled: Floats = (px - np.array(self.origin, np.float32) + 0.5) / self.step - 0.5
        return scaled.astype(np.float32)

    def index(self) -> Floats:
        """(rows, columns, 2): each node's own coordinates."""
        x, y = np.meshgrid(np.arange(self.nodes[0]), np.arange(self.nodes[1]))
        return np.dstack([x, y]).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How values at mesh points become values on a lattice (linear, weights fixed per photo).

    corners: (3, inside), weights: (3, inside, 1). inside, outside: flat node numbers. rim: mesh points that the
    outside listens to; reach: (outside, rim) weights whose rows sum to 1.
    """

    lattice: Lattice
    inside: Indices
    corners: Indices
    weights: Floats
    outside: Indices
    rim: Indices
    reach: Floats
    distance: Floats

    def field(self, values: Floats) -> Floats:
        """(n, c) values at mesh points to (rows, columns, c); no fade outside."""
        columns, rows = self.lattice.nodes
        out = np.empty((rows * columns, values.shape[1]), np.float32)
        mixed = values[self.corners[0]] * self.weights[0]
        mixed += values[self.corners[1]] * self.weights[1]
        mixed += values[self.corners[2]] * self.weights[2]
        out[self.inside] = mixed
        if len(self.outside):
            out[self.outside] = self.reach @ values[self.rim]
        return out.reshape(rows, columns, values.shape[1])


def spread_over(
    lattice: Lattice,
    points: Floats,
    depth: Floats,
    triangles: Indices,
    rim: Indices | None = None,
) -> Spread:
    """Weights for mesh points (n, 2) in px with depth (n,), smaller nearer.

    rim: the points of the outline; found on the lattice where it is not given, which must then
    hold the whole face.
    """
    at = lattice.to_nodes(points)
    owner = _owners(lattice, at, depth, triangles)
    flat = owner.ravel()
    inside = np.flatnonzero(flat >= 0)
    corners = triangles[flat[inside]]
    weights = _barycentric(lattice.index().reshape(-1, 2)[inside], at[corners])
    outside = np.flatnonzero(flat < 0)
    distance = cv2.distanceTransform((owner < 0).astype(np.uint8), cv2.DIST_L2, 5)
    rim = _rim(owner, at, triangles) if rim is None else rim
    nodes = lattice.index().reshape(-1, 2)[outside]
    gaps = np.maximum(((nodes[:, None] - at[rim][None]) ** 2).sum(2), 0.25)
    reach = gaps**-1.5
    reach /= reach.sum(1, keepdims=True)
    corners, weights = (
        np.ascontiguousarray(corners.T),
        np.ascontiguousarray(weights.T)[..., None],
    )
    return Spread(
        lattice,
        inside,
        corners,
        weights,
        outside,
        rim,
        reach.astype(np.float32),
        np.asarray(distance, np.float32),
    )


def _owners(lattice: Lattice, at: Floats, depth: Floats, triangles: Indices) -> NDArray[np.int32]:
    """(rows, columns): the nearest front-facing triangle over each node, or -1."""
    owner = np.full((lattice.nodes[1], lattice.nodes[0]), -1, np.int32)
    area = signed_areas(at, triangles)
    order = np.argsort(-depth[triangles].mean(1))
    corners = np.round(np.clip(at, -4000, 8000) * 16).astype(np.int32)
    for t in order:
        if area[t] < 0:  # counter-clockwise from outside, seen in a picture with y down
            cv2.fillConvexPoly(owner, corners[triangles[t]], int(t), shift=4)
    return owner


def _barycentric(nodes: Floats, corners: Floats) -> Floats:
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac, ap = b - a, c - a, nodes - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    v = (ap[:, 0] * ac[:, 1] - ap[:, 1] * ac[:, 0]) / area
    w = (ab[:, 0] * ap[:, 1] - ab[:, 1] * ap[:, 0]) / area
    weights = np.clip(np.stack([1 - v - w, v, w], 1), 0, 1)
    weights /= weights.sum(1, keepdims=True)
    return np.asarray(weights, np.float32)


def _rim(owner: NDArray[np.int32], at: Floats, triangles: Indices) -> Indices:
    """Mesh points on the outline that the face shows in the picture."""
    used = np.unique(triangles)
    hull = used[cv2.convexHull(at[used], returnPoints=False)[:, 0]]
    covered = np.pad((owner >= 0).astype(np.uint8), 1)
    depth_in = cv2.distanceTransform(covered, cv2.DIST_L2, 3)[1:-1, 1:-1]
    rows, columns = owner.shape
    x = np.clip(np.round(at[used, 0]).astype(int), 0, columns - 1)
    y = np.clip(np.round(at[used, 1]).astype(int), 0, rows - 1)
    edge = used[depth_in[y, x] <= 1.5]
    return np.union1d(hull, edge)


def signed_areas(points: Floats, triangles: Indices) -> Floats:
    """(t,) twice the signed area of each triangle; negative faces the camera in a picture."""
    a, b, c = points[triangles[:, 0]], points[triangles[:, 1]], points[triangles[:, 2]]
    ab, ac = b - a, c - a
    areas: Floats = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    return areas


def invert(forward: Floats, steps: tuple[float, ...] = PATIENT) -> Floats:
    """Backward displacement of a forward one: g with g(y) + u(y + g(y)) = 0, on the nodes.

    forward: (rows, columns, 2) in node units. steps: one Newton step at each share of the motion
    (continuation: a plain Newton iteration jumps to and fro where skin begins to stretch). The
    Jacobian's determinant is kept from vanishing, so a motion may stretch without limit but must
    not fold where the result matters.
    """
    rows, columns = forward.shape[:2]
    nodes = np.empty((rows, columns, 2), np.float32)
    nodes[..., 0] = np.arange(columns, dtype=np.float32)
    nodes[..., 1] = np.arange(rows, dtype=np.float32)[:, None]
    slopes = _slopes(forward)
    back = np.zeros_like(forward)
    for k, share in enumerate(steps):
        place = nodes + back
        left = back + share * sample(forward, place)
        j = share * sample(slopes, place)
        a, d = 1 + j[..., 0], 1 + j[..., 3]
        scale = 1 / np.maximum(a * d - j[..., 1] * j[..., 2], 0.25)
        most = LONGEST if k + 2 < len(steps) else LONGEST / 3
        move = np.empty_like(back)
        move[..., 0] = (d * left[..., 0] - j[..., 1] * left[..., 1]) * scale
        move[..., 1] = (a * left[..., 1] - j[..., 2] * left[..., 0]) * scale
        back -= np.clip(move, -most, most, out=move)
    return back


def _slopes(forward: Floats) -> Floats:
    """(rows, columns, 4): du/dx, du/dy, dv/dx, dv/dy of a motion (u, v)."""
    kernel = np.array([[-0.5, 0.0, 0.5]], np.float32)
    along = cv2.filter2D(forward, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    down = cv2.filter2D(forward, -1, kernel.T, borderType=cv2.BORDER_REPLICATE)
    slopes = np.empty((*forward.shape[:2], 4), np.float32)
    slopes[..., 0::2], slopes[..., 1::2] = along, down
    return slopes
