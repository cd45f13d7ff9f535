"""From a trained run to the ONNX file, laid out as an exported YOLOv8-seg.

python -m pyojeong.train.characters.export RUN_FOLDER FILE.onnx
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import torch

from pyojeong.data.cartoon.style import LABELS
from pyojeong.media.files import atomic_path
from pyojeong.train.characters.net import Exported, SegNet
from pyojeong.train.characters.train import Config, fitting, resume


def export(net: SegNet, path: Path, width: int, labels: tuple[str, ...] = LABELS) -> None:
    """Write the network. width: px it learned at; the file takes any sides of multiples of 32."""
    import onnx

    height = fitting(width)
    whole = Exported(net).eval()
    with atomic_path(path) as part, warnings.catch_warnings():
        # Of a way of exporting that torch will drop one day; the newer one needs another package.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            whole,
            (torch.zeros(1, 3, height, width),),
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
            "imgsz": repr([width, width]),
            "args": repr({"dynamic": True, "batch": 1}),
            "resize": "area",
            "author": "Pyojeong",
            "license": "Apache-2.0",
        }
        onnx.helper.set_model_props(model, {k: str(v) for k, v in metadata.items()})
        onnx.checker.check_model(model)
        onnx.save(model, str(part))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    config = Config.load(given.folder / "config.json")
    export(resume(config, given.folder / "last.pt").mean, given.file, config.width)


if __name__ == "__main__":
    main()
