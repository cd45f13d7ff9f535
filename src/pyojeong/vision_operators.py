"""Two of torchvision's operators, for where its compiled ones cannot be loaded.

nms: greedy suppression. roi_align: He et al. 2017, Mask R-CNN, arXiv:1703.06870. Both follow
torchvision's kernels for the CPU; roi_align differs from them by rounding alone.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample

_AT_ONCE = 64
"""Regions sampled together: 256 channels of 14 x 14 samples each take 13 MB."""


def nms(dets: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Indices (k,) int64 of the boxes that stay, best first.

    dets: (n, 4), xyxy. A box goes where its intersection over union with a better one that stays
    exceeds iou_threshold. Of equal scores the earlier is the better.
    """
    boxes = dets.detach().numpy()
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    left = torch.sort(scores.detach(), stable=True, descending=True).indices.numpy()
    kept: list[int] = []
    while len(left):
        first, left = int(left[0]), left[1:]
        kept.append(first)
        left = left[~(_overlaps(boxes, areas, first, left) > iou_threshold)]
    return torch.tensor(kept, dtype=torch.int64)


def _overlaps(
    boxes: NDArray[np.float32], areas: NDArray[np.float32], one: int, others: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Of no area at all gives NaN, which exceeds nothing, as in the compiled operator."""
    low = np.maximum(boxes[one, :2], boxes[others, :2])
    high = np.minimum(boxes[one, 2:], boxes[others, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(shared / (areas[one] + areas[others] - shared), np.float32)


def roi_align(
    input: Tensor,  # noqa: A002 - the operator's own name for it
    rois: Tensor,
    spatial_scale: float,
    pooled_height: int,
    pooled_width: int,
    sampling_ratio: int,
    aligned: bool,
) -> Tensor:
    """Means (k, c, pooled_height, pooled_width) over cells of regions of feature maps.

    input: (n, c, h, w). rois: (k, 5), number of the map, then xyxy. spatial_scale: px of the maps
    per px of the rois. sampling_ratio: samples per cell in each direction; at least 1, as the
    adaptive number that less means is not given here. aligned: whether px have their middle at .5.
    """
    if sampling_ratio < 1:
        raise NotImplementedError("roi_align without its compiled operator needs sampling_ratio.")
    parts, places = [input.new_zeros((0, input.shape[1], pooled_height, pooled_width))], []
    shift = 0.5 if aligned else 0.0
    for number in range(len(input)):
        own = torch.nonzero(rois[:, 0] == number)[:, 0]
        for start in range(0, len(own), _AT_ONCE):
            some = own[start : start + _AT_ONCE]
            boxes = rois[some, 1:] * spatial_scale - shift
            low, high = boxes[:, :2], boxes[:, 2:]
            size = high - low if aligned else (high - low).clamp(min=1)
            x = _samples(low[:, 0], size[:, 0], pooled_width * sampling_ratio)
            y = _samples(low[:, 1], size[:, 1], pooled_height * sampling_ratio)
            parts.append(_means(input[number], x, y, sampling_ratio))
            places.append(some)
    found = torch.cat(parts)
    return found[torch.argsort(torch.cat(places))] if places else found


def _samples(low: Tensor, size: Tensor, number: int) -> Tensor:
    """Evenly spread over [low, low + size), (k, number)."""
    steps = torch.arange(number, dtype=low.dtype, device=low.device) + 0.5
    return low[:, None] + steps * (size[:, None] / number)


def _means(features: Tensor, x: Tensor, y: Tensor, samples: int) -> Tensor:
    """features: (c, h, w). x: (k, across), y: (k, down) places of samples. Beyond one px outside
    the map samples are 0, nearer they are those of its edge."""
    channels, height, width = features.shape
    (k, across), down = x.shape, y.shape[1]
    inside = ((y >= -1) & (y <= height))[:, :, None] & ((x >= -1) & (x <= width))[:, None]
    places = torch.stack(
        [
            (2 * x / max(width - 1, 1) - 1)[:, None].expand(k, down, across),
            (2 * y / max(height - 1, 1) - 1)[:, :, None].expand(k, down, across),
        ],
        dim=-1,
    )
    found = grid_sample(
        features[None],
        places.reshape(1, k * down, across, 2),
        padding_mode="border",
        align_corners=True,
    )
    found = avg_pool2d(found * inside.reshape(1, 1, k * down, across), samples)
    return found.reshape(channels, k, down // samples, across // samples).transpose(0, 1)
