"""A taught text encoder becomes one ONNX file: heads of the kinds of text, weights as bytes."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from pyojeong.train.text_net import LONGEST
from pyojeong.train.text_tune import Reader


class Shipped(nn.Module):
    """ids (n, length) → logits (n, kinds, 7), kinds (n, kinds), intensity (n,) in [0, 1]."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader
        self.heads = [reader.sources.index(name) for name in reader.domains]

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, kinds, intensity = self.reader(ids)
        return logits[:, self.heads], kinds, torch.sigmoid(intensity)


def export(reader: Reader, pieces: Sequence[str], path: Path) -> None:
    """Write the file (temporary, then renamed); weights and embeddings become 8-bit."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        example = torch.randint(5, len(pieces), (3, 11))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Shapes are traced on purpose.
            torch.onnx.export(
                Shipped(reader.eval()),
                (example,),
                str(plain),
                input_names=["ids"],
                output_names=["logits", "kinds", "intensity"],
                dynamic_axes={
                    "ids": {0: "n", 1: "length"},
                    **{name: {0: "n"} for name in ("logits", "kinds", "intensity")},
                },
                opset_version=17,
                dynamo=False,
            )
        quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True)
        model = onnx.load(small)
        notes = {"pieces": list(pieces), "longest": LONGEST, "kinds": list(reader.domains)}
        entry = model.metadata_props.add()
        entry.key, entry.value = "pyojeong", json.dumps(notes, ensure_ascii=False)
        part = path.with_suffix(".part")
        onnx.save(model, part)
        part.replace(path)


def prune(reader: Reader, pieces: Sequence[str], used: Sequence[int]) -> list[str]:
    """Keep only the pieces with these numbers, in order; returns them. Changes the reader."""
    old = reader.encoder.pieces.weight.detach()
    kept = nn.Embedding(len(used), old.shape[1])
    with torch.no_grad():
        kept.weight.copy_(old[list(used)])
    reader.encoder.pieces = kept
    return [pieces[n] for n in used]
