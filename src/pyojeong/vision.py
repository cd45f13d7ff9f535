"""The one way in which torchvision is imported.

A torchvision built for CUDA beside a torch without it cannot load its compiled operators, and then
fails at import, because it describes two of them (nms, qnms) to a torch that does not know them.
Where they are missing their names are made known first, and torchvision loads; the two that
detectors need, nms and roi_align, are given in `pyojeong.vision_operators`. With a matching pair
nothing is changed. Libraries that import torchvision by themselves (transformers, timm,
torchmetrics) are preceded by `mend`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pyojeong.errors import MissingExtra

_BOXES = "Tensor dets, Tensor scores, float iou_threshold"
_ROIS = (
    "Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, "
    "int sampling_ratio, bool aligned"
)
_MISSING = (
    f"nms({_BOXES}) -> Tensor",
    f"qnms({_BOXES}) -> Tensor",
    f"roi_align({_ROIS}) -> Tensor",
)
_ASKERS = ("torchvision.extension", "torchvision.ops.roi_align")
"""Modules that ask by `_has_ops` whether there are operators."""

_kept: list[Any] = []
"""Operators vanish with the library object that defined them."""


def vision(module: str = "") -> Any:
    """torchvision, or one of its modules: vision("models"). Raises MissingExtra."""
    if find_spec("torchvision") is None:
        raise MissingExtra(
            'This needs torchvision: pip install "pyojeong[train]"',
            'torchvision이 필요합니다: pip install "pyojeong[train]"',
        )
    mend()
    found = import_module(f"torchvision.{module}" if module else "torchvision")
    if _kept:
        for name in _ASKERS:
            asker: Any = sys.modules.get(name)
            if asker is not None:
                asker._has_ops = _has_operators
    return found


def mend() -> None:
    """Makes sure that torchvision, where there is one, can be imported."""
    spec = find_spec("torchvision")
    if _kept or spec is None or spec.origin is None:
        return
    import torch

    if _loads(Path(spec.origin).parent):
        return
    from pyojeong.vision_operators import nms, roi_align

    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema in _MISSING:
        library.define(schema)
    library.impl("nms", nms, "CPU")
    # Made of differentiable operators, so that it has a gradient too.
    library.impl("roi_align", roi_align, "CompositeImplicitAutograd")
    _kept.append(library)


def _has_operators() -> bool:
    return True


def _loads(folder: Path) -> bool:
    """Whether torchvision's operators are there or can be loaded."""
    import torch

    if hasattr(torch.ops.torchvision, "nms"):
        return True
    try:
        for file in folder.glob("_C*.so"):
            torch.ops.load_library(str(file))  # type: ignore[no-untyped-call]
    except OSError:
        return False
    return hasattr(torch.ops.torchvision, "nms")
