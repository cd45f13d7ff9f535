"""Which cell answers for which figure, and how wrong it is.

Assignment: Feng et al. 2021, TOOD (task-aligned: the best cells by class and overlap). Boxes: Zheng
et al. 2020, DIoU. Masks: Bolya et al. 2019, YOLACT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from pyojeong.train.characters.net import PROTOTYPE_STRIDE, decode

_CELLS, _MASKS = 9, 80
"""Cells per figure; most masks of a batch that are compared, for speed."""


@dataclass(frozen=True, slots=True)
class Targets:
    """boxes: (b, k, 4) xyxy px. classes: (b, k). there: (b, k) bool, which of the k are figures.
    masks: (b, k, h/4, w/4) the covered share of each cell."""

    boxes: Tensor
    classes: Tensor
    there: Tensor
    masks: Tensor


def overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """(intersection over union, that less the distance of the middles) of xyxy boxes (..., 4)."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    sizes = (a[..., 2:] - a[..., :2]).clamp(min=0).prod(-1), (b[..., 2:] - b[..., :2]).prod(-1)
    iou = shared / (sizes[0] + sizes[1] - shared + 1e-6)
    hull = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    apart = (a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]).square().sum(-1) / 4
    return iou, iou - apart / (hull.square().sum(-1) + 1e-6)


def assign(
    boxes: Tensor, chances: Tensor, cells: Tensor, targets: Targets
) -> tuple[Tensor, Tensor, Tensor]:
    """(b, n) each: the figure a cell answers for, whether it does, and how well it does in [0, 1].

    boxes (b, n, 4), chances (b, n, classes) of the cells (n, 3).
    """
    iou = overlap(boxes[:, None], targets.boxes[:, :, None])[0]
    wanted = targets.classes[:, :, None].expand(-1, -1, boxes.shape[1])
    chance = chances.transpose(1, 2).gather(1, wanted.clamp(min=0))
    x, y = cells[:, 0], cells[:, 1]
    box = targets.boxes[..., None]
    inside = (x > box[:, :, 0]) & (x < box[:, :, 2]) & (y > box[:, :, 1]) & (y < box[:, :, 3])
    inside &= targets.there[:, :, None]
    fit = (chance.sqrt() * iou.pow(6) + 1e-9) * inside
    best = fit.topk(_CELLS, dim=2).indices
    chosen = torch.zeros_like(inside).scatter_(2, best, True) & inside
    # A cell between two figures answers for the one it overlaps more.
    overlapped = torch.where(chosen, iou, torch.full_like(iou, -1.0))
    value, figure = overlapped.max(1)
    taken = value >= 0
    mine = functional.one_hot(figure, iou.shape[1]).transpose(1, 2).bool() & taken[:, None]
    fit = fit * mine
    most = fit.amax(2, keepdim=True)
    good = fit / (most + 1e-9) * (iou * mine).amax(2, keepdim=True)
    return figure, taken, good.amax(1)


def loss(
    grids: Sequence[Tensor], proto: Tensor, targets: Targets, classes: int
) -> dict[str, Tensor]:
    """Losses by name: "class", "box", "mask"."""
    boxes, logits, parts, cells = decode(grids, classes)
    with torch.no_grad():
        figure, taken, good = assign(boxes, logits.sigmoid(), cells, targets)
        wanted = torch.zeros_like(logits)
        picked = targets.classes.gather(1, figure).clamp(min=0)
        wanted.scatter_(2, picked[..., None], (good * taken)[..., None])
    total = wanted.sum().clamp(min=1.0)
    found = {
        "class": functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum")
        / total
    }
    picture, cell = taken.nonzero(as_tuple=True)
    if not len(picture):
        zero = parts.sum() * 0 + proto.sum() * 0 + boxes.sum() * 0
        return {**found, "box": zero, "mask": zero}
    which = figure[picture, cell]
    weight = good[picture, cell]
    aim = targets.boxes[picture, which]
    found["box"] = ((1 - overlap(boxes[picture, cell], aim)[1]) * weight).sum() / total
    # By the CPU's generator, which the run seeds.
    few = torch.randperm(len(picture))[:_MASKS].to(picture.device)
    picture, cell, which = picture[few], cell[few], which[few]
    found["mask"] = _mask_loss(
        parts[picture, cell], proto, picture, aim[few], targets.masks[picture, which]
    )
    return found


def _mask_loss(
    parts: Tensor, proto: Tensor, picture: Tensor, boxes: Tensor, masks: Tensor
) -> Tensor:
    """Mean over figures of the cross entropy inside their box."""
    order = picture.argsort()
    parts, picture, boxes, masks = parts[order], picture[order], boxes[order], masks[order]
    of = sorted({int(n) for n in picture})
    # Picture by picture: to gather the prototypes of every mask would take much memory.
    made = torch.cat(
        [torch.einsum("mp,phw->mhw", parts[picture == n], proto[n].float()) for n in of]
    )
    h, w = made.shape[1:]
    x = (torch.arange(w, device=made.device) + 0.5) * PROTOTYPE_STRIDE
    y = (torch.arange(h, device=made.device) + 0.5) * PROTOTYPE_STRIDE
    # A little wider than the box: the edge is learned from both sides.
    wide = PROTOTYPE_STRIDE
    across = (x >= boxes[:, :1] - wide) & (x <= boxes[:, 2:3] + wide)
    down = (y >= boxes[:, 1:2] - wide) & (y <= boxes[:, 3:] + wide)
    inside = (down[:, :, None] & across[:, None, :]).float()
    wrong = functional.binary_cross_entropy_with_logits(made, masks, reduction="none")
    return ((wrong * inside).sum((1, 2)) / inside.sum((1, 2)).clamp(min=1)).mean()
