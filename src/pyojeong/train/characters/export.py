"""From trained weights to the ONNX file, laid out as an exported YOLOv8-seg."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pyojeong.data.instances.decoding import letterbox, snug
from pyojeong.errors import InferenceFailed
from pyojeong.media.files import atomic_path
from pyojeong.network import open_file
from pyojeong.train.characters.net import Exported, SegNet

_APART = 1e-2
"""Most that a number of the file may differ from torch's, in units of the largest of its output."""


def export(net: SegNet, path: Path, side: int, labels: tuple[str, ...]) -> None:
    """Write the network. side: longest side of the pictures it learned from, px; the file takes any
    sides of multiples of 32. Raises OutputFailed."""
    import onnx

    whole = Exported(net).eval()
    with atomic_path(path) as part, warnings.catch_warnings():
        # Of a way of exporting that torch will drop one day; the newer one needs another package.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            whole,
            (torch.zeros(1, 3, 64, 96),),
            str(part),
            input_names=["images"],
            output_names=["output0", "output1"],
            dynamic_axes={"images": {2: "height", 3: "width"}, "output0": {2: "cells"}},
            opset_version=17,
            dynamo=False,
        )
        model = onnx.load(str(part), load_external_data=False)
        metadata: dict[str, Any] = {
            "names": repr(dict(enumerate(labels))),
            "task": "segment",
            "stride": 32,
            "batch": 1,
            "imgsz": repr([side, side]),
            "args": repr({"dynamic": True, "batch": 1}),
            "resize": "area",
            "author": "Pyojeong",
            "license": "Apache-2.0",
        }
        onnx.helper.set_model_props(model, {k: str(v) for k, v in metadata.items()})
        onnx.checker.check_model(model)
        onnx.save(model, str(part))


def check_export(net: SegNet, path: Path, image: NDArray[np.uint8], side: int) -> float:
    """How far the file is from torch on a picture, in units of the largest number of each output.

    Raises InferenceFailed where it is too far."""
    picture = letterbox(image, snug(image.shape[0], image.shape[1], (side, side)))
    given = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        wanted = Exported(net).eval()(given)
    made = open_file(path).run(None, {"images": given.numpy()})
    apart = max(
        float(np.abs(a - b.numpy()).max() / max(1.0, float(b.abs().max())))
        for a, b in zip(made, wanted, strict=True)
    )
    if not apart <= _APART:
        raise InferenceFailed(
            f"{path.name} gives other numbers than the network it was made from ({apart:.2g}).",
            f"{path.name}의 출력이 원래 신경망과 다릅니다({apart:.2g}).",
        )
    return apart
