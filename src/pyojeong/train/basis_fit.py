"""Register a dense head to the 468-point mesh and carry its shapes over.

Similarity on 51 landmarks, a thin-plate warp (in space its kernel is the distance itself,
Bookstein 1989), then non-rigid closest point (Amberg et al. 2007, with a Laplacian on the
displacements as stiffness). Lip and lid points only ever match their own lip or lid.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.interpolate import RBFInterpolator
from scipy.sparse import csgraph, linalg
from scipy.spatial import cKDTree

from pyojeong.train import basis_regions as regions

Points = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Embedding:
    """Where each mesh point lies on the dense head: (468,) triangle, (468, 3) barycentric."""

    corners: Indices
    weights: Points

    def carry(self, values: Points) -> Points:
        """Interpolate (..., V, 3) values of the dense head at the 468 points."""
        carried: Points = np.einsum("...kcd,kc->...kd", values[..., self.corners, :], self.weights)
        return carried


def similarity(source: Points, target: Points) -> tuple[float, Points, Points]:
    """Scale, rotation (3, 3) and shift with target ≈ scale * source @ rotation.T + shift
    (Umeyama 1991)."""
    mean_s, mean_t = source.mean(axis=0), target.mean(axis=0)
    u, d, vt = np.linalg.svd((target - mean_t).T @ (source - mean_s))
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ flip @ vt
    scale = float(np.trace(np.diag(d) @ flip) / ((source - mean_s) ** 2).sum())
    return scale, rotation, mean_t - scale * rotation @ mean_s


def edges_of(triangles: Indices) -> Indices:
    """Unique undirected edges (E, 2)."""
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    return np.unique(np.sort(pairs, axis=1), axis=0)


def graph(vertices: Points, triangles: Indices) -> sparse.csr_matrix:
    """Symmetric edge graph weighted by edge length."""
    e = edges_of(triangles)
    lengths = np.linalg.norm(vertices[e[:, 0]] - vertices[e[:, 1]], axis=1)
    half = sparse.coo_matrix((lengths, e.T), shape=(len(vertices),) * 2)
    return (half + half.T).tocsr()


def laplacian(count: int, triangles: Indices) -> sparse.csr_matrix:
    """Umbrella Laplacian: each row is a point minus the mean of its neighbours."""
    e = edges_of(triangles)
    half = sparse.coo_matrix((np.ones(len(e)), e.T), shape=(count, count))
    adjacency = (half + half.T).tocsr()
    degree = np.asarray(adjacency.sum(axis=1)).ravel()
    return sparse.identity(count) - sparse.diags(1 / degree) @ adjacency


def path(edges: sparse.csr_matrix, stops: list[int]) -> list[int]:
    """Vertices along the shortest edge path through the stops."""
    route = [stops[0]]
    for a, b in pairwise(stops):
        _, before = csgraph.dijkstra(edges, indices=a, return_predecessors=True)
        leg = [b]
        while leg[-1] != a:
            leg.append(int(before[leg[-1]]))
        route += leg[::-1][1:]
    return route


def sides(edges: sparse.csr_matrix, upper: list[int], lower: list[int], reach: float) -> Points:
    """+1 for vertices nearer (along edges) to the upper row, -1 to the lower, 0 beyond reach."""
    rim = sorted({*upper} & {*lower})
    up = csgraph.dijkstra(edges, indices=sorted({*upper} - {*rim}), min_only=True)
    low = csgraph.dijkstra(edges, indices=sorted({*lower} - {*rim}), min_only=True)
    side = np.sign(low - up)
    side[np.minimum(up, low) > reach] = 0
    side[rim] = 0
    return np.asarray(side, float)


class DenseHead:
    """A dense head with its openings labelled (upper and lower lip, upper and lower lids).

    landmarks: the 68 iBUG vertices. rows: name of a mesh row -> vertex chain along the same
    contour. labels: (3, V), for mouth, right eye and left eye.
    """

    def __init__(self, vertices: Points, triangles: Indices, landmarks: Indices) -> None:
        self.vertices = vertices
        self.triangles = triangles
        self.landmarks = landmarks
        edges = graph(vertices, triangles)
        mark = [int(i) for i in landmarks]
        self.rows = {
            "inner_lip_upper": path(edges, [mark[i] for i in (60, 61, 62, 63, 64)]),
            "inner_lip_lower": path(edges, [mark[i] for i in (60, 67, 66, 65, 64)]),
            "right_lid_upper": path(edges, [mark[i] for i in (36, 37, 38, 39)]),
            "right_lid_lower": path(edges, [mark[i] for i in (36, 41, 40, 39)]),
            "left_lid_upper": path(edges, [mark[i] for i in (45, 44, 43, 42)]),
            "left_lid_lower": path(edges, [mark[i] for i in (45, 46, 47, 42)]),
        }
        self.labels = opening_labels(edges, self.rows, reach=1.4)


def opening_labels(edges: sparse.csr_matrix, rows: dict[str, list[int]], reach: float) -> Points:
    """(3, V) side of each vertex at the mouth, the right eye and the left eye."""
    return np.stack(
        [
            sides(edges, rows[f"{part}_upper"], rows[f"{part}_lower"], reach)
            for part in ("inner_lip", "right_lid", "left_lid")
        ]
    )


def closest_on_triangles(points: Points, corners: Points) -> tuple[Points, Points]:
    """Nearest point of each triangle (N, 3, 3) to its query (N, 3): barycentric (N, 3), squared
    distance (N,). Ericson 2005, 5.1.5, as the best of the face and the three edges."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    candidates = [_inside(points, a, b, c)]
    for i, j in ((0, 1), (1, 2), (2, 0)):
        start, along = corners[:, i], corners[:, j] - corners[:, i]
        length = np.maximum((along**2).sum(axis=1), 1e-18)
        t = np.clip(((points - start) * along).sum(axis=1) / length, 0, 1)
        weights = np.zeros_like(points)
        weights[:, i], weights[:, j] = 1 - t, t
        candidates.append(weights)
    stacked = np.stack(candidates)
    reached = np.einsum("snc,ncd->snd", stacked, corners)
    squared = ((reached - points) ** 2).sum(axis=2)
    squared[0][(stacked[0] < 0).any(axis=1)] = np.inf
    best = squared.argmin(axis=0)
    rows = np.arange(len(points))
    return stacked[best, rows], squared[best, rows]


def _inside(p: Points, a: Points, b: Points, c: Points) -> Points:
    u, v, w = b - a, c - a, p - a
    uu, uv, vv = (u * u).sum(1), (u * v).sum(1), (v * v).sum(1)
    wu, wv = (w * u).sum(1), (w * v).sum(1)
    area = np.where(np.abs(uu * vv - uv * uv) < 1e-18, np.inf, uu * vv - uv * uv)
    s, t = (vv * wu - uv * wv) / area, (uu * wv - uv * wu) / area
    return np.stack([1 - s - t, s, t], axis=1)


def embed(points: Points, labels: Points, head: DenseHead, surface: Points) -> Embedding:
    """Nearest place on the (warped) surface for each point, never on the opposite lip or lid.

    points (468, 3), labels (3, 468) their sides; surface (V, 3) replaces the head's vertices.
    """
    corners = np.zeros((len(points), 3), np.int64)
    weights = np.zeros((len(points), 3))
    keys = [tuple(column) for column in labels.T]
    triangle_labels = head.labels[:, head.triangles]
    for key in sorted(set(keys)):
        mine = np.array([k == key for k in keys])
        side = np.array(key)[:, None, None]
        allowed = head.triangles[((triangle_labels * side) >= 0).all(axis=(0, 2))]
        corners[mine], weights[mine] = _nearest(points[mine], allowed, surface)
    return Embedding(corners, weights)


def _nearest(points: Points, triangles: Indices, surface: Points) -> tuple[Indices, Points]:
    tree = cKDTree(surface[triangles].mean(axis=1))
    _, near = tree.query(points, k=24)
    flat = triangles[near.ravel()]
    weights, squared = closest_on_triangles(np.repeat(points, 24, axis=0), surface[flat])
    best = squared.reshape(-1, 24).argmin(axis=1) + np.arange(len(points)) * 24
    return flat[best], weights[best]


def nearest_on_chain(points: Points, chain: Points) -> Points:
    """Nearest point of a polyline (C, 3) for each of (N, 3) points."""
    start, along = chain[:-1], np.diff(chain, axis=0)
    length = np.maximum((along**2).sum(axis=1), 1e-18)
    t = np.clip(((points[:, None] - start) * along).sum(axis=2) / length, 0, 1)
    reached: Points = start + t[..., None] * along
    best = ((reached - points[:, None]) ** 2).sum(axis=2).argmin(axis=1)
    nearest: Points = reached[np.arange(len(points)), best]
    return nearest


def register(mesh: Points, triangles: Indices, head: DenseHead) -> tuple[Embedding, Points, float]:
    """Fit the mesh (468, 3) onto a dense head.

    Returns the embedding, the 3x3 map that turns the head's displacements into the mesh's frame
    and scale, and the mean distance in the head's unit between fitted mesh and head surface.
    """
    marks = np.array(regions.LANDMARKS_51)
    targets = head.vertices[head.landmarks[17:]]
    scale, rotation, shift = similarity(mesh[marks], targets)
    placed = scale * mesh @ rotation.T + shift
    warp = RBFInterpolator(placed[marks], targets - placed[marks], kernel="linear", smoothing=0.05)
    fitted = placed + warp(placed)
    edges = graph(mesh, triangles)
    labels = opening_labels(edges, {k: list(v) for k, v in regions.REGIONS.items()}, reach=1.8)
    stiffness = laplacian(len(mesh), triangles)
    for strength in (30.0, 10.0, 3.0, 1.0, 0.5):
        for _ in range(4):
            fitted = fitted + _step(fitted, labels, head, stiffness, strength)
    embedding = embed(fitted, labels, head, head.vertices)
    gap = np.linalg.norm(embedding.carry(head.vertices) - fitted, axis=1).mean()
    return embedding, rotation.T / scale, float(gap)


def _step(
    fitted: Points, labels: Points, head: DenseHead, stiffness: sparse.csr_matrix, strength: float
) -> Points:
    """One stiff displacement towards the closest points; contour rows go to their contour."""
    target = embed(fitted, labels, head, head.vertices).carry(head.vertices)
    trust = np.ones(len(fitted))
    trust[list(regions.FACE_OVAL)] = 0.3
    for name, chain in head.rows.items():
        row = list(regions.REGIONS[name])
        target[row] = nearest_on_chain(fitted[row], head.vertices[chain])
        trust[row] = 5.0
    system = sparse.diags(trust) + strength * stiffness.T @ stiffness
    right = trust[:, None] * (target - fitted)
    solved: Points = linalg.spsolve(system.tocsc(), right)
    return solved
