"""Merging of detections that mean the same face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def overlaps(box: Floats, boxes: Floats) -> tuple[Floats, Floats]:
    """((n,) intersection over union, (n,) intersection over the smaller area) of xyxy boxes."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    own, others = _area(box[None])[0], _area(boxes)
    union = np.maximum(own + others - shared, 1e-9)
    smaller = np.maximum(np.minimum(own, others), 1e-9)
    return (shared / union).astype(np.float32), (shared / smaller).astype(np.float32)


def weighted_suppression(
    boxes: Floats, scores: Floats, keypoints: Floats, iou: float = 0.3
) -> tuple[Floats, Floats, Floats]:
    """One detection per face, best first: the mean, by score, of all that overlap the best.

    boxes (n, 4) xyxy, scores (n,), keypoints (n, k, 2); returns the same three. For the many
    anchors of one view that see one face. Method: the weighted NMS of BlazeFace.
    """
    left = np.argsort(-scores, kind="stable")
    kept: list[tuple[Floats, np.float32, Floats]] = []
    while len(left):
        same = overlaps(boxes[left[0]], boxes[left])[0] > iou
        same[0] = True
        group = left[same]
        weight = scores[group] / scores[group].sum()
        box = np.einsum("n,nc->c", weight, boxes[group])
        kept.append((box, scores[left[0]], np.einsum("n,nkc->kc", weight, keypoints[group])))
        left = left[~same]
    if not kept:
        return boxes[:0], scores[:0], keypoints[:0]
    merged = [np.asarray(column, np.float32) for column in zip(*kept, strict=True)]
    return merged[0], merged[1], merged[2]


def distinct(
    boxes: Floats, scores: Floats, keypoints: Floats, iou: float = 0.3, inside: float = 0.6
) -> tuple[Floats, Floats, Floats]:
    """The best detection of each face, best first, unchanged.

    Two are one face when their intersection over union exceeds `iou`, or when the smaller lies
    in the larger by more than the share `inside`: a tile's edge cuts faces, and half a face must
    not count beside the whole one.
    """
    left = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(left):
        kept.append(int(left[0]))
        shared, contained = overlaps(boxes[left[0]], boxes[left])
        same = (shared > iou) | (contained > inside)
        same[0] = True
        left = left[~same]
    return boxes[kept], scores[kept], keypoints[kept]


def _area(boxes: Floats) -> Floats:
    return np.asarray(np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None), axis=1), np.float32)
