"""From a trained classifier to one ONNX file that says everything about itself.

The file takes pictures as they are (uint8 RGB) and gives calibrated probabilities: normalisation
and temperature (Guo et al. 2017) are part of the graph. Its metadata, under "pyojeong", holds the
labels, how pictures are to be cut, and where the weights come from.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pyojeong.errors import OutputFailed
from pyojeong.face.exported import FORMAT, INPUT, KEY, OUTPUT
from pyojeong.media.files import atomic_path

_LUMA = (0.299, 0.587, 0.114)


class Whole(nn.Module):
    """uint8 RGB (n, s, s, 3) → calibrated probabilities (n, k)."""

    def __init__(
        self,
        net: nn.Module,
        mean: Sequence[float],
        std: Sequence[float],
        temperature: float,
        gray: bool,
    ) -> None:
        super().__init__()
        self.net, self.temperature, self.gray = net, temperature, gray
        self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).reshape(1, 3, 1, 1))
        self.register_buffer("luma", torch.tensor(_LUMA).reshape(1, 3, 1, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        x = pictures.permute(0, 3, 1, 2).float() / 255
        if self.gray:
            x = (x * self.luma).sum(1, keepdim=True).expand(-1, 3, -1, -1)
        return torch.softmax(self.net((x - self.mean) / self.std) / self.temperature, 1)


def export(
    net: nn.Module,
    path: Path,
    *,
    labels: Sequence[str],
    mean: Sequence[float],
    std: Sequence[float],
    side: int,
    temperature: float,
    crop_margin: float,
    gray: bool,
    notes: Mapping[str, Any],
    boxes: bool = True,
) -> None:
    """Write `net`, which maps normalised RGB (n, 3, s, s) to logits (n, k), as an ONNX file.

    labels: k names. side: of the pictures, px. crop_margin: share of the face box's longer side
    added all round. boxes: whether it learned from boxes in pictures, or else from whole pictures,
    each one face. notes: kept in the file as they are. Raises OutputFailed.
    """
    import onnx

    training = net.training
    whole = Whole(net, mean, std, temperature, gray).eval()
    with atomic_path(path) as part:
        try:
            _write(whole, part, side)
        except Exception as error:
            raise OutputFailed(
                f"The network cannot be written as ONNX: {error}",
                f"신경망을 ONNX로 쓸 수 없습니다: {error}",
            ) from error
        model = onnx.load(str(part))
        about = {
            "format": FORMAT,
            "labels": list(labels),
            "side": side,
            "crop": {"boxes": boxes, "margin": crop_margin},
            "temperature": temperature,
            "notes": dict(notes),
        }
        onnx.helper.set_model_props(model, {KEY: json.dumps(about, ensure_ascii=False)})
        onnx.save(model, str(part))
    net.train(training)


def _write(whole: nn.Module, path: Path, side: int) -> None:
    with warnings.catch_warnings(), torch.no_grad():
        # The TorchScript exporter needs nothing but torch; it announces its own retirement.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            whole,
            (torch.zeros(2, side, side, 3, dtype=torch.uint8),),
            str(path),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "n"}, OUTPUT: {0: "n"}},
            opset_version=17,
            dynamo=False,
        )
