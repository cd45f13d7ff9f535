"""Segmenter "mask-rcnn": Mask R-CNN of torchvision, with weights from a .safetensors file.

He, Gkioxari, Dollár & Girshick 2017, Mask R-CNN, arXiv:1703.06870, on ResNet-50 and a feature
pyramid (Lin et al. 2017, arXiv:1612.03144); "v2" after Li et al. 2021, arXiv:2111.11429.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pyojeong.errors import BadInput, InferenceFailed
from pyojeong.face.types import Image
from pyojeong.film.types import Instances, check_thresholds, most_masks
from pyojeong.film.weights import Notes, load_weights, read_notes, refuse_pickle
from pyojeong.vision import vision

FIRST, SECOND = "maskrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn_v2"
SHORTER, LONGER = 800, 1333
"""Usual sides of the pictures that torchvision's networks learned with, px."""

_SURE = 0.5
"""Probability from which a pixel belongs to a figure."""

_COUNTER = "num_batches_tracked"
"""What layers of batch normalisation have, and frozen ones have not."""


class MaskRcnn:
    """Finds figures with Mask R-CNN on the CPU. Safe to share between threads.

    path: a .safetensors file whose metadata name `architecture` (maskrcnn_resnet50_fpn or
    maskrcnn_resnet50_fpn_v2) and `names`; also, where others than torchvision's, `min_size` and
    `max_size` (px) and `eps` of the normalisation. `pyojeong models convert` makes one. threshold:
    least probability of a figure. iou: overlap from which two boxes of one class are one figure.
    Raises MissingWeights, BadInput, BadSettings, MissingExtra.
    """

    def __init__(self, path: str | Path, threshold: float = 0.25, iou: float = 0.5) -> None:
        check_thresholds(threshold, iou)
        self.path = Path(path).expanduser()
        refuse_pickle(self.path)
        notes = read_notes(self.path)
        self._sides = notes.size("min_size", SHORTER), notes.size("max_size", LONGER)
        self._net = build(notes, threshold, iou, self._sides)
        load_weights(self._net, notes)
        self._labels = notes.names

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in their order; the background is none."""
        return self._labels

    def segment(self, images: Sequence[Image]) -> list[Instances]:
        """Figures of RGB uint8 pictures (H, W, 3), best first. Raises InferenceFailed."""
        return [self._one(image) for image in images]

    def _one(self, image: Image) -> Instances:
        height, width = image.shape[:2]
        shorter, longer = sorted((height, width))
        # Where a side shrinks to nothing there is nothing to be seen.
        if shorter * min(self._sides[0] / shorter, self._sides[1] / longer) < 1:
            return Instances.empty(height, width)
        try:
            return self._found(image, height, width)
        # Whatever torch raises on weights or pictures that it cannot work with.
        except Exception as error:
            raise InferenceFailed(
                f"{self.path.name} failed: {error}",
                f"{self.path.name} 실행에 실패했습니다: {error}",
            ) from error

    def _found(self, image: Image, height: int, width: int) -> Instances:
        """The network part by part: as a whole it would hold every mask as numbers at once."""
        import torch

        resize_boxes = vision("models.detection.transform").resize_boxes
        paste = vision("models.detection.roi_heads").paste_masks_in_image
        net = self._net
        with torch.inference_mode():
            given = torch.tensor(np.ascontiguousarray(image)).permute(2, 0, 1) / 255
            batch, _ = net.transform([given])
            features = net.backbone(batch.tensors)
            proposals, _ = net.rpn(batch, features)
            (rows,), _ = net.roi_heads(features, proposals, batch.image_sizes)
            boxes = resize_boxes(rows["boxes"], batch.image_sizes[0], (height, width))
            most = min(len(boxes), most_masks(height, width))
            masks = np.zeros((most, height, width), np.bool_)
            for n, mask in enumerate(masks):
                soft = paste(rows["masks"][n : n + 1], boxes[n : n + 1], (height, width))
                mask[:] = (soft[0, 0] > _SURE).numpy()
        seen = masks.any((1, 2))
        return Instances(
            boxes[:most].numpy().astype(np.float32)[seen],
            rows["scores"][:most].numpy().astype(np.float32)[seen],
            # The first class of the network is the background.
            rows["labels"][:most].numpy().astype(np.int64)[seen] - 1,
            masks[seen],
        )


def build(
    notes: Notes,
    threshold: float = 0.05,
    iou: float = 0.5,
    sides: tuple[int, int] = (SHORTER, LONGER),
) -> Any:
    """The network that a file's weights belong to, still without them. Raises BadInput,
    MissingExtra."""
    detection = vision("models.detection")
    classes = 1 + len(notes.names)
    settings = {
        "min_size": sides[0],
        "max_size": sides[1],
        "box_score_thresh": threshold,
        "box_nms_thresh": iou,
    }
    if notes.architecture == SECOND:
        return detection.maskrcnn_resnet50_fpn_v2(
            weights=None, weights_backbone=None, num_classes=classes, **settings
        )
    if notes.architecture != FIRST:
        raise BadInput(
            f"{notes.path} holds {notes.architecture[:60]!r}; mask-rcnn knows {FIRST} and {SECOND}.",
            f"{notes.path}: {notes.architecture[:60]!r}. mask-rcnn은 {FIRST}과 {SECOND}를 압니다.",
        )
    frozen = not any(name.endswith(_COUNTER) for name in notes.tensors)
    norm = _norm(frozen, _eps(notes))
    backbone = vision("models.detection.backbone_utils").resnet_fpn_backbone(
        backbone_name="resnet50", weights=None, norm_layer=norm
    )
    return detection.MaskRCNN(backbone, classes, **settings)


def _norm(frozen: bool, eps: float) -> Any:
    """Maker of layers of normalisation: frozen as in torchvision's own weights, or not."""
    from torch.nn import BatchNorm2d

    kind = vision("ops.misc").FrozenBatchNorm2d if frozen else BatchNorm2d
    return lambda channels: kind(channels, eps=eps)


def _eps(notes: Notes) -> float:
    text = notes.table.get("eps", "1e-5")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise BadInput(
            f"{notes.path}: eps is {text[:40]!r}, not a number from 0 to 1.",
            f"{notes.path}: eps가 {text[:40]!r}입니다. 0~1의 수여야 합니다.",
        )
    return value
