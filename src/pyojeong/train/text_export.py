"""A taught text encoder becomes one ONNX file: heads of the kinds of text, weights as bytes.

Activations are quantised with ranges fixed beforehand on real texts, not with those of each
batch: so a text reads the same in any company (Jacob et al. 2018). Only what goes into a product is
rounded, not what comes out: the sums of the residual stream hold a few very large numbers, and a
range that holds them blurs all others (Bondarenko et al. 2021), which cost three points of accuracy.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pyojeong.text.features import fold
from pyojeong.text.wordpiece import WordPiece
from pyojeong.train.text_net import LONGEST
from pyojeong.train.text_tune import Reader


class BytePieces(nn.Module):
    """An embedding kept as bytes, each row with its own scale."""

    table: Tensor
    scale: Tensor

    def __init__(self, plain: nn.Embedding) -> None:
        super().__init__()
        weight = plain.weight.detach()
        scale = weight.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
        self.register_buffer("table", torch.round(weight / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        found: Tensor = self.table[ids].float() * self.scale[ids]
        return found


class Shipped(nn.Module):
    """ids (n, length), no gaps → logits (n, kinds, 7), kinds (n, kinds), intensity in [0, 1]."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader
        self.heads = [reader.sources.index(name) for name in reader.domains]

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, kinds, intensity = self.reader(ids)
        return logits[:, self.heads], kinds, torch.sigmoid(intensity)


class _Texts:
    """Batches of one text for the ranges of the activations."""

    def __init__(self, ids: list[list[int]]) -> None:
        self._left = iter(ids)

    def get_next(self) -> dict[str, Any] | None:
        ids = next(self._left, None)
        return None if ids is None else {"ids": np.array([ids], np.int64)}

    def __iter__(self) -> _Texts:
        return self

    def __next__(self) -> dict[str, Any]:
        found = self.get_next()
        if found is None:
            raise StopIteration
        return found


def export(reader: Reader, pieces: Sequence[str], texts: Sequence[str], path: Path) -> None:
    """Write the file (temporary, then renamed). texts: some hundreds that are typical.

    Changes the reader: its embedding becomes bytes.
    """
    import onnx

    cutter = WordPiece(pieces, LONGEST)
    reader.eval()
    reader.encoder.add_module("pieces", BytePieces(reader.encoder.pieces))
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        _trace(reader, plain)
        _to_bytes(plain, small, [cutter.encode(fold(t)) for t in texts])
        model = onnx.load(small)
        notes = {"pieces": list(pieces), "longest": LONGEST, "kinds": list(reader.domains)}
        entry = model.metadata_props.add()
        entry.key, entry.value = "pyojeong", json.dumps(notes, ensure_ascii=False)
        part = path.with_suffix(".part")
        onnx.save(model, part)
        part.replace(path)


def _trace(reader: Reader, path: Path) -> None:
    example = torch.full((3, 11), 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Shapes are traced on purpose.
        torch.onnx.export(
            Shipped(reader),
            (example,),
            str(path),
            input_names=["ids"],
            output_names=["logits", "kinds", "intensity"],
            dynamic_axes={
                "ids": {0: "n", 1: "length"},
                **{name: {0: "n"} for name in ("logits", "kinds", "intensity")},
            },
            opset_version=17,
            dynamo=False,
        )


def _to_bytes(plain: Path, small: Path, ids: list[list[int]]) -> None:
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    ready = plain.with_name("ready.onnx")
    quant_pre_process(plain, ready, skip_symbolic_shape=True)
    graph = onnx.load(ready).graph
    weights = {w.name for w in graph.initializer}
    # Only products with weights: attention's own are small and sensitive.
    layers = [n.name for n in graph.node if n.op_type == "MatMul" and n.input[1] in weights]
    quantize_static(
        ready,
        small,
        _Texts(ids),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["MatMul"],
        nodes_to_quantize=layers,
        per_channel=True,
        # Seven bits: eight overflow on processors without the newer instructions.
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        extra_options={"OpTypesToExcludeOutputQuantization": ["MatMul"]},
    )


def prune(reader: Reader, pieces: Sequence[str], used: Sequence[int]) -> list[str]:
    """Keep only the pieces with these numbers, in order; returns them. Changes the reader."""
    old = reader.encoder.pieces.weight.detach()
    kept = nn.Embedding(len(used), old.shape[1])
    with torch.no_grad():
        kept.weight.copy_(old[list(used)])
    reader.encoder.pieces = kept
    return [pieces[n] for n in used]
