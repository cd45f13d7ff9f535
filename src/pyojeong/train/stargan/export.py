"""From a trained generator to one ONNX file that the editor `edit/stargan.py` takes.

It makes pictures from pictures (uint8 RGB) and wishes, and reads the labels of the pictures given
(by the judges), so that an attribute can be changed while the others stay what they are. The
metadata, under "pyojeong", holds side, padding and what can be wished for.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pyojeong.edit.stargan_file import FORMAT, INPUTS, KEY, KIND, OUTPUTS
from pyojeong.errors import OutputFailed
from pyojeong.media.files import atomic_path
from pyojeong.train.stargan.domains import Domain, wish_length


class Whole(nn.Module):
    """uint8 RGB (n, s, s, 3) and wishes (n, k) → RGB 0-255 float32 (n, s, s, 3), and probabilities
    (n, labels of all sets) of the pictures given."""

    def __init__(self, generator: nn.Module, judges: Sequence[nn.Module], exclusive: list[bool]):
        super().__init__()
        self.generator, self.judges = generator, nn.ModuleList(judges)
        self.exclusive = exclusive

    def forward(self, pictures: Tensor, wishes: Tensor) -> tuple[Tensor, Tensor]:
        x = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
        read = [
            torch.softmax(judge(x), 1) if one else torch.sigmoid(judge(x))
            for judge, one in zip(self.judges, self.exclusive, strict=True)
        ]
        made = (self.generator(x, wishes) + 1) * 127.5
        return made.clamp(0, 255).permute(0, 2, 3, 1), torch.cat(read, 1)


def export(
    generator: nn.Module,
    judges: Sequence[nn.Module],
    domains: Sequence[Domain],
    path: Path,
    side: int,
    padding: float,
    notes: Mapping[str, Any],
) -> None:
    """Write the file. padding: share of the face box's longer side added all round. notes: kept in
    the file as they are. Raises OutputFailed."""
    import onnx

    whole = Whole(generator, judges, [d.exclusive for d in domains]).cpu().eval()
    about = {
        "format": FORMAT,
        "kind": KIND,
        "side": side,
        "padding": padding,
        "sets": [
            {
                "title": d.title,
                "labels": list(d.labels),
                "exclusive": d.exclusive,
                "groups": [list(group) for group in d.groups],
            }
            for d in domains
        ],
        "notes": dict(notes),
    }
    with atomic_path(path) as part:
        try:
            _write(whole, part, side, wish_length(domains))
        except Exception as error:
            raise OutputFailed(
                f"The network cannot be written as ONNX: {error}",
                f"신경망을 ONNX로 쓸 수 없습니다: {error}",
            ) from error
        model = onnx.load(str(part))
        onnx.helper.set_model_props(model, {KEY: json.dumps(about, ensure_ascii=False)})
        onnx.save(model, str(part))


def _write(whole: nn.Module, path: Path, side: int, wishes: int) -> None:
    with warnings.catch_warnings(), torch.no_grad():
        # The TorchScript exporter needs nothing but torch; it announces its own retirement.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            whole,
            (torch.zeros(2, side, side, 3, dtype=torch.uint8), torch.zeros(2, wishes)),
            str(path),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "n"} for name in (*INPUTS, *OUTPUTS)},
            opset_version=17,
            dynamo=False,
        )
